//! Seals: each opens for what it was made for, and no other bytes open.

use std::sync::LazyLock;

use crate::crypto::keyring::KeyRing;
use crate::crypto::seal::{LONGEST, Sealer};
use crate::domain::clock::{Random, RandomError, UnixTime};
use crate::domain::credentials::{CookieKey, Credential, LiveSet, Secret};
use crate::domain::ids::{Epoch, RecordId};

/// The same numbers in every run, so that what a fuzzer finds is found again.
struct Counted;

impl Random for Counted {
    fn fill(&self, out: &mut [u8]) -> Result<(), RandomError> {
        out.iter_mut()
            .zip(1..)
            .for_each(|(byte, number)| *byte = number);
        Ok(())
    }
}

static RING: LazyLock<KeyRing> =
    LazyLock::new(|| KeyRing::ephemeral(&Counted).expect("a counted key"));

/// A session of its own for each input, and another: a fuzzer sees good seals go by and tries them again.
fn sealers(bytes: &[u8]) -> [Sealer; 2] {
    let digest = ring::digest::digest(&ring::digest::SHA256, bytes);
    let mut records = digest.as_ref().chunks_exact(16).map(|half| {
        let record = half.try_into().expect("half a digest");
        Sealer::new(&RING, RecordId::from_bytes(record))
    });
    let mut next = || records.next().expect("one of two halves");
    [next(), next()]
}

/// Two bytes say what is done to a good seal, and the rest with what; then all of them are tried as one.
pub fn holds_for(bytes: &[u8]) {
    let [opener, stranger] = sealers(bytes);
    let (op, rest) = bytes.split_first().unwrap_or((&0, &[]));
    let (at, rest) = rest.split_first().unwrap_or((&0, &[]));
    let credential = made_of(rest);
    let Ok(sealed) = opener.seal(&credential, &Counted) else {
        return;
    };
    let good = sealed.text.as_bytes();
    let open = |sealer: &Sealer, name: &str, text: &[u8], epoch| {
        let opened = sealer.open(name, text, Epoch(epoch), &LiveSet::default());
        let reference = sealer.open_reference(name, text, Epoch(epoch), &LiveSet::default());
        (opened, reference.is_some())
    };
    if sealed.kept.is_none() {
        let (opened, reference) = open(&opener, "sid", good, 3);
        let opened = opened.expect("its own seal");
        assert!(opened.value.expose() == credential.value.expose() && !reference);
        assert_eq!(
            (&opened.key, opened.expires),
            (&credential.key, credential.expires)
        );
        assert!(good.len() <= LONGEST);
    }
    assert!(
        good.iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(byte))
    );
    for (sealer, name, epoch) in [
        (&stranger, "sid", 3),
        (&opener, "sie", 3),
        (&opener, "sid", 4),
    ] {
        let (opened, reference) = open(sealer, name, good, epoch);
        assert!(opened.is_none() && !reference);
    }
    for other in [changed(good, *op, *at, rest), bytes.to_vec(), rest.to_vec()] {
        let (opened, reference) = open(&opener, "sid", &other, 3);
        let same = other == good;
        assert!(
            same || (opened.is_none() && !reference),
            "{}",
            String::from_utf8_lossy(&other)
        );
    }
}

/// A cookie whose parts come from the bytes.
fn made_of(bytes: &[u8]) -> Credential {
    let (path, value) = bytes.split_at(bytes.len() / 3);
    let text: String = path.iter().map(|byte| char::from(*byte)).collect();
    let expires = path.first().filter(|first| **first > 127);
    Credential {
        key: CookieKey {
            name: "sid".to_owned(),
            path: format!("/{text}"),
            domain: (!text.is_empty()).then(|| format!("{text}.example.com")),
        },
        value: Secret::new(value),
        expires: expires.map(|first| UnixTime(i64::from(*first) - 200)),
        epoch: Epoch(3),
    }
}

fn changed(good: &[u8], op: u8, at: u8, with: &[u8]) -> Vec<u8> {
    let mut text = good.to_vec();
    let at = usize::from(at) * text.len() / 256;
    let byte = with.first().copied().unwrap_or(b'A');
    match op % 7 {
        0 => text.truncate(at),
        1 => text.insert(at, byte),
        2 => text.iter_mut().skip(at).take(1).for_each(|old| *old = byte),
        3 => text
            .iter_mut()
            .skip(at)
            .take(1)
            .for_each(|old| *old ^= 1 << (byte % 8)),
        4 => text.extend_from_slice(with),
        5 => text.iter_mut().rev().take(1).for_each(|old| *old = byte),
        _ => text
            .splice(..at.min(7), with.iter().copied())
            .for_each(drop),
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_seal_opens_for_what_it_was_made_for_and_nothing_else_does(
            bytes in proptest::collection::vec(any::<u8>(), 0..300)
        ) {
            holds_for(&bytes);
        }

        #[test]
        fn no_single_changed_byte_opens(at in any::<u8>(), op in 0u8..7, byte in "[A-Za-z0-9._=-]") {
            holds_for(&[&[op, at], byte.as_bytes(), b"value"].concat());
        }
    }
}
