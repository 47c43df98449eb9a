//! `[policy]`: what a session needs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use crate::domain::enrolment::Enrolment;

/// What a session needs.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// "optional": users who have enrolled a factor are asked for it. "required": a user
    /// without a factor enrols before the first page. Default: "optional".
    pub mfa: Mfa,
    /// Who may enrol a first factor: "open", whoever knows the password; "token", whoever also
    /// has a one-time code of `stepgate users enrolment-token`; "closed", nobody. Default: "open".
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

/// The weakest factor that satisfies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Minimum {
    /// Every enrolled factor.
    #[default]
    Any,
}
