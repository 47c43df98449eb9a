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

use async_trait::async_trait;

use super::{Actor, FlowError, Flows, Moved, audit};
use crate::crypto::token::SessionToken;
use crate::domain::clock::UnixTime;
use crate::domain::evidence::Evidence;
use crate::domain::password::{Password, SignInName};
use crate::domain::session::Record;
use crate::domain::step_up::{Grant, Proof};
use crate::domain::throttle::{Guess, Permit};

/// The application's own sign-in, as somebody meets it whom it does not know yet.
#[async_trait]
pub trait SignInPage: Send + Sync {
    /// Opens the form for this name. No password has been tried by that.
    async fn open(&self, name: &SignInName) -> Result<Box<dyn SignInForm>, Unopened>;
}

/// A form that lacks the password only.
#[async_trait]
pub trait SignInForm: Send {
    /// Sends it, and says whose session came of it. That session is ended at the application.
    async fn send(self: Box<Self>, password: &Password) -> Evidence;
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
    /// The password does not count for this user.
    NotOffered,
    Locked(UnixTime),
    Ended,
}

/// What audit lines about a password say in the place of a factor's name.
const FACTOR: &str = "password";

impl Flows {
    pub async fn step_up_by_password(
        &self,
        actor: Actor<'_>,
        password: &Password,
        page: &dyn SignInPage,
    ) -> Result<PasswordProved, FlowError> {
        if !actor.held.record.state.is_settled() {
            return Ok(PasswordProved::Ended);
        }
        let name = match &actor.who.sign_in_name {
            Some(name) if self.step_up_ways(actor).await?.password => name,
            _ => return Ok(PasswordProved::NotOffered),
        };
        let Ok(form) = page.open(name).await else {
            self.note_once(actor, audit::PASSWORD_UNCHECKED, FACTOR)
                .await;
            return Ok(PasswordProved::Unchecked);
        };
        // It may have waited for others of this session, and what they did may have ended it.
        if actor.held.has_ended() {
            return Ok(PasswordProved::Ended);
        }
        let began = self
            .throttle
            .begin(actor.user(), Guess::Password, self.now());
        let attempt = match began.await? {
            (Permit::Granted, Some(attempt)) => attempt,
            (Permit::Granted, None) => return Ok(PasswordProved::Unchecked),
            (Permit::Wait(until), _) => {
                self.note_once(actor, audit::PASSWORD_THROTTLED, FACTOR)
                    .await;
                return Ok(PasswordProved::Locked(until));
            }
        };
        let evidence = form.send(password).await;
        // The application has seen a sign-in, and may allow one session at a time.
        actor.held.watch.make_due();
        match evidence {
            Evidence::User { id, .. } if id == *actor.user() => {
                self.throttle.succeed(attempt, actor.user()).await?;
                self.open_by_password(actor).await
            }
            Evidence::User { .. } | Evidence::SignedOut => {
                self.note(actor, audit::PASSWORD_FAILED, FACTOR).await;
                let left = self.count_failure(actor, Guess::Password).await?;
                Ok(left.map_or(PasswordProved::Ended, |left| PasswordProved::Wrong { left }))
            }
            Evidence::Unknown(why) => {
                tracing::warn!(
                    session = %actor.held.record.id,
                    why,
                    "a password could not be checked: guard.identity gave no clear answer"
                );
                self.note(actor, audit::PASSWORD_UNCHECKED, FACTOR).await;
                let left = self.count_failure(actor, Guess::Password).await?;
                Ok(left.map_or(PasswordProved::Ended, |_| PasswordProved::Unchecked))
            }
        }
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
            return Ok(PasswordProved::Ended);
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
