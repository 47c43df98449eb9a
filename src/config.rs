//! The configuration: one section, one file.
//!
//! ```text
//! defaults ◀ file ◀ STEPGATE__SECTION__KEY
//!     └── merged ─▶ not available yet? ─▶ types, one by one ─▶ checks ─▶ Config
//!                        └──────────────────────┴────────────────┴─────▶ every problem at once
//! ```

pub mod accent;
mod app;
pub mod byte_size;
mod draft;
mod expectations;
pub mod factors;
pub mod guard;
pub mod keys;
mod layers;
pub mod limits;
pub mod listen;
mod load;
mod not_yet;
pub mod period;
pub mod policy;
pub mod portal;
mod position;
pub mod problem;
pub mod public_url;
mod repair;
pub mod session;
pub mod step_up;
pub mod store;
mod suggestion;
pub mod upstream;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::app::{App, PublicUrl};
pub use self::byte_size::ByteSize;
pub use self::factors::{Factors, Totp};
pub use self::guard::{Guard, Identity, Rotation, SessionId, Signs, Whoami};
pub use self::keys::Keys;
pub use self::limits::Limits;
pub use self::listen::{Listen, Tls};
pub use self::load::{load, parse};
pub use self::period::Period;
pub use self::policy::{Enrolment, Mfa, Minimum, Policy};
pub use self::portal::Portal;
use self::problem::Faults;
pub use self::problem::{ConfigErrors, Problem, ProblemKind};
pub use self::session::{SameSite, Session};
pub use self::step_up::{StepUp, StepUpMethod};
pub use self::store::{Database, Sessions, Store};
pub use self::upstream::{HostPort, Upstream};
use crate::domain::password_check::PasswordCheck;
pub use crate::domain::step_up::PasswordUse;

/// Everything that can be set.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// How people know the application. Required.
    pub app: App,
    /// Where the gateway accepts connections.
    #[serde(default)]
    pub listen: Listen,
    /// The application behind the gateway. Required.
    pub upstream: Upstream,
    /// The application's credentials, and how it signs people in and out. Required.
    pub guard: Guard,
    /// The gateway's own pages.
    #[serde(default)]
    pub portal: Portal,
    /// What a session needs.
    #[serde(default)]
    pub policy: Policy,
    /// The kinds of second factor that people can enrol.
    #[serde(default)]
    pub factors: Factors,
    /// Re-authentication before sensitive changes.
    #[serde(default)]
    pub step_up: StepUp,
    /// The gateway's own sessions.
    #[serde(default)]
    pub session: Session,
    /// Where factors and sessions are kept.
    #[serde(default)]
    pub store: Store,
    /// The gateway's own keys.
    #[serde(default)]
    pub keys: Keys,
    /// Bounds on memory and time.
    #[serde(default)]
    pub limits: Limits,
}

impl Config {
    /// The merged configuration for `config show`, as TOML that could be loaded again. No key
    /// holds a secret so far: keys and certificates are files, of which this names the paths.
    pub fn redacted_toml(&self) -> Result<String, toml::ser::Error> {
        toml::to_string_pretty(self)
    }

    /// The sign-ins that the gateway may make itself, to check a password.
    pub fn password_checks(&self) -> Vec<PasswordCheck> {
        if self.step_up.password() == PasswordUse::Never {
            return Vec::new();
        }
        let rules = self.guard.sign_in.iter();
        rules
            .filter_map(|rule| PasswordCheck::of(rule).ok())
            .collect()
    }

    /// Writes out defaults that depend on other sections.
    fn resolve(&mut self) {
        self.step_up.resolve(&self.guard);
    }

    /// What is wrong although every value has the right type.
    fn check(&self, faults: &mut Faults) {
        self.app.check(faults);
        self.listen.check(&self.app, faults);
        self.upstream.check(faults);
        self.guard.check(&self.policy, faults);
        self.portal.check(faults);
        self.step_up.check(&self.guard, faults);
        self.session.check(&self.app, faults);
        self.limits.check(faults);
    }
}

/// The JSON schema of the file, for `config schema` and for editors.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Config).to_value()
}
