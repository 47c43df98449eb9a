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
        let mut id = String::with_capacity(32);
        push_hex(&mut id, self.process, 16);
        push_hex(&mut id, count, 8);
        id
    }
}

/// At least `digits` of them. Without the formatting machinery, which costs more than the rest.
fn push_hex(text: &mut String, number: u64, digits: u32) {
    let needed = (u64::BITS - number.leading_zeros()).div_ceil(4).max(digits);
    for place in (0..needed).rev() {
        let digit = (number >> (place * 4)) & 15;
        let digit = u32::try_from(digit).ok();
        text.extend(digit.and_then(|digit| char::from_digit(digit, 16)));
    }
}

#[cfg(test)]
mod tests {
    use super::push_hex;

    #[test]
    fn ids_are_hexadecimal_of_a_fixed_length_until_the_count_outgrows_it() {
        for (number, expected) in [(0, "0000"), (0xab, "00ab"), (0x1_2345, "12345")] {
            let mut text = String::new();
            push_hex(&mut text, number, 4);
            assert_eq!(text, expected);
        }
        let mut text = String::new();
        push_hex(&mut text, u64::MAX, 16);
        assert_eq!(text, "f".repeat(16));
    }
}
