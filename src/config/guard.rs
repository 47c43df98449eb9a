//! `[guard]`: the application's credentials, and how it signs people in and out.

pub mod identity;
pub mod sign_in;
pub mod sign_out;
pub mod whoami;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::identity::{Identity, Rotation};
pub use self::whoami::{Signs, Whoami};
use super::policy::Policy;
use super::problem::Faults;
use crate::domain::cookie_names::CookieNames;
use crate::domain::path_glob::PathGlob;
use crate::domain::rules::{SignInRule, SignOutRule};
use crate::domain::source::TokenInput;

/// The application's credentials, and how it signs people in and out.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Guard {
    /// The application's protected cookies: names or globs; "!name" leaves one out of the
    /// globs. Required.
    pub session_cookies: CookieNames,
    /// Whether the application gives a session a new id at sign-in. Default: "keeps".
    #[serde(default)]
    pub session_id: SessionId,
    /// Public paths, matched exactly: they stream, and never carry credentials. Default: [].
    #[serde(default)]
    pub no_credentials: Vec<PathGlob>,
    /// Paths, matched leniently, that are refused: those that take a password in every call.
    /// Default: [].
    #[serde(default)]
    pub refuse: Vec<PathGlob>,
    /// Further places, such as "header:X-Api-Key", where clients present credentials; what is
    /// not sealed is refused there. Default: [].
    #[serde(default)]
    pub token_inputs: Vec<TokenInput>,
    /// The application's own password sign-ins. Default: none declared.
    #[serde(default)]
    pub sign_in: Vec<SignInRule>,
    /// The evidence of who is signed in. Required.
    pub identity: Identity,
    /// The application's own sign-outs. Default: none declared.
    #[serde(default)]
    pub sign_out: Vec<SignOutRule>,
}

/// What the application does with its session id at sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SessionId {
    /// It may keep the id, so every exchange of an anonymous session is judged.
    #[default]
    Keeps,
    /// Every sign-in gets a new id: what a visitor only looks at streams, unless it sets a
    /// protected cookie.
    Rotates,
}

impl Guard {
    pub(super) fn check(&self, policy: &Policy, faults: &mut Faults) {
        if self.session_cookies.is_empty() {
            faults.push(
                "guard.session_cookies",
                "at least one cookie name or glob that is not an exception",
                "list the cookies that the application sets at sign-in",
            );
        }
        for (at, rule) in self.sign_in.iter().enumerate() {
            sign_in::check(rule, at, faults);
        }
        for (at, rule) in self.sign_out.iter().enumerate() {
            sign_out::check(rule, at, faults);
        }
        self.identity.check(self, policy, faults);
    }
}
