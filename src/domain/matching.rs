//! Whether a request is the one that a rule speaks of.

use std::borrow::Cow;

use super::content_type::{Charset, ContentType};
use super::cookie_names::CookieNames;
use super::path_glob::LenientPath;
use super::rules::{Condition, MethodRule, SignInRule, SignOutRule};
use super::source::RequestField;
use super::strict_json;

/// The largest body that rules look into.
pub const BODY_LOOKED_INTO: usize = 64 * 1024;

/// What rules look at, before the body is read.
#[derive(Clone, Copy, Debug)]
pub struct Head<'a> {
    pub method: &'a str,
    pub path: &'a LenientPath,
    pub query: &'a str,
}

/// A body that rules look into, with what its sender says of it.
#[derive(Clone, Copy, Debug)]
pub struct Body<'a> {
    pub content_type: &'a str,
    /// `Content-Encoding`; empty for none.
    pub encoding: &'a str,
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
        &super::path_glob::PathGlob,
        &MethodRule,
        Vec<(&RequestField, &Condition)>,
    );

    fn on_head(&self, head: Head<'_>) -> Match {
        let (path, method, when) = self.parts();
        if !method.matches(head.method) || !path.matches_any(head.path) {
            return Match::No;
        }
        let fields: Vec<(Cow<'_, str>, Cow<'_, str>)> = pairs(head.query.as_bytes());
        let mut verdict = Match::Yes;
        for (field, condition) in when {
            match field {
                RequestField::Query(name) if !holds(&fields, name, condition) => return Match::No,
                RequestField::Query(_) => {}
                // Some applications look for form fields in the query of a POST as well.
                RequestField::Any(name) | RequestField::Form(name)
                    if holds(&fields, name, condition) => {}
                RequestField::Any(_) | RequestField::Form(_) | RequestField::Json(_) => {
                    verdict = Match::Body
                }
            }
        }
        verdict
    }

    /// For a rule that said [`Match::Body`]. A body that an application may read and the gateway cannot
    /// counts as a match: the rule takes something away, and must not be dodged.
    fn on_body(&self, head: Head<'_>, body: Body<'_>) -> bool {
        let (_, _, when) = self.parts();
        if is_opaque(body) {
            return true;
        }
        let query: Vec<(Cow<'_, str>, Cow<'_, str>)> = pairs(head.query.as_bytes());
        // Parsed as everything, whatever the type says: an application may not look at it either.
        let form: Vec<(Cow<'_, str>, Cow<'_, str>)> = pairs(body.bytes);
        let json = strict_json::parse(body.bytes);
        let unclear = json.is_none() && strict_json::looks_like_json(body.content_type, body.bytes);
        let in_form = |name: &str, condition: &Condition| {
            holds(&form, name, condition) || in_multipart(body, name)
        };
        let in_json = |pointer: &str, condition: &Condition| {
            let found = json.as_ref().and_then(|json| json.pointer(pointer));
            unclear || found.is_some_and(|value| is(value, condition))
        };
        when.iter().all(|(field, condition)| match field {
            RequestField::Query(name) => holds(&query, name, condition),
            RequestField::Form(name) => holds(&query, name, condition) || in_form(name, condition),
            RequestField::Json(pointer) => in_json(pointer, condition),
            RequestField::Any(name) => {
                holds(&query, name, condition)
                    || in_form(name, condition)
                    || in_json(&format!("/{name}"), condition)
            }
        })
    }

    /// Whether the whole request is the one.
    fn matches(&self, head: Head<'_>, body: Body<'_>) -> bool {
        match self.on_head(head) {
            Match::Yes => true,
            Match::Body => self.on_body(head, body),
            Match::No => false,
        }
    }
}

impl Rule for SignInRule {
    fn parts(
        &self,
    ) -> (
        &super::path_glob::PathGlob,
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
        &super::path_glob::PathGlob,
        &MethodRule,
        Vec<(&RequestField, &Condition)>,
    ) {
        (&self.path, &self.method, self.when.iter().collect())
    }
}

/// Names are compared folded, as some applications fold them: `?.task=x` is `_task` to PHP.
fn holds(fields: &[(Cow<'_, str>, Cow<'_, str>)], name: &str, condition: &Condition) -> bool {
    let folded = CookieNames::fold(name.as_bytes());
    let of_name = |known: &str| known == name || CookieNames::fold(known.as_bytes()) == folded;
    let mut values = fields.iter().filter(|(known, _)| of_name(known));
    values.any(|(_, value)| match condition {
        Condition::Present => true,
        Condition::Equals(text) => value == text,
    })
}

fn is(value: &serde_json::Value, condition: &Condition) -> bool {
    match (condition, value.as_str()) {
        (Condition::Present, _) => true,
        (Condition::Equals(text), Some(value)) => value == text,
        // A number or a truth value is compared as it is written in JSON.
        (Condition::Equals(text), None) => {
            serde_json::to_string(value).is_ok_and(|value| value == *text)
        }
    }
}

/// Whether a multipart body names the field anywhere. Parsers differ in quotes, folding and
/// boundaries; the name, folded, has to stand there for all of them. Where names are encoded (RFC 2231
/// in Go, Flask and Node, RFC 2047 in Java), which no browser does, any name may be meant.
fn in_multipart(body: Body<'_>, name: &str) -> bool {
    if !ContentType::parse(body.content_type).is_multipart() {
        return false;
    }
    let (text, name) = (fold_bytes(body.bytes), fold_bytes(name.as_bytes()));
    let holds = |part: &[u8]| memchr::memmem::find(&text, part).is_some();
    let encoded = holds(b"name*") || (holds(b"=?") && (holds(b"?q?") || holds(b"?b?")));
    encoded || holds(&name)
}

