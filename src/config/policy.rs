//! `[policy]`: what a session needs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a session needs.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// "optional": users who have enrolled a factor are asked for it. "required": a user
    /// without a factor enrols before the first page. Default: "optional".
    pub mfa: Mfa,
    /// Who may enrol a first factor. Default: "open".
    pub enrolment: Enrolment,
    /// The weakest factor that satisfies. Default: "any".
    pub minimum: Minimum,
}

/// Whether everybody needs a second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mfa {
    /// Only those who have enrolled one.
    #[default]
    Optional,
    /// Everybody; those without one enrol first.
    Required,
}

/// Who may enrol a first factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Enrolment {
    /// Whoever has signed in with the password.
    #[default]
    Open,
    /// Nobody: those who have a factor keep it and may add others, and nobody else gets one here.
    Closed,
}

/// The weakest factor that satisfies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Minimum {
    /// Every enrolled factor.
    #[default]
    Any,
}
