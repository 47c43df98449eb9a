//! The port through which flows hash: it takes a core for some 20 ms, and bad codes must not take the
//! machine from those who do something else.

use std::sync::Arc;

use async_trait::async_trait;

use super::FlowError;
use crate::domain::authenticator::backup_code::{BackupCode, HashedCode};
use crate::domain::clock::Random;

/// Gives turns at hashing, a few at once.
#[async_trait]
pub trait Hashing: Send + Sync {
    /// Waits for a turn; [`FlowError::Busy`] where none comes in time.
    async fn turn(&self) -> Result<Box<dyn Turn>, FlowError>;
    /// The same, behind those who make a sheet only: they must not keep others from signing in.
    async fn turn_for_sheet(&self) -> Result<Box<dyn Turn>, FlowError>;
}

/// One turn, used up by one hash.
#[async_trait]
pub trait Turn: Send {
    async fn hash(
        self: Box<Self>,
        code: BackupCode,
        random: Arc<dyn Random>,
    ) -> Result<HashedCode, FlowError>;

    /// Whether the hash is this code's.
    async fn fits(self: Box<Self>, code: BackupCode, hash: String) -> Result<bool, FlowError>;
}
