//! Backup codes: before they are made, and the one time that they are shown.

use askama::Template;
use zeroize::Zeroizing;

use super::{Frame, Moment};

/// `GET` and `POST` of `backup-codes/new` under the security page.
#[derive(Template)]
#[template(path = "backup_codes.html")]
pub struct BackupCodesPage<'a> {
    pub frame: Frame<'a>,
    pub csrf: &'a str,
    pub action: &'a str,
    pub account: &'a str,
    /// Sent back in the hidden field `form`.
    pub form: &'a str,
    /// The form has made its codes already.
    pub again: bool,
    /// There are codes already, which new ones replace.
    pub replaces: bool,
    /// The new codes in groups; empty before they are made.
    pub codes: Vec<Zeroizing<String>>,
    pub made: Moment<'a>,
    /// The site, as it is printed above the codes: `crm.example.com`.
    pub site: &'a str,
    /// Back to the security page.
    pub back: &'a str,
}
