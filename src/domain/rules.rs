//! Rules that recognise requests: paths, sign-ins and sign-outs.
//!
//! A rule that takes something away (a sign-in ends the session) matches *leniently*: whatever
//! some application would accept as this path. A rule that grants something (no credentials on
//! a static route) matches *exactly*, and only a path that nobody could read in two ways.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use globset::{GlobBuilder, GlobMatcher, GlobSet, GlobSetBuilder};
use percent_encoding::percent_decode_str;
use schemars::JsonSchema;
use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use thiserror::Error;

use crate::domain::source::RequestField;

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
    pub fn is_page(&self, raw_path: &str, raw_query: &str) -> bool {
        let Some(page) = &self.page else {
            return false;
        };
        let (path, query) = page.split_once('?').unwrap_or((page, ""));
        let page_path = spelling(path, false);
        let present: Vec<_> = parameters(raw_query).collect();
        parameters(query).all(|parameter| present.contains(&parameter))
            && LenientPath::new(raw_path).spellings.contains(&page_path)
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

/// A pattern of paths: `*` stands for anything inside a segment, `**` for any number of
/// segments. It is written decoded and clean.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub struct PathGlob {
    #[schemars(skip)]
    written: String,
    #[schemars(skip)]
    exact: GlobMatcher,
    #[schemars(skip)]
    lenient: GlobSet,
}

impl PathGlob {
    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// Whether some application would accept the path, or a path that it is appended to
    /// (`/login/extra`, `/login.php/x`), as one of these. For rules that take something away.
    pub fn matches_lenient(&self, raw_path: &str) -> bool {
        self.matches_any(&LenientPath::new(raw_path))
    }

    /// As [`Self::matches_lenient`], for a path that several patterns are compared with.
    pub fn matches_any(&self, path: &LenientPath) -> bool {
        path.spellings
            .iter()
            .any(|spelling| self.lenient.is_match(spelling))
    }

    /// Whether the path is one of these and has only one reading. For rules that relax.
    pub fn matches_exact(&self, path: &str) -> bool {
        is_clean(path) && self.exact.is_match(path)
    }
}

impl PartialEq for PathGlob {
    fn eq(&self, other: &Self) -> bool {
        self.written == other.written
    }
}

impl Eq for PathGlob {}

impl FromStr for PathGlob {
    type Err = MalformedRule;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if !(text.starts_with('/') || text == "**" || text.starts_with("**/")) {
            return Err(MalformedRule("a path that begins with / or **".into()));
        }
        if text.contains("//") || text.contains(['?', '#', '%', ';', '\\']) {
            return Err(MalformedRule(
                "a clean path: decoded, without a query, parameters or empty segments".into(),
            ));
        }
        let mut segments = text.split('/');
        if segments
            .clone()
            .any(|segment| matches!(segment, "." | ".."))
        {
            return Err(MalformedRule("a path without . and .. segments".into()));
        }
        if segments.any(|segment| segment.contains("**") && segment != "**") {
            return Err(MalformedRule("a path where ** is a whole segment".into()));
        }
        let unusable = |problem: globset::Error| MalformedRule(format!("a glob ({problem})"));
        let folded = match fold_case(text.trim_end_matches('/')) {
            folded if folded.is_empty() => "/".to_owned(),
            folded => folded,
        };
        let mut lenient = GlobSetBuilder::new();
        lenient.add(glob(&folded).map_err(unusable)?);
        // Everything is appended to the root, so the root takes no appended path.
        if folded != "/" {
            lenient.add(glob(&format!("{folded}/**")).map_err(unusable)?);
        }
        // `/admin/` is lenient for `/admin`, and belongs to `/admin/**`.
        if let Some(parent) = folded.strip_suffix("/**") {
            lenient.add(glob(if parent.is_empty() { "/" } else { parent }).map_err(unusable)?);
        }
        Ok(Self {
            written: text.into(),
            exact: glob(text).map_err(unusable)?.compile_matcher(),
            lenient: lenient.build().map_err(unusable)?,
        })
    }
}

impl fmt::Display for PathGlob {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.written)
    }
}

