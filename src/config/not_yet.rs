//! What the grammar has and this version does not do. To accept it would be to promise it, so
//! it is refused; a value that asks for nothing is let through.

use figment::value::Value;

use super::draft::{Draft, quoted};
use super::load::Report;
use super::problem::ProblemKind;

/// Which values of a key are refused.
enum Refused {
    /// Every value.
    Every,
    /// Everything but an empty list, an empty table or false.
    AllButNothing,
    /// Strings that are, or begin with, one of these.
    Beginning(&'static [&'static str]),
}

/// Key, what of it is refused, what to do instead.
const NOT_YET: [(&str, Refused, &str); 7] = [
    (
        "portal.host",
        Refused::Every,
        "the pages are under portal.path",
    ),
    ("policy.route", Refused::AllButNothing, ""),
    (
        "policy.minimum",
        Refused::Beginning(&["phishing_resistant"]),
        "use \"any\"",
    ),
    ("guard.sign_in.*.tokens", Refused::AllButNothing, ""),
    ("guard.sign_in.*.script", Refused::AllButNothing, ""),
    (
        "store.database",
        Refused::Beginning(&["postgres:", "postgresql:"]),
        "use \"sqlite:data/stepgate.db\"",
    ),
    (
        "store.sessions",
        Refused::Beginning(&["redis:", "rediss:", "redis+", "rediss+"]),
        "use \"embedded\"",
    ),
];

/// Reports what is refused, and takes it out.
pub(super) fn refuse(draft: &mut Draft, report: &mut Report<'_>) {
    for (key, refused, instead) in &NOT_YET {
        for path in draft.find(key) {
            let Some(value) = draft.get(&path) else {
                continue;
            };
            let given = match refused {
                Refused::Every => Some(String::new()),
                Refused::AllButNothing if asks_for_nothing(value) => None,
                Refused::AllButNothing => Some(String::new()),
                Refused::Beginning(words) => match value.as_str() {
                    Some(text) if words.iter().any(|word| text.starts_with(word)) => {
                        Some(quoted(value))
                    }
                    _ => continue,
                },
            };
            let original = draft.original(&path);
            if let Some(given) = given {
                let instead = if instead.is_empty() {
                    "remove it"
                } else {
                    instead
                };
                report.add(ProblemKind::NotYet, &original, [instead, &given, instead]);
            }
            draft.take(&path);
        }
    }
}

fn asks_for_nothing(value: &Value) -> bool {
    match value {
        Value::Bool(_, asked) => !asked,
        Value::Array(_, items) => items.is_empty(),
        Value::Dict(_, members) => members.is_empty(),
        _ => false,
    }
}
