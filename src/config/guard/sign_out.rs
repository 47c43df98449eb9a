//! `[[guard.sign_out]]`: the application's own sign-outs.

use super::super::problem::Faults;
use crate::domain::rules::SignOutRule;

/// Checks one rule.
pub(super) fn check(rule: &SignOutRule, at: usize, faults: &mut Faults) {
    let everything = matches!(rule.path.as_str(), "**" | "/**");
    if everything && rule.when.is_empty() {
        faults.push(
            &format!("guard.sign_out.{at}.path"),
            "a path of its own, or a condition in `when`",
            "without a condition every request would sign out",
        );
    }
}
