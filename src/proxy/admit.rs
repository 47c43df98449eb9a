//! A request from its head to its lane.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use pingora::proxy::Session;

use super::body::{self, BodyError, Read};
use super::context::Context;
use super::facts::{BadHead, Facts, language_of};
use super::gateway::Parts;
use super::lanes::Round;
use super::reply::Reply;
use crate::crypto::token;
use crate::domain::matching::{BODY_LOOKED_INTO, Body, Head, Match, Rule};
use crate::domain::password::SignInName;
use crate::domain::password_check;
use crate::domain::path_glob::LenientPath;
use crate::domain::typed_name::{self, TypedName};
use crate::flows::FlowError;
use crate::portal::languages::Reader;
use crate::portal::problem_of;
use crate::portal::views::texts::PageProblem;
use crate::stores::Found;

/// How often a request is decided afresh because its session moved on while it waited.
const ROUNDS: usize = 4;

/// What stays the same while a request is decided, perhaps more than once.
pub(super) struct Candidate {
    pub facts: Arc<Facts>,
    pub path: LenientPath,
    pub sign_in: bool,
    /// The name typed in a declared sign-in, where it is certain.
    pub typed: Option<TypedName>,
    /// The name typed in a declared sign-in that the gateway could make once more.
    pub sign_in_name: Option<SignInName>,
    pub sign_in_page: bool,
    pub sign_out: bool,
    pub no_credentials: bool,
    /// The body, where it was read.
    pub body: Option<Arc<Read>>,
}

