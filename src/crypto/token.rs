//! Opaque tokens: the gateway cookie's value and the hidden field of forms.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::{digest, hmac};
use zeroize::Zeroizing;

use super::keyring::{KeyRing, Purpose};
use crate::domain::clock::{Random, RandomError};
use crate::domain::ids::{Epoch, RecordId};
use crate::domain::session::TokenDigest;

/// 256 random bits that name a session in the browser. Stored nowhere; stores know the digest.
pub struct SessionToken(Zeroizing<String>);

impl SessionToken {
    pub fn generate(random: &dyn Random) -> Result<Self, RandomError> {
        let mut bytes = Zeroizing::new([0; 32]);
        random.fill(bytes.as_mut_slice())?;
        Ok(Self(Zeroizing::new(
            URL_SAFE_NO_PAD.encode(bytes.as_slice()),
        )))
    }

    /// The cookie's value.
    pub fn expose(&self) -> &str {
        &self.0
    }

    pub fn digest(&self) -> TokenDigest {
        digest_of(self.0.as_bytes())
    }
}

/// The digest under which a presented cookie value is looked up; `None` unless it has a token's shape.
pub fn presented(value: &[u8]) -> Option<TokenDigest> {
    let shaped = value.len() == 43
        && value
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    shaped.then(|| digest_of(value))
}

fn digest_of(token: &[u8]) -> TokenDigest {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(digest::digest(&digest::SHA256, token).as_ref());
    TokenDigest(bytes)
}

/// Makes and checks the `csrf` field: an HMAC over record and epoch, worthless in another session.
#[derive(Clone, Debug)]
pub struct Csrf(Arc<KeyRing>);

impl Csrf {
    pub fn new(ring: Arc<KeyRing>) -> Self {
        Self(ring)
    }

    pub fn token(&self, record: RecordId, epoch: Epoch) -> String {
        let tag = self.0.newest().map(|key| {
            hmac::sign(
                &mac_key(&key.derive(Purpose::Csrf, b"")),
                &message(record, epoch),
            )
        });
        tag.map_or_else(String::new, |tag| URL_SAFE_NO_PAD.encode(tag))
    }

    /// In constant time; every key of the ring counts, so a rotation breaks no open page.
    pub fn holds(&self, field: &str, record: RecordId, epoch: Epoch) -> bool {
        let Ok(tag) = URL_SAFE_NO_PAD.decode(field) else {
            return false;
        };
        let message = message(record, epoch);
        self.0.iter().any(|key| {
            hmac::verify(&mac_key(&key.derive(Purpose::Csrf, b"")), &message, &tag).is_ok()
        })
    }
}

fn mac_key(bytes: &[u8; 32]) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, bytes)
}

fn message(record: RecordId, epoch: Epoch) -> Vec<u8> {
    [record.as_bytes().as_slice(), &epoch.0.to_be_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clock::SystemRandom;

    #[test]
    fn a_form_token_of_another_session_or_epoch_is_refused() {
        let random = SystemRandom::new();
        let csrf = Csrf::new(Arc::new(KeyRing::ephemeral(&random).unwrap()));
        let (mine, other) = (RecordId::from_bytes([1; 16]), RecordId::from_bytes([2; 16]));
        let field = csrf.token(mine, Epoch(1));
        assert!(csrf.holds(&field, mine, Epoch(1)));
        assert!(!csrf.holds(&field, other, Epoch(1)));
        assert!(!csrf.holds(&field, mine, Epoch(2)));
        assert!(!csrf.holds("", mine, Epoch(1)));
    }

    #[test]
    fn a_token_has_256_bits_and_is_found_by_its_digest() {
        let token = SessionToken::generate(&SystemRandom::new()).unwrap();
        assert_eq!(token.expose().len(), 43);
        assert!(presented(token.expose().as_bytes()) == Some(token.digest()));
        assert!(presented(b"short").is_none());
    }
}
