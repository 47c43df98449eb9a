//! The sessions in memory: by id, by token, and the anonymous ones by network. Pure bookkeeping.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use tokio::sync::Notify;

use super::super::{Found, Held};
use crate::domain::clock::UnixTime;
use crate::domain::ids::{RecordId, UserId};
use crate::domain::session::{OLD_TOKEN_LIFE, Record, State, TokenDigest};

/// One session in memory.
pub(super) struct Entry {
    pub held: Held,
    pub last_seen: AtomicI64,
    /// What the database knows of `last_seen`.
    pub saved_seen: AtomicI64,
    pub changed: Arc<Notify>,
    network: String,
}

/// All sessions of this process.
#[derive(Default)]
pub(super) struct Table {
    by_id: HashMap<RecordId, Entry>,
    by_token: HashMap<TokenDigest, RecordId>,
    /// Anonymous sessions of each client network, oldest first.
    anonymous: HashMap<String, VecDeque<RecordId>>,
}

impl Table {
    pub fn insert(&mut self, record: Record, network: &str, last_seen: UnixTime) -> Held {
        let id = record.id;
        if record.state == State::Anonymous {
            self.anonymous
                .entry(network.to_owned())
                .or_default()
                .push_back(id);
        }
        self.by_token.insert(record.token, id);
        if let Some((token, _)) = record.previous {
            self.by_token.insert(token, id);
        }
        let held = Held {
            record: Arc::new(record),
            ended: Arc::default(),
            watch: Arc::default(),
        };
        let entry = Entry {
            held: held.clone(),
            last_seen: AtomicI64::new(last_seen.0),
            saved_seen: AtomicI64::new(last_seen.0),
            changed: Arc::new(Notify::new()),
            network: network.to_owned(),
        };
        self.by_id.insert(id, entry);
        held
    }

    /// The anonymous sessions that must go so that one more fits under `cap`: the oldest of this
    /// network, but never one in the middle of an exchange.
    pub fn surplus(&self, network: &str, cap: usize) -> Vec<RecordId> {
        let Some(queue) = self.anonymous.get(network) else {
            return Vec::new();
        };
        let surplus = (queue.len() + 1).saturating_sub(cap);
        let idle = queue.iter().filter(|id| {
            self.by_id
                .get(id)
                .is_some_and(|entry| entry.held.record.lease.is_none())
        });
        idle.take(surplus).copied().collect()
    }

    pub fn anonymous_in_all(&self) -> usize {
        self.anonymous.values().map(VecDeque::len).sum()
    }

    pub fn get(&self, id: RecordId) -> Option<&Entry> {
        self.by_id.get(&id)
    }

    pub fn find(&self, token: TokenDigest, now: UnixTime, idle: Duration) -> Option<Found> {
        let entry = self.by_id.get(self.by_token.get(&token)?)?;
        if entry.is_over(now, idle) {
            return None;
        }
        let record = &entry.held.record;
        if record.token == token {
            return Some(Found::Current(entry.held.clone()));
        }
        match record.previous {
            Some((old, replaced)) if old == token && now.since(replaced) < OLD_TOKEN_LIFE => {
                Some(Found::Replaced)
            }
            _ => None,
        }
    }

    /// Puts `next` in the place of the version before it; `None` where that is not there.
    pub fn replace(&mut self, next: Record) -> Option<Held> {
        let entry = self.by_id.get_mut(&next.id)?;
        let before = Arc::clone(&entry.held.record);
        if before.version.checked_add(1) != Some(next.version) {
            return None;
        }
        if let Some((oldest, _)) = before.previous {
            self.by_token.remove(&oldest);
        }
        self.by_token.insert(next.token, next.id);
        if let Some((token, _)) = next.previous {
            self.by_token.insert(token, next.id);
        }
        if before.state == State::Anonymous && next.state != State::Anonymous {
            forget(&mut self.anonymous, &entry.network, next.id);
        }
        let fell = before.state.is_settled() && !next.state.is_settled();
        // A visitor may be about to sign in, or has.
        let may_be_somebody = before.state == State::Anonymous
            && (next.state != State::Anonymous || next.lease.is_some());
        if fell || may_be_somebody {
            // What streams under the old state ends; what comes is watched anew.
            entry.held.ended.store(true, Ordering::Release);
            entry.held.ended = Arc::default();
            entry.held.watch = Arc::default();
        }
        entry.held.record = Arc::new(next);
        entry.changed.notify_waiters();
        Some(entry.held.clone())
    }

    pub fn remove(&mut self, id: RecordId) -> Option<Entry> {
        let entry = self.by_id.remove(&id)?;
        self.by_token.remove(&entry.held.record.token);
        if let Some((token, _)) = entry.held.record.previous {
            self.by_token.remove(&token);
        }
        forget(&mut self.anonymous, &entry.network, id);
        entry.held.ended.store(true, Ordering::Release);
        entry.changed.notify_waiters();
        Some(entry)
    }

    pub fn users(&self) -> BTreeSet<UserId> {
        let states = self.by_id.values().map(|entry| &entry.held.record.state);
        states
            .filter_map(|state| Some(state.signed_in()?.user.clone()))
            .collect()
    }

    pub fn of_user(&self, user: &UserId) -> Vec<Held> {
        let theirs = self.by_id.values().filter(|entry| {
            entry
                .held
                .record
                .state
                .signed_in()
                .is_some_and(|who| who.user == *user)
        });
        let mut sessions: Vec<Held> = theirs.map(|entry| entry.held.clone()).collect();
        sessions.sort_by_key(|held| std::cmp::Reverse(held.record.created_at));
        sessions
    }

    /// Sessions that are over by time, idleness or a lease that nobody gave back.
    pub fn over(&self, now: UnixTime, idle: Duration) -> Vec<RecordId> {
        let over = self
            .by_id
            .iter()
            .filter(|(_, entry)| entry.is_over(now, idle));
        over.map(|(id, _)| *id).collect()
    }

    /// Persistent sessions used since the database last heard of it.
    pub fn unsaved_uses(&self) -> Vec<(RecordId, UnixTime)> {
        let used = self
            .by_id
            .iter()
            .filter(|(_, entry)| entry.held.record.state != State::Anonymous);
        let unsaved = used.filter_map(|(id, entry)| {
            let seen = entry.last_seen.load(Ordering::Relaxed);
            (entry.saved_seen.swap(seen, Ordering::Relaxed) != seen)
                .then_some((*id, UnixTime(seen)))
        });
        unsaved.collect()
    }
}

impl Entry {
    pub fn is_over(&self, now: UnixTime, idle: Duration) -> bool {
        let record = &self.held.record;
        let seen = UnixTime(self.last_seen.load(Ordering::Relaxed));
        record.is_over(now) || record.lease_lapsed(now) || now.since(seen) >= idle
    }
}

fn forget(anonymous: &mut HashMap<String, VecDeque<RecordId>>, network: &str, id: RecordId) {
    if let Some(queue) = anonymous.get_mut(network) {
        queue.retain(|known| *known != id);
        if queue.is_empty() {
            anonymous.remove(network);
        }
    }
}
