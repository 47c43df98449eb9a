//! The sign-in as it is sent: what the page says, what the rule says, the name and the password.

use zeroize::{Zeroize, Zeroizing};

use super::{PasswordCheck, Shape, json};
use crate::domain::matching::{Head, Match, Rule};
use crate::domain::own_request::{OwnRequest, target};
use crate::domain::page::Page;
use crate::domain::page_forms::{NoSignIn, TypedFields, sign_in_fields};
use crate::domain::password::{Password, SignInName};
use crate::domain::path_glob::LenientPath;
use crate::domain::rules::Condition;
use crate::domain::source::RequestField;
use crate::domain::typed_name::same_field;

/// Why the sign-in cannot be filled in. For the log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfilled {
    #[error("guard.sign_in.page shows no form with a password field")]
    NoForm,
    #[error("guard.sign_in.page shows several forms that could be the sign-in's")]
    ManyForms,
    #[error("guard.sign_in.fields: nothing is found for `{0}` on the page")]
    NoField(String),
    #[error(
        "what would be sent does not satisfy guard.sign_in.when, or has more than one name in it"
    )]
    NoMatch,
}

/// A sign-in that lacks the password only.
#[derive(Debug)]
pub struct Filled {
    check: PasswordCheck,
    name: SignInName,
    fields: Vec<(String, String)>,
}

impl PasswordCheck {
    /// Reads what has to be sent beside the password out of the page.
    pub fn fill_in(&self, html: &str, origin: &str, name: &SignInName) -> Result<Filled, Unfilled> {
        let page = Page::parse(html, &self.page, origin);
        let mut fields = match &self.shape {
            Shape::Form { username, password } => {
                let typed = TypedFields { username, password };
                let found = sign_in_fields(&page, typed, |target| self.is_sent_to(target));
                found.map_err(|none| match none {
                    NoSignIn::None => Unfilled::NoForm,
                    NoSignIn::Several => Unfilled::ManyForms,
                })?
            }
            // A script makes the request: what it adds has to be declared.
            Shape::Json { .. } => Vec::new(),
        };
        for (name, source) in &self.rule.fields {
            let value = source.find(&page);
            let value = value.ok_or_else(|| Unfilled::NoField(name.clone()))?;
            put(&mut fields, name, value);
        }
        for (field, condition) in &self.rule.when {
            if let (Some(name), Condition::Equals(value)) = (self.in_body(field), condition) {
                put(&mut fields, &name, value.clone());
            }
        }
        // A field that some server takes for one of the two would be typed by nobody.
        let [at_name, at_password] = self.shape.names();
        fields.retain(|(field, _)| !same_field(field, at_name) && !same_field(field, at_password));
        let filled = Filled {
            check: self.clone(),
            name: name.clone(),
            fields,
        };
        let anything = filled.body("x").ok_or(Unfilled::NoMatch)?;
        if !self.is_sign_in_of(name.name(), &anything) {
            return Err(Unfilled::NoMatch);
        }
        Ok(filled)
    }

    /// Whether a form that is posted there is one that the rule may mean.
    fn is_sent_to(&self, target: &str) -> bool {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let head = Head {
            method: "POST",
            path: &LenientPath::new(path),
            query,
        };
        self.rule.on_head(head) != Match::No
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
}

impl Filled {
    /// The whole request. `None` where the body cannot be made, which [`PasswordCheck::fill_in`] rules
    /// out.
    pub fn with(&self, password: &Password) -> Option<OwnRequest> {
        let check = &self.check;
        Some(OwnRequest {
            method: check.method().to_owned(),
            target: target(&check.path, &check.query),
            content_type: check.content_type(),
            body: self.body(password.expose())?,
        })
    }

    pub fn name(&self) -> &SignInName {
        &self.name
    }

    fn body(&self, password: &str) -> Option<Zeroizing<Vec<u8>>> {
        let [at_name, at_password] = self.check.shape.names();
        let name = self.name.name();
        if let Shape::Json { .. } = self.check.shape {
            let mut root = serde_json::Value::Null;
            for (pointer, value) in &self.fields {
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
        let fields = self.fields.iter();
        let room: usize = fields.map(|(name, value)| name.len() + value.len()).sum();
        let room = 3 * (room + name.len() + password.len()) + 1024;
        let mut form = form_urlencoded::Serializer::new(String::with_capacity(room));
        form.extend_pairs(&self.fields);
        form.append_pair(at_name, name);
        form.append_pair(at_password, password);
        Some(Zeroizing::new(form.finish().into_bytes()))
    }
}

fn put(fields: &mut Vec<(String, String)>, name: &str, value: String) {
    fields.retain(|(known, _)| known != name);
    fields.push((name.to_owned(), value));
}
