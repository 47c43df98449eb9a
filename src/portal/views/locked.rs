//! Too many wrong codes or passwords: wait, or ask.

use askama::Template;

use super::texts::Tried;
use super::{Frame, Moment, Other};

/// Shown in place of the challenge while codes are not accepted.
#[derive(Debug, Template)]
#[template(path = "locked.html")]
pub struct LockedPage<'a> {
    pub frame: Frame<'a>,
    pub csrf: &'a str,
    pub account: &'a str,
    /// When a code is accepted again. `None`: only an administrator can help,
    /// because waiting would promise what does not come.
    pub retry_at: Option<Moment<'a>>,
    /// Where *Try again* leads.
    pub retry: &'a str,
    pub tried: Tried,
    /// What can be shown instead, now.
    pub others: Vec<Other>,
}
