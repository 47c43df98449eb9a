//! Who is signed in, read out of the application's own answer.
//!
//! Three answers: a *user*, *signed out*, *unknown*. Both of the first two need positive evidence;
//! everything else (an error, a missing pointer, a contradiction) is unknown, and unknown denies.

mod reading;

use std::sync::Arc;

use regex::bytes::Regex;
use scraper::Selector;
use serde_json::Value;

pub use self::reading::Source;
use self::reading::{Parsed, Reading};
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

/// What is known beside an answer.
#[derive(Clone, Debug, Default)]
pub struct Known<'a> {
    /// Names and raw values of the protected cookies that the evidence is taken with.
    pub cookies: Vec<(&'a str, &'a [u8])>,
    /// The name typed in the declared sign-in that was just made, or the one that the session was
    /// made with.
    pub typed: Option<&'a str>,
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

impl Whoami {
    pub fn judge(&self, answer: Answer<'_>, known: &Known<'_>) -> Evidence {
        let parsed = Parsed::new(answer);
        let id = self.id.read(Some(&parsed), known);
        let out = self.signed_out.any(&parsed) || matches!(id, Reading::Null);
        let signs = self.present.as_ref().map(|signs| signs.any(&parsed));
        let present = signs != Some(false);
        // A cookie or a typed name is there whatever the answer says; what stands in it contradicts.
        let shown = self.id.is_in_answer() && matches!(id, Reading::Value(_));
        match (id, out) {
            (_, true) if shown || signs == Some(true) => {
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
            (Reading::Value(id), false) => {
                let name = self.name.as_ref();
                match name.map(|source| source.read(Some(&parsed), known)) {
                    Some(Reading::Value(name)) => user(id, name),
                    _ => user(id.clone(), id),
                }
            }
            (Reading::Null | Reading::Missing, false) if present && !self.id.is_in_answer() => {
                Evidence::Unknown(UNNAMED)
            }
            (Reading::Null | Reading::Missing, false) => {
                Evidence::Unknown("the answer shows neither a user nor signs of nobody")
            }
        }
    }
}

/// Somebody is signed in, and it cannot be told who.
pub const UNNAMED: &str =
    "somebody is signed in, and neither the cookies nor a declared sign-in say who";

/// Who is signed in where a cookie has shown that somebody is, and no answer is there to look at.
pub fn named_by(source: &Source, known: &Known<'_>) -> Evidence {
    match source.read(None, known) {
        Reading::Value(id) => user(id.clone(), id),
        Reading::Null | Reading::Missing => Evidence::Unknown(UNNAMED),
    }
}

fn user(id: String, name: String) -> Evidence {
    match UserId::new(id) {
        Ok(id) => Evidence::User { id, name },
        Err(_) => Evidence::Unknown("the user id is empty, too long or has control characters"),
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

#[cfg(test)]
mod tests {
    use super::super::cookie_glob::CookiePart;
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
        judge_with(whoami, status, body, &Known::default())
    }

    fn judge_with(whoami: &Whoami, status: u16, body: &str, known: &Known<'_>) -> Evidence {
        let answer = Answer {
            status,
            headers: &[],
            body: body.as_bytes(),
            location: None,
        };
        whoami.judge(answer, known)
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

    fn named(id: &str) -> Evidence {
        Evidence::User {
            id: UserId::new(id).unwrap(),
            name: id.into(),
        }
    }

    /// A whoami that says `in`, `out`, both or neither, and a name from somewhere else.
    fn presence_only(id: Source) -> Whoami {
        let signs = |text: &str| Signs {
            text: Some(Regex::new(text).unwrap()),
            ..Signs::default()
        };
        Whoami {
            id,
            name: None,
            signed_out: signs("out"),
            present: Some(signs("in")),
        }
    }

    #[test]
    fn a_name_from_beside_the_answer_counts_only_where_the_answer_shows_somebody() {
        let part = CookiePart::new("wp_user".parse().unwrap(), "^([^|]+)").unwrap();
        let known = Known {
            cookies: vec![("wp_user", b"ada|1")],
            typed: Some("ada"),
        };
        for source in [
            Source::Cookie(part),
            Source::SignIn,
            Source::Single("ada".into()),
        ] {
            let whoami = presence_only(source);
            assert_eq!(judge_with(&whoami, 200, "in", &known), named("ada"));
            assert_eq!(judge_with(&whoami, 200, "out", &known), Evidence::SignedOut);
            for (status, body) in [(200, "in out"), (200, "neither"), (200, ""), (500, "in")] {
                let evidence = judge_with(&whoami, status, body, &known);
                assert!(
                    matches!(evidence, Evidence::Unknown(_)),
                    "{whoami:?} {status} {body}"
                );
            }
        }
    }

    #[test]
    fn somebody_without_a_name_is_unknown() {
        let part = CookiePart::new("wp_user".parse().unwrap(), "^([^|]+)").unwrap();
        for source in [Source::Cookie(part), Source::SignIn] {
            assert_eq!(
                named_by(&source, &Known::default()),
                Evidence::Unknown(UNNAMED)
            );
            let whoami = presence_only(source);
            assert_eq!(judge(&whoami, 200, "in"), Evidence::Unknown(UNNAMED));
            assert_eq!(judge(&whoami, 200, "out"), Evidence::SignedOut);
        }
        let single = Source::Single("admin".into());
        assert_eq!(named_by(&single, &Known::default()), named("admin"));
        let in_answer = Source::Json("/id".into());
        assert_eq!(
            named_by(&in_answer, &Known::default()),
            Evidence::Unknown(UNNAMED)
        );
    }
}
