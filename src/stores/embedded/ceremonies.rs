//! Ceremonies and step-up windows in memory.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use zeroize::Zeroizing;

use super::super::{CeremonyKey, CeremonyStore, StepUpStore, StoreError, Stored};
use crate::domain::clock::UnixTime;
use crate::domain::ids::RecordId;
use crate::domain::step_up::{Grant, Proof};

/// More than this many at once is an attack, not a crowd.
const MOST: usize = 100_000;

/// Pending ceremonies of this process.
#[derive(Default)]
pub struct Ceremonies(Mutex<Pending>);

type Pending = HashMap<CeremonyKey, (UnixTime, Zeroizing<Vec<u8>>)>;

impl Ceremonies {
    fn lock(&self) -> MutexGuard<'_, Pending> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl CeremonyStore for Ceremonies {
    async fn put(&self, key: CeremonyKey, value: Vec<u8>, until: UnixTime) -> Stored<()> {
        let mut pending = self.lock();
        if pending.len() >= MOST {
            return Err(StoreError::Full {
                store: "ceremony store",
                what: "too many enrolments at once",
            });
        }
        pending.insert(key, (until, Zeroizing::new(value)));
        Ok(())
    }

    async fn get(&self, key: &CeremonyKey, now: UnixTime) -> Stored<Option<Vec<u8>>> {
        let mut pending = self.lock();
        pending.retain(|_, (until, _)| *until > now);
        Ok(pending.get(key).map(|(_, value)| value.to_vec()))
    }

    async fn take(&self, key: &CeremonyKey, value: &[u8], now: UnixTime) -> Stored<bool> {
        let mut pending = self.lock();
        let held = pending.get(key);
        let same = held.is_some_and(|(until, held)| *until > now && held.as_slice() == value);
        if same {
            pending.remove(key);
        }
        Ok(same)
    }

    async fn drop_all_of(&self, records: &[RecordId]) -> Stored<()> {
        self.lock().retain(|key, _| !records.contains(&key.record));
        Ok(())
    }
}

/// Open step-up windows of this process, each with its epoch.
#[derive(Default)]
pub struct StepUpWindows(Mutex<HashMap<(RecordId, Proof), (u64, Grant)>>);

#[async_trait]
impl StepUpStore for StepUpWindows {
    async fn open(&self, record: RecordId, epoch: u64, grant: Grant) -> Stored<()> {
        let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if windows.len() >= MOST {
            // Forgetting a window costs a prompt; keeping all of them costs the memory.
            windows.clear();
        }
        windows.insert((record, grant.by), (epoch, grant));
        Ok(())
    }

    async fn grant(
        &self,
        record: RecordId,
        epoch: u64,
        by: Proof,
        now: UnixTime,
    ) -> Stored<Option<Grant>> {
        let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let open = windows
            .get(&(record, by))
            .copied()
            .filter(|(of, grant)| *of == epoch && grant.until > now);
        if open.is_none() {
            windows.remove(&(record, by));
        }
        Ok(open.map(|(_, grant)| grant))
    }
}