fn fold_bytes(bytes: &[u8]) -> Vec<u8> {
    let fold = |byte: &u8| match byte {
        b'.' | b'[' | b'-' | b'+' | b' ' => b'_',
        byte => byte.to_ascii_lowercase(),
    };
    bytes.iter().map(fold).collect()
}

/// The pairs of a query or a form. Some applications split at `;` as well.
pub(super) fn pairs(text: &[u8]) -> Vec<(Cow<'_, str>, Cow<'_, str>)> {
    let mut pairs: Vec<_> = form_urlencoded::parse(text).collect();
    if text.contains(&b';') {
        let parts = text.split(|byte| matches!(byte, b'&' | b';'));
        pairs.extend(parts.flat_map(form_urlencoded::parse));
    }
    pairs
}

/// Whether the gateway cannot read what an application may: compressed, or in a charset of its own.
pub(super) fn is_opaque(body: Body<'_>) -> bool {
    let compressed = !matches!(body.encoding.trim(), "" | "identity");
    let foreign = ContentType::parse(body.content_type).charset == Charset::Foreign;
    let content_type = body.content_type.to_ascii_lowercase();
    let marked = body.bytes.starts_with(b"\xff\xfe") || body.bytes.starts_with(b"\xfe\xff");
    // Text has no NUL in any encoding that is a superset of ASCII.
    let text = ["text/", "json", "form-urlencoded"]
        .iter()
        .any(|kind| content_type.contains(kind));
    let wide = (text || content_type.is_empty()) && body.bytes.contains(&0);
    compressed || foreign || marked || wide
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
                        encoding: "",
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
                encoding: "",
                bytes: b"q=1"
            }
        ));
    }

    #[test]
    fn a_form_field_in_the_query_counts_as_applications_that_mix_them_take_it() {
        let rule = rule("path = \"/\"\nwhen = { \"form:user\" = true, \"form:pw\" = true }");
        let path = LenientPath::new("/");
        assert_eq!(rule.on_head(head(&path, "user=a&pw=b")), Match::Yes);
        assert_eq!(rule.on_head(head(&path, "user=a")), Match::Body);
        let form = Body {
            content_type: "application/x-www-form-urlencoded",
            encoding: "",
            bytes: b"pw=b",
        };
        assert!(rule.on_body(head(&path, "user=a"), form));
        assert!(!rule.on_body(head(&path, ""), form));
    }

    #[test]
    fn what_an_application_may_read_and_the_gateway_cannot_counts() {
        let rule = rule("path = \"/rpc\"\nwhen = { \"json:/method\" = \"login\" }");
        let path = LenientPath::new("/rpc");
        let on = |content_type, encoding, bytes: &[u8]| {
            let body = Body {
                content_type,
                encoding,
                bytes,
            };
            rule.on_body(head(&path, ""), body)
        };
        assert!(!on("application/json", "", br#"{"method":"list"}"#));
        assert!(on("application/json", "", br#"{"method":"login"}"#));
        assert!(on(
            "application/json",
            "",
            br#"{"method":"login","method":"list"}"#
        ));
        assert!(on("application/json", "", br#"{"method":"login","x":NaN}"#));
        assert!(on(
            "application/json",
            "",
            b"\xef\xbb\xbf{\"method\":\"login\"}"
        ));
        assert!(on("application/octet-stream", "gzip", b"\x1f\x8b"));
        assert!(on("text/plain; charset =utf-7", "", b"+AGw-ogin"));
        assert!(on(
            "text/plain; charset=utf-8; charset=utf-7",
            "",
            b"+AGw-ogin"
        ));
        assert!(!on("application/octet-stream", "", b"\x1f\x8b"));
    }

    #[test]
    fn an_encoded_name_of_a_part_counts() {
        let rule = rule("path = \"/x\"\nwhen = { \"form:action\" = \"login\" }");
        let path = LenientPath::new("/x");
        let on = |disposition: &str| {
            let text = format!(
                "--b\r\nContent-Disposition: form-data; {disposition}\r\n\r\nlogin\r\n--b--"
            );
            let body = Body {
                content_type: "multipart/form-data; boundary=b",
                encoding: "",
                bytes: text.as_bytes(),
            };
            rule.on_body(head(&path, ""), body)
        };
        for named in [
            "name=\"action\"",
            "name*=utf-8''%61ction",
            "NAME*0=act; name*1=ion",
            "name=\"=?utf-8?Q?=61ction?=\"",
            "name=\"=?utf-8?b?YWN0aW9u?=\"",
        ] {
            assert!(on(named), "{named}");
        }
        assert!(!on("name=\"other\"; filename=\"a=?b.txt\""));
    }

    #[test]
    fn names_are_folded_as_applications_fold_them() {
        let rule = rule("path = \"/\"\nmethod = \"*\"\nwhen = { \"query:_task\" = \"login\" }");
        let path = LenientPath::new("/");
        for query in [
            ".task=login",
            "%20_task=login",
            "[task=login",
            "_task=login",
        ] {
            assert_eq!(rule.on_head(head(&path, query)), Match::Yes, "{query}");
        }
    }
}
