//! A password on its way to the application, and the name that it belongs to.
//!
//! The gateway stores no password. The name is kept with the session, as the user's name is, because
//! the application needs it again when the password is checked once more.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::rules::SignInRule;

/// A typed password: never printed, never stored, wiped when dropped.
pub struct Password(Zeroizing<String>);

impl Password {
    /// `None` where nothing was typed.
    pub fn new(typed: &str) -> Option<Self> {
        (!typed.is_empty()).then(|| Self(Zeroizing::new(typed.to_owned())))
    }

    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(redacted)")
    }
}

/// Which sign-in rule a name was typed for: elsewhere it may be nobody's, or somebody else's. A digest of
/// what the rule matches and where it finds the name, so that an edited rule is another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RuleKey(String);

impl RuleKey {
    pub fn of(rule: &SignInRule) -> Self {
        let meant = (&rule.path, &rule.method, &rule.when, &rule.username);
        let text = serde_json::to_string(&meant).unwrap_or_else(|_| format!("{meant:?}"));
        Self(URL_SAFE_NO_PAD.encode(digest(&SHA256, text.as_bytes())))
    }
}

/// The name that a user typed at a declared sign-in, exactly as it was typed. Personal data: stored
/// with the session, never logged.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInName {
    name: String,
    rule: RuleKey,
}

/// Longer ones are no user's.
const LONGEST: usize = 320;

impl SignInName {
    /// `None` for what no name is.
    pub fn new(typed: &str, rule: RuleKey) -> Option<Self> {
        let fits = !typed.trim().is_empty() && typed.chars().count() <= LONGEST;
        (fits && !typed.chars().any(char::is_control)).then(|| Self {
            name: typed.to_owned(),
            rule,
        })
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn rule(&self) -> &RuleKey {
        &self.rule
    }
}

impl fmt::Debug for SignInName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SignInName(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(more: &str) -> SignInRule {
        toml::from_str(&format!("path = \"/login\"\n{more}")).unwrap()
    }

    #[test]
    fn rules_of_one_path_are_told_apart_and_an_edited_rule_is_another() {
        let key = |more: &str| RuleKey::of(&rule(more));
        let rules = [
            key(""),
            key("method = \"PUT\""),
            key("when = { \"form:realm\" = \"a\" }"),
            key("when = { \"form:realm\" = \"b\" }"),
            key("username = \"form:name\""),
        ];
        for (at, one) in rules.iter().enumerate() {
            assert!(!rules.iter().skip(at + 1).any(|other| one == other), "{at}");
        }
        assert_eq!(key("page = \"/in\""), key(""));
    }

    #[test]
    fn neither_password_nor_name_can_be_printed() {
        let password = Password::new("hunter2").unwrap();
        let name = SignInName::new("ada@example.com", RuleKey::of(&rule(""))).unwrap();
        let printed = format!("{password:?} {name:?}");
        assert!(!printed.contains("hunter2") && !printed.contains("ada"));
    }

    #[test]
    fn a_password_is_taken_as_it_was_typed() {
        assert_eq!(Password::new(" pw ").unwrap().expose(), " pw ");
        assert!(Password::new("").is_none());
    }

    #[test]
    fn what_cannot_be_a_name_is_none() {
        for typed in ["", "  ", "a\nb", &"x".repeat(321)] {
            assert_eq!(SignInName::new(typed, RuleKey::of(&rule(""))), None);
        }
    }
}
