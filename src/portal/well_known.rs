//! What password managers look for at addresses that every site has (RFC 8615).

use http::StatusCode;

use super::Page;
use super::views::Offer;
use super::{Portal, PortalRequest};

/// W3C's well-known addresses for passkeys and for a change of the password.
pub const WELL_KNOWN: [&str; 2] = [PASSKEYS, PASSWORD];
const PASSKEYS: &str = "/.well-known/passkey-endpoints";
const PASSWORD: &str = "/.well-known/change-password";

impl Portal {
    /// `None` for other addresses. They say nothing of anybody, and whoever asks is no browser.
    pub(super) fn well_known(&self, request: &PortalRequest<'_>) -> Option<Page> {
        let manage = format!("{}{}", self.settings.origin, self.settings.security_page);
        match request.path {
            PASSKEYS => {
                let made = format!("{manage}/passkeys/new");
                let endpoints = match self.passkey_offer() {
                    Offer::Now => serde_json::json!({ "enroll": made, "manage": manage }),
                    Offer::ComingSoon | Offer::Never => serde_json::json!({ "manage": manage }),
                };
                Some(Page::json(StatusCode::OK, endpoints.to_string()))
            }
            PASSWORD => {
                let known = self.settings.password_page.as_ref();
                Some(Page::see_other(
                    known.unwrap_or(&self.settings.security_page),
                ))
            }
            _ => None,
        }
    }
}
