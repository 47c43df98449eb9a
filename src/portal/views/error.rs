//! Something failed: what, and what to do now.

use askama::Template;

use super::Frame;
use super::texts::PageProblem;

/// Any answer that is an error and not a form shown again.
#[derive(Debug, Template)]
#[template(path = "error.html")]
pub struct ErrorPage<'a> {
    pub frame: Frame<'a>,
    pub problem: PageProblem,
    /// Where *Try again* leads, where trying again can help.
    pub retry: Option<&'a str>,
}
