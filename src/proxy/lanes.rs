//! One decision about one request, and what is done about it.

use std::sync::Arc;

use http::StatusCode;
use pingora::proxy::Session;

use super::admit::Candidate;
use super::context::{Context, Settled};
use super::cookies::AGAIN;
use super::facts::{Facts, Kind};
use super::gateway::Parts;
use super::jar::Jar;
use super::judge::Visitor;
use super::lease::Acquired;
use super::ready::Ready;
use super::reply::Reply;
use super::route::{self, Presented, Verdict, View};
use super::settled::is_whole;
use super::unsettled::Bare;
use crate::domain::step_up::{Grant, Proof};
use crate::portal::views::texts::PageProblem;
use crate::stores::{Found, Held};

/// How one decision ended.
pub(super) enum Round {
    Answer(Reply),
    /// The answer has been written.
    Streamed,
    /// `ctx.settled` is set: Pingora goes on.
    Proxy,
    /// The session moved on: decide afresh.
    Again,
}

impl Round {
    fn of(reply: Option<Reply>) -> Self {
        reply.map_or(Self::Streamed, Self::Answer)
    }
}

impl Parts {
    pub(super) async fn round(
        self: &Arc<Self>,
        session: &mut Session,
        ctx: &mut Context,
        candidate: &Candidate,
        found: Option<Found>,
    ) -> pingora::Result<Round> {
        let facts = &candidate.facts;
        let current = match &found {
            Some(Found::Current(held)) => Some(held.clone()),
            _ => None,
        };
        let (jar, dead) = match &current {
            Some(held) => self.open(facts, held),
            None => (Jar::default(), facts.presented_names()),
        };
        let verdict = route::decide(self.view(candidate, &found, &jar));
        match (verdict, current) {
            (Verdict::Settled, Some(held)) => {
                let head = session.req_header();
                let (held, jar, extra) = match self.ready(held, jar, facts, head).await {
                    Ok(Ready::Go(held, jar, extra)) => (held, jar, extra),
                    Ok(Ready::Gone) => return Ok(Round::Again),
                    Ok(Ready::Refused(reply)) => return Ok(Round::Answer(reply)),
                    Err(error) => return Ok(Round::Answer(self.failed(facts, &error))),
                };
                self.settled_round(session, ctx, candidate, (held, extra), jar, dead)
                    .await
            }
            (Verdict::Undecided { sign_in }, Some(held)) => {
                Box::pin(self.undecided_round(session, candidate, held, sign_in)).await
            }
            (Verdict::Looking, Some(held)) => {
                let visitor = Visitor::new(candidate, session.req_header(), dead);
                Box::pin(self.looking_round(session, visitor, held, jar)).await
            }
            (Verdict::EndThenBare, Some(held)) => {
                if let Err(error) = self.flows.sessions.end(held.record.id).await {
                    return Ok(Round::Answer(self.failed(facts, &error.into())));
                }
                let dead = facts.presented_names();
                Box::pin(self.bare_round(session, candidate, dead, None)).await
            }
            (Verdict::FactorFirst, Some(held)) => {
                Ok(Round::Answer(self.factor_first(facts, &held.record.state)))
            }
            (Verdict::Bare, current) => {
                // A left-over stays where a good cookie of its name might be expired in its place.
                let dead = dead.into_iter().filter(|name| !jar.has_named(name));
                let dead = dead.collect();
                Box::pin(self.bare_round(session, candidate, dead, current.as_ref())).await
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

    fn open(&self, facts: &Facts, held: &Held) -> (Jar, Vec<String>) {
        let sealer = self.sealer(held.record.id);
        Jar::open(
            &facts.cookies.protected,
            &sealer,
            &held.record,
            &facts.target.path,
        )
    }

    fn view<'a>(&self, candidate: &Candidate, found: &'a Option<Found>, jar: &Jar) -> View<'a> {
        let (facts, now) = (&candidate.facts, self.flows.clock.now());
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
                let state = route::Session::Current(&held.record.state);
                (state, presented, held.record.lease.is_some())
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
            looks_only: self.guard.ids_rotate
                && facts.is_safe()
                && candidate.body.as_ref().is_none_or(|body| body.is_empty()),
        }
    }

