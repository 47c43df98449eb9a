//! Odds and ends that several cases need: noise with a seed, and waiting for a condition.

use std::future::Future;
use std::time::{Duration, Instant};

/// A small generator of noise; the seed makes a failure repeatable.
pub struct Noise(u64);

impl Noise {
    pub fn new(seed: u64) -> Self {
        Self(seed | 1)
    }

    pub fn draw(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub fn below(&mut self, bound: usize) -> usize {
        (self.draw() % bound as u64) as usize
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

/// Asks again until the answer is yes, at most for `patience`.
pub async fn eventually<F: Future<Output = bool>>(
    patience: Duration,
    mut ask: impl FnMut() -> F,
) -> bool {
    let started = Instant::now();
    while !ask().await {
        if started.elapsed() > patience {
            return false;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    true
}
