//! `[factors]`: the kinds of second factor that people can enrol.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The kinds of second factor that people can enrol.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Factors {
    /// Authenticator apps. They have no settings yet.
    pub totp: Totp,
}

/// Authenticator apps (RFC 6238).
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Totp {}
