//! What must be remembered, one trait for each aggregate, and who remembers it.
//!
//! What must survive everything is in SQL: factors, used TOTP steps, failure budgets, audit. What may
//! be lost at the price of another prompt (sessions, ceremonies, step-up windows) may live elsewhere.
//! Absence is not failure: `Result<Option<T>, StoreError>`. Every implementation passes the suite in
//! `contract`.

mod administration;
pub mod embedded;
mod factors;
pub mod sqlite;
mod watch;

pub use administration::*;
pub use factors::*;
pub use watch::{Change, Watch};

#[cfg(test)]
mod contract;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;

use crate::domain::clock::UnixTime;
use crate::domain::ids::{RecordId, UserId};
use crate::domain::session::{Record, TokenDigest};
use crate::domain::step_up::{Grant, Proof};
use crate::domain::throttle::{Guess, Permit};

/// A store did not do what it was asked. The caller fails closed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It did not answer, or not in time.
    #[error("the {store} does not answer: {why}")]
    Unavailable { store: &'static str, why: String },
    /// It holds something that cannot be read.
    #[error("the {store} holds something unreadable: {what}")]
    Unreadable { store: &'static str, what: String },
    /// It is at its bound; nothing was written.
    #[error("the {store} is full: {what}")]
    Full {
        store: &'static str,
        what: &'static str,
    },
}

pub type Stored<T> = Result<T, StoreError>;

/// An attempt that has been counted as a failure and may be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    pub id: i64,
    pub guess: Guess,
}

/// Failure budgets. Durable.
#[async_trait]
pub trait ThrottleStore: Send + Sync {
    /// Counts a failure of this kind for the account, and for each of its factors where a code is guessed,
    /// if one more attempt is permitted. One transaction. The attempt is there exactly when the permit is
    /// granted.
    async fn begin(
        &self,
        user: &UserId,
        guess: Guess,
        now: UnixTime,
    ) -> Stored<(Permit, Option<Attempt>)>;
    /// Whether one more attempt would be permitted. Counts nothing.
    async fn look(&self, user: &UserId, guess: Guess, now: UnixTime) -> Stored<Permit>;
    /// It was right: takes the failure back, and ends the account's row of failures of this kind and, for
    /// a code, that of its factors.
    async fn succeed(&self, attempt: Attempt, user: &UserId) -> Stored<()>;
}

/// Something that happened, for the user's eyes and an auditor's.
#[derive(Clone, Debug)]
pub struct AuditEvent {
    pub at: UnixTime,
    pub user: UserId,
    /// A name from [`crate::flows::audit`].
    pub what: &'static str,
    /// The kind of factor that it is about.
    pub kind: Option<&'static str>,
    /// The factor's friendly name, or what else distinguishes the event. Never a secret.
    pub detail: String,
    /// The client's address.
    pub from: String,
}

/// A line of the audit log as it is read back.
#[derive(Clone, Debug)]
pub struct AuditLine {
    pub at: UnixTime,
    pub what: String,
    /// `None` in lines from before kinds were written down, too.
    pub kind: Option<String>,
    pub detail: String,
    pub from: String,
}

/// The audit log. Durable.
#[async_trait]
pub trait AuditStore: Send + Sync {
    async fn append(&self, event: AuditEvent) -> Stored<()>;
    /// The newest events of a user, newest first.
    async fn recent(&self, user: &UserId, most: u32) -> Stored<Vec<AuditLine>>;
}

/// A record as it was read, with a flag that goes up when the session ends on this node: streams
/// that outlive the look-up watch it.
#[derive(Clone, Debug)]
pub struct Held {
    pub record: Arc<Record>,
    pub ended: Arc<AtomicBool>,
    /// Whether something was, or is being, changed at the application.
    pub watch: Arc<Watch>,
}

impl Held {
    pub fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }
}

/// What a token digest finds.
#[derive(Clone, Debug)]
pub enum Found {
    Current(Held),
    /// The token was replaced less than a minute ago. No right comes with it.
    Replaced,
}

/// Gateway sessions.
#[async_trait]
pub trait SessionStore: Send + Sync {
    /// A new session; `network` is the client's, for the cap on anonymous ones.
    async fn create(&self, record: Record, network: &str, now: UnixTime) -> Stored<Held>;
    /// Sessions that are over are not found.
    async fn find(&self, token: TokenDigest, now: UnixTime) -> Stored<Option<Found>>;
    async fn read(&self, id: RecordId, now: UnixTime) -> Stored<Option<Held>>;
    /// Writes `next` if the stored version is still `next.version`, and raises it. `None` otherwise.
    async fn transition(&self, next: Record) -> Stored<Option<Held>>;
    async fn end(&self, id: RecordId) -> Stored<()>;
    /// All sessions of a user, newest first.
    async fn of_user(&self, user: &UserId) -> Stored<Vec<Held>>;
    /// Notes that the session was used: it does not become idle.
    fn touch(&self, id: RecordId, now: UnixTime);
    /// Returns when the record has been written or ended, or after a moment.
    async fn changed(&self, id: RecordId);
}

/// A pending ceremony: bytes that only the flow which put them understands.
#[async_trait]
pub trait CeremonyStore: Send + Sync {
    /// Replaces what was there under the key.
    async fn put(&self, key: CeremonyKey, value: Vec<u8>, until: UnixTime) -> Stored<()>;
    async fn get(&self, key: &CeremonyKey, now: UnixTime) -> Stored<Option<Vec<u8>>>;
    /// Deletes the ceremony if it still holds `value`, in one step: of several takers one gets it, and
    /// none takes a later ceremony that came into its place.
    async fn take(&self, key: &CeremonyKey, value: &[u8], now: UnixTime) -> Stored<bool>;
    /// Drops every ceremony of these sessions.
    async fn drop_all_of(&self, records: &[RecordId]) -> Stored<()>;
}

/// One pending ceremony of a kind for each session and epoch.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CeremonyKey {
    pub record: RecordId,
    pub epoch: u64,
    pub kind: &'static str,
}

impl CeremonyKey {
    pub fn of(record: &Record, kind: &'static str) -> Self {
        Self {
            record: record.id,
            epoch: record.epoch.0,
            kind,
        }
    }
}

/// Step-up windows: open until a fixed time, never extended by use, never cached.
#[async_trait]
pub trait StepUpStore: Send + Sync {
    /// Opens a window beside one that another proof has opened.
    async fn open(&self, record: RecordId, epoch: u64, grant: Grant) -> Stored<()>;
    /// The window that this proof has opened, while it is open.
    async fn grant(
        &self,
        record: RecordId,
        epoch: u64,
        by: Proof,
        now: UnixTime,
    ) -> Stored<Option<Grant>>;
}
