//! Are you sure? Names the factor, and what follows when it is the last.

use askama::Template;

use super::Frame;
use super::texts::AfterLast;

/// `GET` of `authenticators/{id}/remove`.
#[derive(Debug, Template)]
#[template(path = "remove.html")]
pub struct RemovePage<'a> {
    pub frame: Frame<'a>,
    pub csrf: &'a str,
    pub action: &'a str,
    pub cancel: &'a str,
    /// The factor's friendly name.
    pub name: &'a str,
    /// Set when no other factor remains.
    pub last: Option<AfterLast>,
}
