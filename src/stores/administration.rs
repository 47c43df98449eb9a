//! What an administrator does to factors beside a running gateway. The gateway hears of it: who was
//! changed stands in the store until it has brought that user's sessions to where the factors put them.

use async_trait::async_trait;

use super::{AuditEvent, NewPasskey, PasskeyRow, Stored};
use crate::domain::authenticator::FriendlyName;
use crate::domain::clock::UnixTime;
use crate::domain::ids::{FactorId, UserId};

/// How the audit log tells of an import: one line for each passkey.
#[derive(Clone, Copy, Debug)]
pub struct Told {
    pub at: UnixTime,
    pub what: &'static str,
    pub kind: &'static str,
    pub from: &'static str,
}

/// What became of one passkey of an import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Landed {
    /// Under this name: the wanted one, with a number where it was taken.
    Added(FriendlyName),
    /// The user has this credential already, and nothing is changed.
    Known,
    /// It is another user's credential.
    OthersCredential,
    /// Its user handle is another user's: an assertion would speak for two.
    OthersHandle,
}

impl Landed {
    /// Whether it stands in the way of the whole import.
    pub fn is_refused(&self) -> bool {
        matches!(self, Self::OthersCredential | Self::OthersHandle)
    }
}

/// Changes by an administrator. Durable.
#[async_trait]
pub trait AdministrationStore: Send + Sync {
    /// Everybody's, by user.
    async fn all_passkeys(&self) -> Stored<Vec<PasskeyRow>>;
    /// Takes in all of these or, where one is refused or `keep` is not set, none. One transaction, with
    /// the lines of the log and the word for the gateway.
    async fn import(&self, new: Vec<NewPasskey>, told: Told, keep: bool) -> Stored<Vec<Landed>>;
    /// As [`super::AuthenticatorStore::remove`], with the line of the log and the word for the gateway.
    async fn remove_beside(&self, id: &FactorId, event: AuditEvent) -> Stored<Option<u32>>;
    /// Who was changed, with numbers for [`Self::forget_changes`].
    async fn changed_users(&self) -> Stored<Vec<(i64, UserId)>>;
    async fn forget_changes(&self, numbers: Vec<i64>) -> Stored<()>;
    /// For which other hosts than this one passkeys were made, and how many.
    async fn strays(&self, rp_id: &str) -> Stored<Vec<(String, u32)>>;
}
