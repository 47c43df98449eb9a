//! `[[guard.sign_in]]`: the application's own password sign-ins.
//!
//! The rule itself is a type of the domain; what is checked here is what only a person can have
//! got wrong.

use super::super::problem::Faults;
use crate::domain::password_check::PasswordCheck;
use crate::domain::rules::SignInRule;

/// Checks one rule.
pub(super) fn check(rule: &SignInRule, at: usize, faults: &mut Faults) {
    let key = format!("guard.sign_in.{at}");
    if rule.page.as_deref().is_some_and(|page| !is_page(page)) {
        faults.push(
            &format!("{key}.page"),
            "an absolute path, with a query where one is needed, such as \"/login?next=1\"",
            "",
        );
    }
    if let (false, Err(unfit)) = (rule.fields.is_empty(), PasswordCheck::of(rule)) {
        faults.push(
            &format!("{key}.fields"),
            "none, or username, password and page beside them",
            &format!(
                "they are for the step-up by password, and this rule cannot serve it: {unfit}"
            ),
        );
    }
    // Such a rule would end every session at every request.
    let everything = matches!(rule.path.as_str(), "**" | "/**");
    if everything && rule.when.is_empty() {
        faults.push(
            &format!("{key}.path"),
            "a path of its own, or a condition in `when`",
            "without a condition every request would be a sign-in",
        );
    }
}

fn is_page(page: &str) -> bool {
    let path = page.split('?').next().unwrap_or_default();
    super::super::portal::is_clean_path(path)
        && page
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'#')
}
