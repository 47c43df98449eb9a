//! `[app]`: how people know the application.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::accent::Accent;
use super::problem::Faults;
pub use super::public_url::PublicUrl;
use crate::domain::return_address::safe_return;

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
    /// The path of the application's page where people change their password, which password managers
    /// look for. Default: they are led to the security page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_page: Option<String>,
    /// The colour of buttons on the gateway's pages, such as "#2f5bd7". Default: a blue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accent: Option<Accent>,
    /// An SVG or PNG file of at most 64 KiB that the pages show beside the name. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo: Option<PathBuf>,
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
        let page = self.password_page.as_deref();
        if page.is_some_and(|page| safe_return(page).as_deref() != Some(page)) {
            faults.push(
                "app.password_page",
                "a path of the application, such as \"/account/password\"",
                "password managers lead people there from /.well-known/change-password",
            );
        }
        let image = |path: &PathBuf| {
            let ending = path.extension().and_then(|ending| ending.to_str());
            matches!(ending, Some("svg" | "png"))
        };
        if self.logo.as_ref().is_some_and(|path| !image(path)) {
            faults.push("app.logo", "a file that ends in .svg or .png", "");
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
