//! A request from its head to its lane.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use bytes::Bytes;
use http::StatusCode;
use pingora::http::RequestHeader;
use pingora::proxy::Session;

use super::body::{self, BodyError};
use super::context::{Context, Settled};
use super::cookies::AGAIN;
use super::facts::{BadHead, Facts, Kind};
use super::gateway::Parts;
use super::jar::Jar;
use super::judge::Visitor;
use super::lease::Acquired;
use super::reply::Reply;
use super::route::{self, Presented, Verdict, View};
use super::settled::{Ready, is_whole};
use super::unsettled::Bare;
use crate::crypto::token;
use crate::domain::ids::RecordId;
use crate::domain::matching::{BODY_LOOKED_INTO, Body, Head, Match, Rule};
use crate::domain::rules::LenientPath;
use crate::flows::FlowError;
use crate::portal::problem_of;
use crate::portal::views::texts::PageProblem;
use crate::stores::{Found, Held};

/// How often a request is decided afresh because its session moved on while it waited.
const ROUNDS: usize = 4;

/// What stays the same while a request is decided, perhaps more than once.
struct Candidate<'a> {
    facts: &'a Facts,
    head: &'a RequestHeader,
    sign_in: bool,
    sign_in_page: bool,
    sign_out: bool,
    no_credentials: bool,
    /// The body, where it was read.
    body: Option<Bytes>,
}

impl Parts {
    pub fn request_id(&self) -> String {
        RecordId::generate(&*self.flows.random)
            .map_or_else(|_| "unknown".to_owned(), |id| id.to_string())
    }

