//! The sign-in is still in flight: this page asks again after a second.

use askama::Template;

use super::Frame;

/// Reloads its own address until something else is there.
#[derive(Debug, Template)]
#[template(path = "moment.html")]
pub struct MomentPage<'a> {
    pub frame: Frame<'a>,
}
