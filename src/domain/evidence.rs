//! Who is signed in, read out of the application's own answer.
//!
//! Three answers: a *user*, *signed out*, *unknown*. Both of the first two need positive evidence;
//! everything else (an error, a missing pointer, a contradiction) is unknown, and unknown denies.

use std::sync::Arc;

use regex::bytes::Regex;
use scraper::{Html, Selector};
use serde_json::Value;

use super::ids::UserId;
use super::path_glob::PathGlob;

/// What an answer says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Evidence {
    User {
        id: UserId,
        name: String,
    },
    SignedOut,
    /// Why nothing can be said: for the log, never for the browser.
    Unknown(&'static str),
}

impl Evidence {
    /// What holds for both of two sets of cookies that an application may read, whichever it is: one
    /// user, where neither set is another's.
    #[must_use]
    pub fn whichever(self, other: Self) -> Self {
        match (self, other) {
            (Self::Unknown(why), _) | (_, Self::Unknown(why)) => Self::Unknown(why),
            (Self::User { id, .. }, Self::User { id: other, .. }) if id != other => {
                Self::Unknown("two values of one protected cookie belong to different users")
            }
            (Self::User { id, name }, _) | (_, Self::User { id, name }) => Self::User { id, name },
            (Self::SignedOut, Self::SignedOut) => Self::SignedOut,
        }
    }
}

/// An application's answer, as far as evidence can be in it.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    pub status: u16,
    /// Header fields, names in lower case.
    pub headers: &'a [(String, Vec<u8>)],
    pub body: &'a [u8],
    /// The path that `Location` resolves to, if there is one.
    pub location: Option<&'a str>,
}

/// Where a value stands in an answer.
#[derive(Clone, Debug)]
pub enum Source {
    /// RFC 6901 pointer.
    Json(String),
    Header(String),
    Css(Arc<Selector>),
    /// The first capture group, or the whole match.
    Text(Regex),
}

/// Signs of which any one suffices.
#[derive(Clone, Debug, Default)]
pub struct Signs {
    pub status: Vec<u16>,
    pub location: Option<PathGlob>,
    pub css: Option<Arc<Selector>>,
    pub text: Option<Regex>,
    /// Pointer and the value that must stand there.
    pub json: Vec<(String, Value)>,
}

/// How to read the answer of `guard.identity.whoami`.
#[derive(Clone, Debug)]
pub struct Whoami {
    pub id: Source,
    pub name: Option<Source>,
    pub signed_out: Signs,
    pub present: Option<Signs>,
}

/// What a source gave.
enum Reading {
    Value(String),
    /// An explicit JSON null: positive evidence of nobody.
    Null,
    Missing,
}

impl Whoami {
    pub fn judge(&self, answer: Answer<'_>) -> Evidence {
        let parsed = Parsed::new(answer);
        let id = self.id.read(&parsed);
        let out = self.signed_out.any(&parsed) || matches!(id, Reading::Null);
        let present = self.present.as_ref().is_none_or(|signs| signs.any(&parsed));
        match (id, out) {
            (Reading::Value(_), true) => {
                Evidence::Unknown("the answer shows a user and signs of nobody at once")
            }
            (_, true) => Evidence::SignedOut,
            (Reading::Value(_), false) if !present => {
                Evidence::Unknown("the answer lacks the signs of `present`")
            }
            // An error page may well name somebody; only a success says who is signed in.
            (Reading::Value(_), false) if !(200..300).contains(&answer.status) => {
                Evidence::Unknown("the answer names a user but is no success")
            }
            (Reading::Value(id), false) => self.user(id, &parsed),
            (Reading::Null | Reading::Missing, false) => {
                Evidence::Unknown("the answer shows neither a user nor signs of nobody")
            }
        }
    }

    fn user(&self, id: String, parsed: &Parsed<'_>) -> Evidence {
        let name = match self.name.as_ref().map(|source| source.read(parsed)) {
            Some(Reading::Value(name)) => name,
            _ => id.clone(),
        };
        match UserId::new(id) {
            Ok(id) => Evidence::User { id, name },
            Err(_) => Evidence::Unknown("the user id is empty, too long or has control characters"),
        }
    }
}

impl Signs {
    fn any(&self, parsed: &Parsed<'_>) -> bool {
        let answer = parsed.answer;
        let located = || Some(self.location.as_ref()?.matches_lenient(answer.location?));
        let selected = || Some(parsed.html().select(self.css.as_deref()?).next().is_some());
        let read = || Some(self.text.as_ref()?.is_match(answer.body));
        let pointed = |(pointer, expected): &(String, Value)| {
            parsed.json().and_then(|json| json.pointer(pointer)) == Some(expected)
        };
        self.status.contains(&answer.status)
            || located().unwrap_or(false)
            || selected().unwrap_or(false)
            || read().unwrap_or(false)
            || self.json.iter().any(pointed)
    }
}

