//! A gateway session: its states and the moves between them.
//!
//! ```text
//!  (none) ──first protected cookie──▶ Anonymous ◀─┐ evidence: signed out
//!                                         │└───────┘
//!                                         │ evidence: user (epoch rises, token changes)
//!            ┌────────────────────────────┼───────────────────────────┐
//!            ▼ a factor is enrolled       ▼ none, required            ▼ none, optional
//!      AwaitingFactor ◀─first factor─ AwaitingEnrolment ◀────── PasswordOnly
//!            │          elsewhere         │                           │
//!            └─────────ceremony──────────▶│◀─────── ceremony ─────────┘
//!                                      Verified (token changes)
//!  any ──identity changed, sign-out, revocation, expiry, too many failures──▶ gone
//! ```
//! A move takes the record and gives the next one, or an [`IllegalMove`]. The store writes it only
//! if nobody wrote in between (`version`), so two moves from one state cannot both happen.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::assurance::VerifiedFactor;
use super::clock::UnixTime;
use super::credentials::{Credential, KeptSeal, LiveSet};
use super::ids::{Epoch, RecordId, SealId, UserId};
use super::password::SignInName;
use super::throttle::Guess;

/// SHA-256 of the token in the browser's gateway cookie. The token itself is stored nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TokenDigest(pub [u8; 32]);

/// How long a replaced token is still recognised, without any right.
pub const OLD_TOKEN_LIFE: Duration = Duration::from_secs(60);
/// Long seals that a session keeps: several cookies, with some values of each that may still come.
const MOST_KEPT: usize = 8;
/// Failures of one kind that end a session (`security.md` row 8).
const FAILURES_THAT_END: u8 = 5;

/// Who is signed in at the application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedIn {
    pub user: UserId,
    /// The name to show and to put into authenticator apps.
    pub name: String,
    /// The name that was typed at a declared sign-in, for a step-up by password. Records of earlier
    /// versions have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign_in_name: Option<SignInName>,
    /// When the password (or what the application took for it) was seen to work.
    pub at: UnixTime,
}

/// What a session may do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The application keeps a session for a visitor whom nobody knows.
    Anonymous,
    AwaitingFactor(SignedIn),
    AwaitingEnrolment(SignedIn),
    PasswordOnly(SignedIn),
    Verified(SignedIn, VerifiedFactor),
}

impl State {
    pub fn signed_in(&self) -> Option<&SignedIn> {
        match self {
            Self::Anonymous => None,
            Self::AwaitingFactor(who)
            | Self::AwaitingEnrolment(who)
            | Self::PasswordOnly(who)
            | Self::Verified(who, _) => Some(who),
        }
    }

    /// Only settled sessions stream to the application with their credentials.
    pub fn is_settled(&self) -> bool {
        matches!(self, Self::PasswordOnly(_) | Self::Verified(..))
    }

    pub fn verified(&self) -> Option<&VerifiedFactor> {
        match self {
            Self::Verified(_, factor) => Some(factor),
            _ => None,
        }
    }
}

/// Where a sign-in lands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Landing {
    Challenge,
    Enrolment,
    PasswordOnly,
}

/// The right to run the session's one undecided exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// Nobody may take it again after this; the record ends instead.
    pub until: UnixTime,
}

/// One gateway session as the store keeps it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Record {
    pub id: RecordId,
    /// Rises with every write; a write names the version that it read.
    pub version: u64,
    pub token: TokenDigest,
    /// The token before, with the time when it was replaced.
    pub previous: Option<(TokenDigest, UnixTime)>,
    pub epoch: Epoch,
    pub state: State,
    pub live: LiveSet,
    pub lease: Option<Lease>,
    /// When evidence was last taken.
    pub asked_at: UnixTime,
    pub created_at: UnixTime,
    pub expires_at: UnixTime,
    /// Wrong codes since the last right one.
    pub failures: u8,
    /// Wrong passwords at a step-up since the last right one. Records of earlier versions have none.
    #[serde(default)]
    pub password_failures: u8,
    /// A path on this origin where the user wanted to go.
    pub return_to: Option<String>,
    /// Seals that are too long for a browser, oldest first.
    #[serde(default)]
    pub kept: Vec<KeptSeal>,
}

/// A move that the state does not allow.
#[derive(Debug, thiserror::Error)]
#[error("a session cannot go from {from} by {by}")]
pub struct IllegalMove {
    from: &'static str,
    by: &'static str,
}

/// What an exchange left in the browser, and when it was asked about.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    pub jar: &'a [Credential],
    pub at: UnixTime,
}

impl Record {
    pub fn anonymous(id: RecordId, token: TokenDigest, asked: Asked<'_>, life: Duration) -> Self {
        Self {
            id,
            version: 0,
            token,
            previous: None,
            epoch: Epoch::default(),
            state: State::Anonymous,
            live: LiveSet::default().asked_with(asked.jar, asked.at),
            lease: None,
            asked_at: asked.at,
            created_at: asked.at,
            expires_at: asked.at.plus(life),
            failures: 0,
            password_failures: 0,
            return_to: None,
            kept: Vec::new(),
        }
    }

