//! A declared sign-in that the gateway can make once more, with a password typed on its own page.
//!
//! ```text
//! rule ──of──▶ PasswordCheck ──fill_in(page, name)──▶ Filled ──with(password)──▶ OwnRequest
//!    why not: Unfit              why not: Unfilled
//! ```
//! What is sent must be what the rule matches: nothing else is known to be a sign-in. And everybody who
//! reads it must read the one name: the password is nobody else's to be tried on.

mod fill_in;
mod json;

pub use fill_in::{Filled, Unfilled};

use super::matching::{Body, Head, Rule};
use super::own_request::{FORM, JSON, only_path, query_of};
use super::password::{RuleKey, SignInName};
use super::path_glob::LenientPath;
use super::rules::{MethodRule, SignInRule};
use super::source::RequestField;
use super::typed_name;

/// Such a sign-in.
#[derive(Clone, Debug)]
pub struct PasswordCheck {
    rule: SignInRule,
    key: RuleKey,
    page: String,
    path: String,
    query: String,
    shape: Shape,
}

/// The name in a request, which `matched` are the rules of; `None` where they do not agree on it, or where
/// it is not certain which of `checks` could make the request once more.
pub fn typed_name(
    checks: &[PasswordCheck],
    matched: &[&SignInRule],
    head: Head<'_>,
    body: Body<'_>,
) -> Option<SignInName> {
    let mut fitting = checks.iter().filter(|it| it.rule.matches(head, body));
    let key = fitting.next()?.key();
    if fitting.any(|other| other.key() != key) {
        return None;
    }
    let mut names = matched
        .iter()
        .map(|rule| typed_name::as_typed(rule, head.query, body));
    let name = names.next()??;
    let agreed = names.all(|other| other.as_ref() == Some(&name));
    agreed.then(|| SignInName::new(&name, key.clone()))?
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
            key: RuleKey::of(rule),
            page,
            path,
        })
    }

    /// Where the form is.
    pub fn page(&self) -> &str {
        &self.page
    }

    /// What a remembered name says of the rule that it was typed for.
    pub fn key(&self) -> &RuleKey {
        &self.key
    }

    /// Whether this body makes the request one that the rule matches, of this user and nobody else's.
    fn is_sign_in_of(&self, name: &str, body: &[u8]) -> bool {
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
            && typed_name::as_typed(&self.rule, head.query, body).as_deref() == Some(name)
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
    /// Where the name stands, and where the password.
    fn names(&self) -> [&str; 2] {
        let (Self::Form { username, password } | Self::Json { username, password }) = self;
        [username, password]
    }

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

#[cfg(test)]
mod tests;
