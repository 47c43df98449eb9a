//! A new name for an authenticator: for those who follow the link instead of using
//! the form on the security page, and where a refused name is shown again.

use askama::Template;

use super::Frame;
use super::texts::{FormProblem, NAME_MAX};

/// `GET` and failed `POST` of `authenticators/{id}/rename`.
#[derive(Debug, Template)]
#[template(path = "rename.html")]
pub struct RenamePage<'a> {
    pub frame: Frame<'a>,
    pub csrf: &'a str,
    pub action: &'a str,
    pub cancel: &'a str,
    /// The name that the authenticator has.
    pub current: &'a str,
    /// What the field holds: the same, or what was typed before.
    pub name: &'a str,
    pub problem: Option<FormProblem>,
}