    /// Keeps seals that the browser gets a reference to. Of too many, the oldest of the cookie that has
    /// the most of them goes: one that changes on every page must not cost another its only value.
    #[must_use]
    pub fn keep(mut self, seals: Vec<KeptSeal>) -> Self {
        self.kept.extend(seals);
        while self.kept.len() > MOST_KEPT {
            let of_its_name = |seal: &KeptSeal| {
                let same = self.kept.iter().filter(|other| other.name == seal.name);
                same.count()
            };
            let most = self.kept.iter().map(of_its_name).max();
            let oldest = self
                .kept
                .iter()
                .position(|seal| Some(of_its_name(seal)) == most);
            self.kept.remove(oldest.unwrap_or_default());
        }
        self
    }

    pub fn kept(&self, id: SealId) -> Option<&str> {
        let seal = self.kept.iter().find(|seal| seal.id == id);
        seal.map(|seal| seal.text.as_str())
    }

    pub fn is_over(&self, now: UnixTime) -> bool {
        now >= self.expires_at
    }

    /// Whether a lease was taken and never given back in time: such a record ends.
    pub fn lease_lapsed(&self, now: UnixTime) -> bool {
        self.lease.is_some_and(|lease| now >= lease.until)
    }

    pub fn take_lease(mut self, until: UnixTime) -> Result<Self, IllegalMove> {
        match (&self.state, self.lease) {
            (State::Anonymous, None) => {
                self.lease = Some(Lease { until });
                Ok(self)
            }
            _ => Err(self.illegal("a lease")),
        }
    }

    /// The evidence says that nobody is signed in.
    pub fn still_anonymous(mut self, asked: Asked<'_>) -> Result<Self, IllegalMove> {
        if self.state != State::Anonymous {
            return Err(self.illegal("staying anonymous"));
        }
        self.live = self.live.asked_with(asked.jar, asked.at);
        self.asked_at = asked.at;
        self.lease = None;
        Ok(self)
    }

    /// The evidence names a user. The epoch rises: what was sealed for nobody opens only if it is
    /// what the evidence was taken with.
    pub fn sign_in(
        mut self,
        who: SignedIn,
        landing: Landing,
        asked: Asked<'_>,
        token: TokenDigest,
        life: Duration,
    ) -> Result<Self, IllegalMove> {
        if self.state != State::Anonymous {
            return Err(self.illegal("signing in"));
        }
        self.epoch = self.epoch.next();
        self.live = LiveSet::default().asked_with(asked.jar, asked.at);
        self.asked_at = asked.at;
        self.lease = None;
        self.failures = 0;
        self.password_failures = 0;
        self.expires_at = asked.at.plus(life);
        self.state = match landing {
            Landing::Challenge => State::AwaitingFactor(who),
            Landing::Enrolment => State::AwaitingEnrolment(who),
            Landing::PasswordOnly => State::PasswordOnly(who),
        };
        Ok(self.with_token(token, asked.at))
    }

    /// A ceremony succeeded, at sign-in or as a step-up.
    pub fn verify(
        mut self,
        factor: VerifiedFactor,
        token: TokenDigest,
        life: Duration,
    ) -> Result<Self, IllegalMove> {
        let now = factor.verified_at();
        self.state = match self.state {
            State::AwaitingFactor(who)
            | State::AwaitingEnrolment(who)
            | State::PasswordOnly(who) => {
                self.expires_at = now.plus(life);
                State::Verified(who, factor)
            }
            // A step-up proves more, but does not make the session last longer.
            State::Verified(who, _) => State::Verified(who, factor),
            State::Anonymous => {
                return Err(IllegalMove {
                    from: "Anonymous",
                    by: "verifying",
                });
            }
        };
        self.failures = 0;
        Ok(self.with_token(token, now))
    }

    /// The password was shown once more. It proves no factor, so the state stays; the token changes, and
    /// a copy of the old one does not share what follows.
    pub fn reauthenticate(mut self, token: TokenDigest, at: UnixTime) -> Result<Self, IllegalMove> {
        if !self.state.is_settled() {
            return Err(self.illegal("the password"));
        }
        self.password_failures = 0;
        Ok(self.with_token(token, at))
    }

    /// Counts one more wrong guess.
    pub fn fail(&mut self, guess: Guess) {
        let failures = match guess {
            Guess::Code => &mut self.failures,
            Guess::Password => &mut self.password_failures,
        };
        *failures = failures.saturating_add(1);
    }

    /// So many more before the session has to end.
    pub fn guesses_left(&self, guess: Guess) -> u8 {
        FAILURES_THAT_END.saturating_sub(match guess {
            Guess::Code => self.failures,
            Guess::Password => self.password_failures,
        })
    }

