//! Adding an authenticator: scan, type the code, name, save.

use askama::Template;

use super::Frame;
use super::texts::{FormProblem, NAME_MAX};

/// `authenticators/new` under the security page, and the forced `/.mfa/enrol`.
#[derive(Template)]
#[template(path = "enrol.html")]
pub struct EnrolPage<'a> {
    pub frame: Frame<'a>,
    pub csrf: &'a str,
    pub action: &'a str,
    pub account: &'a str,
    /// The policy asks for an authenticator before the first page: the page says why
    /// and offers signing out, as there is nothing to go back to.
    pub forced: bool,
    /// The policy asks for an administrator's code; what was typed of it before.
    pub token: Option<&'a str>,
    /// The QR code as an `<svg>` element; see [`super::qr_svg`].
    pub qr_svg: &'a str,
    /// Unpadded Base32, not grouped.
    pub secret: &'a str,
    /// `otpauth://totp/…`, the content of the QR code.
    pub otpauth_uri: &'a str,
    /// What the name field holds: a proposal, or what was typed before.
    pub name: &'a str,
    /// Where a passkey is added instead, where that is possible and the enrolment is forced.
    pub passkey: Option<&'a str>,
    /// Where *Cancel* leads; not shown when forced.
    pub cancel: &'a str,
    pub problem: Option<FormProblem>,
}

impl EnrolPage<'_> {
    /// The SVG without an XML declaration, which HTML does not know.
    fn qr(&self) -> &str {
        self.qr_svg
            .find("<svg")
            .and_then(|start| self.qr_svg.get(start..))
            .unwrap_or_default()
    }

    /// In groups of four, which is how people copy a key by hand.
    fn grouped_secret(&self) -> String {
        let mut grouped = String::with_capacity(self.secret.len() + self.secret.len() / 4);
        for (position, letter) in self.secret.chars().enumerate() {
            if position > 0 && position % 4 == 0 {
                grouped.push(' ');
            }
            grouped.push(letter);
        }
        grouped
    }
}
