//! A typed password, tried at the application's own sign-in, apart from the visitor's session.
//!
//! ```text
//! a turn ─▶ GET page, no cookie ─▶ POST name and password ─▶ whoami ─▶ sign out
//!           └──────── a jar of its own, fresh connections ───────────────────┘
//! ```
//! Nothing of these answers reaches a browser, and no cookie of the visitor goes along: the session that
//! the browser has is not touched by what is tried here. The visitor's address and headers do go along,
//! so that the application limits and logs whoever asks.

use std::sync::Arc;

use async_trait::async_trait;
use pingora::http::RequestHeader;
use tokio::sync::{OwnedMutexGuard, OwnedSemaphorePermit, Semaphore};

use super::asking::About;
use super::cookies::RequestCookies;
use super::facts::Facts;
use super::gateway::Parts;
use super::lease::Flights;
use super::own_exchange::Stranger;
use super::probe::resolve;
use super::spool::Spooled;
use crate::domain::evidence::Evidence;
use crate::domain::ids::RecordId;
use crate::domain::own_request::{OwnRequest, sign_out_form, sign_outs};
use crate::domain::page::Page;
use crate::domain::password::{Password, SignInName};
use crate::domain::password_check::{Filled, PasswordCheck};
use crate::domain::typed_name::TypedName;
use crate::flows::password::{SignInForm, SignInPage, Unopened};

/// Passwords that are tried at the same time, in all.
const AT_ONCE: usize = 16;

/// The largest page that a form is looked for in.
const LARGEST_PAGE: usize = 128 * 1024;

/// How far the way from a sign-in to its first page is followed.
const MOST_REDIRECTS: usize = 3;

/// Who may try a password now: one at a time for each session, some in all.
#[derive(Debug)]
pub struct Turns {
    sessions: Flights,
    all: Arc<Semaphore>,
}

impl Default for Turns {
    fn default() -> Self {
        Self {
            sessions: Flights::default(),
            all: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }
}

/// A turn; over when dropped.
struct Turn {
    _session: OwnedMutexGuard<()>,
    _all: OwnedSemaphorePermit,
}

impl Turns {
    async fn wait(&self, session: RecordId) -> Option<Turn> {
        let of_session = self.sessions.of(session).lock_owned().await;
        let of_all = Arc::clone(&self.all).acquire_owned().await.ok()?;
        Some(Turn {
            _session: of_session,
            _all: of_all,
        })
    }
}

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

    /// What the page says, filled in. A page takes a while to be read: not where others wait for it.
    async fn filled(
        &self,
        rule: &PasswordCheck,
        page: Spooled,
        name: &SignInName,
    ) -> Result<Filled, Box<dyn std::error::Error + Send + Sync>> {
        let (rule, name) = (rule.clone(), name.clone());
        let origin = self.parts.guard.origin.clone();
        let read = move || rule.fill_in(&text(&page), &origin, &name);
        Ok(tokio::task::spawn_blocking(read).await??)
    }

    fn unopened(&self, why: &dyn std::fmt::Display) -> Unopened {
        tracing::warn!(
            request_id = self.facts.request_id,
            %why,
            "a password cannot be checked"
        );
        Unopened
    }
}

#[async_trait]
impl SignInPage for ApplicationSignIn {
    async fn open(&self, name: &SignInName) -> Result<Box<dyn SignInForm>, Unopened> {
        let rule = self.rule(name);
        let rule = rule.ok_or_else(|| self.unopened(&"no rule in guard.sign_in serves for it"))?;
        let limits = &self.parts.guard.limits;
        let turn = tokio::time::timeout(limits.lease_wait, self.parts.turns.wait(self.session));
        let turn = turn.await.ok().flatten();
        let turn = turn.ok_or_else(|| self.unopened(&"too many passwords are being checked"))?;
        let mut stranger = Stranger::on(rule.page());
        let get = OwnRequest::get(rule.page());
        let page = self
            .parts
            .exchange_alone(get, &mut stranger, &self.facts, &self.head);
        let page = match tokio::time::timeout(limits.exchange_timeout, page).await {
            Ok(Ok(page)) => page,
            Ok(Err(error)) => return Err(self.unopened(&error)),
            Err(_) => return Err(self.unopened(&"guard.sign_in.page does not answer in time")),
        };
        if !page.head.status.is_success() || page.body.len() > LARGEST_PAGE {
            let status = page.head.status;
            let why = format!(
                "guard.sign_in.page answers {status}, {} bytes",
                page.body.len()
            );
            return Err(self.unopened(&why));
        }
        let filled = self.filled(rule, page, name).await;
        let filled = filled.map_err(|why| self.unopened(&*why))?;
        Ok(Box::new(OpenForm {
            filled,
            stranger,
            parts: Arc::clone(&self.parts),
            facts: Arc::clone(&self.facts),
            head: self.head.clone(),
            _turn: turn,
        }))
    }
}

