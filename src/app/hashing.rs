//! Hashing on threads that may block, a few at once.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::domain::authenticator::backup_code::{BackupCode, HashedCode};
use crate::domain::clock::Random;
use crate::flows::FlowError;
use crate::flows::hashing::{Hashing, Turn};

/// How long somebody waits for a turn.
const PATIENCE: Duration = Duration::from_secs(5);

/// So many turns at once, of 19 MiB each.
#[derive(Debug)]
pub struct Turns {
    checks: Arc<Semaphore>,
    sheets: Arc<Semaphore>,
}

impl Turns {
    /// Checks take half of the cores at most; sheets are made one code at a time.
    pub fn of_this_machine() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            checks: Arc::new(Semaphore::new((cores / 2).max(1))),
            sheets: Arc::new(Semaphore::new(1)),
        }
    }
}

async fn turn(of: &Arc<Semaphore>) -> Result<Box<dyn Turn>, FlowError> {
    let turn = Arc::clone(of).acquire_owned();
    match tokio::time::timeout(PATIENCE, turn).await {
        Ok(Ok(permit)) => Ok(Box::new(Taken { _permit: permit })),
        Ok(Err(_)) | Err(_) => Err(FlowError::Busy),
    }
}

#[async_trait]
impl Hashing for Turns {
    async fn turn(&self) -> Result<Box<dyn Turn>, FlowError> {
        turn(&self.checks).await
    }

    async fn turn_for_sheet(&self) -> Result<Box<dyn Turn>, FlowError> {
        turn(&self.sheets).await
    }
}

/// The turn ends with the work, even where nobody waits for its end any more.
struct Taken {
    _permit: OwnedSemaphorePermit,
}

impl Taken {
    async fn run<T: Send + 'static>(
        self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, FlowError> {
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(self);
            done
        });
        done.await.map_err(|_| FlowError::Busy)
    }
}

#[async_trait]
impl Turn for Taken {
    async fn hash(
        self: Box<Self>,
        code: BackupCode,
        random: Arc<dyn Random>,
    ) -> Result<HashedCode, FlowError> {
        let hashed = self.run(move || code.hash(&*random)).await?;
        hashed.map_err(FlowError::Hash)
    }

    async fn fits(self: Box<Self>, code: BackupCode, hash: String) -> Result<bool, FlowError> {
        self.run(move || code.is(&hash)).await
    }
}