/// Serde reads and writes these types as text.
macro_rules! text_conversions {
    ($($kind:ty),+) => {$(
        impl TryFrom<String> for $kind {
            type Error = MalformedRule;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl From<$kind> for String {
            fn from(value: $kind) -> Self {
                value.to_string()
            }
        }
    )+};
}
text_conversions!(MethodRule, PathGlob);

/// Compiles a pattern in which only the star is special.
fn glob(pattern: &str) -> Result<globset::Glob, globset::Error> {
    let mut escaped = String::with_capacity(pattern.len());
    for c in pattern.chars() {
        match c {
            '[' | ']' | '{' | '}' => escaped.extend(['[', c, ']']),
            _ => escaped.push(c),
        }
    }
    GlobBuilder::new(&escaped)
        .literal_separator(true)
        .backslash_escape(false)
        .build()
}

/// Every way in which an application may read a path; one for a clean path.
#[derive(Debug, Clone)]
pub struct LenientPath {
    spellings: Vec<String>,
}

/// Rounds of percent-decoding: one more than any chain of servers is known to do.
const DECODING_ROUNDS: usize = 3;

impl LenientPath {
    /// Collects the readings of a raw path (a query is cut off).
    pub fn new(raw_path: &str) -> Self {
        let mut spellings: Vec<String> = Vec::with_capacity(1);
        let raw_path = raw_path.split(['?', '#']).next().unwrap_or_default();
        let mut decoded = raw_path.to_owned();
        for _ in 0..=DECODING_ROUNDS {
            // Some servers resolve `..`, some hand it on: `/login/../x` may be either page.
            for resolve in [true, false] {
                let spelling = spelling(&decoded, resolve);
                if !spellings.contains(&spelling) {
                    spellings.push(spelling);
                }
            }
            if !decoded.contains('%') {
                break;
            }
            decoded = percent_decode_str(&decoded)
                .decode_utf8_lossy()
                .into_owned();
        }
        Self { spellings }
    }
}

/// One reading: folded in case, slashes merged, without parameters, trailing slash and what
/// Windows servers drop from the end of a name.
fn spelling(path: &str, resolve: bool) -> String {
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split(['/', '\\']) {
        let name = segment.split(';').next().unwrap_or_default();
        match name {
            "" | "." => {}
            ".." if resolve => {
                segments.pop();
            }
            ".." => segments.push(name),
            _ => segments.push(name.trim_end_matches(|c: char| {
                c == '.' || c.is_whitespace() || c.is_control() || c == '\u{fffd}'
            })),
        }
    }
    fold_case(&format!("/{}", segments.join("/")))
}

/// Upper case first, as some letters only meet there (the long s and s, the Kelvin sign and k).
fn fold_case(text: &str) -> String {
    if text.is_ascii() {
        text.to_ascii_lowercase()
    } else {
        text.to_uppercase().to_lowercase()
    }
}

/// Whether a path has one reading only.
fn is_clean(path: &str) -> bool {
    path.starts_with('/')
        && path.bytes().all(|byte| byte.is_ascii_graphic())
        && !path.contains(['%', ';', '\\', '?', '#'])
        && !path.contains("//")
        && !path
            .split('/')
            .any(|segment| !segment.is_empty() && segment.bytes().all(|byte| byte == b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn glob(pattern: &str) -> PathGlob {
        pattern.parse().unwrap()
    }

    #[test]
    fn a_sign_in_is_recognised_in_every_spelling_that_an_application_accepts() {
        let login = glob("/login");
        for path in [
            "/login",
            "/login/",
            "/LOGIN/",
            "/login;x",
            "/login;jsessionid=1/",
            "/%6cogin",
            "/%6Cogin",
            "/%256cogin",
            "/%25256cogin",
            "//login",
            "/./login",
            "/a/../login",
            "/a/..;/login",
            "/%2e%2e/login",
            "/a%2f..%2flogin",
            "\\login",
            "/%5clogin",
            "/login/extra",
            "/login/..",
            "/login%20",
            "/login.",
            "/login%00",
            "/login?next=/",
            "/log\u{131}n",
        ] {
            assert!(login.matches_lenient(path), "{path}");
        }
        assert!(glob("/sign-in").matches_lenient("/%C5%BFign-in"));
        for path in [
            "/",
            "/log",
            "/logins",
            "/a/login",
            "/login.php",
            "/loginx/login",
        ] {
            assert!(!login.matches_lenient(path), "{path}");
        }
        assert!(glob("/login.php").matches_lenient("/Login.php/x"));
    }

    #[test]
    fn the_root_takes_no_appended_path() {
        let root = glob("/");
        assert!(root.matches_lenient("/"));
        assert!(root.matches_lenient("//"));
        assert!(root.matches_lenient(""));
        assert!(!root.matches_lenient("/x"));
        assert!(root.matches_exact("/"));
    }

    #[test]
    fn stars_stay_inside_a_segment_and_double_stars_cross() {
        assert!(glob("/*/login").matches_lenient("/en/login"));
        assert!(!glob("/*/login").matches_lenient("/a/b/login"));
        assert!(glob("/**/login").matches_lenient("/a/b/login"));
        assert!(glob("/**/login").matches_lenient("/login"));
        assert!(glob("**").matches_lenient("/"));
        assert!(glob("**").matches_lenient("/any/thing"));
        assert!(glob("/admin/**").matches_lenient("/admin/"));
        assert!(glob("/**").matches_lenient("/"));
        assert!(glob("/a[b]{c}").matches_exact("/a[b]{c}"));
        assert!(glob("/file-*.css").matches_exact("/file-1.css"));
        assert!(!glob("/file-*.css").matches_exact("/file-/1.css"));
    }

    #[test]
    fn an_exact_match_needs_a_path_with_one_reading() {
        let public = glob("/static/**");
        assert!(public.matches_exact("/static/app.js"));
        assert!(public.matches_exact("/static/a/b/"));
        for path in [
            "/static",
            "/statics/app.js",
            "/STATIC/app.js",
            "/static/../api/me",
            "/static/.../api/me",
            "/static/./app.js",
            "/static//app.js",
            "/static/%2e%2e/api/me",
            "/static/a;b",
            "/static\\..\\api",
            "/static/a?b",
            "/static/a b",
            "/static/\u{e9}",
            "static/app.js",
            "/x/static/app.js",
        ] {
            assert!(!public.matches_exact(path), "{path}");
        }
        assert!(glob("/admin").matches_exact("/admin"));
        assert!(!glob("/admin").matches_exact("/administrator"));
        assert!(!glob("/admin").matches_exact("/admin/"));
    }

    #[test]
    fn patterns_that_could_never_mean_what_they_say_are_refused() {
        for pattern in [
            "", "login", "/a//b", "/a?b=1", "/a%20b", "/a;b", "/a\\b", "/a/../b", "/./a", "/a**",
        ] {
            assert!(pattern.parse::<PathGlob>().is_err(), "{pattern}");
        }
    }

    #[test]
    fn the_form_is_told_apart_by_the_parameters_that_it_names() {
        let rule = SignInRule {
            path: glob("/index.php"),
            method: post(),
            when: BTreeMap::new(),
            username: None,
            password: None,
            page: Some("/index.php?module=Users&action=Log+in".into()),
        };
        assert!(rule.is_page("/Index.php/", "action=Log%20in&x=1&module=Users"));
        assert!(!rule.is_page("/index.php", "module=Users"));
        assert!(!rule.is_page("/index.php/extra", "module=Users&action=Log+in"));
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

    proptest! {
        #[test]
        fn any_percent_encoding_of_a_sign_in_is_a_sign_in(rounds in 0usize..=3, mask in any::<u8>()) {
            let mut path = "/login".to_owned();
            for _ in 0..rounds {
                let mut encoded = String::new();
                for (at, byte) in path.bytes().enumerate() {
                    if byte == b'%' || (byte != b'/' && mask & (1 << (at % 8)) != 0) {
                        encoded.push_str(&format!("%{byte:02x}"));
                    } else {
                        encoded.push(char::from(byte));
                    }
                }
                path = encoded;
            }
            prop_assert!(glob("/login").matches_lenient(&path), "{}", path);
        }

        #[test]
        fn what_matches_exactly_matches_leniently(path in "/[a-z./%;]{0,12}") {
            for pattern in ["/**", "/a/**", "/*/b", "/a"] {
                let pattern = glob(pattern);
                prop_assert!(!pattern.matches_exact(&path) || pattern.matches_lenient(&path));
            }
        }

        #[test]
        fn any_text_is_read_without_a_fault(path in "\\PC{0,40}") {
            glob("/a/**/b*").matches_lenient(&path);
            glob("/a/**/b*").matches_exact(&path);
        }

        #[test]
        fn an_exact_match_never_leaves_its_folder(path in "/static/[a-zA-Z0-9./%;\\\\_-]{0,20}") {
            if glob("/static/**").matches_exact(&path) {
                let resolved = LenientPath::new(&path);
                prop_assert!(resolved.spellings.iter().all(|s| s.starts_with("/static")));
            }
        }
    }
}
