//! A visitor who only looks, in an application that gives every sign-in a new session id
//! (`guard.session_id = "rotates"`).
//!
//! What such a request carries is known to be nobody's, and cannot become somebody's without a new
//! cookie. So it needs no lease and no question, and streams; an answer that sets a protected cookie, or
//! takes one away, is judged like any other.
//!
//! If the application keeps its ids after all, a sign-in makes somebody of what these requests carry.
//! So none of them goes on over an exchange that may be one: what has not been answered by then is
//! decided afresh, and what streams ends.

use std::sync::Arc;

use pingora::proxy::Session;

use super::context::Settled;
use super::gateway::Parts;
use super::jar::{Jar, ResponseCookies};
use super::judge::{Heard, Visitor};
use super::lanes::Round;
use super::lease::Acquired;
use super::unsettled::exchange_problem;
use crate::domain::session::State;
use crate::portal::problem_of;
use crate::portal::views::texts::PageProblem;
use crate::stores::Held;

impl Parts {
    pub(super) async fn looking_round(
        self: &Arc<Self>,
        session: &mut Session,
        visitor: Visitor,
        held: Held,
        jar: Jar,
    ) -> pingora::Result<Round> {
        let facts = &visitor.facts;
        let refused = |problem| Ok(Round::Answer(self.refusal(facts, problem)));
        let build = || self.exchange_head(&visitor, &jar);
        let empty = bytes::Bytes::new();
        let patience = self.guard.limits.exchange_timeout;
        let exchange = self.origin.exchange(&build, &empty, false);
        let mut incoming = match tokio::time::timeout(patience, exchange).await {
            Ok(Ok(incoming)) => incoming,
            Ok(Err(error)) => return refused(exchange_problem(facts, &error)),
            Err(_) => return refused(PageProblem::ApplicationSlow),
        };
        let (id, now) = (held.record.id, self.flows.clock.now());
        let held = match self.flows.sessions.read(id, now).await {
            Ok(Some(held)) => held,
            Ok(None) => return Ok(Round::Again),
            Err(error) => return Ok(Round::Answer(self.failed(facts, &error.into()))),
        };
        if held.record.state != State::Anonymous || held.record.lease.is_some() {
            // Somebody may have signed in meanwhile, and this may be their page.
            return Ok(Round::Again);
        }
        let path = &facts.target.path;
        let cookies = ResponseCookies::read(&incoming.head, path, &self.guard.names, now);
        if cookies.concern(&jar) {
            let spooled = tokio::time::timeout(patience, self.spool(&visitor, incoming, jar));
            return match spooled.await {
                Ok(Ok(heard)) => self.judge_look(visitor, held, heard).await,
                Ok(Err(problem)) => refused(problem),
                Err(_) => refused(PageProblem::ApplicationSlow),
            };
        }
        let mut head = incoming.take_head()?;
        let mut streaming = Settled {
            held,
            jar,
            dead: visitor.dead.clone(),
            step_up: None,
            _change: None,
            over: false,
            mask: None,
            extra: Vec::new(),
        };
        self.settled_response(&mut head, &mut streaming, facts, cookies)
            .await?;
        self.pump(session, head, incoming, Some(&mut streaming))
            .await?;
        Ok(Round::Streamed)
    }

    /// One judgement at a time for each session, and a client that hangs up does not cancel it.
    async fn judge_look(
        self: &Arc<Self>,
        visitor: Visitor,
        held: Held,
        heard: Heard,
    ) -> pingora::Result<Round> {
        let (facts, limits) = (Arc::clone(&visitor.facts), &self.guard.limits);
        let acquired = self.queues.acquire(&self.flows, &held, false, limits);
        let leased = match acquired.await {
            Ok(Acquired::Lease(leased)) => leased,
            Ok(Acquired::Changed) => return Ok(Round::Again),
            Ok(Acquired::Busy) => {
                return Ok(Round::Answer(self.refusal(&facts, PageProblem::Busy)));
            }
            Err(error) => {
                return Ok(Round::Answer(self.refusal(&facts, problem_of(&error))));
            }
        };
        let (parts, id) = (Arc::clone(self), leased.record.id);
        let counted = self.in_flight.count();
        let task = tokio::spawn(async move {
            let _counted = counted;
            parts.conclude_or_end(&visitor, &leased, heard).await
        });
        Ok(Round::Answer(match task.await {
            Ok(reply) => reply,
            Err(error) => {
                tracing::error!(session = %id, %error, "a judgement broke; its session ends");
                self.end_quietly(id).await;
                self.refusal(&facts, PageProblem::Internal)
            }
        }))
    }
}