    /// Answers the request, or prepares it to be proxied (`ctx.settled`). `None` without
    /// `ctx.settled` means that the answer has been streamed already.
    pub async fn admit(
        self: &Arc<Self>,
        session: &mut Session,
        ctx: &mut Context,
    ) -> pingora::Result<Option<Reply>> {
        let peer = session
            .client_addr()
            .and_then(|address| address.as_inet())
            .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |address| address.ip());
        let facts = match Facts::gather(
            session.req_header(),
            peer,
            ctx.request_id.clone(),
            &self.guard,
        ) {
            Ok(facts) => facts,
            Err(bad) => return Ok(Some(self.bad_head(session, bad, &ctx.request_id))),
        };
        ctx.facts = Some(facts.clone());
        let found = match self.look_up(&facts).await {
            Ok(found) => found,
            Err(error) => return Ok(Some(self.failed(&facts, &error))),
        };
        if self.guard.is_portal_path(&facts.target.path) {
            return self.portal_lane(session, &facts, found).await.map(Some);
        }
        if let Some(reply) = self.refused(session, &facts) {
            return Ok(Some(reply));
        }
        self.application_lane(session, ctx, &facts, found).await
    }

    async fn application_lane(
        self: &Arc<Self>,
        session: &mut Session,
        ctx: &mut Context,
        facts: &Facts,
        found: Option<Found>,
    ) -> pingora::Result<Option<Reply>> {
        let head = session.req_header().clone();
        let mut candidate = Candidate {
            facts,
            head: &head,
            sign_in: false,
            sign_out: false,
            sign_in_page: facts.method == http::Method::GET
                && self
                    .guard
                    .sign_in
                    .iter()
                    .any(|rule| rule.is_page(&facts.target.path, &facts.target.query)),
            no_credentials: self
                .guard
                .no_credentials
                .iter()
                .any(|glob| glob.matches_exact(&facts.target.path)),
            body: None,
        };
        let settled =
            matches!(&found, Some(Found::Current(held)) if held.record.state.is_settled());
        match self.read_and_match(session, &mut candidate, settled).await {
            Ok(()) => {}
            Err(BodyError::TooLarge) => {
                return Ok(Some(self.refusal(facts, PageProblem::TooLarge)));
            }
            Err(BodyError::Broken(error)) => return Err(error),
        }
        let mut found = found;
        for _ in 0..ROUNDS {
            match self.round(session, ctx, &candidate, found).await? {
                Round::Answer(reply) => return Ok(Some(reply)),
                Round::Streamed | Round::Proxy => return Ok(None),
                Round::Again => {}
            }
            found = match self.look_up(facts).await {
                Ok(found) => found,
                Err(error) => return Ok(Some(self.failed(facts, &error))),
            };
            if candidate.body.is_none()
                && !matches!(&found, Some(Found::Current(held)) if held.record.state.is_settled())
            {
                match body::read(session, facts, self.guard.limits.request_body).await {
                    Ok(read) => candidate.body = Some(read),
                    Err(BodyError::TooLarge) => {
                        return Ok(Some(self.refusal(facts, PageProblem::TooLarge)));
                    }
                    Err(BodyError::Broken(error)) => return Err(error),
                }
            }
        }
        Ok(Some(self.refusal(facts, PageProblem::Busy)))
    }

    async fn look_up(&self, facts: &Facts) -> Result<Option<Found>, FlowError> {
        let Some(digest) = facts.cookies.token.as_deref().and_then(token::presented) else {
            return Ok(None);
        };
        let now = self.flows.clock.now();
        let found = self.flows.sessions.find(digest, now).await?;
        if let Some(Found::Current(held)) = &found {
            self.flows.sessions.touch(held.record.id, now);
        }
        Ok(found)
    }

    /// Whether this is a declared sign-in; reads the body where a rule, or the lane, needs it.
    async fn read_and_match(
        &self,
        session: &mut Session,
        candidate: &mut Candidate<'_>,
        settled: bool,
    ) -> Result<(), BodyError> {
        let (facts, path) = (
            candidate.facts,
            LenientPath::new(&candidate.facts.target.path),
        );
        let head = Head {
            method: facts.method.as_str(),
            path: &path,
            query: &facts.target.query,
        };
        let matches: Vec<_> = self
            .guard
            .sign_in
            .iter()
            .map(|rule| (rule, rule.on_head(head)))
            .collect();
        // One that depends on the body counts as a sign-out: it costs no more than a question.
        candidate.sign_out = self
            .guard
            .sign_out
            .iter()
            .any(|rule| rule.on_head(head) != Match::No);
        candidate.sign_in = matches.iter().any(|(_, verdict)| *verdict == Match::Yes);
        let in_body = matches.iter().any(|(_, verdict)| *verdict == Match::Body);
        let read = if facts.upgrade || (settled && !candidate.sign_in && !in_body) {
            return Ok(());
        } else if settled && !candidate.sign_in {
            // Still to be proxied: only what Pingora keeps for a retry may be read here.
            session.enable_retry_buffering();
            body::read(session, facts, BODY_LOOKED_INTO).await?
        } else {
            body::read(session, facts, self.guard.limits.request_body).await?
        };
        let looked_into = Body {
            content_type: &facts.content_type,
            bytes: &read,
        };
        candidate.sign_in |= matches
            .iter()
            .any(|(rule, verdict)| *verdict == Match::Body && rule.on_body(head, looked_into));
        candidate.body = Some(read);
        Ok(())
    }

    async fn round(
        self: &Arc<Self>,
        session: &mut Session,
        ctx: &mut Context,
        candidate: &Candidate<'_>,
        found: Option<Found>,
    ) -> pingora::Result<Round> {
        let facts = candidate.facts;
        let current = match &found {
            Some(Found::Current(held)) => Some(held.clone()),
            _ => None,
        };
        let (jar, dead) = match &current {
            Some(held) => Jar::open(
                &facts.cookies.protected,
                &self.sealer(held.record.id),
                &held.record,
            ),
            None => (
                Jar::default(),
                facts
                    .cookies
                    .protected
                    .iter()
                    .map(|cookie| cookie.name.clone())
                    .collect(),
            ),
        };
        let view = self.view(candidate, &found, &jar);
        let visitor = || Visitor {
            facts: facts.clone(),
            head: candidate.head.clone(),
            dead: dead.clone(),
        };
        let body = candidate.body.clone().unwrap_or_default();
        match (route::decide(view), current) {
            (Verdict::Settled, Some(held)) => {
                self.settled_round(ctx, candidate, held, jar, dead).await
            }
            (Verdict::Undecided { sign_in }, Some(held)) => {
                let leased = match self
                    .queues
                    .acquire(&self.flows, &held, sign_in, &self.guard.limits)
                    .await
                {
                    Ok(Acquired::Lease(leased)) => leased,
                    Ok(Acquired::Changed) => return Ok(Round::Again),
                    Ok(Acquired::Busy) => {
                        return Ok(Round::Answer(self.refusal(facts, PageProblem::Busy)));
                    }
                    Err(error) => return Ok(Round::Answer(self.failed(facts, &error))),
                };
                // Opened again with the record under the lease: it may have changed in the queue.
                let (jar, dead) = Jar::open(
                    &facts.cookies.protected,
                    &self.sealer(leased.record.id),
                    &leased.record,
                );
                let whole = is_whole(
                    &leased.record.live,
                    &jar,
                    &facts.target.path,
                    self.flows.clock.now(),
                );
                let jar = if whole { jar } else { Jar::default() };
                let visitor = Visitor { dead, ..visitor() };
                Ok(Round::Answer(
                    self.undecided(visitor, body, leased, jar, sign_in).await,
                ))
            }
            (Verdict::EndThenBare, Some(held)) => {
                if let Err(error) = self.flows.sessions.end(held.record.id).await {
                    return Ok(Round::Answer(self.failed(facts, &error.into())));
                }
                let dead = facts
                    .cookies
                    .protected
                    .iter()
                    .map(|cookie| cookie.name.clone())
                    .collect();
                self.bare_round(
                    session,
                    Visitor { dead, ..visitor() },
                    &body,
                    None,
                    candidate.sign_in,
                )
                .await
            }
            (Verdict::FactorFirst, Some(held)) => {
                Ok(Round::Answer(self.factor_first(facts, &held.record.state)))
            }
            (Verdict::Bare, current) => {
                self.bare_round(
                    session,
                    visitor(),
                    &body,
                    current.as_ref(),
                    candidate.sign_in,
                )
                .await
            }
            (Verdict::TokenReplaced, _) => Ok(Round::Answer(self.token_replaced(facts))),
            (Verdict::UpgradeRefused, _) => {
                tracing::info!(
                    request_id = facts.request_id,
                    path = facts.target.path,
                    "an upgrade without a settled session was refused"
                );
                Ok(Round::Answer(
                    self.refusal(facts, PageProblem::RouteRefused),
                ))
            }
            (_, None) => Ok(Round::Answer(self.refusal(facts, PageProblem::Internal))),
        }
    }

    fn view<'a>(&self, candidate: &Candidate<'_>, found: &'a Option<Found>, jar: &Jar) -> View<'a> {
        let (facts, now) = (candidate.facts, self.flows.clock.now());
        let (session, presented, leased) = match found {
            None => (route::Session::None, Presented::Short, false),
            Some(Found::Replaced) => (route::Session::Replaced, Presented::Short, false),
            Some(Found::Current(held)) => {
                let whole = is_whole(&held.record.live, jar, &facts.target.path, now);
                let presented = if whole {
                    Presented::Complete
                } else {
                    Presented::Short
                };
                (
                    route::Session::Current(&held.record.state),
                    presented,
                    held.record.lease.is_some(),
                )
            }
        };
        View {
            kind: facts.kind,
            session,
            presented,
            sign_in: candidate.sign_in,
            sign_in_page: candidate.sign_in_page,
            no_credentials: candidate.no_credentials,
            upgrade: facts.upgrade,
            leased,
        }
    }

    async fn settled_round(
        &self,
        ctx: &mut Context,
        candidate: &Candidate<'_>,
        held: Held,
        jar: Jar,
        dead: Vec<String>,
    ) -> pingora::Result<Round> {
        let (held, extra) = match self
            .ready(held, &jar, candidate.facts, candidate.head)
            .await
        {
            Ok(Ready::Go(held, extra)) => (held, extra),
            Ok(Ready::Gone) => return Ok(Round::Again),
            Ok(Ready::Refused(reply)) => return Ok(Round::Answer(reply)),
            Err(error) => return Ok(Round::Answer(self.failed(candidate.facts, &error))),
        };
        let record = &held.record;
        let step_up = self
            .flows
            .step_up
            .open_until(record.id, record.epoch.0, self.flows.clock.now())
            .await;
        let step_up = match step_up {
            Ok(step_up) => step_up,
            Err(error) => return Ok(Round::Answer(self.failed(candidate.facts, &error.into()))),
        };
        let sealer = self.sealer(record.id);
        let may_change = candidate.sign_out || !candidate.facts.is_safe();
        ctx.settled = Some(Settled {
            held,
            sealer,
            jar,
            dead,
            step_up,
            may_change,
            over: false,
            mask: None,
            extra,
        });
        Ok(Round::Proxy)
    }

    async fn bare_round(
        &self,
        session: &mut Session,
        visitor: Visitor,
        body: &Bytes,
        current: Option<&Held>,
        fresh: bool,
    ) -> pingora::Result<Round> {
        // A settled request that turned out to be bare has its body still to be read.
        let read;
        let body = if body.is_empty() && !session.is_body_done() {
            read = match body::read(session, &visitor.facts, self.guard.limits.request_body).await {
                Ok(read) => read,
                Err(BodyError::TooLarge) => {
                    return Ok(Round::Answer(
                        self.refusal(&visitor.facts, PageProblem::TooLarge),
                    ));
                }
                Err(BodyError::Broken(error)) => return Err(error),
            };
            &read
        } else {
            body
        };
        match self.bare(&visitor, body, current, fresh).await {
            Bare::Reply(reply) => Ok(Round::Answer(reply)),
            Bare::Stream(incoming) => {
                self.stream(session, &visitor, incoming).await?;
                Ok(Round::Streamed)
            }
        }
    }

    /// Another tab of this browser has the new token; the next request brings it.
    fn token_replaced(&self, facts: &Facts) -> Reply {
        match (facts.kind, facts.cookies.again) {
            (Kind::Navigation, true) => self.portal.one_moment(&facts.request_id).into(),
            (Kind::Navigation, false) => {
                let secure = if self.guard.https { "; Secure" } else { "" };
                let mark = format!("{AGAIN}=1; Path=/; Max-Age=5; HttpOnly; SameSite=Lax{secure}");
                Reply::see_other(&facts.path_and_query()).with_cookies([mark.into_bytes()])
            }
            _ => Reply::problem(
                StatusCode::UNAUTHORIZED,
                "The session has moved on; try again",
                Some(&self.guard.challenge()),
            ),
        }
    }

    /// Routes that nobody may use, and credentials that the gateway did not seal.
    fn refused(&self, session: &Session, facts: &Facts) -> Option<Reply> {
        let path = LenientPath::new(&facts.target.path);
        if self.guard.refuse.iter().any(|glob| glob.matches_any(&path)) {
            tracing::warn!(
                request_id = facts.request_id,
                path = facts.target.path,
                "refused by guard.refuse"
            );
            return Some(self.refusal(facts, PageProblem::RouteRefused));
        }
        let place = facts.raw_credential(&session.req_header().headers, &self.guard)?;
        tracing::warn!(
            request_id = facts.request_id,
            path = facts.target.path,
            place,
            "a credential that the gateway did not seal was refused (guard.token_inputs, guard.session_cookies)"
        );
        Some(self.refusal(facts, PageProblem::CredentialRefused))
    }

    pub fn failed(&self, facts: &Facts, error: &FlowError) -> Reply {
        tracing::error!(request_id = facts.request_id, %error, "a request failed closed");
        self.refusal(facts, problem_of(error))
    }

    fn bad_head(&self, session: &mut Session, bad: BadHead, request_id: &str) -> Reply {
        session.set_keepalive(None);
        let problem = match bad {
            BadHead::WrongHost => PageProblem::WrongHost,
            BadHead::TooLarge => PageProblem::HeadTooLarge,
            BadHead::Malformed(why) => {
                tracing::info!(request_id, why, "a malformed request was refused");
                PageProblem::BadRequest
            }
        };
        self.portal.problem(problem, request_id, None).into()
    }
}

/// How one decision ended.
enum Round {
    Answer(Reply),
    /// The answer has been written.
    Streamed,
    /// `ctx.settled` is set: Pingora goes on.
    Proxy,
    /// The session moved on: decide afresh.
    Again,
}
