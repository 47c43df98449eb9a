//! Whether a request is the one that a rule speaks of.

use std::borrow::Cow;

use super::rules::{Condition, LenientPath, MethodRule, SignInRule, SignOutRule};
use super::source::RequestField;

/// The largest body that rules look into.
pub const BODY_LOOKED_INTO: usize = 64 * 1024;

/// What rules look at, before the body is read.
#[derive(Clone, Copy, Debug)]
pub struct Head<'a> {
    pub method: &'a str,
    pub path: &'a LenientPath,
    pub query: &'a str,
}

/// A body that rules look into, with its `Content-Type`.
#[derive(Clone, Copy, Debug)]
pub struct Body<'a> {
    pub content_type: &'a str,
    pub bytes: &'a [u8],
}

/// What can be said without the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Match {
    No,
    Yes,
    /// It depends on the body.
    Body,
}

/// What both kinds of rule have in common.
pub trait Rule {
    fn parts(
        &self,
    ) -> (
        &super::rules::PathGlob,
        &MethodRule,
        Vec<(&RequestField, &Condition)>,
    );

    fn on_head(&self, head: Head<'_>) -> Match {
        let (path, method, when) = self.parts();
        if !method.matches(head.method) || !path.matches_any(head.path) {
            return Match::No;
        }
        let fields: Vec<(Cow<'_, str>, Cow<'_, str>)> =
            form_urlencoded::parse(head.query.as_bytes()).collect();
        let mut verdict = Match::Yes;
        for (field, condition) in when {
            match field {
                RequestField::Query(name) if !holds(&fields, name, condition) => return Match::No,
                RequestField::Query(_) => {}
                RequestField::Any(name) if holds(&fields, name, condition) => {}
                RequestField::Any(_) | RequestField::Form(_) | RequestField::Json(_) => {
                    verdict = Match::Body
                }
            }
        }
        verdict
    }

    /// For a rule that said [`Match::Body`].
    fn on_body(&self, head: Head<'_>, body: Body<'_>) -> bool {
        let (_, _, when) = self.parts();
        let query: Vec<(Cow<'_, str>, Cow<'_, str>)> =
            form_urlencoded::parse(head.query.as_bytes()).collect();
        // Parsed as both, whatever the type says: an application may not look at it either.
        let form: Vec<(Cow<'_, str>, Cow<'_, str>)> = form_urlencoded::parse(body.bytes).collect();
        let parts = multipart_fields(body);
        let json = serde_json::from_slice::<serde_json::Value>(body.bytes).ok();
        let in_form = |name: &str, condition: &Condition| {
            holds(&form, name, condition) || holds(&parts, name, condition)
        };
        let in_json = |pointer: &str, condition: &Condition| {
            json.as_ref()
                .and_then(|json| json.pointer(pointer))
                .is_some_and(|value| match condition {
                    Condition::Present => true,
                    // A number or a truth value is compared as it is written in JSON.
                    Condition::Equals(text) => match value.as_str() {
                        Some(value) => value == text,
                        None => serde_json::to_string(value).is_ok_and(|value| value == *text),
                    },
                })
        };
        when.iter().all(|(field, condition)| match field {
            RequestField::Query(name) => holds(&query, name, condition),
            RequestField::Form(name) => in_form(name, condition),
            RequestField::Json(pointer) => in_json(pointer, condition),
            RequestField::Any(name) => {
                holds(&query, name, condition)
                    || in_form(name, condition)
                    || in_json(&format!("/{name}"), condition)
            }
        })
    }
}

impl Rule for SignInRule {
    fn parts(
        &self,
    ) -> (
        &super::rules::PathGlob,
        &MethodRule,
        Vec<(&RequestField, &Condition)>,
    ) {
        (&self.path, &self.method, self.when.iter().collect())
    }
}

impl Rule for SignOutRule {
    fn parts(
        &self,
    ) -> (
        &super::rules::PathGlob,
        &MethodRule,
        Vec<(&RequestField, &Condition)>,
    ) {
        (&self.path, &self.method, self.when.iter().collect())
    }
}

fn holds(fields: &[(Cow<'_, str>, Cow<'_, str>)], name: &str, condition: &Condition) -> bool {
    fields
        .iter()
        .filter(|(known, _)| known == name)
        .any(|(_, value)| match condition {
            Condition::Present => true,
            Condition::Equals(text) => value == text,
        })
}

/// The text fields of a `multipart/form-data` body, read generously: a rule that takes something
/// away must not be dodged by an odd boundary.
fn multipart_fields<'a>(body: Body<'a>) -> Vec<(Cow<'a, str>, Cow<'a, str>)> {
    if !body
        .content_type
        .to_ascii_lowercase()
        .starts_with("multipart/")
    {
        return Vec::new();
    }
    let text = String::from_utf8_lossy(body.bytes);
    let parts = text.split("name=").skip(1).filter_map(|part| {
        let (name, rest) = match part.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"')?,
            None => part.split_once(['\r', '\n', ';'])?,
        };
        let value = rest
            .split_once("\r\n\r\n")
            .or_else(|| rest.split_once("\n\n"))?
            .1;
        let value = value.split("\r\n--").next().unwrap_or_default();
        Some((Cow::Owned(name.to_owned()), Cow::Owned(value.to_owned())))
    });
    parts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(toml: &str) -> SignInRule {
        toml::from_str(toml).unwrap()
    }

    fn head<'a>(path: &'a LenientPath, query: &'a str) -> Head<'a> {
        Head {
            method: "POST",
            path,
            query,
        }
    }

    #[test]
    fn a_rule_on_the_query_needs_no_body() {
        let rule = rule("path = \"/\"\nmethod = \"*\"\nwhen = { \"query:_task\" = \"login\" }");
        let path = LenientPath::new("/");
        assert_eq!(rule.on_head(head(&path, "_task=login")), Match::Yes);
        assert_eq!(rule.on_head(head(&path, "_task=mail")), Match::No);
        assert_eq!(rule.on_head(head(&path, "%5Ftask=login")), Match::Yes);
    }

    #[test]
    fn a_rule_on_the_body_sees_forms_parts_and_json() {
        let rule =
            rule("path = \"**\"\nmethod = \"*\"\nwhen = { \"any:u\" = true, \"any:p\" = true }");
        let path = LenientPath::new("/anything");
        assert_eq!(rule.on_head(head(&path, "u=1&p=2")), Match::Yes);
        assert_eq!(rule.on_head(head(&path, "u=1")), Match::Body);
        let multipart = "--b\r\nContent-Disposition: form-data; name=\"p\"\r\n\r\nsecret\r\n--b--";
        for (content_type, body) in [
            ("application/x-www-form-urlencoded", "p=secret"),
            ("application/json", "{\"p\":\"x\"}"),
            ("multipart/form-data; boundary=b", multipart),
        ] {
            assert!(
                rule.on_body(
                    head(&path, "u=1"),
                    Body {
                        content_type,
                        bytes: body.as_bytes()
                    }
                ),
                "{content_type}"
            );
        }
        assert!(!rule.on_body(
            head(&path, "u=1"),
            Body {
                content_type: "text/plain",
                bytes: b"q=1"
            }
        ));
    }
}
