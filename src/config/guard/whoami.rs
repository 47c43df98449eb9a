//! `[guard.identity.whoami]`: the question to the application, and the signs in its answer.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::portal::is_clean_path;
use super::super::problem::Faults;
use crate::domain::path_glob::PathGlob;
use crate::domain::source::{self, EvidenceSource};

/// A request that the application answers with who is signed in.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Whoami {
    /// Path, and query where one is needed, of the request (a GET). Required.
    pub path: String,
    /// Where the answer has the user's immutable and unique id: "json:/pointer" or
    /// "header:Name"; "css:selector" or "text:REGEX" only with `id_is_unique`. Or beside it:
    /// "cookie:name#REGEX", "sign_in", "single:NAME". Required without guard.identity.user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<EvidenceSource>,
    /// Set where a person has made sure that what a css: or text: source finds is unique and
    /// never changes. Default: false.
    #[serde(default)]
    pub id_is_unique: bool,
    /// Where the answer has the user's name, for pages and authenticator apps. Default: not
    /// known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<EvidenceSource>,
    /// What shows that nobody is signed in; any one suffices. Required.
    #[serde(default)]
    pub signed_out: Signs,
    /// What shows that somebody is signed in; any one suffices. Required where the id does not
    /// show it: "sign_in", "single:NAME", guard.identity.user. Default: the id.
    #[serde(default, skip_serializing_if = "Signs::is_empty")]
    pub present: Signs,
    /// Names of request headers of the visitor that the question carries too. Default: [].
    #[serde(default)]
    pub headers: Vec<String>,
}

/// Signs in a response, any one of which suffices.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Signs {
    /// Status codes. Default: [].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub status: Vec<u16>,
    /// A glob on the path that `Location` resolves to. Default: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<PathGlob>,
    /// A CSS selector that finds something in the HTML body. Default: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub css: Option<String>,
    /// A regular expression that matches the body. Default: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// JSON pointers (RFC 6901) and the value that each must have. Default: none.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub json: BTreeMap<String, serde_json::Value>,
}

impl Whoami {
    pub(super) fn check(&self, faults: &mut Faults) {
        let key = "guard.identity.whoami";
        let path = self.path.split('?').next().unwrap_or_default();
        if !is_clean_path(path) || !self.path.bytes().all(|b| b.is_ascii_graphic() && b != b'#') {
            faults.push(
                &format!("{key}.path"),
                "an absolute path, such as \"/api/me\"",
                "",
            );
        }
        let id = self.id.as_ref();
        if id.is_some_and(|id| !id.is_structured()) && !self.id_is_unique {
            faults.push(
                &format!("{key}.id"),
                "json:/pointer or header:Name, or id_is_unique = true beside it",
                "what a page shows may be a name that somebody else can take; use it as `name`",
            );
        }
        if self.signed_out.is_empty() {
            faults.push(
                &format!("{key}.signed_out"),
                "at least one of status, location, css, text, json",
                "for example signed_out = { status = [401] }",
            );
        }
        self.signed_out.check(&format!("{key}.signed_out"), faults);
        self.present.check(&format!("{key}.present"), faults);
        if self.signed_out.status.contains(&200) {
            faults.push(
                &format!("{key}.signed_out.status"),
                "codes that the application never answers to somebody who is signed in",
                "200 is the answer to a user; use json, css or text to tell them apart",
            );
        }
        for (at, name) in self.headers.iter().enumerate() {
            if http::HeaderName::from_bytes(name.as_bytes()).is_err() {
                faults.push(&format!("{key}.headers.{at}"), "the name of a header", "");
            } else if is_withheld(name) {
                faults.push(
                    &format!("{key}.headers.{at}"),
                    "a header that neither authenticates nor makes the request conditional",
                    "",
                );
            }
        }
    }
}

/// Headers that the question never carries: they would make it another question.
fn is_withheld(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let withheld = ["authorization", "cookie", "origin", "host", "connection"];
    withheld.contains(&name.as_str()) || name.starts_with("if-") || name.starts_with("x-mfa-")
}

impl Signs {
    /// Whether there is no sign at all.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn check(&self, key: &str, faults: &mut Faults) {
        for (at, status) in self.status.iter().enumerate() {
            if !(200..=599).contains(status) {
                let expected = "a status code from 200 to 599";
                faults.push(&format!("{key}.status.{at}"), expected, "");
            }
        }
        if let Some(Err(problem)) = self.css.as_deref().map(source::css_selector) {
            faults.push(&format!("{key}.css"), &problem.0, "");
        }
        if let Some(Err(problem)) = self.text.as_deref().map(source::regex_pattern) {
            faults.push(&format!("{key}.text"), &problem.0, "");
        }
        for (pointer, value) in &self.json {
            if let Err(problem) = source::json_pointer(pointer) {
                faults.push(&format!("{key}.json"), &problem.0, "");
            }
            if value.is_array() || value.is_object() {
                let expected = "pointers with a string, a number or a boolean each";
                faults.push(&format!("{key}.json"), expected, "");
            }
        }
    }
}
