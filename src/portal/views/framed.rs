//! What an iframe of the application shows when a sign-in is unfinished.

use askama::Template;

use super::Frame;

/// The `401` of a framed navigation. The challenge refuses to be framed, so
/// its link opens in the whole window.
#[derive(Debug, Template)]
#[template(path = "framed.html")]
pub struct FramedPage<'a> {
    pub frame: Frame<'a>,
    /// The challenge.
    pub challenge: &'a str,
}
