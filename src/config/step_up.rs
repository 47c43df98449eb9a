//! `[step_up]`: re-authentication before sensitive changes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::guard::Guard;
use super::period::Period;
use super::problem::Faults;
use crate::domain::password_check::PasswordCheck;
use crate::domain::step_up::PasswordUse;

/// Re-authentication before sensitive changes.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct StepUp {
    /// How long one lasts; at most "5m". Default: "5m".
    pub window: Period,
    /// What it can be done with. Default: ["password", "totp", "passkey"], without "password" where no sign-in
    /// rule has username, password and page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub methods: Option<Vec<StepUpMethod>>,
    /// When the password counts. Default: "always", where `methods` has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<PasswordUse>,
}

/// What a step-up can be done with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StepUpMethod {
    /// The application's password, once more.
    Password,
    /// A code of an authenticator app.
    Totp,
    /// A passkey or a security key.
    Passkey,
}

impl StepUpMethod {
    fn is_factor(self) -> bool {
        matches!(self, Self::Totp | Self::Passkey)
    }
}

/// A longer window would let whoever finds the browser open change the factors.
const LONGEST_WINDOW: Period = Period::minutes(5);

impl Default for StepUp {
    fn default() -> Self {
        Self {
            window: Period::minutes(5),
            methods: None,
            password: None,
        }
    }
}

impl StepUp {
    /// When the password counts; never where it is no method.
    pub fn password(&self) -> PasswordUse {
        if self.has(StepUpMethod::Password) {
            self.password.unwrap_or_default()
        } else {
            PasswordUse::Never
        }
    }

    pub fn has(&self, method: StepUpMethod) -> bool {
        self.methods
            .as_ref()
            .is_some_and(|methods| methods.contains(&method))
    }

    /// Says what the defaults come to: they depend on what the sign-in rules allow.
    pub(super) fn resolve(&mut self, guard: &Guard) {
        let never = self.password == Some(PasswordUse::Never);
        let possible = guard
            .sign_in
            .iter()
            .any(|rule| PasswordCheck::of(rule).is_ok());
        let methods = self.methods.get_or_insert_with(|| {
            let password = (possible && !never).then_some(StepUpMethod::Password);
            let factors = [StepUpMethod::Totp, StepUpMethod::Passkey];
            password.into_iter().chain(factors).collect()
        });
        if methods.contains(&StepUpMethod::Password) {
            self.password.get_or_insert_default();
        }
    }

    pub(super) fn check(&self, guard: &Guard, faults: &mut Faults) {
        faults.positive("step_up.window", self.window);
        if self.window > LONGEST_WINDOW {
            faults.push(
                "step_up.window",
                "a duration of at most \"5m\"",
                "within the window anybody at the open browser can change the factors",
            );
        }
        let methods = self.methods.as_deref();
        if methods.is_some_and(<[StepUpMethod]>::is_empty) {
            faults.push("step_up.methods", "at least one method", "use [\"totp\"]");
            return;
        }
        self.check_password(guard, faults);
        let factor = methods.is_none_or(|methods| methods.iter().any(|it| it.is_factor()));
        let help = match self.password {
            Some(PasswordUse::Never) => "step_up.password = \"never\" leaves nothing else",
            Some(PasswordUse::Bootstrap) => {
                "with step_up.password = \"bootstrap\" nothing is left once a factor is enrolled"
            }
            Some(PasswordUse::Always) | None => return,
        };
        if !factor {
            faults.push(
                "step_up.methods",
                "\"totp\" or \"passkey\" among the methods",
                help,
            );
        }
    }

    /// Whoever asks for the password needs a sign-in that the gateway can make itself.
    fn check_password(&self, guard: &Guard, faults: &mut Faults) {
        let at = self.methods.as_ref().and_then(|methods| {
            let mut methods = methods.iter();
            methods.position(|method| *method == StepUpMethod::Password)
        });
        let asked = matches!(
            self.password,
            Some(PasswordUse::Always | PasswordUse::Bootstrap)
        );
        if asked && self.methods.is_some() && at.is_none() {
            faults.push(
                "step_up.password",
                "\"never\", as step_up.methods lacks \"password\"",
                "add \"password\" to step_up.methods",
            );
            return;
        }
        let key = match at {
            Some(at) if self.password != Some(PasswordUse::Never) => {
                format!("step_up.methods.{at}")
            }
            _ if asked => "step_up.password".to_owned(),
            _ => return,
        };
        let unfit: Vec<_> = guard
            .sign_in
            .iter()
            .enumerate()
            .map(|(at, rule)| (at, PasswordCheck::of(rule).err()))
            .collect();
        if unfit.iter().any(|(_, unfit)| unfit.is_none()) {
            return;
        }
        let lacks = unfit.iter().filter_map(|(at, unfit)| {
            let unfit = (*unfit)?;
            Some(format!("guard.sign_in.{at}: {unfit}"))
        });
        let mut help = vec![
            "the gateway checks a password by signing in with it: say username = \"form:…\", \
             password = \"form:…\" and page = \"/…\" (see config/stepgate.toml)"
                .to_owned(),
        ];
        help.extend(lacks);
        faults.push(
            &key,
            "a [[guard.sign_in]] with username, password and page",
            &help.join("\n    "),
        );
    }
}
