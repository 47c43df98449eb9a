//! Gateway sessions in memory, written through to the database.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use async_trait::async_trait;
use tokio::runtime::Handle;

use super::super::sqlite::Database;
use super::super::{Found, Held, SessionStore, StoreError, Stored};
use super::table::Table;
use crate::domain::clock::{Clock, UnixTime};
use crate::domain::ids::{RecordId, UserId};
use crate::domain::session::{Record, State, TokenDigest};

const STORE: &str = "session store";
/// How often what is over goes and what was used is written down.
const SWEEP: Duration = Duration::from_secs(20);

/// Bounds of the store.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// After this long without a request a session is over.
    pub idle: Duration,
    /// Anonymous sessions for each client network; beyond it the oldest goes.
    pub anonymous_per_network: usize,
    /// Anonymous sessions in all; beyond it none is made.
    pub anonymous_in_all: usize,
}

/// The embedded session store. Clones share everything.
#[derive(Clone)]
pub struct EmbeddedSessions(Arc<Shared>);

struct Shared {
    table: RwLock<Table>,
    database: Database,
    limits: Limits,
    stores: Handle,
    /// Ended sessions that the database still has: without this they would live again after a restart.
    undeleted: Mutex<Vec<RecordId>>,
}

impl EmbeddedSessions {
    /// Takes up the sessions that the database has. Call it on the stores runtime.
    pub async fn load(
        database: Database,
        limits: Limits,
        stores: Handle,
        clock: Arc<dyn Clock>,
    ) -> Stored<Self> {
        let mut table = Table::default();
        for saved in database.load_sessions(clock.now()).await? {
            table.insert(saved.record, "", saved.last_seen);
        }
        let shared = Shared {
            table: RwLock::new(table),
            database,
            limits,
            stores: stores.clone(),
            undeleted: Mutex::default(),
        };
        let store = Self(Arc::new(shared));
        stores.spawn(sweep(Arc::downgrade(&store.0), clock));
        Ok(store)
    }

    /// Everybody who has a session.
    pub fn users(&self) -> BTreeSet<UserId> {
        self.0.read().users()
    }

    /// Runs to its end even if the caller is dropped: memory and database must not part.
    async fn finish<T: Send + 'static>(
        &self,
        work: impl Future<Output = Stored<T>> + Send + 'static,
    ) -> Stored<T> {
        let gone = |_| StoreError::Unavailable {
            store: STORE,
            why: "it is shutting down".to_owned(),
        };
        self.0.stores.spawn(work).await.map_err(gone)?
    }
}

impl Shared {
    // A panic while the lock was held cannot leave the table half-changed in a way that opens
    // something: every method either finds an entry whole or does not find it.
    fn read(&self) -> RwLockReadGuard<'_, Table> {
        self.table.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Table> {
        self.table.write().unwrap_or_else(PoisonError::into_inner)
    }

    async fn transition(&self, mut next: Record) -> Stored<Option<Held>> {
        let before = self
            .read()
            .get(next.id)
            .map(|entry| Arc::clone(&entry.held.record));
        let Some(before) = before.filter(|before| before.version == next.version) else {
            return Ok(None);
        };
        next.version = next.version.saturating_add(1);
        let written = match (&before.state, &next.state) {
            (_, State::Anonymous) => Ok(true),
            (State::Anonymous, _) => {
                let inserted = self.database.insert_session(&next, next.asked_at).await;
                inserted.map(|()| true)
            }
            _ => self.database.update_session(&next).await,
        };
        match written {
            Ok(true) => {}
            // Somebody else wrote it: what memory holds is out of date, and the session ends.
            Ok(false) => {
                self.end(next.id).await?;
                return Ok(None);
            }
            Err(error) => {
                // It may have been written all the same. A session of which nobody knows the state
                // ends; its user signs in again.
                let _ = self.end(next.id).await;
                return Err(error);
            }
        }
        let (id, stays) = (next.id, next.state == State::Anonymous);
        let held = self.write().replace(next);
        if held.is_none() && !stays {
            // It ended while the database was writing: what was written must go.
            self.delete(id).await?;
        }
        Ok(held)
    }

