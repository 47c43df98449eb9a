//! Enrolled factors of every kind, as rows and as what stores do with them.

use async_trait::async_trait;

use super::Stored;
use crate::crypto::at_rest::{SealedCredential, SealedSeed};
use crate::domain::authenticator::FriendlyName;
use crate::domain::authenticator::backup_code::HashedCode;
use crate::domain::authenticator::passkey::{Aaguid, UserHandle};
use crate::domain::clock::UnixTime;
use crate::domain::enrolment::EnrolmentDigest;
use crate::domain::ids::{FactorId, UserId};

/// An enrolled authenticator app.
#[derive(Clone, Debug)]
pub struct TotpRow {
    pub id: FactorId,
    pub user: UserId,
    pub name: String,
    pub seed: SealedSeed,
    pub added_at: UnixTime,
    pub last_used_at: Option<UnixTime>,
    /// At [`crate::domain::throttle::FACTOR_FAILURES`] the factor is disabled.
    pub failures: u32,
}

/// A verified authenticator about to be stored. `step` is the one that proved it: it is used up.
#[derive(Clone, Debug)]
pub struct NewTotp {
    pub id: FactorId,
    pub user: UserId,
    pub name: FriendlyName,
    pub seed: SealedSeed,
    pub step: u64,
    pub at: UnixTime,
}

/// An enrolled passkey.
#[derive(Clone, Debug)]
pub struct PasskeyRow {
    pub id: FactorId,
    pub user: UserId,
    pub name: String,
    pub credential: SealedCredential,
    /// The highest signature counter that was accepted.
    pub counter: u32,
    pub aaguid: Option<Aaguid>,
    /// The host that it was made for; `None` where that was not written down yet.
    pub rp_id: Option<String>,
    /// What an imported one knows its user by.
    pub user_handle: Option<Vec<u8>>,
    pub added_at: UnixTime,
    pub last_used_at: Option<UnixTime>,
}

impl PasskeyRow {
    /// Whether browsers offer it at this host. Where it was not written down it is tried.
    pub fn is_for(&self, rp_id: &str) -> bool {
        self.rp_id.as_deref().is_none_or(|known| known == rp_id)
    }
}

/// A verified credential about to be stored.
#[derive(Clone, Debug)]
pub struct NewPasskey {
    pub id: FactorId,
    pub user: UserId,
    pub name: FriendlyName,
    /// SHA-256 of the credential id, which is one user's only.
    pub credential_digest: [u8; 32],
    pub credential: SealedCredential,
    pub counter: u32,
    pub aaguid: Option<Aaguid>,
    /// As in [`PasskeyRow`], like the next.
    pub rp_id: Option<String>,
    pub user_handle: Option<Vec<u8>>,
    pub at: UnixTime,
}

/// A backup code about to be stored.
#[derive(Clone, Debug)]
pub struct NewBackupCode {
    pub id: FactorId,
    pub hashed: HashedCode,
}

/// A stored backup code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupCodeRow {
    pub id: FactorId,
    pub hash: String,
    pub used: bool,
}

/// What the security page says of a user's backup codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sheet {
    pub made: u32,
    pub left: u32,
    pub made_at: UnixTime,
}

/// How many factors of each kind a user has. Backup codes only stand in for them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Enrolled {
    pub totp: u32,
    pub passkeys: u32,
}

impl Enrolled {
    pub fn total(self) -> u32 {
        self.totp.saturating_add(self.passkeys)
    }
}

/// Under which condition a factor is inserted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InsertIf {
    /// The user has none yet: two parked sessions cannot both enrol the first one.
    First,
    /// As [`Self::First`], and an administrator's code with this digest is there and in time: the
    /// insert spends it.
    FirstWithToken(EnrolmentDigest),
    Always,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inserted {
    Done,
    /// There was a factor already, and the condition was one of a first factor.
    NotFirst,
    /// The code is not there, or too old.
    NoToken,
    NameTaken,
    /// This credential is somebody's already.
    Known,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Renamed {
    Done,
    NameTaken,
    Gone,
}

/// Enrolled factors. Durable.
#[async_trait]
pub trait AuthenticatorStore: Send + Sync {
    async fn totp_of(&self, user: &UserId) -> Stored<Vec<TotpRow>>;
    /// Which factors this user has that satisfy a challenge.
    async fn enrolled(&self, user: &UserId) -> Stored<Enrolled>;
    /// How many they are.
    async fn count(&self, user: &UserId) -> Stored<u32> {
        Ok(self.enrolled(user).await?.total())
    }
    async fn insert_totp(&self, new: NewTotp, condition: InsertIf) -> Stored<Inserted>;
    /// Takes `step` as used; `false` where this or a later step was used before. Atomic.
    async fn accept_totp_step(&self, id: &FactorId, step: u64, at: UnixTime) -> Stored<bool>;
    /// Of either kind; no two factors of a user have the same name.
    async fn rename(&self, user: &UserId, id: &FactorId, name: &FriendlyName) -> Stored<Renamed>;
    /// How many factors remain; `None` where there was no such factor. With the last one go the backup
    /// codes. One transaction.
    async fn remove(&self, user: &UserId, id: &FactorId) -> Stored<Option<u32>>;
}

/// Enrolled passkeys. Durable.
#[async_trait]
pub trait PasskeyStore: Send + Sync {
    async fn passkeys_of(&self, user: &UserId) -> Stored<Vec<PasskeyRow>>;
    async fn insert_passkey(&self, new: NewPasskey, condition: InsertIf) -> Stored<Inserted>;
    /// Takes `counter` as used; `false` where the passkey is gone, or has counted as far before. Atomic.
    async fn accept_assertion(&self, id: &FactorId, counter: u32, at: UnixTime) -> Stored<bool>;
    /// Puts what has become known of a credential in its place.
    async fn replace_credential(&self, id: &FactorId, credential: SealedCredential) -> Stored<()>;
    /// The handle that authenticators know this user by, if any does.
    async fn known_handle(&self, user: &UserId) -> Stored<Option<UserHandle>>;
    /// The same; `fresh` becomes it where there is none.
    async fn user_handle(&self, user: &UserId, fresh: UserHandle) -> Stored<UserHandle>;
}

/// Backup codes. Durable.
#[async_trait]
pub trait BackupCodeStore: Send + Sync {
    /// Puts these codes in the place of the user's; `false`, and nothing is changed, where the user has no
    /// factor for them to stand in for. One transaction.
    async fn replace_sheet(
        &self,
        user: &UserId,
        codes: Vec<NewBackupCode>,
        at: UnixTime,
    ) -> Stored<bool>;
    async fn sheet_of(&self, user: &UserId) -> Stored<Option<Sheet>>;
    async fn find_code(&self, user: &UserId, selector: &str) -> Stored<Option<BackupCodeRow>>;
    /// Spends a code; `false` where it is spent already or its sheet was replaced. Atomic.
    async fn spend_code(&self, id: &FactorId, at: UnixTime) -> Stored<bool>;
}
