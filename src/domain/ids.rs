//! Names of things. Each is a type of its own, so that a user id cannot stand where a record id
//! is meant.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::clock::{Random, RandomError};

/// The application's immutable, unique id of a user, as the evidence gave it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct UserId(String);

/// Why a text cannot be a user id.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("a user id has 1 to 255 characters and no control characters")]
pub struct BadUserId;

impl UserId {
    /// Takes the id as the application gave it: no folding, for `7` and `07` may be two people.
    pub fn new(raw: impl Into<String>) -> Result<Self, BadUserId> {
        let raw = raw.into();
        let fits = !raw.trim().is_empty() && raw.chars().count() <= 255;
        if fits && !raw.chars().any(char::is_control) {
            Ok(Self(raw))
        } else {
            Err(BadUserId)
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Names a gateway session for as long as it lives; the token changes, this does not.
/// It is not a secret: seals are bound to it, and audit lines name it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RecordId([u8; 16]);

impl RecordId {
    pub fn generate(random: &dyn Random) -> Result<Self, RandomError> {
        let mut bytes = [0; 16];
        random.fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }
}

/// Names a seal that a session keeps for a browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealId([u8; 16]);

impl SealId {
    pub fn generate(random: &dyn Random) -> Result<Self, RandomError> {
        let mut bytes = [0; 16];
        random.fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RecordId({self})")
    }
}

/// Names an enrolled factor in addresses and in the audit log.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FactorId(String);

impl FactorId {
    /// 128 random bits in lower-case hexadecimal.
    pub fn generate(random: &dyn Random) -> Result<Self, RandomError> {
        Ok(Self(RecordId::generate(random)?.to_string()))
    }

    /// Reads an id out of an address or a row; `None` unless it has the shape that `generate` gives.
    pub fn parse(raw: &str) -> Option<Self> {
        let hex = raw
            .bytes()
            .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        (raw.len() == 32 && hex).then(|| Self(raw.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Counts how often the settled identity of a session has changed. Seals carry it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Epoch(pub u64);

impl Epoch {
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}
