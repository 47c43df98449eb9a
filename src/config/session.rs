//! `[session]`: the gateway's own sessions.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::app::App;
use super::period::Period;
use super::problem::Faults;

/// The gateway's own sessions.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Session {
    /// How long one lasts at most. Default: "24h".
    pub lifetime: Period,
    /// How long one lasts without a request. Default: "1h".
    pub idle: Period,
    /// Whether other sites' pages may carry the session. Default: "lax".
    pub same_site: SameSite,
}

/// The `SameSite` attribute of the gateway's cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SameSite {
    /// Links from other sites carry it, other requests of theirs do not.
    #[default]
    Lax,
    /// Every request carries it: for applications embedded elsewhere or SAML form posts.
    None,
}

impl Default for Session {
    fn default() -> Self {
        Self {
            lifetime: Period::hours(24),
            idle: Period::hours(1),
            same_site: SameSite::Lax,
        }
    }
}

impl Session {
    pub(super) fn check(&self, app: &App, faults: &mut Faults) {
        faults.positive("session.lifetime", self.lifetime);
        faults.positive("session.idle", self.idle);
        if self.idle > self.lifetime {
            faults.push(
                "session.idle",
                "at most session.lifetime",
                &format!("session.lifetime is \"{}\"", self.lifetime),
            );
        }
        if self.same_site == SameSite::None && !app.public_url.is_https() {
            faults.push(
                "session.same_site",
                "\"lax\", as app.public_url is plain HTTP",
                "browsers drop SameSite=None cookies that are not Secure",
            );
        }
    }
}
