//! Where something is found: in a response (the evidence of who is signed in), in a request
//! (the fields that make it a sign-in), or where a client may present a credential.
//!
//! All of them are written in the configuration as `kind:rest`.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::cookie_glob::CookieGlob;
use super::ids::UserId;

/// What a source or a field should have looked like.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct MalformedSource(pub String);

/// A place that says who is signed in: in the application's answer, or beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub enum EvidenceSource {
    /// `json:/id`: an RFC 6901 pointer into the JSON body.
    Json(String),
    /// `header:X-User-Id`: a response header.
    Header(String),
    /// `css:.user-name`: the text of the first element of the HTML body that the selector finds.
    Css(String),
    /// `text:Hello, ([^<]+)`: what the regular expression's first group captures in the body.
    Text(String),
    /// `cookie:wp_user#^([^|]+)`: what the regular expression's first group captures in the value of
    /// a protected cookie, percent-decoded once.
    Cookie(CookieGlob, String),
    /// `sign_in`: the name that was typed in the declared sign-in.
    SignIn,
    /// `single:admin`: this user, in an application that has one.
    Single(String),
}

impl EvidenceSource {
    /// Whether the value is data that the application made for programs. What is read out of
    /// text written for people may be ambiguous or editable, so it is no user id by itself.
    pub fn is_structured(&self) -> bool {
        !matches!(self, Self::Css(_) | Self::Text(_))
    }

    /// Whether the value stands in the application's answer.
    pub fn is_in_answer(&self) -> bool {
        matches!(
            self,
            Self::Json(_) | Self::Header(_) | Self::Css(_) | Self::Text(_)
        )
    }

    /// Whether finding it shows that somebody is signed in. A typed name and a constant are there
    /// whoever is.
    pub fn gives_presence(&self) -> bool {
        !matches!(self, Self::SignIn | Self::Single(_))
    }
}

impl FromStr for EvidenceSource {
    type Err = MalformedSource;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once(':') {
            Some(("json", pointer)) => json_pointer(pointer).map(Self::Json),
            Some(("header", name)) => header_name(name).map(Self::Header),
            Some(("css", selector)) => css_selector(selector).map(Self::Css),
            Some(("text", pattern)) => capturing_regex(pattern).map(Self::Text),
            Some(("cookie", rest)) => cookie_part(rest),
            Some(("single", name)) if UserId::new(name).is_ok() => Ok(Self::Single(name.into())),
            None if text == "sign_in" => Ok(Self::SignIn),
            _ => Err(MalformedSource(
                "a source: json:/pointer, header:Name, css:selector, text:REGEX, \
                 cookie:name#REGEX, sign_in or single:NAME"
                    .into(),
            )),
        }
    }
}

impl fmt::Display for EvidenceSource {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(pointer) => write!(out, "json:{pointer}"),
            Self::Header(name) => write!(out, "header:{name}"),
            Self::Css(selector) => write!(out, "css:{selector}"),
            Self::Text(pattern) => write!(out, "text:{pattern}"),
            Self::Cookie(cookie, pattern) => write!(out, "cookie:{cookie}#{pattern}"),
            Self::SignIn => out.write_str("sign_in"),
            Self::Single(name) => write!(out, "single:{name}"),
        }
    }
}

/// A place in a request that a sign-in rule looks at.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(try_from = "String", into = "String")]
pub enum RequestField {
    /// `query:_task`: a parameter of the query string.
    Query(String),
    /// `form:email`: a field of a form body.
    Form(String),
    /// `json:/email`: an RFC 6901 pointer into a JSON body.
    Json(String),
    /// `any:email`: a query parameter, a form field or a top-level JSON member of that name.
    Any(String),
}

impl FromStr for RequestField {
    type Err = MalformedSource;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once(':') {
            Some(("query", name)) if !name.is_empty() => Ok(Self::Query(name.into())),
            Some(("form", name)) if !name.is_empty() => Ok(Self::Form(name.into())),
            Some(("json", pointer)) => json_pointer(pointer).map(Self::Json),
            Some(("any", name)) if !name.is_empty() => Ok(Self::Any(name.into())),
            _ => Err(MalformedSource(
                "a request field: query:name, form:name, json:/pointer or any:name".into(),
            )),
        }
    }
}

impl fmt::Display for RequestField {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Query(name) => write!(out, "query:{name}"),
            Self::Form(name) => write!(out, "form:{name}"),
            Self::Json(pointer) => write!(out, "json:{pointer}"),
            Self::Any(name) => write!(out, "any:{name}"),
        }
    }
}

/// A further place where a client of the application may present a credential.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub enum TokenInput {
    /// `header:X-Api-Key`, in lower case.
    Header(String),
    /// `query:api_key`.
    Query(String),
}

