//! Sealed credentials: what a browser holds instead of the application's cookie.
//!
//! `sg1.<key id>.<base64url(nonce ‖ ciphertext)>`, AES-256-GCM with a key derived for one record.
//! Record id, cookie name and epoch are associated data, so a seal opens only in the session, under
//! the name and in the epoch it was made for. Inside stand path, domain and expiry as well: the
//! browser does not send these back, and without them two cookies of one name cannot be told apart.
//!
//! A seal that no browser would keep stays with the session; the browser gets a seal of its name.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use zeroize::Zeroizing;

use super::keyring::{KeyRing, Purpose, RingKey};
use crate::domain::clock::{Random, UnixTime};
use crate::domain::credentials::{CookieKey, Credential, KeptSeal, LiveSet, Secret};
use crate::domain::ids::{Epoch, RecordId, SealId};

/// What every seal begins with.
pub const PREFIX: &str = "sg1.";
/// A longer one would not fit a browser's 4 KiB for a cookie with its attributes.
pub const LONGEST: usize = 3584;

/// A longer one is not kept either: no browser has such a cookie from the application itself.
pub const LONGEST_KEPT: usize = 8 * 1024;
/// What the plaintext of a reference begins with; every other one begins with a path.
const REFERENCE: u8 = 1;

/// What to put in the place of a credential's value.
#[derive(Debug)]
pub struct Sealed {
    pub text: String,
    /// What the session has to keep, where `text` only refers to it.
    pub kept: Option<KeptSeal>,
}

/// Why a credential could not be sealed. Nothing of it may leave then.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    #[error("the sealed cookie would have {0} bytes, more than a browser keeps")]
    TooLong(usize),
    #[error("a cookie path or domain that no browser sends")]
    Unfit,
    #[error("no key or no randomness to seal with")]
    NoKey,
}

/// Opens and seals for one record. Making it costs an HKDF for each ring key, so sessions keep it.
pub struct Sealer {
    record: RecordId,
    keys: Vec<(String, LessSafeKey)>,
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sealer({})", self.record)
    }
}

impl Sealer {
    pub fn new(ring: &KeyRing, record: RecordId) -> Self {
        let keys = ring
            .iter()
            .filter_map(|key| Some((key.id().to_owned(), record_key(key, record)?)));
        Self {
            record,
            keys: keys.collect(),
        }
    }

    /// Seals a credential, by reference where the seal itself is too long for a browser.
    pub fn seal(&self, credential: &Credential, random: &dyn Random) -> Result<Sealed, SealError> {
        let (name, epoch) = (&credential.key.name, credential.epoch);
        let text = self.encrypt(name, epoch, self.plaintext(credential)?, random)?;
        let length = name.len() + text.len();
        if length <= LONGEST {
            return Ok(Sealed { text, kept: None });
        }
        if length > LONGEST_KEPT {
            return Err(SealError::TooLong(length));
        }
        let id = SealId::generate(random).map_err(|_| SealError::NoKey)?;
        let reference = [&[REFERENCE], id.as_bytes().as_slice()].concat();
        let reference = self.encrypt(name, epoch, Zeroizing::new(reference), random)?;
        Ok(Sealed {
            text: reference,
            kept: Some(KeptSeal {
                id,
                name: name.clone(),
                text,
            }),
        })
    }

