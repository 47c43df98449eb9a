//! Are you sure? Names the authenticator, and what follows when it is the last.

use askama::Template;

use super::Frame;
use super::texts::AfterLast;

/// `GET` of `authenticators/{id}/remove` and `passkeys/{id}/remove`.
#[derive(Debug, Template)]
#[template(path = "remove.html")]
pub struct RemovePage<'a> {
    pub frame: Frame<'a>,
    pub csrf: &'a str,
    pub action: &'a str,
    pub cancel: &'a str,
    /// The authenticator's name.
    pub name: &'a str,
    /// Set when no other factor remains.
    pub last: Option<AfterLast>,
    /// Backup codes that end with the last factor.
    pub ends_codes: bool,
}
