//! `[app]`: how people know the application.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::problem::Faults;
pub use super::public_url::PublicUrl;

/// How people know the application.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct App {
    /// The application's name: the issuer in authenticator apps, and in page titles. Required.
    pub name: String,
    /// The one origin under which browsers see the application, such as
    /// `https://crm.example.com`. Cookies and passkeys are bound to it. Required.
    pub public_url: PublicUrl,
    /// Where people find help (http, https or mailto); shown on error and lock-out pages.
    /// Default: not shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub support_url: Option<String>,
}

impl App {
    pub(super) fn check(&self, faults: &mut Faults) {
        // Authenticator apps split `issuer:account` at the colon.
        if self.name.trim().is_empty() || self.name.contains(':') || self.name.len() > 64 {
            faults.push(
                "app.name",
                "a name of at most 64 bytes without a colon",
                "authenticator apps show it beside the code",
            );
        }
        let link = self.support_url.as_deref();
        let known = ["https://", "http://", "mailto:"];
        if link.is_some_and(|link| !known.iter().any(|scheme| link.starts_with(scheme))) {
            faults.push(
                "app.support_url",
                "a link that begins with https://, http:// or mailto:",
                "",
            );
        }
    }
}