    /// Somebody enrolled this user's first factor in another session.
    pub fn fall_to_challenge(mut self) -> Result<Self, IllegalMove> {
        self.state = match self.state {
            State::PasswordOnly(who) | State::AwaitingEnrolment(who) => State::AwaitingFactor(who),
            _ => return Err(self.illegal("falling to the challenge")),
        };
        Ok(self)
    }

    /// The same user was named again, for the values of `asked`. Where something may have been `changed`
    /// at the application, that says nothing of any other value.
    pub fn asked_again(mut self, asked: Asked<'_>, changed: bool) -> Result<Self, IllegalMove> {
        if !self.state.is_settled() {
            return Err(self.illegal("asking again"));
        }
        let before = if changed {
            LiveSet::default()
        } else {
            self.live
        };
        self.live = before.asked_with(asked.jar, asked.at);
        self.asked_at = asked.at;
        Ok(self)
    }

    fn with_token(mut self, token: TokenDigest, now: UnixTime) -> Self {
        self.previous = Some((self.token, now));
        self.token = token;
        self
    }

    fn illegal(&self, by: &'static str) -> IllegalMove {
        let from = match &self.state {
            State::Anonymous => "Anonymous",
            State::AwaitingFactor(_) => "AwaitingFactor",
            State::AwaitingEnrolment(_) => "AwaitingEnrolment",
            State::PasswordOnly(_) => "PasswordOnly",
            State::Verified(..) => "Verified",
        };
        IllegalMove { from, by }
    }
}

#[cfg(test)]
mod tests {
    use super::super::password::RuleKey;
    use super::*;

    #[test]
    fn a_session_of_an_earlier_version_has_no_typed_name() {
        let who: SignedIn = serde_json::from_str(r#"{"user":"7","name":"ada","at":1}"#).unwrap();
        assert_eq!(who.sign_in_name, None);
        let rule = toml::from_str("path = \"/login\"").unwrap();
        let name = SignInName::new("ada", RuleKey::of(&rule));
        let known = SignedIn {
            sign_in_name: name.clone(),
            ..who
        };
        let text = serde_json::to_string(&known).unwrap();
        let again: SignedIn = serde_json::from_str(&text).unwrap();
        assert_eq!(again.sign_in_name, name);
        assert!(!format!("{:?}", again.sign_in_name).contains("ada"));
    }

    #[test]
    fn a_password_changes_the_token_and_settles_nothing() {
        let (old, new) = (TokenDigest([1; 32]), TokenDigest([2; 32]));
        let asked = Asked {
            jar: &[],
            at: UnixTime(5),
        };
        let life = Duration::from_secs(60);
        let visitor = Record::anonymous(RecordId::from_bytes([1; 16]), old, asked, life);
        assert!(visitor.clone().reauthenticate(new, UnixTime(7)).is_err());
        let who = serde_json::from_str(r#"{"user":"7","name":"ada","at":1}"#).unwrap();
        let signed = |landing| {
            let record = visitor
                .clone()
                .sign_in(SignedIn::clone(&who), landing, asked, old, life);
            record.unwrap()
        };
        assert!(
            signed(Landing::Challenge)
                .reauthenticate(new, UnixTime(7))
                .is_err()
        );
        let mut before = signed(Landing::PasswordOnly);
        before.fail(Guess::Code);
        before.fail(Guess::Password);
        let after = before.clone().reauthenticate(new, UnixTime(7)).unwrap();
        assert_eq!(
            (after.token, after.previous),
            (new, Some((old, UnixTime(7))))
        );
        assert_eq!(after.state, before.state);
        assert_eq!(after.expires_at, before.expires_at);
        let left =
            |record: &Record| [Guess::Code, Guess::Password].map(|it| record.guesses_left(it));
        assert_eq!((left(&before), left(&after)), ([4, 4], [4, 5]));
    }

    #[test]
    fn a_cookie_that_changes_always_costs_another_nothing() {
        let seal = |name: &str, number: u8| KeptSeal {
            id: SealId::from_bytes([number; 16]),
            name: name.to_owned(),
            text: String::new(),
        };
        let asked = Asked {
            jar: &[],
            at: UnixTime(5),
        };
        let life = Duration::from_secs(60);
        let id = RecordId::from_bytes([1; 16]);
        let mut record = Record::anonymous(id, TokenDigest([1; 32]), asked, life)
            .keep(vec![seal("still", 0), seal("also", 1)]);
        for number in 2..60 {
            record = record.keep(vec![seal("busy", number)]);
        }
        let kept: Vec<u8> = record
            .kept
            .iter()
            .map(|seal| seal.id.as_bytes()[0])
            .collect();
        assert_eq!(kept, [0, 1, 54, 55, 56, 57, 58, 59]);
    }
}
