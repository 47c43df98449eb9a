//! Taking the evidence: whose session do these cookies open?
//!
//! ```text
//! no protected cookie at all ─────────────────────────────▶ nobody
//! several values of one ──────────────────────────────────▶ all readings must agree, or unknown
//! signed_in_cookie ─┬─ set for a path of another request ─▶ unknown
//!                   ├─ not set ───────────────────────────▶ nobody; the application is not asked
//!                   └─ set, or none configured ──┬─ whoami ─▶ what its answer says
//!                                                └─ user ───▶ this user
//! ```
//! A question that is not put cannot break the session of a visitor (`applications.md` T1).

use pingora::http::RequestHeader;

use super::facts::Facts;
use super::gateway::Parts;
use super::guard::Question;
use super::jar::{Jar, ResponseCookies};
use crate::domain::credentials::{CookieKey, Standing, path_matches};
use crate::domain::evidence::{Evidence, Known, named_by};
use crate::domain::session::Record;

/// In how many ways an application may read a set in which names have several values.
const MOST_CHOICES: usize = 4;

/// What was learned, and the cookies that were set while learning it.
pub struct AskedAnswer {
    pub evidence: Evidence,
    pub cookies: ResponseCookies,
}

impl AskedAnswer {
    pub fn unknown(why: &'static str) -> Self {
        Self::of(Evidence::Unknown(why))
    }

    fn of(evidence: Evidence) -> Self {
        Self {
            evidence,
            cookies: ResponseCookies::default(),
        }
    }
}

/// What the evidence is about, beside the cookies.
pub struct About<'a> {
    pub facts: &'a Facts,
    pub head: &'a RequestHeader,
    /// Unprotected lines that a response has just set.
    pub plain_set: &'a [Vec<u8>],
    /// The name of the declared sign-in that was just made, or of the one that made the session.
    pub typed: Option<&'a str>,
    /// The browser holds a cookie that shows a sign-in, and the request is none of those that carry it.
    pub elsewhere: bool,
    /// The browser holds a cookie that goes along to whoami and not with this request, so that the
    /// question would be put with half a set. That destroys some sessions (T3).
    pub half: bool,
}

impl About<'_> {
    pub(super) fn known<'a>(&'a self, jar: &'a Jar) -> Known<'a> {
        let pair = |held: &'a crate::domain::credentials::Credential| {
            (held.key.name.as_str(), held.value.expose())
        };
        Known {
            cookies: jar.iter().map(pair).collect(),
            typed: self.typed,
        }
    }
}

impl Parts {
    /// Takes the evidence with exactly the cookies of `jar`. What an answer of the application sets is
    /// applied to it.
    pub async fn ask(&self, jar: &mut Jar, about: &About<'_>) -> AskedAnswer {
        if jar.is_empty() {
            return AskedAnswer::of(Evidence::SignedOut);
        }
        let Some(choices) = jar.choices(MOST_CHOICES) else {
            return AskedAnswer::unknown("too many values of one protected cookie");
        };
        let mut asked = self.ask_with(jar, about).await;
        for mut choice in choices {
            // Only the whole set is what a browser sends: what this answer sets is not for it.
            let alone = self.ask_with(&mut choice, about).await;
            asked.evidence = asked.evidence.whichever(alone.evidence);
        }
        match asked.evidence {
            Evidence::User { .. } => self.seen.note_user(),
            Evidence::SignedOut => self.seen.note_nobody(self.flows.clock.now()),
            Evidence::Unknown(_) => {}
        }
        asked
    }

    /// The same, for somebody whom an application may know without any cookie: it is asked even so.
    pub async fn ask_whoever(&self, jar: &mut Jar, about: &About<'_>) -> AskedAnswer {
        match &self.guard.identity.question {
            Question::Whoami(whoami) => self.probe(whoami, jar, about).await,
            Question::Unasked(_) => self.ask(jar, about).await,
        }
    }

    async fn ask_with(&self, jar: &mut Jar, about: &About<'_>) -> AskedAnswer {
        let identity = &self.guard.identity;
        let mut asked = match (identity.shown_by(jar), &identity.question) {
            (Some(false), _) if about.elsewhere => AskedAnswer::unknown(
                "signed_in_cookie is set for other paths than this one; choose a cookie that is sent everywhere",
            ),
            (Some(false), _) => AskedAnswer::of(Evidence::SignedOut),
            (_, Question::Whoami(_)) if about.half => AskedAnswer::unknown(
                "a protected cookie of another path is missing from this request; its next page will tell",
            ),
            (_, Question::Whoami(whoami)) => self.probe(whoami, jar, about).await,
            (_, Question::Unasked(user)) => AskedAnswer::of(named_by(user, &about.known(jar))),
        };
        if matches!(asked.evidence, Evidence::User { .. }) && identity.shown_by(jar) == Some(false)
        {
            let why = "the answer names a user and takes signed_in_cookie away";
            asked.evidence = Evidence::Unknown(why);
        }
        asked
    }

    /// Whether a live cookie that shows a sign-in goes to other paths than this request's, and was
    /// not spoken of by what has just been answered.
    pub fn is_shown_elsewhere(&self, record: &Record, path: &str, set: &ResponseCookies) -> bool {
        let Some(glob) = &self.guard.identity.signed_in else {
            return false;
        };
        let mut alive = record.live.alive(self.flows.clock.now());
        alive.any(|key| {
            glob.matches(&key.name) && !path_matches(&key.path, path) && !set.speak_of(key)
        })
    }

    /// Whether a signed-in browser holds a cookie for whoami that it does not send to `path`, and that
    /// was not spoken of by what has just been answered. A visitor's session is not worth a refusal.
    pub fn is_half(&self, record: &Record, path: &str, set: &ResponseCookies) -> bool {
        let Question::Whoami(whoami) = &self.guard.identity.question else {
            return false;
        };
        let asked_at = whoami.path.split('?').next().unwrap_or_default();
        let missing =
            |key: &CookieKey| path_matches(&key.path, asked_at) && !path_matches(&key.path, path);
        let mut alive = record.live.alive(self.flows.clock.now());
        record.state.is_settled() && alive.any(|key| missing(key) && !set.speak_of(key))
    }

    /// The name that the session's user typed, as far as it says whose the cookies of `jar` are: one
    /// that has changed since may be somebody else's.
    pub fn remembered<'a>(&self, record: &'a Record, jar: &Jar) -> Option<&'a str> {
        let asked = |held| matches!(record.live.standing(held, record.epoch), Standing::Asked(_));
        let who = record.state.signed_in()?;
        (self.guard.identity.is_typed() && jar.iter().all(asked)).then(|| who.user.as_str())
    }
}