/// The form as the application showed it, with the cookies that came with it.
struct OpenForm {
    filled: Filled,
    stranger: Stranger,
    parts: Arc<Parts>,
    facts: Arc<Facts>,
    head: RequestHeader,
    _turn: Turn,
}

#[async_trait]
impl SignInForm for OpenForm {
    async fn send(self: Box<Self>, password: &Password) -> Evidence {
        let Some(request) = self.filled.with(password) else {
            return Evidence::Unknown("the sign-in could not be filled in");
        };
        // A task of its own: a client that hangs up leaves no session behind at the application.
        let counted = self.parts.in_flight.count();
        let task = tokio::spawn(async move {
            let _counted = counted;
            self.try_and_leave(request).await
        });
        task.await
            .unwrap_or(Evidence::Unknown("the check of a password broke"))
    }
}

impl OpenForm {
    async fn try_and_leave(mut self: Box<Self>, request: OwnRequest) -> Evidence {
        let limits = self.parts.guard.limits;
        let signed =
            self.parts
                .exchange_alone(request, &mut self.stranger, &self.facts, &self.head);
        let landing = match tokio::time::timeout(limits.exchange_timeout, signed).await {
            Ok(Ok(answer)) => self.landing(&answer),
            Ok(Err(error)) => {
                tracing::warn!(request_id = self.facts.request_id, %error, "a sign-in failed");
                return Evidence::Unknown("the exchange failed");
            }
            Err(_) => return Evidence::Unknown("no answer in time"),
        };
        let Stranger { jar, plain, .. } = &mut self.stranger;
        let typed = TypedName::new(self.filled.name().name());
        let about = About {
            facts: &self.facts,
            head: &self.head,
            plain_set: plain,
            typed: typed.as_ref().map(TypedName::as_str),
            elsewhere: false,
        };
        let asked = self.parts.ask(jar, &about).await;
        self.stranger.plain.extend(asked.cookies.plain);
        if asked.evidence != Evidence::SignedOut {
            let parts = Arc::clone(&self.parts);
            let counted = parts.in_flight.count();
            tokio::spawn(async move {
                let _counted = counted;
                self.sign_out(landing).await;
            });
        }
        asked.evidence
    }

    /// The page that a browser would show after this answer.
    fn landing(&self, answer: &Spooled) -> String {
        let location = answer.head.headers.get(http::header::LOCATION);
        let location = location.and_then(|location| location.to_str().ok());
        let landing = location.and_then(|to| resolve(to, &self.parts.guard.origin));
        landing.unwrap_or_else(|| "/".to_owned())
    }

    /// Ends the session that the check has made, as its user would on the page that came of it. What
    /// goes wrong costs the user nothing: nobody holds the cookie of that session.
    async fn sign_out(mut self: Box<Self>, landing: String) {
        let parts = Arc::clone(&self.parts);
        let rules = &parts.guard.sign_out;
        if rules.is_empty() {
            return;
        }
        let (html, address) = self.page_at(landing).await;
        let mut plain = rules.iter();
        let form = parts.sign_out_form(html, address).await;
        let ways = match form {
            Some(form) => vec![form],
            None => plain
                .find_map(|rule| Some(sign_outs(rule)).filter(|ways| !ways.is_empty()))
                .unwrap_or_default(),
        };
        for way in ways {
            let answer = self.ask_for(way).await;
            let status = answer.map(|answer| answer.head.status);
            if status.is_some_and(|status| status.is_success() || status.is_redirection()) {
                return;
            }
        }
        tracing::info!(
            request_id = self.facts.request_id,
            "the session that the check of a password made could not be signed out (guard.sign_out)"
        );
    }

    /// The page, or the one that it redirects to.
    async fn page_at(&mut self, mut address: String) -> (String, String) {
        for _ in 0..MOST_REDIRECTS {
            let Some(page) = self.ask_for(OwnRequest::get(&address)).await else {
                break;
            };
            if !page.head.status.is_redirection() {
                return (text(&page), address);
            }
            address = self.landing(&page);
        }
        (String::new(), address)
    }

    async fn ask_for(&mut self, request: OwnRequest) -> Option<Spooled> {
        let limit = self.parts.guard.limits.exchange_timeout;
        let answer =
            self.parts
                .exchange_alone(request, &mut self.stranger, &self.facts, &self.head);
        tokio::time::timeout(limit, answer).await.ok()?.ok()
    }
}

impl Parts {
    /// The sign-out that a form of this page makes, if there is one.
    async fn sign_out_form(&self, html: String, address: String) -> Option<OwnRequest> {
        let (rules, origin) = (self.guard.sign_out.clone(), self.guard.origin.clone());
        let read = move || {
            let page = Page::parse(&html, &address, &origin);
            rules.iter().find_map(|rule| sign_out_form(rule, &page))
        };
        tokio::task::spawn_blocking(read).await.ok().flatten()
    }
}

/// A page as text; empty where it is too large.
fn text(page: &Spooled) -> String {
    if page.body.len() > LARGEST_PAGE {
        return String::new();
    }
    String::from_utf8_lossy(&page.body).into_owned()
}
