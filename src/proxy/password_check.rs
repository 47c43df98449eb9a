//! A typed password, tried at the application's own sign-in, apart from the visitor's session.
//!
//! ```text
//! a turn ─▶ GET page, no cookie ─▶ nobody? ─▶ POST name and password ─▶ who now? ─▶ sign out
//!           └──────────────────────── a jar of its own ─────────────────────────────────┘
//! ```
//! Nothing of these answers reaches a browser, and no cookie of the visitor goes along: the session that
//! the browser has is not touched by what is tried here. The page, the password and the sign-out have
//! connections of their own; the questions who it is go over the pool, as all such questions do. The
//! visitor's address and headers do go along, so that the application limits and logs whoever asks.

mod sign_out;
mod turns;

use std::sync::Arc;

use async_trait::async_trait;
use pingora::http::RequestHeader;

use self::turns::Turn;
pub use self::turns::Turns;
use super::asking::About;
use super::cookies::RequestCookies;
use super::facts::Facts;
use super::gateway::Parts;
use super::in_flight::Counted;
use super::own_exchange::Stranger;
use super::probe::resolve;
use super::spool::Spooled;
use crate::domain::evidence::Evidence;
use crate::domain::ids::RecordId;
use crate::domain::own_request::OwnRequest;
use crate::domain::password::{Password, SignInName};
use crate::domain::password_check::{Filled, PasswordCheck};
use crate::domain::typed_name::TypedName;
use crate::flows::FlowError;
use crate::flows::password::{PasswordProved, Rest, Sent, SignInForm, SignInPage, Unopened};

/// The largest page that a form is looked for in.
const LARGEST_PAGE: usize = 128 * 1024;

/// The application's sign-in page, for the visitor whose request this is.
pub struct ApplicationSignIn {
    parts: Arc<Parts>,
    facts: Arc<Facts>,
    head: RequestHeader,
    session: RecordId,
}

impl ApplicationSignIn {
    pub fn new(parts: &Arc<Parts>, facts: &Facts, head: &RequestHeader, session: RecordId) -> Self {
        let mut facts = facts.clone();
        facts.cookies = RequestCookies::default();
        Self {
            parts: Arc::clone(parts),
            facts: Arc::new(facts),
            head: head.clone(),
            session,
        }
    }

    fn rule(&self, name: &SignInName) -> Option<&PasswordCheck> {
        let mut rules = self.parts.guard.password_checks.iter();
        rules.find(|rule| rule.key() == name.rule())
    }

    /// The page, as somebody sees it whom nobody knows.
    async fn page(&self, stranger: &mut Stranger, address: &str) -> Result<Spooled, String> {
        let get = OwnRequest::get(address);
        let (parts, limits) = (&self.parts, &self.parts.guard.limits);
        let page = parts.exchange_alone(get, stranger, &self.facts, &self.head);
        let page = match tokio::time::timeout(limits.exchange_timeout, page).await {
            Ok(page) => page.map_err(|error| error.to_string())?,
            Err(_) => return Err("guard.sign_in.page does not answer in time".to_owned()),
        };
        let (status, length) = (page.head.status, page.body.len());
        if !status.is_success() || length > LARGEST_PAGE {
            return Err(format!(
                "guard.sign_in.page answers {status}, {length} bytes"
            ));
        }
        Ok(page)
    }

    /// What the page says, filled in. A page takes a while to be read: not where others wait for it.
    async fn filled(
        &self,
        rule: &PasswordCheck,
        page: Spooled,
        name: &SignInName,
    ) -> Result<Filled, String> {
        let (rule, name) = (rule.clone(), name.clone());
        let origin = self.parts.guard.origin.clone();
        let read = move || rule.fill_in(&text(&page), &origin, &name);
        match tokio::task::spawn_blocking(read).await {
            Ok(filled) => filled.map_err(|unfilled| unfilled.to_string()),
            Err(error) => Err(error.to_string()),
        }
    }

    async fn try_to_open(&self, name: &SignInName) -> Result<OpenForm, String> {
        let rule = self.rule(name);
        let rule = rule.ok_or("no rule in guard.sign_in serves for it")?;
        let limits = &self.parts.guard.limits;
        let turn = self.parts.turns.take(self.session, limits.lease_wait);
        let turn = turn.await.ok_or("too many passwords are being checked")?;
        let mut stranger = Stranger::on(rule.page());
        let page = self.page(&mut stranger, rule.page()).await?;
        let filled = self.filled(rule, page, name).await?;
        let mut form = OpenForm {
            filled,
            stranger,
            landing: None,
            turn: Some(turn),
            _counted: self.parts.in_flight.count(),
            parts: Arc::clone(&self.parts),
            facts: Arc::clone(&self.facts),
            head: self.head.clone(),
        };
        // Who is known by an address or a device would be signed in whatever the password is.
        match form.whose_beforehand().await {
            Evidence::SignedOut => Ok(form),
            Evidence::User { .. } => {
                Err("guard.identity names a user before a password is sent".to_owned())
            }
            Evidence::Unknown(why) => Err(format!(
                "guard.identity does not say that nobody is signed in before a password is sent: {why}"
            )),
        }
    }
}

