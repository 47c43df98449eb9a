//! Adding a passkey or a security key.

use askama::Template;

use super::Frame;
use super::texts::{FormProblem, NAME_MAX};

/// `passkeys/new` under the security page, and the forced `/.mfa/enrol/passkey`.
#[derive(Debug, Template)]
#[template(path = "new_passkey.html")]
pub struct NewPasskeyPage<'a> {
    pub frame: Frame<'a>,
    pub csrf: &'a str,
    pub action: &'a str,
    pub account: &'a str,
    /// The policy asks for it before the first page.
    pub forced: bool,
    /// On a key that is plugged in or held close, and not on this device or in a password manager.
    pub security_key: bool,
    /// JSON of the challenge.
    pub options: &'a str,
    /// What the browser made of it before, where only something else was wrong.
    pub credential: &'a str,
    /// JSON that lets the authenticator forget a passkey that was made and not accepted.
    pub unknown: &'a str,
    /// The policy asks for an administrator's code; what was typed of it before.
    pub token: Option<&'a str>,
    /// What was typed as a name.
    pub name: &'a str,
    /// The page for the other kind.
    pub other: &'a str,
    /// Where *Cancel* leads; with `forced`, to the authenticator app instead.
    pub cancel: &'a str,
    pub problem: Option<FormProblem>,
}