    /// Upgrades and large uploads stream through Pingora's proxy; everything else is an exchange
    /// whose head is looked at before anything of it is shown.
    async fn settled_round(
        self: &Arc<Self>,
        session: &mut Session,
        ctx: &mut Context,
        candidate: &Candidate,
        (held, extra): (Held, Vec<Vec<u8>>),
        jar: Jar,
        dead: Vec<String>,
    ) -> pingora::Result<Round> {
        let (record, now) = (&held.record, self.flows.clock.now());
        let step_up = self
            .flows
            .step_up
            .grant(record.id, record.epoch.0, Proof::Factor, now)
            .await;
        let step_up = match step_up {
            Ok(grant) => grant.and_then(Grant::for_application),
            Err(error) => return Ok(Round::Answer(self.failed(&candidate.facts, &error.into()))),
        };
        // Where ids rotate, nobody signs in without a new cookie, and that is asked about by itself.
        let unsafe_counts = !self.guard.ids_rotate && !candidate.facts.is_safe();
        let may_change = candidate.sign_out || unsafe_counts;
        let change = may_change.then(|| held.watch.begin());
        let settled = Settled {
            held,
            jar,
            dead,
            step_up,
            _change: change,
            over: false,
            mask: None,
            extra,
        };
        match &candidate.body {
            Some(body) => {
                self.settled_exchange(session, settled, &candidate.facts, body)
                    .await
            }
            None => {
                ctx.settled = Some(settled);
                Ok(Round::Proxy)
            }
        }
    }

    async fn undecided_round(
        self: &Arc<Self>,
        session: &Session,
        candidate: &Candidate,
        held: Held,
        sign_in: bool,
    ) -> pingora::Result<Round> {
        let facts = &candidate.facts;
        let acquired = self
            .queues
            .acquire(&self.flows, &held, sign_in, &self.guard.limits);
        let leased = match acquired.await {
            Ok(Acquired::Lease(leased)) => leased,
            Ok(Acquired::Changed) => return Ok(Round::Again),
            Ok(Acquired::Busy) => {
                return Ok(Round::Answer(self.refusal(facts, PageProblem::Busy)));
            }
            Err(error) => return Ok(Round::Answer(self.failed(facts, &error))),
        };
        // Opened with the record under the lease: it may have changed in the queue.
        let (jar, dead) = self.open(facts, &leased);
        let now = self.flows.clock.now();
        let whole = is_whole(&leased.record.live, &jar, &facts.target.path, now);
        let jar = if whole { jar } else { Jar::default() };
        let visitor = Visitor::new(candidate, session.req_header(), dead);
        let body = candidate.body.clone();
        let reply = self.undecided(visitor, body, leased, jar, sign_in).await;
        Ok(Round::Answer(reply))
    }

    async fn bare_round(
        &self,
        session: &mut Session,
        candidate: &Candidate,
        dead: Vec<String>,
        current: Option<&Held>,
    ) -> pingora::Result<Round> {
        let visitor = Visitor::new(candidate, session.req_header(), dead);
        // The upload of a session that has just ended is still to be read.
        let read = match &candidate.body {
            Some(body) => Ok(Arc::clone(body)),
            None => self.whole_body(session, &visitor.facts).await.map(Arc::new),
        };
        let body = match read {
            Ok(body) => body,
            Err(refused) => return self.unread(candidate, refused).map(Round::of),
        };
        match self.bare(&visitor, &body, current, candidate.sign_in).await {
            Bare::Reply(reply) => Ok(Round::Answer(reply)),
            Bare::Stream(incoming) => {
                self.stream_bare(session, &visitor, *incoming).await?;
                Ok(Round::Streamed)
            }
        }
    }

    /// Another tab of this browser has the new token; the next request brings it.
    fn token_replaced(&self, facts: &Facts) -> Reply {
        match (facts.kind, facts.cookies.again) {
            (Kind::Navigation, true) => self.portal.one_moment(facts.reader()).into(),
            (Kind::Navigation, false) => {
                let secure = if self.guard.https { "; Secure" } else { "" };
                let mark = format!("{AGAIN}=1; Path=/; Max-Age=5; HttpOnly; SameSite=Lax{secure}");
                Reply::see_other(&facts.own_address()).with_cookies([mark.into_bytes()])
            }
            _ => {
                let challenge = self.guard.challenge();
                let title = "The session has moved on; try again";
                Reply::problem(StatusCode::UNAUTHORIZED, title, Some(&challenge))
            }
        }
    }
}

impl Visitor {
    fn new(candidate: &Candidate, head: &pingora::http::RequestHeader, dead: Vec<String>) -> Self {
        Self {
            facts: Arc::clone(&candidate.facts),
            head: head.clone(),
            dead,
            typed: candidate.typed.clone(),
            sign_in_name: candidate.sign_in_name.clone(),
        }
    }
}
