//! The second step of a sign-in: a code, a passkey or a backup code.

use askama::Template;

use super::texts::{FormProblem, Way};
use super::{Frame, Other};

/// `GET` and failed `POST` of `/.mfa/challenge` and the pages under it.
#[derive(Debug, Template)]
#[template(path = "challenge.html")]
pub struct ChallengePage<'a> {
    pub frame: Frame<'a>,
    pub csrf: &'a str,
    /// Where the form posts to.
    pub action: &'a str,
    /// The name that the user signed in with.
    pub account: &'a str,
    pub way: Way,
    /// JSON of the passkey's challenge.
    pub options: &'a str,
    /// The user's other ways.
    pub others: Vec<Other>,
    /// What was wrong with the last attempt.
    pub problem: Option<FormProblem>,
}
