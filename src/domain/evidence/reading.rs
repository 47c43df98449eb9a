//! Where values stand in an answer, or beside it, and reading them.

use std::sync::Arc;

use regex::bytes::Regex;
use scraper::{Html, Selector};
use serde_json::Value;

use super::{Answer, Known};
use crate::domain::cookie_glob::CookiePart;

/// Where a value stands.
#[derive(Clone, Debug)]
pub enum Source {
    /// RFC 6901 pointer.
    Json(String),
    Header(String),
    Css(Arc<Selector>),
    /// The first capture group, or the whole match.
    Text(Regex),
    /// A part of a protected cookie.
    Cookie(CookiePart),
    /// The typed name.
    SignIn,
    /// Always this one.
    Single(String),
}

/// What a source gave.
pub(super) enum Reading {
    Value(String),
    /// An explicit JSON null: positive evidence of nobody.
    Null,
    Missing,
}

impl Source {
    /// Whether the value stands in an answer.
    pub(super) fn is_in_answer(&self) -> bool {
        !matches!(self, Self::Cookie(_) | Self::SignIn | Self::Single(_))
    }

    /// Whether it is the typed name, which says nothing of what was not typed.
    pub fn is_typed(&self) -> bool {
        matches!(self, Self::SignIn)
    }

    pub(super) fn read(&self, parsed: Option<&Parsed<'_>>, known: &Known<'_>) -> Reading {
        let text = match (self, parsed) {
            (Self::Cookie(part), _) => part.read(known.cookies.iter().copied()),
            (Self::SignIn, _) => known.typed.map(str::to_owned),
            (Self::Single(name), _) => Some(name.clone()),
            (_, None) => None,
            (Self::Json(pointer), Some(parsed)) => {
                match parsed.json().and_then(|json| json.pointer(pointer)) {
                    Some(Value::Null) => return Reading::Null,
                    Some(Value::String(text)) => Some(text.clone()),
                    Some(Value::Number(number)) => Some(number.to_string()),
                    _ => None,
                }
            }
            (Self::Header(name), Some(parsed)) => parsed.header(name),
            (Self::Css(selector), Some(parsed)) => {
                parsed.html().select(selector).next().map(|element| {
                    let value = element.attr("content").or(element.attr("value"));
                    value.map_or_else(|| element.text().collect::<String>(), str::to_owned)
                })
            }
            (Self::Text(regex), Some(parsed)) => {
                regex.captures(parsed.answer.body).and_then(|captures| {
                    let found = captures.get(1).or_else(|| captures.get(0))?;
                    String::from_utf8(found.as_bytes().to_vec()).ok()
                })
            }
        };
        match text.map(|text| text.trim().to_owned()) {
            Some(text) if !text.is_empty() => Reading::Value(text),
            _ => Reading::Missing,
        }
    }
}

/// An answer with its body parsed at most once for each kind.
pub(super) struct Parsed<'a> {
    pub answer: Answer<'a>,
    json: std::cell::OnceCell<Option<Value>>,
    html: std::cell::OnceCell<Html>,
}

impl<'a> Parsed<'a> {
    pub(super) fn new(answer: Answer<'a>) -> Self {
        Self {
            answer,
            json: Default::default(),
            html: Default::default(),
        }
    }

    pub(super) fn json(&self) -> Option<&Value> {
        self.json
            .get_or_init(|| serde_json::from_slice(self.answer.body).ok())
            .as_ref()
    }

    pub(super) fn html(&self) -> &Html {
        self.html
            .get_or_init(|| Html::parse_document(&String::from_utf8_lossy(self.answer.body)))
    }

    /// A header that is there exactly once; a repeated one says nothing certain.
    fn header(&self, name: &str) -> Option<String> {
        let mut fields = self
            .answer
            .headers
            .iter()
            .filter(|(field, _)| field.eq_ignore_ascii_case(name));
        let (_, value) = fields.next()?;
        fields
            .next()
            .is_none()
            .then(|| String::from_utf8(value.clone()).ok())
            .flatten()
    }
}
