//! Step-up by password: the application is asked whether it would sign this user in with it.
//!
//! ```text
//! open the sign-in page ─▶ count a failure ─▶ send the password ─▶ whose session is it now?
//!   (nothing is tried)      (durable)          (once)               ├─ this user's ─▶ taken back; a window
//!        │ no form                                                  ├─ nobody's, or another's ─▶ wrong
//!        ▼                                                          └─ unknown ─▶ cannot be said
//!   cannot be said, not counted                                       both stay counted
//! ```
//! What is counted is what was sent, whatever came of it: who can keep the application from answering
//! may not guess for free. Codes are counted apart: a right password forgives no wrong one. The window is for the security page only (see [`Grant`]).

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use async_trait::async_trait;

use super::{Actor, FlowError, Flows, Moved, audit};
use crate::crypto::token::SessionToken;
use crate::domain::clock::UnixTime;
use crate::domain::evidence::Evidence;
use crate::domain::password::{Password, SignInName};
use crate::domain::session::Record;
use crate::domain::step_up::{Grant, Proof};
use crate::domain::throttle::{Guess, Permit};
use crate::stores::Attempt;

/// The application's own sign-in, as somebody meets it whom it does not know yet.
#[async_trait]
pub trait SignInPage: Send + Sync {
    /// Opens the form for this name. No password has been tried by that.
    async fn open(&self, name: &SignInName) -> Result<Box<dyn SignInForm>, Unopened>;
    /// Runs what follows the count to its end, even where the client hangs up.
    async fn finish(&self, rest: Rest) -> Result<PasswordProved, FlowError>;
}

/// All of a check that comes after the count.
pub type Rest = Pin<Box<dyn Future<Output = Result<PasswordProved, FlowError>> + Send>>;

/// A form that lacks the password only.
#[async_trait]
pub trait SignInForm: Send {
    /// Sends it, once.
    async fn send(&mut self, password: &Password) -> Sent;
    /// Ends at the application what has come of it, without being waited for, and calls `done` then.
    fn leave(self: Box<Self>, done: Box<dyn FnOnce() + Send>);
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sent {
    /// Whose session it is now.
    Answered(Evidence),
    /// The application would not look at it: too many sign-ins, or out of order. With the status.
    TurnedAway(u16),
}

/// The form cannot be had now. Why is in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unopened;

/// How a step-up by password was answered.
pub enum PasswordProved {
    Open(Moved),
    Wrong {
        /// So many more before the session ends.
        left: u8,
    },
    /// It cannot be said now whether it is right.
    Unchecked,
    /// The application takes no sign-in at the moment.
    TurnedAway,
    /// The password does not count for this user.
    NotOffered,
    Locked(UnixTime),
    Ended(SessionEnd),
}

/// Why the session is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionEnd {
    /// Somebody ended it, or its time was up.
    Elsewhere,
    WrongPasswords,
    /// As many were sent, and the application did not say whether the last was right.
    Unchecked,
}

/// What audit lines about a password say in the place of a factor's name.
const FACTOR: &str = "password";

impl Flows {
    pub async fn step_up_by_password(
        &self,
        actor: Actor<'_>,
        password: Password,
        page: &dyn SignInPage,
    ) -> Result<PasswordProved, FlowError> {
        if !actor.held.record.state.is_settled() {
            return Ok(PasswordProved::Ended(SessionEnd::Elsewhere));
        }
        let name = match &actor.who.sign_in_name {
            Some(name) if self.step_up_ways(actor).await?.password => name,
            _ => return Ok(PasswordProved::NotOffered),
        };
        // An account that waits costs the application nothing.
        let look = self
            .throttle
            .look(actor.user(), Guess::Password, self.now());
        if let Permit::Wait(until) = look.await? {
            return Ok(self.throttled(actor, until).await);
        }
        let Ok(form) = page.open(name).await else {
            self.note_once(actor, audit::PASSWORD_UNCHECKED, FACTOR)
                .await;
            return Ok(PasswordProved::Unchecked);
        };
        // It may have waited for others of this session, and what they did may have ended it.
        if actor.held.has_ended() {
            return Ok(PasswordProved::Ended(SessionEnd::Elsewhere));
        }
        let began = self
            .throttle
            .begin(actor.user(), Guess::Password, self.now());
        let attempt = match began.await? {
            (Permit::Granted, Some(attempt)) => attempt,
            (Permit::Granted, None) => return Ok(PasswordProved::Unchecked),
            (Permit::Wait(until), _) => return Ok(self.throttled(actor, until).await),
        };
        let (flows, held, from) = (self.clone(), actor.held.clone(), actor.from.to_owned());
        let rest = async move {
            let actor = Actor::of(&held, &from);
            let Some(actor) = actor else {
                return Ok(PasswordProved::Ended(SessionEnd::Elsewhere));
            };
            flows.send_and_judge(actor, attempt, form, &password).await
        };
        page.finish(Box::pin(rest)).await
    }

