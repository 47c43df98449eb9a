//! Sign-out asks first: a link alone must not end a session.

use askama::Template;

use super::Frame;

/// `GET` of `/.mfa/sign-out`.
#[derive(Debug, Template)]
#[template(path = "sign_out.html")]
pub struct SignOutPage<'a> {
    pub frame: Frame<'a>,
    pub csrf: &'a str,
    pub action: &'a str,
    pub account: &'a str,
    /// Where *Stay signed in* leads.
    pub cancel: &'a str,
}
