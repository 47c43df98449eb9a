//! The kinds of second factor.
//!
//! An enum matched exhaustively rather than a plug-in: a new kind must be decided everywhere that
//! a kind matters, and the compiler lists the places.

pub mod backup_code;
pub mod passkey;
pub mod totp;

use serde::{Deserialize, Serialize};

/// A kind of factor, with what it showed when it was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    Totp,
    Passkey(Possession),
    BackupCode,
}

/// What an assertion of a passkey says of the authenticator (WebAuthn Level 3, section 6.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Possession {
    /// It knew its user, by a PIN or a feature of the body.
    pub user_verified: bool,
    /// Its key may be on several devices.
    pub backup_eligible: bool,
}

impl Method {
    /// The name that `X-MFA-Factor` gives it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Totp => "totp",
            Self::Passkey(_) => "passkey",
            Self::BackupCode => "backup_code",
        }
    }
}

/// A name that a person gives to a factor: trimmed, 1 to 64 characters, no control characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FriendlyName(String);

/// Why a name does not serve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadName {
    #[error("the name is empty")]
    Empty,
    #[error("the name is longer than 64 characters or holds control characters")]
    Unfit,
}

impl FriendlyName {
    pub fn new(raw: &str) -> Result<Self, BadName> {
        let name = raw.trim();
        if name.is_empty() {
            return Err(BadName::Empty);
        }
        // Characters that turn the direction of what follows could make a name say something else.
        let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        let unfit = |c: char| c.is_control() || turns(c);
        if name.chars().count() > 64 || name.chars().any(unfit) {
            return Err(BadName::Unfit);
        }
        Ok(Self(name.to_owned()))
    }

    /// The name itself, then "name 2" and so on: for what must not get lost because a name is taken.
    pub fn numbered(&self, number: usize) -> Self {
        if number <= 1 {
            return self.clone();
        }
        // Short enough for a name with the number.
        let start: String = self.0.chars().take(56).collect();
        Self(format!("{} {number}", start.trim_end()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}
