//! Names of requests, for log lines and error pages. Unique, not secret: a count is enough, and
//! costs less than asking the system for randomness each time.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::domain::clock::Random;

/// Makes request ids: what is this process's own, then a count.
#[derive(Debug)]
pub struct RequestIds {
    process: u64,
    next: AtomicU64,
}

impl RequestIds {
    pub fn new(random: &dyn Random) -> Self {
        let mut bytes = [0; 8];
        // Without randomness ids may repeat after a restart, and nothing worse.
        let _ = random.fill(&mut bytes);
        Self {
            process: u64::from_le_bytes(bytes),
            next: AtomicU64::new(0),
        }
    }

    pub fn next(&self) -> String {
        let count = self.next.fetch_add(1, Ordering::Relaxed);
        format!("{:016x}{count:08x}", self.process)
    }
}