    async fn throttled(&self, actor: Actor<'_>, until: UnixTime) -> PasswordProved {
        self.note_once(actor, audit::PASSWORD_THROTTLED, FACTOR)
            .await;
        PasswordProved::Locked(until)
    }

    async fn send_and_judge(
        &self,
        actor: Actor<'_>,
        attempt: Attempt,
        mut form: Box<dyn SignInForm>,
        password: &Password,
    ) -> Result<PasswordProved, FlowError> {
        let sent = form.send(password).await;
        // The application has seen a sign-in, and may allow one session at a time. After the sign-out it
        // may allow none.
        let watch = Arc::clone(&actor.held.watch);
        watch.make_due();
        let judged = self.judge(actor, attempt, sent).await;
        form.leave(Box::new(move || watch.make_due()));
        judged
    }

    async fn judge(
        &self,
        actor: Actor<'_>,
        attempt: Attempt,
        sent: Sent,
    ) -> Result<PasswordProved, FlowError> {
        let why = match sent {
            Sent::Answered(Evidence::User { ref id, .. }) if id == actor.user() => {
                self.throttle.succeed(attempt, actor.user()).await?;
                return self.open_by_password(actor).await;
            }
            Sent::Answered(Evidence::User { .. } | Evidence::SignedOut) => {
                self.note(actor, audit::PASSWORD_FAILED, FACTOR).await;
                let counted = self.count_failure(actor, Guess::Password, audit::WRONG_PASSWORDS);
                return Ok(match counted.await? {
                    Some(0) => PasswordProved::Ended(SessionEnd::WrongPasswords),
                    Some(left) => PasswordProved::Wrong { left },
                    None => PasswordProved::Ended(SessionEnd::Elsewhere),
                });
            }
            Sent::Answered(Evidence::Unknown(why)) => why.to_owned(),
            Sent::TurnedAway(status) => format!("the sign-in was answered with {status}"),
        };
        tracing::warn!(session = %actor.held.record.id, why, "a password could not be checked");
        self.note(actor, audit::PASSWORD_UNCHECKED, FACTOR).await;
        let counted = self.count_failure(actor, Guess::Password, audit::UNCHECKED_PASSWORDS);
        Ok(match (counted.await?, sent) {
            (Some(0), _) => PasswordProved::Ended(SessionEnd::Unchecked),
            (None, _) => PasswordProved::Ended(SessionEnd::Elsewhere),
            (Some(_), Sent::TurnedAway(_)) => PasswordProved::TurnedAway,
            (Some(_), Sent::Answered(_)) => PasswordProved::Unchecked,
        })
    }

    async fn open_by_password(&self, actor: Actor<'_>) -> Result<PasswordProved, FlowError> {
        // A first factor may have come while the application was asked.
        if !self.step_up_ways(actor).await?.password {
            return Ok(PasswordProved::NotOffered);
        }
        let (token, now) = (SessionToken::generate(&*self.random)?, self.now());
        let digest = token.digest();
        let step = |record: Record| {
            let settled = record.state.is_settled();
            Ok(settled
                .then(|| record.reauthenticate(digest, now))
                .transpose()?)
        };
        let Some(held) = self.advance(actor, step).await? else {
            return Ok(PasswordProved::Ended(SessionEnd::Elsewhere));
        };
        let grant = Grant {
            by: Proof::Password,
            until: now.plus(self.rules.step_up.window),
        };
        let (id, epoch) = (held.record.id, held.record.epoch.0);
        self.step_up.open(id, epoch, grant).await?;
        self.note(actor, audit::STEP_UP_BY_PASSWORD, FACTOR).await;
        Ok(PasswordProved::Open(Moved { held, token }))
    }
}
