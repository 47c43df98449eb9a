//! `[factors]`: the kinds of second factor that people can enrol.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The kinds of second factor that people can enrol.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Factors {
    /// Authenticator apps. They have no settings yet.
    pub totp: Totp,
    /// Passkeys and security keys.
    pub passkey: Passkey,
    /// Backup codes. They have no settings yet.
    pub backup_codes: BackupCodes,
}

/// Authenticator apps (RFC 6238).
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Totp {}

/// Passkeys and security keys (WebAuthn).
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Passkey {
    /// Whether new ones can be added; those that exist work either way. Default: true.
    pub enrolment: bool,
}

impl Default for Passkey {
    fn default() -> Self {
        Self { enrolment: true }
    }
}

/// Ten single-use codes for whoever has nothing else at hand.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BackupCodes {}
