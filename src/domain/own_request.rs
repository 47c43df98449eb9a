//! Requests that the gateway makes to the application by itself, from what a rule says of them.

use std::fmt;

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use zeroize::Zeroizing;

use super::matching::{Body, Head, Rule};
use super::page::Page;
use super::page_forms;
use super::path_glob::{LenientPath, PathGlob};
use super::rules::{Condition, MethodRule, SignOutRule};
use super::source::RequestField;

/// A request without its headers.
pub struct OwnRequest {
    pub method: String,
    /// Path and query, encoded.
    pub target: String,
    /// Empty where there is no body.
    pub content_type: &'static str,
    /// It may hold a password.
    pub body: Zeroizing<Vec<u8>>,
}

impl OwnRequest {
    /// A page, by its path and query.
    pub fn get(page: &str) -> Self {
        Self {
            method: "GET".to_owned(),
            target: page.to_owned(),
            content_type: "",
            body: Zeroizing::default(),
        }
    }
}

impl fmt::Debug for OwnRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.target.split('?').next().unwrap_or_default();
        write!(f, "{} {path} (redacted)", self.method)
    }
}

pub(super) const FORM: &str = "application/x-www-form-urlencoded";
pub(super) const JSON: &str = "application/json";

/// What a clean path may hold and a request line may not.
const PATH: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'`');

/// The one path that a pattern stands for; `None` for a pattern of several.
pub(super) fn only_path(pattern: &PathGlob) -> Option<&str> {
    let path = pattern.as_str();
    (!path.contains('*')).then_some(path)
}

/// Path and query as they go over the wire.
pub(super) fn target(path: &str, query: &str) -> String {
    let mut target = utf8_percent_encode(path, PATH).to_string();
    if !query.is_empty() {
        target.push('?');
        target.push_str(query);
    }
    target
}

/// The query that these conditions ask for; `None` where one asks for a value that nobody knows.
pub(super) fn query_of<'a>(
    when: impl Iterator<Item = (&'a RequestField, &'a Condition)>,
) -> Option<String> {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (field, condition) in when {
        match (field, condition) {
            (RequestField::Query(name), Condition::Equals(value)) => {
                query.append_pair(name, value);
            }
            (RequestField::Query(_), Condition::Present) => return None,
            _ => {}
        }
    }
    Some(query.finish())
}

/// The sign-out that a rule describes, once for each method to try. Empty where it describes none that
/// can be made without knowing more.
pub fn sign_outs(rule: &SignOutRule) -> Vec<OwnRequest> {
    let (Some(path), Some(query)) = (only_path(&rule.path), query_of(rule.when.iter())) else {
        return Vec::new();
    };
    let mut form = form_urlencoded::Serializer::new(String::new());
    for (field, condition) in &rule.when {
        match (field, condition) {
            (RequestField::Query(_), _) => {}
            (RequestField::Form(name) | RequestField::Any(name), Condition::Equals(value)) => {
                form.append_pair(name, value);
            }
            _ => return Vec::new(),
        }
    }
    let body = form.finish();
    let methods = match &rule.method {
        MethodRule::One(method) => vec![method.clone()],
        MethodRule::Any if !body.is_empty() => vec!["POST".to_owned()],
        MethodRule::Any => vec!["GET".to_owned(), "POST".to_owned()],
    };
    let request = |method| OwnRequest {
        method,
        target: target(path, &query),
        content_type: if body.is_empty() { "" } else { FORM },
        body: Zeroizing::new(body.clone().into_bytes()),
    };
    methods.into_iter().map(request).collect()
}

/// The sign-out that a page shows a form for: with the fields that the application asks for.
pub fn sign_out_form(rule: &SignOutRule, page: &Page<'_>) -> Option<OwnRequest> {
    page_forms::posted(page).into_iter().find_map(|form| {
        let target = form.target;
        let (path, query) = target.split_once('?').unwrap_or((&target, ""));
        let path = LenientPath::new(path);
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&form.fields)
            .finish();
        let head = Head {
            method: "POST",
            path: &path,
            query,
        };
        let sent = Body {
            content_type: FORM,
            encoding: "",
            bytes: body.as_bytes(),
        };
        rule.matches(head, sent).then(|| OwnRequest {
            method: "POST".to_owned(),
            content_type: FORM,
            body: Zeroizing::new(body.into_bytes()),
            target,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(rule: &str) -> Vec<(String, String, String)> {
        let rule: SignOutRule = toml::from_str(rule).unwrap();
        let text = |request: OwnRequest| {
            let body = String::from_utf8(request.body.to_vec()).unwrap();
            (request.method, request.target, body)
        };
        sign_outs(&rule).into_iter().map(text).collect()
    }

    fn one(method: &str, target: &str, body: &str) -> (String, String, String) {
        (method.into(), target.into(), body.into())
    }

    #[test]
    fn a_sign_out_is_made_as_its_rule_says() {
        assert_eq!(
            made("path = \"/logout\"\nmethod = \"POST\""),
            [one("POST", "/logout", "")]
        );
        let any = [
            one("GET", "/sign out?_task=logout", ""),
            one("POST", "/sign out?_task=logout", ""),
        ];
        let any = any.map(|(method, target, body)| (method, target.replace(' ', "%20"), body));
        assert_eq!(
            made("path = \"/sign out\"\nwhen = { \"query:_task\" = \"logout\" }"),
            any
        );
        assert_eq!(
            made("path = \"/x\"\nwhen = { \"form:do\" = \"logout\" }"),
            [one("POST", "/x", "do=logout")]
        );
    }

    #[test]
    fn one_that_needs_more_than_the_rule_says_is_not_made() {
        for rule in [
            "path = \"/*/logout\"",
            "path = \"/logout\"\nwhen = { \"query:token\" = true }",
            "path = \"/logout\"\nwhen = { \"form:token\" = true }",
            "path = \"/rpc\"\nwhen = { \"json:/method\" = \"logout\" }",
        ] {
            assert_eq!(made(rule), [], "{rule}");
        }
    }

    #[test]
    fn a_sign_out_that_takes_a_token_is_made_by_the_form_of_a_page() {
        let html = "<form method=post action=/search></form><form method=post action=\
            'https://crm.example.com/logout?x=1'><input type=hidden name=t value='1&2'></form>";
        let found = |rule: &str, html: &str| {
            let rule: SignOutRule = toml::from_str(rule).unwrap();
            let page = Page::parse(html, "/home", "https://crm.example.com");
            let request = sign_out_form(&rule, &page)?;
            let body = String::from_utf8(request.body.to_vec()).unwrap();
            Some((request.method, request.target, body))
        };
        let expected = Some(one("POST", "/logout?x=1", "t=1%262"));
        assert_eq!(found("path = \"/logout\"", html), expected);
        assert_eq!(
            found("path = \"**\"\nwhen = { \"form:t\" = \"1&2\" }", html),
            expected
        );
        assert_eq!(found("path = \"/logout\"\nmethod = \"GET\"", html), None);
        let elsewhere = html.replace("crm.example.com", "evil.example");
        assert_eq!(found("path = \"/logout\"", &elsewhere), None);
    }
}