#[async_trait]
impl SignInPage for ApplicationSignIn {
    async fn open(&self, name: &SignInName) -> Result<Box<dyn SignInForm>, Unopened> {
        match self.try_to_open(name).await {
            Ok(form) => Ok(Box::new(form)),
            Err(why) => {
                let request_id = &self.facts.request_id;
                tracing::warn!(request_id, why, "a password cannot be checked");
                Err(Unopened)
            }
        }
    }

    async fn finish(&self, rest: Rest) -> Result<PasswordProved, FlowError> {
        // A task of its own: it outlives the request.
        let task = tokio::spawn(rest);
        task.await.unwrap_or_else(|error| {
            tracing::error!(%error, "the check of a password broke");
            Ok(PasswordProved::Unchecked)
        })
    }
}

/// The form as the application showed it, with the cookies that came with it.
struct OpenForm {
    filled: Filled,
    stranger: Stranger,
    /// The page that the sign-in leads to, where somebody may be signed in.
    landing: Option<String>,
    turn: Option<Turn>,
    _counted: Counted,
    parts: Arc<Parts>,
    facts: Arc<Facts>,
    head: RequestHeader,
}

#[async_trait]
impl SignInForm for OpenForm {
    async fn send(&mut self, password: &Password) -> Sent {
        let Some(request) = self.filled.with(password) else {
            return Sent::Answered(Evidence::Unknown("the sign-in could not be filled in"));
        };
        // From here on there may be a session, whatever becomes of the answer.
        self.landing = Some("/".to_owned());
        let limits = self.parts.guard.limits;
        let signed =
            self.parts
                .exchange_alone(request, &mut self.stranger, &self.facts, &self.head);
        let answer = match tokio::time::timeout(limits.exchange_timeout, signed).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => {
                tracing::warn!(request_id = self.facts.request_id, %error, "a sign-in failed");
                return Sent::Answered(Evidence::Unknown("the exchange failed"));
            }
            Err(_) => return Sent::Answered(Evidence::Unknown("no answer in time")),
        };
        let evidence = self.whose().await;
        self.landing = (evidence != Evidence::SignedOut).then(|| self.landing(&answer));
        let status = answer.head.status;
        let refused = status.is_server_error() || status == http::StatusCode::TOO_MANY_REQUESTS;
        match evidence {
            Evidence::SignedOut | Evidence::Unknown(_) if refused => {
                Sent::TurnedAway(status.as_u16())
            }
            evidence => Sent::Answered(evidence),
        }
    }

    fn leave(mut self: Box<Self>, done: Box<dyn FnOnce() + Send>) {
        // The next password need not wait for this.
        self.turn = None;
        tokio::spawn(async move {
            if let Some(landing) = self.landing.take() {
                self.sign_out(landing).await;
            }
            done();
        });
    }
}

impl OpenForm {
    /// Whose session the stranger's cookies open.
    async fn whose(&mut self) -> Evidence {
        let Stranger { jar, plain, .. } = &mut self.stranger;
        let typed = TypedName::new(self.filled.name().name());
        let about = About {
            facts: &self.facts,
            head: &self.head,
            plain_set: plain,
            typed: typed.as_ref().map(TypedName::as_str),
            elsewhere: false,
            half: false,
        };
        let asked = self.parts.ask(jar, &about).await;
        self.stranger.plain.extend(asked.cookies.plain);
        asked.evidence
    }

    /// The same before anything was typed; the application is asked whatever the cookies are.
    async fn whose_beforehand(&mut self) -> Evidence {
        let Stranger { jar, plain, .. } = &mut self.stranger;
        let about = About {
            facts: &self.facts,
            head: &self.head,
            plain_set: plain,
            typed: None,
            elsewhere: false,
            half: false,
        };
        let asked = self.parts.ask_whoever(jar, &about).await;
        self.stranger.plain.extend(asked.cookies.plain);
        asked.evidence
    }

    /// The page that a browser would show after this answer; the start where that is elsewhere.
    fn landing(&self, answer: &Spooled) -> String {
        let location = answer.head.headers.get(http::header::LOCATION);
        let location = location.and_then(|location| location.to_str().ok());
        let landing = location.and_then(|to| resolve(to, &self.parts.guard.origin));
        landing.unwrap_or_else(|| "/".to_owned())
    }
}

/// A page as text; empty where it is too large.
fn text(page: &Spooled) -> String {
    if page.body.len() > LARGEST_PAGE {
        return String::new();
    }
    String::from_utf8_lossy(&page.body).into_owned()
}