impl FromStr for TokenInput {
    type Err = MalformedSource;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once(':') {
            Some(("header", name)) => {
                header_name(name).map(|name| Self::Header(name.to_ascii_lowercase()))
            }
            Some(("query", name)) if !name.is_empty() => Ok(Self::Query(name.into())),
            _ => Err(MalformedSource(
                "a place of a credential: header:Name or query:name".into(),
            )),
        }
    }
}

impl fmt::Display for TokenInput {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header(name) => write!(out, "header:{name}"),
            Self::Query(name) => write!(out, "query:{name}"),
        }
    }
}

/// Serde reads and writes these types as text.
macro_rules! text_conversions {
    ($($kind:ty),+) => {$(
        impl TryFrom<String> for $kind {
            type Error = MalformedSource;

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
text_conversions!(EvidenceSource, RequestField, TokenInput);

/// Checks the syntax of an RFC 6901 pointer.
pub fn json_pointer(pointer: &str) -> Result<String, MalformedSource> {
    let escapes_hold = pointer
        .split('~')
        .skip(1)
        .all(|rest| rest.starts_with(['0', '1']));
    if pointer.starts_with('/') && escapes_hold {
        Ok(pointer.into())
    } else {
        Err(MalformedSource(
            "a JSON pointer (RFC 6901), such as /data/id, with ~0 for ~ and ~1 for /".into(),
        ))
    }
}

/// Checks that a selector can be compiled.
pub fn css_selector(selector: &str) -> Result<String, MalformedSource> {
    match scraper::Selector::parse(selector) {
        Ok(_) => Ok(selector.into()),
        Err(problem) => Err(MalformedSource(format!("a CSS selector ({problem})"))),
    }
}

/// Checks that a regular expression can be compiled.
pub fn regex_pattern(pattern: &str) -> Result<regex::Regex, MalformedSource> {
    regex::Regex::new(pattern).map_err(|problem| {
        // The crate draws its errors over several lines; the last one says what is wrong.
        let reason = problem.to_string();
        let last = reason.lines().last().unwrap_or_default().trim();
        let last = last.strip_prefix("error: ").unwrap_or(last);
        MalformedSource(format!("a regular expression ({last})"))
    })
}

/// A pattern that captures nothing would find the same value for everybody.
pub(super) fn capturing_regex(pattern: &str) -> Result<String, MalformedSource> {
    if regex_pattern(pattern)?.captures_len() < 2 {
        return Err(MalformedSource(
            "a regular expression with a group, such as text:Hello, ([^<]+)".into(),
        ));
    }
    Ok(pattern.into())
}

fn cookie_part(text: &str) -> Result<EvidenceSource, MalformedSource> {
    let Some((cookie, pattern)) = text.split_once('#') else {
        return Err(MalformedSource(
            "a cookie and what to read in it, such as cookie:wp_user#^([^|]+)".into(),
        ));
    };
    let cookie = cookie.parse()?;
    Ok(EvidenceSource::Cookie(cookie, capturing_regex(pattern)?))
}

fn header_name(name: &str) -> Result<String, MalformedSource> {
    match http::HeaderName::from_bytes(name.as_bytes()) {
        Ok(_) => Ok(name.into()),
        Err(_) => Err(MalformedSource(
            "the name of an HTTP header, such as header:X-User-Id".into(),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_read_and_print_the_same_text() {
        for text in [
            "json:/id",
            "json:/data/user~1id",
            "header:X-User-Id",
            "css:#nav .user > a",
            "text:Signed in as ([^<]+)",
            "cookie:wp_user_*#^([^|#]+)#",
            "sign_in",
            "single:admin",
        ] {
            assert_eq!(text.parse::<EvidenceSource>().unwrap().to_string(), text);
        }
        for text in ["query:_task", "form:user:name", "json:/params/0", "any:u"] {
            assert_eq!(text.parse::<RequestField>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn malformed_sources_say_what_they_should_have_been() {
        for (text, part) in [
            ("id", "json:/pointer"),
            ("json:id", "JSON pointer"),
            ("json:", "JSON pointer"),
            ("json:/a~2", "JSON pointer"),
            ("css:a[", "CSS selector"),
            ("text:([a-z", "regular expression"),
            ("text:Logout", "with a group"),
            ("header:X User", "HTTP header"),
            ("cookie:wp_user", "cookie:wp_user#"),
            ("cookie:wp_user#^admin", "with a group"),
            ("cookie:#(.+)", "name of a cookie"),
            ("single:", "single:NAME"),
            ("sign_in:form", "sign_in or"),
        ] {
            let problem = text.parse::<EvidenceSource>().unwrap_err().to_string();
            assert!(problem.contains(part), "{text}: {problem}");
        }
        assert!("form:".parse::<RequestField>().is_err());
        assert!("cookie:x".parse::<TokenInput>().is_err());
    }

    #[test]
    fn a_token_header_is_kept_in_lower_case() {
        assert_eq!(
            "header:X-Api-Key".parse(),
            Ok(TokenInput::Header("x-api-key".into()))
        );
    }
}
