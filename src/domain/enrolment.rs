//! Who may enrol a first factor, and the administrator's one-time code for it.
//!
//! Whoever has the password could otherwise enrol before the owner does.

use ring::digest::{SHA256, digest};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::base32;
use super::clock::{Random, RandomError};

/// Who may enrol a first factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Enrolment {
    /// Whoever has signed in with the password.
    #[default]
    Open,
    /// Whoever also has a one-time code that an administrator made for this user
    /// (`stepgate users enrolment-token`).
    Token,
    /// Nobody by themselves.
    Closed,
}

/// 125 bits.
const LENGTH: usize = 25;
const GROUP: usize = 5;

/// A one-time code. Only its digest is stored.
#[derive(zeroize::ZeroizeOnDrop)]
pub struct EnrolmentToken(String);

/// SHA-256 of a code: enough for 125 random bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EnrolmentDigest(pub [u8; 32]);

impl EnrolmentToken {
    pub fn generate(random: &dyn Random) -> Result<Self, RandomError> {
        base32::generate(random, LENGTH).map(Self)
    }

    /// What was typed, with or without dashes, in any case.
    pub fn parse(typed: &str) -> Option<Self> {
        base32::parse(typed, LENGTH).map(Self)
    }

    pub fn digest(&self) -> EnrolmentDigest {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest(&SHA256, self.0.as_bytes()).as_ref());
        EnrolmentDigest(bytes)
    }

    /// In groups of five, to be read out or typed.
    pub fn expose(&self) -> String {
        base32::grouped(&self.0, GROUP)
    }
}

impl std::fmt::Debug for EnrolmentToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EnrolmentToken(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clock::SystemRandom;

    #[test]
    fn a_code_is_understood_however_it_is_typed() {
        let token = EnrolmentToken::generate(&SystemRandom::new()).unwrap();
        let shown = token.expose();
        assert_eq!(shown.len(), LENGTH + 4);
        for typed in [
            shown.clone(),
            shown.to_lowercase(),
            shown.replace('-', " "),
            shown.replace('-', "").replace('0', "o").replace('1', "l"),
        ] {
            let parsed = EnrolmentToken::parse(&typed).unwrap();
            assert_eq!(parsed.digest(), token.digest(), "{typed}");
        }
    }

    #[test]
    fn what_is_no_code_is_refused_and_none_is_printed() {
        for typed in ["", "abc", "UUUUU-UUUUU-UUUUU-UUUUU-UUUUU", &"0".repeat(26)] {
            assert!(EnrolmentToken::parse(typed).is_none(), "{typed}");
        }
        let token = EnrolmentToken::parse(&"7".repeat(25)).unwrap();
        assert!(!format!("{token:?}").contains('7'));
    }
}
