//! There is no session any more, and why.

use askama::Template;

use super::Frame;
use super::texts::Ending;

/// After a sign-out, and where a page is asked for without a sign-in.
#[derive(Debug, Template)]
#[template(path = "ended.html")]
pub struct EndedPage<'a> {
    pub frame: Frame<'a>,
    pub ending: Ending,
    /// The application's sign-in page.
    pub sign_in: &'a str,
}
