//! Rules that recognise requests: paths, sign-ins and sign-outs.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use percent_encoding::percent_decode_str;
use schemars::JsonSchema;
use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use thiserror::Error;

use super::page_source::PageSource;
use super::path_glob::{LenientPath, PathGlob};
use super::source::RequestField;

/// What a pattern or a method should have looked like.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct MalformedRule(pub String);

/// The application's own password sign-in.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignInRule {
    /// The path that takes the password; a glob, matched leniently.
    pub path: PathGlob,
    /// The method, or "*" for all. Default: "POST".
    #[serde(default = "post")]
    pub method: MethodRule,
    /// Further conditions on the request, all of which must hold. Default: none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub when: BTreeMap<RequestField, Condition>,
    /// Where the typed name is. Default: not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<RequestField>,
    /// Where the typed password is. Default: not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<RequestField>,
    /// Where the form is: a path, with the query parameters that tell it apart. Default: not
    /// known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// Where the page has further fields that a sign-in needs and that are no hidden inputs of the
    /// form, for a step-up by password. Default: none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, PageSource>,
}

/// The application's own sign-out.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignOutRule {
    /// The path that signs out; a glob, matched leniently.
    pub path: PathGlob,
    /// The method, or "*" for all. Default: "*".
    #[serde(default)]
    pub method: MethodRule,
    /// Further conditions on the request, all of which must hold. Default: none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub when: BTreeMap<RequestField, Condition>,
}

impl SignInRule {
    /// Whether the request is for the page that holds the sign-in form: the same path in any
    /// spelling, and every query parameter that `page` names has the value that it gives.
    pub fn is_page(&self, raw_path: &LenientPath, raw_query: &str) -> bool {
        let Some(page) = &self.page else {
            return false;
        };
        let (path, query) = page.split_once('?').unwrap_or((page, ""));
        if !raw_path.reads_as(path) {
            return false;
        }
        let present: Vec<_> = parameters(raw_query).collect();
        parameters(query).all(|parameter| present.contains(&parameter))
    }
}

/// The pairs of a query string, decoded.
fn parameters(query: &str) -> impl Iterator<Item = (String, String)> {
    let decode = |text: &str| {
        percent_decode_str(&text.replace('+', " "))
            .decode_utf8_lossy()
            .into_owned()
    };
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(move |pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        })
}

/// What a field of the request must be for a rule to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// The field has exactly this value (a string in the configuration).
    Equals(String),
    /// The field is there, whatever its value (`true` in the configuration).
    Present,
}

impl<'de> Deserialize<'de> for Condition {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ConditionVisitor;

        impl Visitor<'_> for ConditionVisitor {
            type Value = Condition;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("the string that the field must be, or true for any value")
            }

            fn visit_str<E: de::Error>(self, value: &str) -> Result<Condition, E> {
                Ok(Condition::Equals(value.into()))
            }

            fn visit_bool<E: de::Error>(self, value: bool) -> Result<Condition, E> {
                if value {
                    Ok(Condition::Present)
                } else {
                    Err(E::invalid_value(de::Unexpected::Bool(false), &self))
                }
            }
        }

        deserializer.deserialize_any(ConditionVisitor)
    }
}

impl Serialize for Condition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Equals(value) => serializer.serialize_str(value),
            Self::Present => serializer.serialize_bool(true),
        }
    }
}

impl JsonSchema for Condition {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Condition".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A string that the field must be, or true for any value.",
            "anyOf": [{ "type": "string" }, { "const": true }],
        })
    }
}

/// The methods that a rule is about.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub enum MethodRule {
    /// `"*"`: every method.
    #[default]
    Any,
    /// One method, in upper case.
    One(String),
}

fn post() -> MethodRule {
    MethodRule::One("POST".into())
}

impl MethodRule {
    /// Whether an application would take the method for this one: some ignore case, and most
    /// answer HEAD by running the handler of GET.
    pub fn matches(&self, method: &str) -> bool {
        match self {
            Self::Any => true,
            Self::One(name) => {
                name.eq_ignore_ascii_case(method)
                    || (name == "GET" && method.eq_ignore_ascii_case("HEAD"))
            }
        }
    }
}

impl FromStr for MethodRule {
    type Err = MalformedRule;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "*" => Ok(Self::Any),
            name if !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphabetic()) => {
                Ok(Self::One(name.to_ascii_uppercase()))
            }
            _ => Err(MalformedRule("a method such as \"POST\", or \"*\"".into())),
        }
    }
}

impl fmt::Display for MethodRule {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => out.write_str("*"),
            Self::One(name) => out.write_str(name),
        }
    }
}

impl TryFrom<String> for MethodRule {
    type Error = MalformedRule;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<MethodRule> for String {
    fn from(rule: MethodRule) -> Self {
        rule.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_is_told_apart_by_the_parameters_that_it_names() {
        let rule = SignInRule {
            path: "/index.php".parse().unwrap(),
            method: post(),
            when: BTreeMap::new(),
            username: None,
            password: None,
            page: Some("/index.php?module=Users&action=Log+in".into()),
            fields: BTreeMap::new(),
        };
        assert!(rule.is_page(
            &LenientPath::new("/Index.php/"),
            "action=Log%20in&x=1&module=Users"
        ));
        assert!(!rule.is_page(&LenientPath::new("/index.php"), "module=Users"));
        assert!(!rule.is_page(
            &LenientPath::new("/index.php/extra"),
            "module=Users&action=Log+in"
        ));
    }

    #[test]
    fn methods_match_as_applications_take_them() {
        let get: MethodRule = "get".parse().unwrap();
        assert!(get.matches("GET") && get.matches("HEAD") && get.matches("get"));
        assert!(!get.matches("POST"));
        assert!(post().matches("Post") && !post().matches("HEAD"));
        assert!(MethodRule::Any.matches("PROPFIND"));
        assert!("PO ST".parse::<MethodRule>().is_err());
    }
}
