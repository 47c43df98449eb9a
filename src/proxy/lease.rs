//! One undecided exchange at a time for each session: who may run it, and who waits.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::ids::RecordId;
use crate::domain::session::{Record, State};
use crate::flows::{FlowError, Flows};
use crate::stores::Held;

/// How the wait ended.
pub enum Acquired {
    /// The exchange may run; the record as it is now.
    Lease(Held),
    /// The session has moved on: decide afresh.
    Changed,
    /// Too many wait, or this one waited too long.
    Busy,
}

/// Requests that wait, by session.
#[derive(Debug, Default)]
pub struct Queues(Mutex<HashMap<RecordId, Waiting>>);

#[derive(Clone, Copy, Debug, Default)]
struct Waiting {
    all: u32,
    sign_ins: u32,
}

/// A place in a queue; given up when dropped.
struct Place<'a> {
    queues: &'a Queues,
    id: RecordId,
    sign_in: bool,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut queues = self.queues.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(waiting) = queues.get_mut(&self.id) {
            waiting.all = waiting.all.saturating_sub(1);
            waiting.sign_ins = waiting.sign_ins.saturating_sub(u32::from(self.sign_in));
            if waiting.all == 0 {
                queues.remove(&self.id);
            }
        }
    }
}

impl Queues {
    fn join(&self, id: RecordId, sign_in: bool, most: u32) -> Option<Place<'_>> {
        let mut queues = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = queues.entry(id).or_default();
        if waiting.all >= most {
            return None;
        }
        waiting.all += 1;
        waiting.sign_ins += u32::from(sign_in);
        Some(Place {
            queues: self,
            id,
            sign_in,
        })
    }

    fn sign_in_waits(&self, id: RecordId) -> bool {
        let queues = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        queues.get(&id).is_some_and(|waiting| waiting.sign_ins > 0)
    }

    /// Waits for the lease of an anonymous session. Declared sign-ins go first.
    pub async fn acquire(
        &self,
        flows: &Flows,
        held: &Held,
        sign_in: bool,
        limits: &super::GuardLimits,
    ) -> Result<Acquired, FlowError> {
        let id = held.record.id;
        let Some(_place) = self.join(id, sign_in, limits.lease_queue) else {
            return Ok(Acquired::Busy);
        };
        let wait = self.wait(flows, held, sign_in, limits);
        tokio::time::timeout(limits.lease_wait, wait)
            .await
            .unwrap_or(Ok(Acquired::Busy))
    }

    async fn wait(
        &self,
        flows: &Flows,
        held: &Held,
        sign_in: bool,
        limits: &super::GuardLimits,
    ) -> Result<Acquired, FlowError> {
        let id = held.record.id;
        loop {
            let now = flows.clock.now();
            let Some(read) = flows.sessions.read(id, now).await? else {
                return Ok(Acquired::Changed);
            };
            if read.record.state != State::Anonymous || read.record.token != held.record.token {
                return Ok(Acquired::Changed);
            }
            if read.record.lease.is_none() && (sign_in || !self.sign_in_waits(id)) {
                // Longer than the exchange and its question can take: an expired lease ends the session.
                let until = now.plus(limits.exchange_timeout + limits.whoami_timeout * 2);
                let next = Record::clone(&read.record).take_lease(until)?;
                if let Some(leased) = flows.sessions.transition(next).await? {
                    return Ok(Acquired::Lease(leased));
                }
                continue;
            }
            flows.sessions.changed(id).await;
        }
    }
}

/// One question at a time for each settled session; the others wait for its answer.
#[derive(Debug, Default)]
pub struct Flights(Mutex<HashMap<RecordId, Arc<tokio::sync::Mutex<()>>>>);

impl Flights {
    pub fn of(&self, id: RecordId) -> Arc<tokio::sync::Mutex<()>> {
        let mut flights = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        flights.retain(|_, flight| Arc::strong_count(flight) > 1);
        Arc::clone(flights.entry(id).or_default())
    }
}