    async fn end(&self, id: RecordId) -> Stored<()> {
        let entry = self.write().remove(id);
        match entry {
            Some(entry) if entry.held.record.state == State::Anonymous => Ok(()),
            _ => self.delete(id).await,
        }
    }

    async fn delete(&self, id: RecordId) -> Stored<()> {
        let deleted = self.database.delete_session(id).await;
        if deleted.is_err() {
            self.undeleted
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(id);
        }
        deleted
    }
}

async fn sweep(store: std::sync::Weak<Shared>, clock: Arc<dyn Clock>) {
    loop {
        tokio::time::sleep(SWEEP).await;
        let Some(store) = store.upgrade() else { return };
        let now = clock.now();
        let mut over = store.read().over(now, store.limits.idle);
        over.append(
            &mut store
                .undeleted
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        );
        for id in over {
            if let Err(error) = store.end(id).await {
                tracing::warn!(session = %id, %error, "an ended session could not be deleted; trying again");
            }
        }
        let uses = store.read().unsaved_uses();
        for (id, at) in uses {
            if let Err(error) = store.database.save_last_seen(id, at).await {
                tracing::warn!(session = %id, %error, "the last use of a session was not written");
            }
        }
    }
}

#[async_trait]
impl SessionStore for EmbeddedSessions {
    async fn create(&self, record: Record, network: &str, now: UnixTime) -> Stored<Held> {
        let shared = Arc::clone(&self.0);
        let network = network.to_owned();
        self.finish(async move {
            if record.state != State::Anonymous {
                shared.database.insert_session(&record, now).await?;
                return Ok(shared.write().insert(record, &network, now));
            }
            let mut table = shared.write();
            for id in table.surplus(&network, shared.limits.anonymous_per_network) {
                table.remove(id);
            }
            if table.anonymous_in_all() >= shared.limits.anonymous_in_all {
                return Err(StoreError::Full {
                    store: STORE,
                    what: "too many visitors who have not signed in",
                });
            }
            Ok(table.insert(record, &network, now))
        })
        .await
    }

    async fn find(&self, token: TokenDigest, now: UnixTime) -> Stored<Option<Found>> {
        Ok(self.0.read().find(token, now, self.0.limits.idle))
    }

    async fn read(&self, id: RecordId, now: UnixTime) -> Stored<Option<Held>> {
        let table = self.0.read();
        let entry = table
            .get(id)
            .filter(|entry| !entry.is_over(now, self.0.limits.idle));
        Ok(entry.map(|entry| entry.held.clone()))
    }

    async fn transition(&self, next: Record) -> Stored<Option<Held>> {
        let shared = Arc::clone(&self.0);
        self.finish(async move { shared.transition(next).await })
            .await
    }

    async fn end(&self, id: RecordId) -> Stored<()> {
        let shared = Arc::clone(&self.0);
        self.finish(async move { shared.end(id).await }).await
    }

    async fn of_user(&self, user: &UserId) -> Stored<Vec<Held>> {
        Ok(self.0.read().of_user(user))
    }

    fn touch(&self, id: RecordId, now: UnixTime) {
        if let Some(entry) = self.0.read().get(id) {
            // Never backwards: a clock that jumps must not make a session look idle.
            entry.last_seen.fetch_max(now.0, Ordering::Relaxed);
        }
    }

    async fn changed(&self, id: RecordId) {
        let Some(changed) = self
            .0
            .read()
            .get(id)
            .map(|entry| Arc::clone(&entry.changed))
        else {
            return;
        };
        // A write between the look-up and the wait would be missed, so nobody waits for long.
        let _ = tokio::time::timeout(Duration::from_millis(50), changed.notified()).await;
    }
}
