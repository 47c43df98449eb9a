//! Who may try a password now: one at a time for each session, some in all.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedMutexGuard, OwnedSemaphorePermit, Semaphore};

use crate::domain::ids::RecordId;
use crate::proxy::lease::Flights;

/// Passwords that are tried at the same time, in all.
const AT_ONCE: usize = 16;

/// Who holds a session's lock or waits for it, beside the table that has it: one whose form was sent
/// twice is answered as the second, and the rest of a crowd at once.
const IN_A_ROW: usize = 2;

#[derive(Debug)]
pub struct Turns {
    sessions: Flights,
    all: Arc<Semaphore>,
}

impl Default for Turns {
    fn default() -> Self {
        Self {
            sessions: Flights::default(),
            all: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }
}

/// A turn; over when dropped.
pub struct Turn {
    _session: OwnedMutexGuard<()>,
    _all: OwnedSemaphorePermit,
}

impl Turns {
    /// `None` where too many wait already, or this one has waited too long.
    pub async fn take(&self, session: RecordId, patience: Duration) -> Option<Turn> {
        let of_session = self.sessions.of(session);
        if Arc::strong_count(&of_session) > IN_A_ROW + 1 {
            return None;
        }
        let wait = async {
            let of_session = of_session.lock_owned().await;
            let of_all = Arc::clone(&self.all).acquire_owned().await.ok()?;
            Some(Turn {
                _session: of_session,
                _all: of_all,
            })
        };
        tokio::time::timeout(patience, wait).await.ok().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: Duration = Duration::from_millis(20);

    #[tokio::test]
    async fn of_three_at_once_in_one_session_the_third_need_not_wait() {
        let (turns, session) = (Turns::default(), RecordId::from_bytes([1; 16]));
        let first = turns.take(session, SHORT).await;
        assert!(first.is_some());
        let patience = Duration::from_secs(60);
        let second = turns.take(session, patience);
        tokio::pin!(second);
        tokio::select! {
            biased;
            _ = &mut second => panic!("two turns at once"),
            () = tokio::task::yield_now() => {}
        }
        assert!(turns.take(session, patience).await.is_none());
        let other = RecordId::from_bytes([2; 16]);
        assert!(turns.take(other, SHORT).await.is_some());
        drop(first);
        assert!(second.await.is_some());
    }

    #[tokio::test]
    async fn who_waits_too_long_gets_none_and_leaves_no_trace() {
        let (turns, session) = (Turns::default(), RecordId::from_bytes([1; 16]));
        let first = turns.take(session, SHORT).await;
        assert!(turns.take(session, SHORT).await.is_none());
        drop(first);
        assert!(turns.take(session, SHORT).await.is_some());
    }
}
