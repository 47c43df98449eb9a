//! A settled request as an exchange: the head of its answer decides.
//!
//! No changed credential: it streams. A changed one may be somebody else's sign-in: the answer is
//! taken to its last byte, the application is asked with the new cookies, and only the same user's
//! answer is released as it is (invariant I3).

use std::sync::Arc;

use bytes::Bytes;
use pingora::proxy::Session;

use super::context::Settled;
use super::facts::Facts;
use super::gateway::Parts;
use super::judge::{Heard, Unreleased, Visitor};
use super::lanes::Round;
use super::origin::Incoming;
use super::outgoing::Way;
use super::reply::Reply;
use super::unsettled::exchange_problem;
use crate::domain::evidence::Evidence;
use crate::portal::views::texts::PageProblem;

impl Parts {
    pub(super) async fn settled_exchange(
        self: &Arc<Self>,
        session: &mut Session,
        mut settled: Settled,
        facts: &Arc<Facts>,
        body: &Bytes,
    ) -> pingora::Result<Round> {
        if settled.held.has_ended() {
            return Ok(Round::Again);
        }
        let head = session.req_header();
        let build = || self.settled_request(head, Way::Exchange, &settled, facts);
        let mut incoming = match self.origin.exchange(&build, body, false).await {
            Ok(incoming) => incoming,
            Err(error) => {
                return Ok(Round::Answer(
                    self.refusal(facts, exchange_problem(facts, &error)),
                ));
            }
        };
        if settled.held.has_ended() {
            // It ended while the application was at work; nobody is owed the answer any more.
            return Ok(Round::Answer(self.refusal(facts, PageProblem::Busy)));
        }
        let cookies = self.cookies_of(&incoming.head, facts);
        let changes = cookies.change_a_credential(&settled.jar, &settled.held.record.live);
        // What has no end would outlive the recheck that trust relies on.
        let trusts = self.guard.identity.trusts_changes && !incoming.is_event_stream();
        if changes && trusts {
            self.take_on_trust(&settled.held, &settled.jar, &cookies);
        } else if changes {
            let visitor = Visitor {
                facts: Arc::clone(facts),
                head: session.req_header().clone(),
                dead: settled.dead.clone(),
                typed: None,
                sign_in_name: None,
            };
            return Ok(Round::Answer(
                Box::pin(self.changed(&visitor, settled, incoming)).await,
            ));
        }
        let mut head = incoming.take_head()?;
        self.settled_response(&mut head, &mut settled, facts, cookies)
            .await?;
        self.pump(session, head, incoming, Some(&mut settled))
            .await?;
        Ok(Round::Streamed)
    }

    /// Nothing of an answer that brings a changed credential is shown before it is known whose it is.
    async fn changed(&self, visitor: &Visitor, settled: Settled, incoming: Incoming) -> Reply {
        if incoming.is_event_stream() {
            // It has no end to wait for.
            tracing::warn!(
                request_id = visitor.facts.request_id,
                "an event stream that changes a protected cookie was refused"
            );
            return self.refusal(&visitor.facts, PageProblem::ResponseTooLarge);
        }
        match self.spool(visitor, incoming, settled.jar.clone()).await {
            Ok(heard) => self
                .settle_changed(visitor, settled, heard)
                .await
                .unwrap_or_else(|error| self.unreleased(&visitor.facts, &error)),
            Err(problem) => self.refusal(&visitor.facts, problem),
        }
    }

    async fn settle_changed(
        &self,
        visitor: &Visitor,
        settled: Settled,
        mut heard: Heard,
    ) -> Result<Reply, Unreleased> {
        let record = &settled.held.record;
        let asked = self.ask_about(visitor, Some(record), &mut heard).await;
        heard.jar.stamp(record.epoch);
        let same = matches!(&asked.evidence, Evidence::User { id, .. } if record.state.signed_in().is_some_and(|who| who.user == *id));
        if let (false, Evidence::SignedOut | Evidence::User { .. }) = (same, &asked.evidence) {
            tracing::info!(session = %record.id, "another user signed in, or nobody is any more; the session ends");
            self.flows.sessions.end(record.id).await?;
            return self.settle(visitor, None, heard, asked).await;
        }
        let changed = settled._change.is_some();
        let mut lines = settled.extra;
        let (id, epoch) = (record.id, record.epoch);
        lines.extend(
            self.sealed_lines(id, epoch, &heard.cookies, &settled.jar)
                .await?,
        );
        if !same && self.guard.identity.is_typed() {
            // A typed name says nothing of the new cookie, and never will.
            return self.unknown(visitor, Some(&settled.held)).await;
        }
        if !same {
            // Sealed all the same: the next request that carries them is asked about.
            settled.held.watch.make_due();
            let refusal = self.refusal(&visitor.facts, PageProblem::IdentityUnknown);
            return Ok(refusal.with_cookies(lines));
        }
        self.renew(settled.held, &heard.jar, changed)
            .await?
            .ok_or(Unreleased::Gone)?;
        self.release(visitor, &heard, lines)
    }
}
