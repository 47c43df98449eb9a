//! What a settled session has been through since its last question. In memory: where it is lost, the
//! next request asks.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::clock::UnixTime;
use crate::domain::credentials::{CookieKey, Credential, ValueDigest};

/// Requests that may change who is signed in at the application: a question is due while one is under
/// way and after each.
#[derive(Debug, Default)]
pub struct Watch {
    due: AtomicBool,
    under_way: AtomicUsize,
    trusted: Mutex<VecDeque<Trusted>>,
}

/// A value that came after the last question and is as good as the one that it came with. In memory
/// only: where it is forgotten, it is asked about.
#[derive(Debug)]
struct Trusted {
    key: CookieKey,
    digest: ValueDigest,
    /// When the value before it was asked about.
    since: UnixTime,
}

/// Values of one session that are remembered so; parallel answers bring several.
const TRUSTED: usize = 32;

/// Such a request, for as long as this lives.
#[derive(Debug)]
pub struct Change(Arc<Watch>);

impl Watch {
    pub fn begin(self: &Arc<Self>) -> Change {
        self.under_way.fetch_add(1, Ordering::AcqRel);
        Change(Arc::clone(self))
    }

    pub fn is_due(&self) -> bool {
        self.due.load(Ordering::Acquire) || self.under_way.load(Ordering::Acquire) > 0
    }

    pub fn make_due(&self) {
        self.due.store(true, Ordering::Release);
    }

    /// Takes a value on trust, for as long as evidence of the time `since` counts.
    pub fn trust(&self, credential: &Credential, since: UnixTime) {
        let mut trusted = self.trusted.lock().unwrap_or_else(PoisonError::into_inner);
        if trusted.len() >= TRUSTED {
            trusted.pop_front();
        }
        trusted.push_back(Trusted {
            key: credential.key.clone(),
            digest: ValueDigest::of(credential.value.expose()),
            since,
        });
    }

    /// Since when a value is trusted; `None` for one that is not.
    pub fn trusted_since(&self, credential: &Credential) -> Option<UnixTime> {
        let digest = ValueDigest::of(credential.value.expose());
        let trusted = self.trusted.lock().unwrap_or_else(PoisonError::into_inner);
        let same = |known: &&Trusted| known.key == credential.key && known.digest == digest;
        trusted.iter().filter(same).map(|known| known.since).min()
    }

    /// Nothing is taken on trust any longer: who is signed in may have changed.
    pub fn distrust(&self) {
        let mut trusted = self.trusted.lock().unwrap_or_else(PoisonError::into_inner);
        trusted.clear();
    }

    /// Lowered before the question is put: what changes while it is under way is due once more.
    pub fn lower(&self) {
        self.due.store(false, Ordering::Release);
    }
}

impl Drop for Change {
    fn drop(&mut self) {
        // Due first: nobody may look between the two and see neither.
        self.0.make_due();
        self.0.under_way.fetch_sub(1, Ordering::AcqRel);
    }
}
