//! A declared sign-in that the gateway can make once more, with a password typed on its own page.
//!
//! ```text
//! rule ──of──▶ PasswordCheck ──fill_in(page)──▶ Filled ──with(name, password)──▶ OwnRequest
//!    why not: Unfit            why not: Unfilled
//! ```
//! What is sent must be what the rule matches: nothing else is known to be a sign-in.

use std::collections::BTreeMap;

use zeroize::{Zeroize, Zeroizing};

use super::matching::{Body, Head, Rule};
use super::own_request::{FORM, JSON, OwnRequest, only_path, query_of, target};
use super::page_forms::sign_in_fields;
use super::page_source::PageSource;
use super::password::{Password, SignInName};
use super::path_glob::LenientPath;
use super::rules::{Condition, MethodRule, SignInRule};
use super::source::RequestField;
use super::typed_name;

mod json;

/// Such a sign-in.
#[derive(Clone, Debug)]
pub struct PasswordCheck {
    rule: SignInRule,
    page: String,
    path: String,
    query: String,
    shape: Shape,
}

/// Where name and password stand: names of form fields, or JSON pointers.
#[derive(Clone, Debug)]
enum Shape {
    Form { username: String, password: String },
    Json { username: String, password: String },
}

/// Why a rule cannot be used for this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    #[error("it has no `username`")]
    NoUsername,
    #[error("it has no `password`")]
    NoPassword,
    #[error("it has no `page`")]
    NoPage,
    #[error("`username` and `password` are not both fields of a form, nor both in JSON")]
    Mixed,
    #[error("`path` stands for more than one path")]
    ManyPaths,
    #[error("`method` is one without a body")]
    NoBody,
    #[error("`when` has a query parameter without a value")]
    UnknownQuery,
}

/// Why the sign-in cannot be filled in. For the log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfilled {
    #[error("guard.sign_in.page shows no form with a password field")]
    NoForm,
    #[error("guard.sign_in.fields: nothing is found for `{0}` on the page")]
    NoField(String),
    #[error("what would be sent does not satisfy guard.sign_in.when")]
    NoMatch,
}

impl PasswordCheck {
    pub fn of(rule: &SignInRule) -> Result<Self, Unfit> {
        let username = rule.username.as_ref().ok_or(Unfit::NoUsername)?;
        let password = rule.password.as_ref().ok_or(Unfit::NoPassword)?;
        let page = rule.page.clone().ok_or(Unfit::NoPage)?;
        let path = only_path(&rule.path).ok_or(Unfit::ManyPaths)?.to_owned();
        if matches!(&rule.method, MethodRule::One(method) if matches!(method.as_str(), "GET" | "HEAD" | "OPTIONS"))
        {
            return Err(Unfit::NoBody);
        }
        Ok(Self {
            query: query_of(rule.when.iter()).ok_or(Unfit::UnknownQuery)?,
            shape: Shape::of(username, password).ok_or(Unfit::Mixed)?,
            rule: rule.clone(),
            page,
            path,
        })
    }

    /// Where the form is.
    pub fn page(&self) -> &str {
        &self.page
    }

    /// What a remembered name says of the rule that it was typed for.
    pub fn rule(&self) -> &str {
        self.rule.path.as_str()
    }

    /// The name in a request that this rule matches, where it is certain.
    pub fn typed_name(&self, head: Head<'_>, body: Body<'_>) -> Option<SignInName> {
        if !self.rule.matches(head, body) {
            return None;
        }
        let typed = typed_name::as_typed(&self.rule, head.query, body)?;
        SignInName::new(&typed, self.rule())
    }