impl Source {
    fn read(&self, parsed: &Parsed<'_>) -> Reading {
        let text = match self {
            Self::Json(pointer) => match parsed.json().and_then(|json| json.pointer(pointer)) {
                Some(Value::Null) => return Reading::Null,
                Some(Value::String(text)) => Some(text.clone()),
                Some(Value::Number(number)) => Some(number.to_string()),
                _ => None,
            },
            Self::Header(name) => parsed.header(name),
            Self::Css(selector) => parsed.html().select(selector).next().map(|element| {
                let value = element.attr("content").or(element.attr("value"));
                value.map_or_else(|| element.text().collect::<String>(), str::to_owned)
            }),
            Self::Text(regex) => regex.captures(parsed.answer.body).and_then(|captures| {
                let found = captures.get(1).or_else(|| captures.get(0))?;
                String::from_utf8(found.as_bytes().to_vec()).ok()
            }),
        };
        match text.map(|text| text.trim().to_owned()) {
            Some(text) if !text.is_empty() => Reading::Value(text),
            _ => Reading::Missing,
        }
    }
}

/// An answer with its body parsed at most once for each kind.
struct Parsed<'a> {
    answer: Answer<'a>,
    json: std::cell::OnceCell<Option<Value>>,
    html: std::cell::OnceCell<Html>,
}

impl<'a> Parsed<'a> {
    fn new(answer: Answer<'a>) -> Self {
        Self {
            answer,
            json: Default::default(),
            html: Default::default(),
        }
    }

    fn json(&self) -> Option<&Value> {
        self.json
            .get_or_init(|| serde_json::from_slice(self.answer.body).ok())
            .as_ref()
    }

    fn html(&self) -> &Html {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn whoami(signed_out: Signs) -> Whoami {
        Whoami {
            id: Source::Json("/id".into()),
            name: Some(Source::Json("/email".into())),
            signed_out,
            present: None,
        }
    }

    fn judge(whoami: &Whoami, status: u16, body: &str) -> Evidence {
        whoami.judge(Answer {
            status,
            headers: &[],
            body: body.as_bytes(),
            location: None,
        })
    }

    fn on_401() -> Whoami {
        whoami(Signs {
            status: vec![401],
            ..Signs::default()
        })
    }

    #[test]
    fn a_user_is_named_by_id_and_name() {
        let user = Evidence::User {
            id: UserId::new("7").unwrap(),
            name: "ada@example.com".into(),
        };
        assert_eq!(
            judge(&on_401(), 200, r#"{"id":7,"email":"ada@example.com"}"#),
            user
        );
    }

    #[test]
    fn nobody_needs_positive_evidence() {
        assert_eq!(judge(&on_401(), 401, ""), Evidence::SignedOut);
        assert_eq!(judge(&on_401(), 200, r#"{"id":null}"#), Evidence::SignedOut);
        for (status, body) in [
            (200, "{}"),
            (200, "garbage"),
            (429, ""),
            (500, "{\"id\":7}"),
            (200, "{\"id\":\"\"}"),
            (204, ""),
        ] {
            assert!(
                matches!(judge(&on_401(), status, body), Evidence::Unknown(_)),
                "{status} {body}"
            );
        }
    }

    #[test]
    fn a_user_and_signs_of_nobody_at_once_are_unknown() {
        assert!(matches!(
            judge(&on_401(), 401, "{\"id\":7}"),
            Evidence::Unknown(_)
        ));
    }

    #[test]
    fn two_sets_are_one_users_unless_one_is_anothers_or_unclear() {
        let user = |id: &str| Evidence::User {
            id: UserId::new(id).unwrap(),
            name: id.into(),
        };
        let (ada, bob) = (|| user("ada"), || user("bob"));
        let (out, unclear) = (|| Evidence::SignedOut, || Evidence::Unknown("why"));
        for (one, other, both) in [
            (ada(), ada(), ada()),
            (ada(), out(), ada()),
            (out(), ada(), ada()),
            (out(), out(), out()),
            (ada(), unclear(), unclear()),
            (unclear(), out(), unclear()),
        ] {
            assert_eq!(one.whichever(other), both);
        }
        assert!(matches!(ada().whichever(bob()), Evidence::Unknown(_)));
    }

    #[test]
    fn pages_give_signs_too() {
        let form = Selector::parse("form#login").unwrap();
        let out = Signs {
            css: Some(Arc::new(form)),
            ..Signs::default()
        };
        let badge = Selector::parse(".user").unwrap();
        let whoami = Whoami {
            id: Source::Css(Arc::new(badge)),
            ..whoami(out)
        };
        assert_eq!(
            judge(&whoami, 200, "<form id=login></form>"),
            Evidence::SignedOut
        );
        let user = Evidence::User {
            id: UserId::new("ada").unwrap(),
            name: "ada".into(),
        };
        assert_eq!(judge(&whoami, 200, "<b class=user> ada </b>"), user);
    }
}
