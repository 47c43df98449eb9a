//! Secrets in the database: AES-256-GCM with user and factor as associated data, so that a row
//! copied to another user, or to another factor of the same user, does not open.

use std::sync::Arc;

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use zeroize::Zeroizing;

use super::keyring::{KeyRing, Purpose, RingKey};
use crate::domain::authenticator::totp::Seed;
use crate::domain::clock::Random;
use crate::domain::ids::{FactorId, UserId};

/// A seed as the database keeps it: `key id ‖ 0 ‖ nonce ‖ ciphertext`.
#[derive(Clone, Debug)]
pub struct SealedSeed(pub Vec<u8>);

/// A passkey's credential as the database keeps it, in the same shape.
#[derive(Clone, Debug)]
pub struct SealedCredential(pub Vec<u8>);

/// A stored secret that this key ring does not open, or a ring that cannot protect one.
#[derive(Debug, thiserror::Error)]
pub enum AtRestError {
    #[error(
        "a stored secret does not open: it was altered, moved, or protected with a key that is not in the key file"
    )]
    DoesNotOpen,
    #[error("a secret could not be protected: no key or no randomness")]
    NoKey,
}

/// Protects and opens stored secrets.
#[derive(Clone, Debug)]
pub struct AtRest(Arc<KeyRing>);

impl AtRest {
    pub fn new(ring: Arc<KeyRing>) -> Self {
        Self(ring)
    }

    pub fn seal_seed(
        &self,
        seed: &Seed,
        user: &UserId,
        factor: &FactorId,
        random: &dyn Random,
    ) -> Result<SealedSeed, AtRestError> {
        self.seal(seed.as_bytes(), &context(user, factor), random)
            .map(SealedSeed)
    }

    pub fn open_seed(
        &self,
        sealed: &SealedSeed,
        user: &UserId,
        factor: &FactorId,
    ) -> Result<Seed, AtRestError> {
        let plain = self.open(&sealed.0, &context(user, factor))?;
        Seed::from_bytes(&plain).ok_or(AtRestError::DoesNotOpen)
    }

    pub fn seal_credential(
        &self,
        credential: &[u8],
        user: &UserId,
        factor: &FactorId,
        random: &dyn Random,
    ) -> Result<SealedCredential, AtRestError> {
        let context = passkey_context(user, factor);
        self.seal(credential, &context, random)
            .map(SealedCredential)
    }

    pub fn open_credential(
        &self,
        sealed: &SealedCredential,
        user: &UserId,
        factor: &FactorId,
    ) -> Result<Zeroizing<Vec<u8>>, AtRestError> {
        self.open(&sealed.0, &passkey_context(user, factor))
    }

    /// A text that only this ring opens again: shows at the start that key file and database belong together.
    pub fn seal_canary(&self, random: &dyn Random) -> Result<Vec<u8>, AtRestError> {
        self.seal(CANARY, CANARY, random)
    }

    pub fn opens_canary(&self, sealed: &[u8]) -> bool {
        self.open(sealed, CANARY)
            .is_ok_and(|plain| plain.as_slice() == CANARY)
    }

    fn seal(
        &self,
        plain: &[u8],
        context: &[u8],
        random: &dyn Random,
    ) -> Result<Vec<u8>, AtRestError> {
        let ring_key = self.0.newest().ok_or(AtRestError::NoKey)?;
        let key = key_of(ring_key).ok_or(AtRestError::NoKey)?;
        let mut nonce = [0; NONCE_LEN];
        random.fill(&mut nonce).map_err(|_| AtRestError::NoKey)?;
        let mut sealed = Zeroizing::new(plain.to_vec());
        key.seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(context),
            &mut *sealed,
        )
        .map_err(|_| AtRestError::NoKey)?;
        Ok([ring_key.id().as_bytes(), &[0], &nonce, sealed.as_slice()].concat())
    }

    fn open(&self, sealed: &[u8], context: &[u8]) -> Result<Zeroizing<Vec<u8>>, AtRestError> {
        self.try_open(sealed, context)
            .ok_or(AtRestError::DoesNotOpen)
    }

    fn try_open(&self, sealed: &[u8], context: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let end = sealed.iter().position(|byte| *byte == 0)?;
        let (id, rest) = sealed.split_at_checked(end)?;
        let (nonce, ciphertext) = rest.get(1..)?.split_at_checked(NONCE_LEN)?;
        let key = key_of(self.0.get(std::str::from_utf8(id).ok()?)?)?;
        let nonce = Nonce::assume_unique_for_key(nonce.try_into().ok()?);
        let mut buffer = Zeroizing::new(ciphertext.to_vec());
        let length = key
            .open_in_place(nonce, Aad::from(context), &mut buffer)
            .ok()?
            .len();
        buffer.truncate(length);
        Some(buffer)
    }
}

const CANARY: &[u8] = b"stepgate key canary";

fn key_of(key: &RingKey) -> Option<LessSafeKey> {
    let bytes = key.derive(Purpose::AtRest, b"");
    UnboundKey::new(&AES_256_GCM, bytes.as_slice())
        .ok()
        .map(LessSafeKey::new)
}

/// Lengths are part of it, so that `("ab", "c")` and `("a", "bc")` differ.
fn context(user: &UserId, factor: &FactorId) -> Vec<u8> {
    let user = user.as_str().as_bytes();
    [
        &(user.len() as u64).to_be_bytes(),
        user,
        factor.as_str().as_bytes(),
    ]
    .concat()
}

/// A seed is no credential, whatever row it is copied to.
fn passkey_context(user: &UserId, factor: &FactorId) -> Vec<u8> {
    [b"passkey".as_slice(), &context(user, factor)].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clock::SystemRandom;

    #[test]
    fn a_row_moved_to_another_user_or_factor_does_not_open() {
        let random = SystemRandom::new();
        let at_rest = AtRest::new(Arc::new(KeyRing::ephemeral(&random).unwrap()));
        let (ada, eve) = (UserId::new("ada").unwrap(), UserId::new("eve").unwrap());
        let (one, two) = (
            FactorId::generate(&random).unwrap(),
            FactorId::generate(&random).unwrap(),
        );
        let seed = Seed::generate(&random).unwrap();
        let sealed = at_rest.seal_seed(&seed, &ada, &one, &random).unwrap();
        assert_eq!(
            at_rest.open_seed(&sealed, &ada, &one).unwrap().as_bytes(),
            seed.as_bytes()
        );
        assert!(at_rest.open_seed(&sealed, &eve, &one).is_err());
        assert!(at_rest.open_seed(&sealed, &ada, &two).is_err());
        let mut altered = sealed.clone();
        *altered.0.last_mut().unwrap() ^= 1;
        assert!(at_rest.open_seed(&altered, &ada, &one).is_err());
    }

    #[test]
    fn another_key_file_is_noticed() {
        let random = SystemRandom::new();
        let mine = AtRest::new(Arc::new(KeyRing::ephemeral(&random).unwrap()));
        let other = AtRest::new(Arc::new(KeyRing::ephemeral(&random).unwrap()));
        let canary = mine.seal_canary(&random).unwrap();
        assert!(mine.opens_canary(&canary));
        assert!(!other.opens_canary(&canary));
    }
}
