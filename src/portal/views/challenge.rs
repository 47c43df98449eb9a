//! The second step of a sign-in: one code from an authenticator app.

use askama::Template;

use super::Frame;
use super::texts::FormProblem;

/// `GET` and failed `POST` of `/.mfa/challenge/totp`.
#[derive(Debug, Template)]
#[template(path = "challenge.html")]
pub struct ChallengePage<'a> {
    pub frame: Frame<'a>,
    pub csrf: &'a str,
    /// Where the form posts to.
    pub action: &'a str,
    /// The name that the user signed in with.
    pub account: &'a str,
    /// What was wrong with the last attempt.
    pub problem: Option<FormProblem>,
}