    fn encrypt(
        &self,
        name: &str,
        epoch: Epoch,
        mut plain: Zeroizing<Vec<u8>>,
        random: &dyn Random,
    ) -> Result<String, SealError> {
        let (id, key) = self.keys.last().ok_or(SealError::NoKey)?;
        let mut nonce = [0; NONCE_LEN];
        random.fill(&mut nonce).map_err(|_| SealError::NoKey)?;
        let aad = Aad::from(self.aad(name, epoch));
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad, &mut *plain)
            .map_err(|_| SealError::NoKey)?;
        let encoded = URL_SAFE_NO_PAD.encode([&nonce, plain.as_slice()].concat());
        Ok(format!("{PREFIX}{id}.{encoded}"))
    }

    /// What `text` holds, if it was sealed for this record under `name` in the present epoch, or in
    /// an earlier one whose value the evidence was taken with (the caller judges that by
    /// [`LiveSet::standing`]). `None` for everything else, with no word about why.
    pub fn open(
        &self,
        name: &str,
        text: &[u8],
        present: Epoch,
        live: &LiveSet,
    ) -> Option<Credential> {
        self.decrypt(name, text, present, live, |plain, epoch| {
            parse(name, plain, epoch)
        })
    }

    /// What `text` refers to, if it is a reference that was sealed as [`Self::open`] says.
    pub fn open_reference(
        &self,
        name: &str,
        text: &[u8],
        present: Epoch,
        live: &LiveSet,
    ) -> Option<SealId> {
        self.decrypt(name, text, present, live, |plain, _| {
            let id = plain.strip_prefix(&[REFERENCE])?;
            Some(SealId::from_bytes(id.try_into().ok()?))
        })
    }

    fn decrypt<T>(
        &self,
        name: &str,
        text: &[u8],
        present: Epoch,
        live: &LiveSet,
        read: impl Fn(&[u8], Epoch) -> Option<T>,
    ) -> Option<T> {
        let rest = std::str::from_utf8(text).ok()?.strip_prefix(PREFIX)?;
        let (id, encoded) = rest.split_once('.')?;
        let (_, key) = self.keys.iter().find(|(known, _)| known == id)?;
        let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(encoded).ok()?);
        let (nonce, ciphertext) = bytes.split_at_checked(NONCE_LEN)?;
        let nonce: [u8; NONCE_LEN] = nonce.try_into().ok()?;
        let mut tried = None;
        std::iter::once(present)
            .chain(live.earlier_epochs(name, present))
            .find_map(|epoch| {
                // One cookie may be known under several values of one epoch; each is tried once.
                if tried.replace(epoch) == Some(epoch) {
                    return None;
                }
                let mut buffer = Zeroizing::new(ciphertext.to_vec());
                let aad = Aad::from(self.aad(name, epoch));
                let plain = key
                    .open_in_place(Nonce::assume_unique_for_key(nonce), aad, &mut buffer)
                    .ok()?;
                read(plain, epoch)
            })
    }

    /// `path NUL domain NUL expiry NUL value`: neither a path nor a domain can hold a NUL, the value may.
    fn plaintext(&self, credential: &Credential) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let key = &credential.key;
        let domain = key.domain.as_deref().unwrap_or_default();
        if !key.path.starts_with('/') || key.path.contains('\0') || domain.contains('\0') {
            return Err(SealError::Unfit);
        }
        let expires = credential
            .expires
            .map(|at| at.0.to_string())
            .unwrap_or_default();
        let parts = [
            key.path.as_bytes(),
            domain.as_bytes(),
            expires.as_bytes(),
            credential.value.expose(),
        ];
        Ok(Zeroizing::new(parts.join(&0)))
    }

    fn aad(&self, name: &str, epoch: Epoch) -> Vec<u8> {
        [
            self.record.as_bytes().as_slice(),
            &epoch.0.to_be_bytes(),
            name.as_bytes(),
        ]
        .concat()
    }
}

fn record_key(key: &RingKey, record: RecordId) -> Option<LessSafeKey> {
    let bytes = key.derive(Purpose::Seal, record.as_bytes());
    UnboundKey::new(&AES_256_GCM, bytes.as_slice())
        .ok()
        .map(LessSafeKey::new)
}

fn parse(name: &str, plain: &[u8], epoch: Epoch) -> Option<Credential> {
    let mut parts = plain.splitn(4, |byte| *byte == 0);
    let mut text = || std::str::from_utf8(parts.next()?).ok();
    let (path, domain, expires) = (text()?, text()?, text()?);
    if !path.starts_with('/') {
        return None;
    }
    let key = CookieKey {
        name: name.to_owned(),
        path: path.to_owned(),
        domain: (!domain.is_empty()).then(|| domain.to_owned()),
    };
    let expires = if expires.is_empty() {
        None
    } else {
        Some(UnixTime(expires.parse().ok()?))
    };
    Some(Credential {
        key,
        value: Secret::new(parts.next()?),
        expires,
        epoch,
    })
}

/// A ring that makes sealers.
#[derive(Clone, Debug)]
pub struct Sealers(Arc<KeyRing>);

impl Sealers {
    pub fn new(ring: Arc<KeyRing>) -> Self {
        Self(ring)
    }

