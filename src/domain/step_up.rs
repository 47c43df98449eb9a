//! What opens a step-up window, and what the window opens.
//!
//! ```text
//! a factor's code ──▶ Grant { by: Factor }   ─┬─▶ the security page
//!                                             └─▶ the application (FactorWindow, a header)
//! the password ─────▶ Grant { by: Password } ───▶ the security page, and nothing else
//! ```

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::clock::UnixTime;

/// What was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Proof {
    /// The application's password, once more.
    Password,
    Factor,
}

/// An open window: until a fixed time, which use does not move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant {
    pub by: Proof,
    pub until: UnixTime,
}

/// A window that the application may know of. Only a factor opens one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FactorWindow(UnixTime);

impl Grant {
    /// What the application may know of it: nothing, where a password opened it.
    pub fn for_application(self) -> Option<FactorWindow> {
        match self.by {
            Proof::Factor => Some(FactorWindow(self.until)),
            Proof::Password => None,
        }
    }
}

impl FactorWindow {
    pub fn until(self) -> UnixTime {
        self.0
    }
}

/// When the password counts as a step-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PasswordUse {
    /// For everybody whose sign-in name is known.
    #[default]
    Always,
    /// Only while no factor is enrolled.
    Bootstrap,
    Never,
}

impl PasswordUse {
    /// Whether it counts for a user who has so many factors.
    pub fn allows(self, factors: u32) -> bool {
        match self {
            Self::Always => true,
            Self::Bootstrap => factors == 0,
            Self::Never => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_opens_nothing_that_the_application_could_see() {
        let until = UnixTime(7);
        let grant = |by| Grant { by, until }.for_application();
        assert_eq!(grant(Proof::Password), None);
        assert_eq!(grant(Proof::Factor).map(FactorWindow::until), Some(until));
    }

    #[test]
    fn bootstrap_ends_with_the_first_factor() {
        let allowed = |used: PasswordUse| [used.allows(0), used.allows(1)];
        assert_eq!(allowed(PasswordUse::Always), [true, true]);
        assert_eq!(allowed(PasswordUse::Bootstrap), [true, false]);
        assert_eq!(allowed(PasswordUse::Never), [false, false]);
    }
}
