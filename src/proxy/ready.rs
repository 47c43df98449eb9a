//! Before a settled request goes on: does the evidence cover exactly what it carries?
//!
//! Asked for a value that nobody has asked about, after a request that may have changed the user, and
//! once in `guard.identity.recheck`. One question at a time for each session; the others wait for it.

use pingora::http::RequestHeader;

use super::asking::About;
use super::facts::Facts;
use super::gateway::Parts;
use super::jar::{Jar, ResponseCookies};
use super::reply::Reply;
use crate::domain::clock::UnixTime;
use crate::domain::credentials::{Credential, Standing};
use crate::domain::evidence::Evidence;
use crate::domain::session::{Asked, Record};
use crate::flows::FlowError;
use crate::portal::views::texts::PageProblem;
use crate::stores::Held;

/// What was learned about a settled session before its request goes on.
pub enum Ready {
    /// With the record as it is now, the cookies to go on with, and lines that a probe brought.
    Go(Held, Jar, Vec<Vec<u8>>),
    /// The session is gone; the request goes on as a stranger's.
    Gone,
    Refused(Reply),
}

impl Parts {
    /// Makes sure that the evidence covers exactly what this request carries.
    pub async fn ready(
        &self,
        held: Held,
        jar: Jar,
        facts: &Facts,
        head: &RequestHeader,
    ) -> Result<Ready, FlowError> {
        if !self.must_ask(&held, &jar) {
            return Ok(Ready::Go(held, jar, Vec::new()));
        }
        let flight = self.flights.of(held.record.id);
        let _turn = flight.lock().await;
        let Some(held) = self
            .flows
            .sessions
            .read(held.record.id, self.flows.clock.now())
            .await?
        else {
            return Ok(Ready::Gone);
        };
        if !held.record.state.is_settled() {
            return Ok(Ready::Gone);
        }
        if !self.must_ask(&held, &jar) {
            return Ok(Ready::Go(held, jar, Vec::new()));
        }
        Box::pin(self.ask_again(held, jar, facts, head)).await
    }

    fn must_ask(&self, held: &Held, jar: &Jar) -> bool {
        let now = self.flows.clock.now();
        let fresh = |credential: &Credential| {
            let at = self.vouched_at(held, credential);
            at.is_some_and(|at| now.since(at) < self.guard.recheck)
        };
        held.watch.is_due() || !jar.iter().all(fresh)
    }

    /// When the evidence was taken that says whose this value is.
    fn vouched_at(&self, held: &Held, credential: &Credential) -> Option<UnixTime> {
        let record = &held.record;
        match record.live.standing(credential, record.epoch) {
            Standing::Asked(at) => Some(at),
            Standing::Pending if self.guard.identity.trusts_changes => {
                held.watch.trusted_since(credential)
            }
            Standing::Pending | Standing::Dead => None,
        }
    }

    /// `identity.rotation = "trust"`: what an answer sets counts like what its request carried. Not
    /// longer: values that come one after the other must not put the recheck off for ever.
    pub fn take_on_trust(&self, held: &Held, carried: &Jar, cookies: &ResponseCookies) {
        let vouched = |credential| self.vouched_at(held, credential);
        let ages = carried
            .iter()
            .map(|it| vouched(it).unwrap_or(held.record.asked_at));
        let Some(since) = ages.min() else { return };
        let mut after = carried.clone();
        after.apply(cookies);
        after.stamp(held.record.epoch);
        for credential in after.iter().filter(|it| vouched(it).is_none()) {
            held.watch.trust(credential, since);
        }
    }

    async fn ask_again(
        &self,
        held: Held,
        mut jar: Jar,
        facts: &Facts,
        head: &RequestHeader,
    ) -> Result<Ready, FlowError> {
        let record = &held.record;
        let changed = held.watch.is_due();
        held.watch.lower();
        if changed {
            held.watch.distrust();
        }
        let typed = self.remembered(record, &jar);
        let about = About {
            facts,
            head,
            plain_set: &[],
            typed,
            elsewhere: self.is_shown_elsewhere(record, &facts.target.path, &Default::default()),
            half: self.is_half(record, &facts.target.path, &Default::default()),
        };
        let asked = self.ask(&mut jar, &about).await;
        match asked.evidence {
            Evidence::User { id, .. }
                if record.state.signed_in().is_some_and(|who| who.user == id) =>
            {
                jar.stamp(record.epoch);
                let (id, epoch) = (record.id, record.epoch);
                let none = Jar::default();
                let sealed = self.sealed_lines(id, epoch, &asked.cookies, &none);
                let Ok(lines) = sealed.await else {
                    return Ok(Ready::Refused(
                        self.refusal(facts, PageProblem::ApplicationDown),
                    ));
                };
                let Some(held) = self.renew(held, &jar, changed).await? else {
                    return Ok(Ready::Gone);
                };
                // As a browser would that had put the question: what was replaced may be dead by now.
                jar.keep_for(&facts.target.path);
                Ok(Ready::Go(held, jar, lines))
            }
            // A typed name says nothing of a cookie that came after it: only another sign-in can.
            Evidence::Unknown(_) if self.guard.identity.is_typed() && typed.is_none() => {
                tracing::info!(session = %record.id, "a cookie changed whose owner nobody can tell; the session ends");
                self.flows.sessions.end(record.id).await?;
                Ok(Ready::Gone)
            }
            Evidence::Unknown(why) => {
                held.watch.make_due();
                tracing::warn!(
                    request_id = facts.request_id,
                    why,
                    "guard.identity gave no clear answer; the request is refused"
                );
                Ok(Ready::Refused(
                    self.refusal(facts, PageProblem::IdentityUnknown),
                ))
            }
            Evidence::User { .. } | Evidence::SignedOut => {
                tracing::info!(session = %record.id, "the application's session is no longer this user's; the gateway's session ends");
                self.flows.sessions.end(record.id).await?;
                Ok(Ready::Gone)
            }
        }
    }

    /// Notes that the same user was named for `jar`. `None` where the session has ended meanwhile.
    pub async fn renew(
        &self,
        held: Held,
        jar: &Jar,
        changed: bool,
    ) -> Result<Option<Held>, FlowError> {
        let credentials = jar.credentials();
        let mut current = held;
        for _ in 0..8 {
            let asked = Asked {
                jar: &credentials,
                at: self.flows.clock.now(),
            };
            let next = Record::clone(&current.record).asked_again(asked, changed)?;
            if let Some(held) = self.flows.sessions.transition(next).await? {
                return Ok(Some(held));
            }
            let read = self
                .flows
                .sessions
                .read(current.record.id, asked.at)
                .await?;
            match read.filter(|read| read.record.state.is_settled()) {
                Some(read) => current = read,
                None => return Ok(None),
            }
        }
        Err(FlowError::Contended)
    }
}