    /// Reads what has to be sent beside name and password out of the page.
    pub fn fill_in(&self, html: &str) -> Result<Filled<'_>, Unfilled> {
        let mut fields = match &self.shape {
            Shape::Form { password, .. } => {
                sign_in_fields(html, password).ok_or(Unfilled::NoForm)?
            }
            // A script makes the request: what it adds has to be declared.
            Shape::Json { .. } => Vec::new(),
        };
        for (name, value) in declared(&self.rule.fields, html)? {
            put(&mut fields, &name, value);
        }
        for (field, condition) in &self.rule.when {
            if let (Some(name), Condition::Equals(value)) = (self.in_body(field), condition) {
                put(&mut fields, &name, value.clone());
            }
        }
        let filled = Filled {
            check: self,
            fields,
        };
        let anything = filled.body("x", "x").ok_or(Unfilled::NoMatch)?;
        if !self.matches(&anything) {
            return Err(Unfilled::NoMatch);
        }
        Ok(filled)
    }

    /// The name that a field of the rule has in this body; `None` for one that stands elsewhere.
    fn in_body(&self, field: &RequestField) -> Option<String> {
        match (field, &self.shape) {
            (RequestField::Form(name) | RequestField::Any(name), Shape::Form { .. }) => {
                Some(name.clone())
            }
            (RequestField::Json(pointer), Shape::Json { .. }) => Some(pointer.clone()),
            (RequestField::Any(name), Shape::Json { .. }) => Some(json::pointer_to(name)),
            _ => None,
        }
    }

    fn matches(&self, body: &[u8]) -> bool {
        let path = LenientPath::new(&self.path);
        let head = Head {
            method: self.method(),
            path: &path,
            query: &self.query,
        };
        let body = Body {
            content_type: self.content_type(),
            encoding: "",
            bytes: body,
        };
        self.rule.matches(head, body)
    }

    fn method(&self) -> &str {
        match &self.rule.method {
            MethodRule::One(method) => method,
            MethodRule::Any => "POST",
        }
    }

    fn content_type(&self) -> &'static str {
        match self.shape {
            Shape::Form { .. } => FORM,
            Shape::Json { .. } => JSON,
        }
    }
}

impl Shape {
    fn of(username: &RequestField, password: &RequestField) -> Option<Self> {
        use RequestField::{Any, Form, Json};
        Some(match (username, password) {
            (Form(username) | Any(username), Form(password) | Any(password)) => Self::Form {
                username: username.clone(),
                password: password.clone(),
            },
            (Json(username), Json(password)) => Self::Json {
                username: username.clone(),
                password: password.clone(),
            },
            (Json(username), Any(password)) => Self::Json {
                username: username.clone(),
                password: json::pointer_to(password),
            },
            (Any(username), Json(password)) => Self::Json {
                username: json::pointer_to(username),
                password: password.clone(),
            },
            // A password in an address ends up in logs.
            _ => return None,
        })
    }
}

/// A sign-in that lacks name and password only.
#[derive(Debug)]
pub struct Filled<'a> {
    check: &'a PasswordCheck,
    fields: Vec<(String, String)>,
}

impl Filled<'_> {
    /// The whole request. `None` where the body cannot be made, which [`PasswordCheck::fill_in`] rules out.
    pub fn with(&self, name: &SignInName, password: &Password) -> Option<OwnRequest> {
        let check = self.check;
        Some(OwnRequest {
            method: check.method().to_owned(),
            target: target(&check.path, &check.query),
            content_type: check.content_type(),
            body: self.body(name.name(), password.expose())?,
        })
    }

    fn body(&self, name: &str, password: &str) -> Option<Zeroizing<Vec<u8>>> {
        let (at_name, at_password) = match &self.check.shape {
            Shape::Form { username, password } | Shape::Json { username, password } => {
                (username.as_str(), password.as_str())
            }
        };
        let fields = self.fields.iter();
        let fields = fields.filter(|(field, _)| field != at_name && field != at_password);
        if let Shape::Json { .. } = self.check.shape {
            let mut root = serde_json::Value::Null;
            for (pointer, value) in fields {
                json::put(&mut root, pointer, value.as_str())?;
            }
            json::put(&mut root, at_name, name)?;
            json::put(&mut root, at_password, password)?;
            let body = serde_json::to_vec(&root).map(Zeroizing::new);
            if let Some(serde_json::Value::String(copy)) = root.pointer_mut(at_password) {
                copy.zeroize();
            }
            return body.ok();
        }
        // Roomy from the start: a string that grows leaves copies of the password behind.
        let room = self
            .fields
            .iter()
            .map(|(name, value)| name.len() + value.len());
        let room = 3 * (room.sum::<usize>() + name.len() + password.len()) + 1024;
        let mut form = form_urlencoded::Serializer::new(String::with_capacity(room));
        form.extend_pairs(fields);
        form.append_pair(at_name, name);
        form.append_pair(at_password, password);
        Some(Zeroizing::new(form.finish().into_bytes()))
    }
}

/// The declared fields with their values. In JSON a name without a slash is a member of the root.
fn declared(
    fields: &BTreeMap<String, PageSource>,
    html: &str,
) -> Result<Vec<(String, String)>, Unfilled> {
    let found = fields.iter().map(|(name, source)| {
        let value = source.find(html);
        value
            .map(|value| (name.clone(), value))
            .ok_or_else(|| Unfilled::NoField(name.clone()))
    });
    found.collect()
}

fn put(fields: &mut Vec<(String, String)>, name: &str, value: String) {
    fields.retain(|(known, _)| known != name);
    fields.push((name.to_owned(), value));
}

#[cfg(test)]
mod tests;