    pub fn of(&self, record: RecordId) -> Sealer {
        Sealer::new(&self.0, record)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clock::SystemRandom;

    fn sealer(ring: &KeyRing, record: u8) -> Sealer {
        Sealer::new(ring, RecordId::from_bytes([record; 16]))
    }

    fn credential(name: &str, value: &[u8], epoch: u64) -> Credential {
        let key = CookieKey {
            name: name.into(),
            path: "/app".into(),
            domain: Some("example.com".into()),
        };
        Credential {
            key,
            value: Secret::new(value),
            expires: Some(UnixTime(77)),
            epoch: Epoch(epoch),
        }
    }

    #[test]
    fn a_seal_gives_back_every_byte_and_attribute() {
        let random = SystemRandom::new();
        let ring = KeyRing::ephemeral(&random).unwrap();
        let value = b"\"a|b:c=%7C\n\0\xff";
        let text = sealer(&ring, 1)
            .seal(&credential("sid", value, 3), &random)
            .unwrap()
            .text;
        assert!(text.starts_with("sg1.k1.") && !text.contains("a|b"));
        let opened = sealer(&ring, 1)
            .open("sid", text.as_bytes(), Epoch(3), &LiveSet::default())
            .unwrap();
        assert_eq!(opened.value.expose(), value);
        assert_eq!(
            (opened.key.path.as_str(), opened.expires),
            ("/app", Some(UnixTime(77)))
        );
    }

    #[test]
    fn a_seal_opens_in_its_own_session_under_its_own_name_and_epoch_only() {
        let random = SystemRandom::new();
        let ring = KeyRing::ephemeral(&random).unwrap();
        let other_ring = KeyRing::ephemeral(&random).unwrap();
        let text = sealer(&ring, 1)
            .seal(&credential("sid", b"v", 3), &random)
            .unwrap()
            .text;
        let none = LiveSet::default();
        assert!(
            sealer(&ring, 2)
                .open("sid", text.as_bytes(), Epoch(3), &none)
                .is_none()
        );
        assert!(
            sealer(&ring, 1)
                .open("other", text.as_bytes(), Epoch(3), &none)
                .is_none()
        );
        assert!(
            sealer(&ring, 1)
                .open("sid", text.as_bytes(), Epoch(4), &none)
                .is_none()
        );
        assert!(
            sealer(&other_ring, 1)
                .open("sid", text.as_bytes(), Epoch(3), &none)
                .is_none()
        );
        for cut in 0..text.len() {
            assert!(
                sealer(&ring, 1)
                    .open("sid", &text.as_bytes()[..cut], Epoch(3), &none)
                    .is_none()
            );
        }
    }

    #[test]
    fn a_value_that_was_asked_about_opens_in_the_next_epoch() {
        let random = SystemRandom::new();
        let ring = KeyRing::ephemeral(&random).unwrap();
        let kept = credential("sid", b"v", 0);
        let text = sealer(&ring, 1).seal(&kept, &random).unwrap().text;
        let live = LiveSet::default().asked_with(&[kept], UnixTime(0));
        assert!(
            sealer(&ring, 1)
                .open("sid", text.as_bytes(), Epoch(1), &live)
                .is_some()
        );
    }

    #[test]
    fn what_a_browser_would_cut_off_stays_with_the_session() {
        let random = SystemRandom::new();
        let ring = KeyRing::ephemeral(&random).unwrap();
        let (sealer, none) = (sealer(&ring, 1), LiveSet::default());
        let long = credential("sid", &[b'x'; 4000], 0);
        let sealed = sealer.seal(&long, &random).unwrap();
        let kept = sealed.kept.unwrap();
        assert!(sealed.text.len() < 200 && kept.text.len() > LONGEST);
        let reference = sealed.text.as_bytes();
        assert!(sealer.open("sid", reference, Epoch(0), &none).is_none());
        let id = sealer.open_reference("sid", reference, Epoch(0), &none);
        assert_eq!(id, Some(kept.id));
        let opened = sealer.open("sid", kept.text.as_bytes(), Epoch(0), &none);
        assert_eq!(opened.unwrap().value.expose(), long.value.expose());
        let whole = sealer.open_reference("sid", kept.text.as_bytes(), Epoch(0), &none);
        assert_eq!(whole, None);
    }

    #[test]
    fn what_no_browser_has_is_refused() {
        let random = SystemRandom::new();
        let ring = KeyRing::ephemeral(&random).unwrap();
        let sealed = sealer(&ring, 1).seal(&credential("sid", &[b'x'; 7000], 0), &random);
        assert!(matches!(sealed, Err(SealError::TooLong(_))));
    }

    proptest::proptest! {
        #[test]
        fn no_random_text_opens(text in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            let random = SystemRandom::new();
            let ring = KeyRing::ephemeral(&random).unwrap();
            let prefixed = [b"sg1.k1.".as_slice(), &text].concat();
            proptest::prop_assert!(sealer(&ring, 1).open("sid", &text, Epoch(0), &LiveSet::default()).is_none());
            proptest::prop_assert!(sealer(&ring, 1).open("sid", &prefixed, Epoch(0), &LiveSet::default()).is_none());
        }
    }
}
