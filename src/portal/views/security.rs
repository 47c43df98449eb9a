//! The security page: a card for each kind of factor, activity, sessions.

use askama::Template;

use super::texts::{Activity, NAME_MAX, Notice};
use super::{Frame, Moment};

/// An authenticator that a code has been verified for.
#[derive(Debug, Clone)]
pub struct AuthenticatorRow<'a> {
    /// As it stands in paths.
    pub id: &'a str,
    pub name: &'a str,
    pub added: Moment<'a>,
    pub last_used: Option<Moment<'a>>,
}

/// One line of *Recent security activity*.
#[derive(Debug, Clone)]
pub struct ActivityRow<'a> {
    pub when: Moment<'a>,
    pub what: Activity<'a>,
    /// Browser and address: `Firefox on macOS, 203.0.113.7`.
    pub from: &'a str,
}

/// `GET` of `portal.security_page`.
#[derive(Debug, Template)]
#[template(path = "security.html")]
pub struct SecurityPage<'a> {
    pub frame: Frame<'a>,
    pub csrf: &'a str,
    pub account: &'a str,
    /// The page's own path without a trailing slash: `/settings/security`.
    pub base: &'a str,
    /// A path of the application.
    pub back: &'a str,
    /// Where *Sign out other sessions* posts to.
    pub sign_out_others: &'a str,
    pub authenticators: Vec<AuthenticatorRow<'a>>,
    /// Newest first.
    pub activity: Vec<ActivityRow<'a>>,
    /// The outcome of what the user has just done.
    pub notice: Option<Notice<'a>>,
}

impl SecurityPage<'_> {
    /// Factors of all kinds: one alone is what the nudge is about.
    fn factors(&self) -> usize {
        self.authenticators.len()
    }
}
