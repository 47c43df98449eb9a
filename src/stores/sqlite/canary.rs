//! Whether the key file belongs to the database.

use super::Database;
use crate::crypto::at_rest::AtRest;
use crate::domain::clock::Random;
use crate::stores::StoreError;

/// Why key file and database do not go together.
#[derive(Debug, thiserror::Error)]
pub enum CanaryError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Crypto(#[from] crate::crypto::at_rest::AtRestError),
    #[error(
        "the key file does not belong to this database: enrolled authenticators could not be read; restore the key file that was used with it"
    )]
    WrongKeys,
}

impl Database {
    /// Writes the canary on the first start; afterwards demands that the ring opens it.
    pub async fn check_keys(&self, keys: &AtRest, random: &dyn Random) -> Result<(), CanaryError> {
        let fresh = keys.seal_canary(random)?;
        let stored = self.run(|pool| async move {
            sqlx::query("INSERT OR IGNORE INTO key_canary (one, sealed) VALUES (1, ?)")
                .bind(fresh)
                .execute(&pool)
                .await?;
            sqlx::query_scalar::<_, Vec<u8>>("SELECT sealed FROM key_canary WHERE one = 1")
                .fetch_one(&pool)
                .await
        });
        if keys.opens_canary(&stored.await?) {
            Ok(())
        } else {
            Err(CanaryError::WrongKeys)
        }
    }
}
