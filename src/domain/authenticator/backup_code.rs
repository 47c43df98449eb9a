//! Backup codes: ten single-use codes on a sheet, for whoever has lost everything else.
//!
//! ```text
//!  sheet ──shown once──▶ paper     typed code ──selector──▶ row ──Argon2id──▶ store: unspent? ──▶ Verified
//! ```
//! The first letters of a code only find its row, so that a guess costs one hash and not ten; the other
//! 65 bits are the secret, stored as salted Argon2id (NIST SP 800-63B, look-up secrets).

use super::Method;
use crate::domain::assurance::VerifiedFactor;
use crate::domain::base32;
use crate::domain::clock::{Random, RandomError, UnixTime};
use crate::domain::ids::FactorId;
use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};

/// Codes on a sheet.
pub const CODES: usize = 10;
/// From here on the page warns that few are left.
pub const FEW: u32 = 3;

const LENGTH: usize = 16;
/// 15 bits, unique on a sheet.
const SELECTOR: usize = 3;
const GROUP: usize = 4;

/// One code. It is in memory while it is shown or checked, and nowhere else.
#[derive(Clone, PartialEq, Eq, zeroize::ZeroizeOnDrop)]
pub struct BackupCode(String);

/// A code as the store keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HashedCode {
    pub selector: String,
    /// PHC string of Argon2id over the rest of the code.
    pub hash: String,
}

/// A code could not be hashed.
#[derive(Debug, thiserror::Error)]
#[error("a backup code could not be hashed: {0}")]
pub struct HashError(String);

impl std::fmt::Debug for BackupCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("BackupCode(redacted)")
    }
}

impl BackupCode {
    fn generate(random: &dyn Random) -> Result<Self, RandomError> {
        base32::generate(random, LENGTH).map(Self)
    }

    /// What was typed, with or without dashes and spaces, in any case. `None` for what is no code.
    pub fn parse(typed: &str) -> Option<Self> {
        base32::parse(typed, LENGTH).map(Self)
    }

    /// Groups of four with dashes between.
    pub fn expose(&self) -> String {
        base32::grouped(&self.0, GROUP)
    }

    /// What finds the code's row among the user's.
    pub fn selector(&self) -> &str {
        self.0.get(..SELECTOR).unwrap_or_default()
    }

    fn verifier(&self) -> &[u8] {
        self.0.as_bytes().get(SELECTOR..).unwrap_or_default()
    }

    /// Takes some 20 ms and 19 MiB: not for a thread that others wait for.
    pub fn hash(&self, random: &dyn Random) -> Result<HashedCode, HashError> {
        let mut salt = [0; 16];
        random
            .fill(&mut salt)
            .map_err(|error| HashError(error.to_string()))?;
        let hash = argon2id()?
            .hash_password_with_salt(self.verifier(), &salt)
            .map_err(|error| HashError(error.to_string()))?;
        Ok(HashedCode {
            selector: self.selector().to_owned(),
            hash: hash.to_string(),
        })
    }

    /// Whether `hash` is this code's; compared in constant time. Costs as much as [`Self::hash`].
    pub fn is(&self, hash: &str) -> bool {
        let (Ok(argon2), Ok(hash)) = (argon2id(), PasswordHash::new(hash)) else {
            return false;
        };
        argon2.verify_password(self.verifier(), &hash).is_ok()
    }
}

/// 19 MiB, two passes, one lane: what OWASP's password storage cheat sheet asks for.
fn argon2id() -> Result<Argon2<'static>, HashError> {
    let params = Params::new(19 * 1024, 2, 1, None);
    let params = params.map_err(|error| HashError(error.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// A new sheet: ten codes with ten selectors.
pub fn sheet(random: &dyn Random) -> Result<Vec<BackupCode>, RandomError> {
    let mut codes: Vec<BackupCode> = Vec::with_capacity(CODES);
    while codes.len() < CODES {
        let code = BackupCode::generate(random)?;
        if codes
            .iter()
            .all(|known| known.selector() != code.selector())
        {
            codes.push(code);
        }
    }
    Ok(codes)
}

/// Proof that a code was right and unspent. `spent_now` is the store's word for it.
pub fn finish(id: FactorId, spent_now: bool, at: UnixTime) -> Option<VerifiedFactor> {
    spent_now.then(|| VerifiedFactor::new(id, Method::BackupCode, at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clock::SystemRandom;

    #[test]
    fn a_code_is_understood_however_it_is_typed() {
        let codes = sheet(&SystemRandom::new()).unwrap();
        assert_eq!(codes.len(), CODES);
        for code in &codes {
            let shown = code.expose();
            assert_eq!(shown.len(), LENGTH + 3);
            for typed in [
                shown.to_lowercase(),
                shown.replace('-', " "),
                format!(" {} ", shown.replace('-', "")),
                shown.replace('0', "o").replace('1', "L"),
            ] {
                assert_eq!(BackupCode::parse(&typed).as_ref(), Some(code), "{typed}");
            }
        }
    }

    #[test]
    fn selectors_of_a_sheet_differ_and_nothing_is_printed() {
        let codes = sheet(&SystemRandom::new()).unwrap();
        let mut selectors: Vec<&str> = codes.iter().map(BackupCode::selector).collect();
        selectors.sort_unstable();
        selectors.dedup();
        assert_eq!(selectors.len(), CODES);
        for code in &codes {
            assert!(!format!("{code:?}").contains(code.selector()));
        }
    }

    #[test]
    fn a_hash_is_of_its_code_only_and_says_how_it_was_made() {
        let random = SystemRandom::new();
        let codes = sheet(&random).unwrap();
        let hashed = codes[0].hash(&random).unwrap();
        assert!(
            hashed.hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{}",
            hashed.hash
        );
        assert!(codes[0].is(&hashed.hash));
        assert!(!codes[1].is(&hashed.hash));
        let again = codes[0].hash(&random).unwrap();
        assert_ne!(again.hash, hashed.hash, "unsalted");
        let other = BackupCode(format!("{}{}", codes[0].selector(), "0".repeat(13)));
        assert!(!other.is(&hashed.hash));
        for broken in ["", "$argon2id$", "plain"] {
            assert!(!codes[0].is(broken));
        }
    }

    #[test]
    fn what_is_no_code_is_refused() {
        for typed in [
            "",
            "123456",
            "UUUU-UUUU-UUUU-UUUU",
            &"0".repeat(17),
            "\u{ff10}",
        ] {
            assert_eq!(BackupCode::parse(typed), None, "{typed}");
        }
    }
}
