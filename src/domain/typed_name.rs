//! The name that was typed in a declared sign-in.
//!
//! Whoever signs in chooses these bytes, so they count only where nobody could read another name out
//! of the same request: `email=ada&email=eve` is Ada's sign-in for one server and Eve's for another.
//! Every reading of query and body is looked at, and all of them have to agree.

use std::borrow::Cow;

use serde_json::Value;
use unicode_normalization::UnicodeNormalization;

use super::content_type::ContentType;
use super::cookie_names::CookieNames;
use super::matching::{BODY_LOOKED_INTO, Body, is_opaque, pairs};
use super::rules::SignInRule;
use super::source::RequestField;
use super::strict_json;

/// A typed name as it is compared: NFKC, folded in case, trimmed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypedName(String);

/// Longer ones are no user's (and no [`UserId`](super::ids::UserId)).
const LONGEST: usize = 255;

impl TypedName {
    /// `None` for what no name is.
    pub fn new(typed: &str) -> Option<Self> {
        // Upper case first, as some letters only meet there; compatible forms again afterwards, for
        // folding can take characters apart.
        let compatible: String = typed.nfkc().collect();
        let folded = compatible.to_uppercase().to_lowercase();
        let folded: String = folded.nfkc().collect();
        let folded = folded.trim();
        let unfit = |c: char| c.is_control() || is_invisible(c);
        let fits = !folded.is_empty() && folded.chars().count() <= LONGEST;
        (fits && !folded.contains(unfit)).then(|| Self(folded.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What was no text before it was decoded, and what some applications drop and others keep.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{fffd}' | '\u{ad}' | '\u{34f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

/// The one name that these rules, all of which the request matches, find in it.
pub fn of<'a>(
    rules: impl Iterator<Item = &'a SignInRule>,
    query: &str,
    body: Body<'_>,
) -> Option<TypedName> {
    let mut name = None;
    for rule in rules {
        // A rule that does not say where the name is may stand for a sign-in of anybody.
        let typed = typed_in(rule.username.as_ref()?, query, body)?;
        if name
            .replace(typed.clone())
            .is_some_and(|known| known != typed)
        {
            return None;
        }
    }
    name
}

/// The name that this rule finds, as it was typed: the application may tell `Ada` from `ada`. `None` as
/// well where it stands there in two spellings.
pub fn as_typed(rule: &SignInRule, query: &str, body: Body<'_>) -> Option<String> {
    let all = readings(rule.username.as_ref()?, query, body)?;
    agreed(&all)?;
    let (first, others) = all.split_first()?;
    others
        .iter()
        .all(|other| other == first)
        .then(|| first.clone())
}

fn typed_in(field: &RequestField, query: &str, body: Body<'_>) -> Option<TypedName> {
    agreed(&readings(field, query, body)?)
}

/// Everything that some server could read as this field. `None` where it is not at its place, and where
/// not every reading can be known.
fn readings(field: &RequestField, query: &str, body: Body<'_>) -> Option<Vec<String>> {
    let content_type = ContentType::parse(body.content_type);
    let unreadable = is_opaque(body) || content_type.is_multipart() || !content_type.is_certain();
    if unreadable || body.bytes.len() > BODY_LOOKED_INTO {
        return None;
    }
    let json = strict_json::parse(body.bytes);
    if json.is_none() && strict_json::looks_like_json(body.content_type, body.bytes) {
        return None;
    }
    let segments: Vec<String> = match field {
        RequestField::Json(pointer) => segments(pointer),
        RequestField::Query(name) | RequestField::Form(name) | RequestField::Any(name) => {
            vec![name.clone()]
        }
    };
    let name = segments.last()?;
    let in_query = values(&pairs(query.as_bytes()), name);
    let in_form = values(&pairs(body.bytes), name);
    let in_json = match &json {
        Some(json) => strings(json, &segments)?,
        None => Vec::new(),
    };
    let (form, is_json) = (content_type.is_form(), content_type.is_json());
    let at_its_place = match field {
        RequestField::Query(_) => !in_query.is_empty(),
        RequestField::Form(_) => form && !in_form.is_empty(),
        RequestField::Json(_) => is_json && !in_json.is_empty(),
        RequestField::Any(_) => body.bytes.is_empty() || form || is_json,
    };
    at_its_place.then(|| [in_query, in_form, in_json].concat())
}

/// The one name that all of these are.
fn agreed(all: &[String]) -> Option<TypedName> {
    let first = TypedName::new(all.first()?)?;
    let agrees = |value: &String| TypedName::new(value).as_ref() == Some(&first);
    all.iter().all(agrees).then_some(first)
}

/// Every value of a field of that name, as some application folds names.
fn values(pairs: &[(Cow<'_, str>, Cow<'_, str>)], name: &str) -> Vec<String> {
    let named = pairs.iter().filter(|(known, _)| same_field(known, name));
    named.map(|(_, value)| value.clone().into_owned()).collect()
}

/// Whether some application takes a field for that one: ` email` and `email[]` are `email` to PHP.
pub(super) fn same_field(known: &str, name: &str) -> bool {
    let fold = |text: &str| CookieNames::fold(text.as_bytes());
    let start = known.split(['[', '\0']).next().unwrap_or_default();
    fold(known) == fold(name) || (start.len() < known.len() && fold(start) == fold(name))
}

/// The string at the end of a path of members. `None` where two members would do, for some parsers
/// ignore the case of names, and where no string stands there.
fn strings(json: &Value, path: &[String]) -> Option<Vec<String>> {
    let Some((segment, rest)) = path.split_first() else {
        return json.as_str().map(|text| vec![text.to_owned()]);
    };
    let inner = match json {
        Value::Object(members) => {
            let mut named = members.iter().filter(|(name, _)| same_field(name, segment));
            let inner = named.next().map(|(_, value)| value);
            if named.next().is_some() {
                return None;
            }
            inner
        }
        Value::Array(items) => segment.parse::<usize>().ok().and_then(|at| items.get(at)),
        _ => None,
    };
    match inner {
        Some(inner) => strings(inner, rest),
        None => Some(Vec::new()),
    }
}

/// The members that a JSON pointer names.
fn segments(pointer: &str) -> Vec<String> {
    let parts = pointer.split('/').skip(1);
    parts
        .map(|part| part.replace("~1", "/").replace("~0", "~"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FORM: &str = "application/x-www-form-urlencoded";

    fn typed(username: &str, query: &str, content_type: &str, bytes: &str) -> Option<String> {
        let rule: SignInRule =
            toml::from_str(&format!("path = \"/login\"\nusername = \"{username}\"")).unwrap();
        let body = Body {
            content_type,
            encoding: "",
            bytes: bytes.as_bytes(),
        };
        of([&rule].into_iter(), query, body).map(|name| name.as_str().to_owned())
    }

    #[test]
    fn every_alias_of_a_name_is_one_name() {
        for alias in [
            "ada",
            "Ada",
            "ADA",
            " ada ",
            "\u{ff21}\u{ff44}\u{ff41}",
            "ada\u{a0}",
            "\u{3000}ADA",
        ] {
            assert_eq!(TypedName::new(alias).unwrap().as_str(), "ada", "{alias:?}");
        }
        assert_eq!(TypedName::new("Stra\u{df}e"), TypedName::new("STRASSE"));
        assert_eq!(TypedName::new("\u{212a}im"), TypedName::new("kim"));
        for none in ["", "  ", "a\0b", "a\u{200b}b", "a\u{fffd}", "a\nb"] {
            assert_eq!(TypedName::new(none), None, "{none:?}");
        }
        assert_eq!(TypedName::new(&"x".repeat(256)), None);
    }

    #[test]
    fn the_name_is_read_where_the_rule_says() {
        let json = r#"{"data":{"email":"Ada"}}"#;
        for (username, query, content_type, body) in [
            ("form:email", "", FORM, "email=Ada&password=x"),
            ("form:email", "email=ada", FORM, "email=ADA"),
            ("form:user[email]", "", FORM, "user%5Bemail%5D=ada"),
            ("query:u", "u=ada&p=x", "", ""),
            (
                "json:/data/email",
                "",
                "application/json; charset=utf-8",
                json,
            ),
            ("any:email", "", FORM, "email=ada"),
            ("any:email", "email=ada", "", ""),
            ("any:email", "", "application/json", r#"{"email":"ada"}"#),
        ] {
            let found = typed(username, query, content_type, body);
            assert_eq!(found.as_deref(), Some("ada"), "{username} {query} {body}");
        }
    }

    #[test]
    fn where_two_servers_could_read_two_names_there_is_none() {
        let json = "application/json";
        for (username, query, content_type, body) in [
            ("form:email", "", FORM, "email=ada&email=eve"),
            ("form:email", "", FORM, "email=ada&Email=eve"),
            ("form:email", "", FORM, "email=ada&email%5B%5D=eve"),
            (
                "form:email",
                "",
                FORM,
                "email=ada&.email=eve&_email=eve&email%00x=eve",
            ),
            ("form:email", "", FORM, "email=ada;email=eve"),
            ("form:email", "", FORM, "x=1;email=eve&email=ada"),
            ("form:email", "email=eve", FORM, "email=ada"),
            ("form:email", "", "text/plain", "email=ada"),
            (
                "form:email",
                "",
                "multipart/form-data; boundary=x",
                "email=ada",
            ),
            ("form:email", "", json, r#"{"email":"ada"}"#),
            (
                "form:email",
                "",
                "application/x-www-form-urlencoded; charset=utf-16",
                "email=ada",
            ),
            (
                "form:email",
                "",
                "application/x-www-form-urlencoded; charset=iso-8859-1",
                "email=ada",
            ),
            (
                "form:email",
                "",
                "application/x-www-form-urlencoded; charset =utf-7",
                "email=ada",
            ),
            (
                "form:email",
                "",
                "application/x-www-form-urlencoded; x=y",
                "email=ada",
            ),
            ("query:u", "u=ada", "multipart/form-data; boundary=x", "--x"),
            ("form:email", "", FORM, "email=ad%E9"),
            ("json:/email", "", json, r#"{"email":"ada","email":"eve"}"#),
            ("json:/email", "", json, r#"{"email":"ada","Email":"eve"}"#),
            (
                "json:/a/email",
                "",
                json,
                r#"{"a":{"email":"ada"},"A":{"email":"eve"}}"#,
            ),
            ("json:/email", "email=eve", json, r#"{"email":"ada"}"#),
            (
                "json:/email",
                "",
                FORM,
                r#"{"email":"ada","x":"&email=eve&"}"#,
            ),
            ("json:/email", "", json, r#"{"email":["ada"]}"#),
            ("any:email", "email=ada", FORM, "email=eve"),
            ("any:email", "email=ada", "text/xml", "<email>eve</email>"),
        ] {
            let found = typed(username, query, content_type, body);
            assert_eq!(found, None, "{username} {query} {content_type} {body}");
        }
    }

    #[test]
    fn a_name_is_kept_as_it_was_typed_where_it_has_one_spelling() {
        let rule: SignInRule =
            toml::from_str("path = \"/login\"\nusername = \"form:email\"").unwrap();
        let kept = |query, bytes: &'static [u8]| {
            let body = Body {
                content_type: FORM,
                encoding: "",
                bytes,
            };
            as_typed(&rule, query, body)
        };
        assert_eq!(kept("", b"email=+Ada").as_deref(), Some(" Ada"));
        assert_eq!(kept("email=Ada", b"email=Ada").as_deref(), Some("Ada"));
        assert_eq!(kept("email=ada", b"email=Ada"), None);
        assert_eq!(kept("", b"email=Ada&email[]=eve"), None);
    }

    #[test]
    fn all_rules_that_a_request_matches_have_to_agree() {
        let rule = |username: &str| -> SignInRule {
            toml::from_str(&format!("path = \"**\"\n{username}")).unwrap()
        };
        let (form, query) = (
            rule("username = \"form:email\""),
            rule("username = \"query:u\""),
        );
        let body = Body {
            content_type: FORM,
            encoding: "",
            bytes: b"email=ada",
        };
        assert!(of([&form, &query].into_iter(), "u=ada", body).is_some());
        assert!(of([&form, &query].into_iter(), "u=eve", body).is_none());
        assert!(of([&form, &rule("")].into_iter(), "u=ada", body).is_none());
        assert!(of([].into_iter(), "u=ada", body).is_none());
    }

    proptest! {
        #[test]
        fn folding_twice_is_folding_once(typed in "\\PC{0,20}") {
            if let Some(name) = TypedName::new(&typed) {
                prop_assert_eq!(TypedName::new(name.as_str()), Some(name.clone()));
            }
        }

        #[test]
        fn any_bytes_are_read_without_a_fault(query in "\\PC{0,30}", body in "\\PC{0,60}") {
            for content_type in [FORM, "application/json", "multipart/form-data"] {
                typed("any:email", &query, content_type, &body);
            }
        }
    }
}
