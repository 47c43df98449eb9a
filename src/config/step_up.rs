//! `[step_up]`: re-authentication before sensitive changes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::period::Period;
use super::problem::Faults;

/// Re-authentication before sensitive changes.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct StepUp {
    /// How long one lasts; at most "5m". Default: "5m".
    pub window: Period,
    /// What it can be done with. Default: ["totp"].
    pub methods: Vec<StepUpMethod>,
}

/// What a step-up can be done with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StepUpMethod {
    /// A code of an authenticator app.
    Totp,
}

/// A longer window would let whoever finds the browser open change the factors.
const LONGEST_WINDOW: Period = Period::minutes(5);

impl Default for StepUp {
    fn default() -> Self {
        Self {
            window: Period::minutes(5),
            methods: vec![StepUpMethod::Totp],
        }
    }
}

impl StepUp {
    pub(super) fn check(&self, faults: &mut Faults) {
        faults.positive("step_up.window", self.window);
        if self.window > LONGEST_WINDOW {
            faults.push(
                "step_up.window",
                "a duration of at most \"5m\"",
                "within the window anybody at the open browser can change the factors",
            );
        }
        if self.methods.is_empty() {
            faults.push("step_up.methods", "at least one method", "use [\"totp\"]");
        }
    }
}
