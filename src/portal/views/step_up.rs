//! Proof of presence before a change: the page in between.

use askama::Template;

use super::texts::{FormProblem, Reason, Way};
use super::{Frame, Other};

/// `GET` and failed `POST` of `/.mfa/step-up`.
#[derive(Debug, Template)]
#[template(path = "step_up.html")]
pub struct StepUpPage<'a> {
    pub frame: Frame<'a>,
    pub csrf: &'a str,
    pub action: &'a str,
    pub account: &'a str,
    /// What the user is about to do.
    pub reason: Reason<'a>,
    /// Sent back in the hidden field `return`.
    pub return_to: Option<&'a str>,
    pub cancel: &'a str,
    pub way: Way,
    /// JSON of the passkey's challenge.
    pub options: &'a str,
    /// The user's other ways.
    pub others: Vec<Other>,
    /// The name that the password belongs to, for password managers.
    pub sign_in_name: &'a str,
    pub problem: Option<FormProblem>,
}

/// The step-up of a user who has no factor to show and whose password was
/// typed too long ago: the way on is a new sign-in.
#[derive(Debug, Template)]
#[template(path = "sign_in_again.html")]
pub struct SignInAgainPage<'a> {
    pub frame: Frame<'a>,
    pub csrf: &'a str,
    /// Where the form posts to: the sign-out.
    pub action: &'a str,
    pub account: &'a str,
    pub reason: Reason<'a>,
    /// Sent in the hidden field `return`: where to land after signing in.
    pub return_to: Option<&'a str>,
    pub cancel: &'a str,
}