impl Parts {
    /// Answers the request, or prepares it to be proxied (`ctx.settled`). `None` without
    /// `ctx.settled` means that the answer has been streamed already.
    pub async fn admit(
        self: &Arc<Self>,
        session: &mut Session,
        ctx: &mut Context,
    ) -> pingora::Result<Option<Reply>> {
        let peer = session.client_addr().and_then(|address| address.as_inet());
        let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |address| address.ip());
        let request_id = ctx.request_id.clone();
        let facts = match Facts::gather(session.req_header(), peer, request_id, &self.guard) {
            Ok(facts) => Arc::new(self.without_stale_wish(facts)),
            Err(bad) => return Ok(Some(self.bad_head(session, bad, &ctx.request_id))),
        };
        ctx.facts = Some(Arc::clone(&facts));
        let found = match self.look_up(&facts).await {
            Ok(found) => found,
            Err(error) => return Ok(Some(self.failed(&facts, &error))),
        };
        if self.guard.is_portal_path(&facts.target.path) {
            let portal = Box::pin(self.portal_lane(session, &facts, found));
            return portal.await.map(Some);
        }
        let mut candidate = self.candidate(facts);
        if let Some(reply) = self.refused(session, &candidate) {
            return Ok(Some(reply));
        }
        let forgetting = self.forgetting(&candidate.facts);
        let reply = self
            .application_lane(session, ctx, &mut candidate, found)
            .await?;
        Ok(reply.map(|reply| reply.with_cookies(forgetting)))
    }

    fn candidate(&self, facts: Arc<Facts>) -> Candidate {
        let (path, query) = (&facts.target.path, &facts.target.query);
        let get = facts.method == http::Method::GET;
        let readings = LenientPath::new(path);
        let mut rules = self.guard.sign_in.iter();
        let sign_in_page = get && rules.any(|rule| rule.is_page(&readings, query));
        Candidate {
            path: readings,
            sign_in: false,
            typed: None,
            sign_in_name: None,
            sign_in_page,
            sign_out: false,
            no_credentials: self.guard.is_public(path),
            body: None,
            facts,
        }
    }

    async fn application_lane(
        self: &Arc<Self>,
        session: &mut Session,
        ctx: &mut Context,
        candidate: &mut Candidate,
        mut found: Option<Found>,
    ) -> pingora::Result<Option<Reply>> {
        if let Err(refused) = self.read_and_match(session, candidate, &found).await {
            return self.unread(candidate, refused);
        }
        if candidate.body.as_ref().is_some_and(|body| !body.is_empty()) {
            // A client decides how long its body takes; the session may have ended meanwhile.
            found = match self.look_up(&candidate.facts).await {
                Ok(found) => found,
                Err(error) => return Ok(Some(self.failed(&candidate.facts, &error))),
            };
        }
        for _ in 0..ROUNDS {
            match self.round(session, ctx, candidate, found).await? {
                Round::Answer(reply) => return Ok(Some(reply)),
                Round::Streamed | Round::Proxy => return Ok(None),
                Round::Again => {}
            }
            found = match self.look_up(&candidate.facts).await {
                Ok(found) => found,
                Err(error) => return Ok(Some(self.failed(&candidate.facts, &error))),
            };
            if candidate.body.is_none() && !is_settled(&found) {
                match self.whole_body(session, &candidate.facts).await {
                    Ok(read) => candidate.body = Some(Arc::new(read)),
                    Err(refused) => return self.unread(candidate, refused),
                }
            }
        }
        Ok(Some(self.refusal(&candidate.facts, PageProblem::Busy)))
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

    /// Whether this is a declared sign-in or sign-out; reads the body where a rule, or the lane,
    /// needs it. Only a large upload of a settled session is left to stream.
    async fn read_and_match(
        &self,
        session: &mut Session,
        candidate: &mut Candidate,
        found: &Option<Found>,
    ) -> Result<(), BodyError> {
        let facts = Arc::clone(&candidate.facts);
        let head = Head {
            method: facts.method.as_str(),
            path: &candidate.path,
            query: &facts.target.query,
        };
        let says = |verdict| {
            let mut rules = self.guard.sign_in.iter();
            rules.any(|rule| rule.on_head(head) == verdict)
        };
        let mut sign_in = says(Match::Yes);
        let in_body = says(Match::Body);
        // One that depends on the body counts as a sign-out: it costs no more than a question.
        let mut sign_outs = self.guard.sign_out.iter();
        let sign_out = sign_outs.any(|rule| rule.on_head(head) != Match::No);
        let upload = is_settled(found) && !sign_in && self.is_upload(&facts);
        let mut read = None;
        if upload && in_body {
            return Err(BodyError::TooLarge);
        } else if !facts.upgrade && !upload {
            let whole = self.whole_body(session, &facts).await?;
            if in_body && whole.len() > BODY_LOOKED_INTO && is_settled(found) {
                return Err(BodyError::TooLarge);
            }
            read = Some(whole);
        }
        if let (true, Some(bytes)) = (in_body || sign_in, &read) {
            let body = Body {
                content_type: &facts.content_type,
                encoding: &facts.content_encoding,
                bytes,
            };
            let rules = self.guard.sign_in.iter();
            let matched: Vec<_> = rules.filter(|rule| rule.matches(head, body)).collect();
            sign_in = !matched.is_empty();
            let checks = &self.guard.password_checks;
            candidate.sign_in_name = password_check::typed_name(checks, &matched, head, body);
            let matched = matched.into_iter();
            candidate.typed = typed_name::of(matched, &facts.target.query, body);
        }
        candidate.sign_in = sign_in;
        candidate.sign_out = sign_out;
        candidate.body = read.map(Arc::new);
        Ok(())
    }

    /// A body that is declared to be larger than what the gateway holds: it can only stream.
    fn is_upload(&self, facts: &Facts) -> bool {
        let declared = facts.content_length.unwrap_or(0);
        declared > self.guard.limits.request_body as u64
    }

    pub async fn whole_body(
        &self,
        session: &mut Session,
        facts: &Facts,
    ) -> Result<Read, BodyError> {
        body::read(
            session,
            facts,
            self.room_for(self.guard.limits.request_body),
        )
        .await
    }

    /// Room for a body of at most `most` bytes.
    pub fn room_for(&self, most: usize) -> body::Room<'_> {
        body::Room {
            most,
            budget: &self.bodies,
            patience: self.guard.limits.exchange_timeout,
        }
    }

    pub fn unread(
        &self,
        candidate: &Candidate,
        refused: BodyError,
    ) -> pingora::Result<Option<Reply>> {
        match refused {
            BodyError::TooLarge => Ok(Some(self.refusal(&candidate.facts, PageProblem::TooLarge))),
            BodyError::Full => Ok(Some(self.refusal(&candidate.facts, PageProblem::Busy))),
            BodyError::Broken(error) => Err(error),
        }
    }

    /// Routes that nobody may use, and credentials that the gateway did not seal.
    fn refused(&self, session: &Session, candidate: &Candidate) -> Option<Reply> {
        let facts = &candidate.facts;
        if self.guard.reads_as_portal_path(&candidate.path) {
            // The application must not answer where people expect the gateway.
            return Some(self.refusal(facts, PageProblem::NotFound));
        }
        let mut refuse = self.guard.refuse.iter();
        if refuse.any(|glob| glob.matches_any(&candidate.path)) {
            tracing::warn!(
                request_id = facts.request_id,
                path = facts.target.path,
                "refused by guard.refuse"
            );
            return Some(self.refusal(facts, PageProblem::RouteRefused));
        }
        if facts.is_service_worker && self.guard.lies_over_portal(&facts.target.path) {
            // It could answer in the place of the gateway's own pages, or read what they say.
            tracing::warn!(
                request_id = facts.request_id,
                path = facts.target.path,
                "a service worker over the gateway's pages was refused; it works in a folder of its own"
            );
            return Some(self.refusal(facts, PageProblem::Forbidden));
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
        let reader = Reader {
            request_id,
            language: language_of(session.req_header()),
        };
        self.portal.problem(problem, reader, None).into()
    }
}

fn is_settled(found: &Option<Found>) -> bool {
    matches!(found, Some(Found::Current(held)) if held.record.state.is_settled())
}
