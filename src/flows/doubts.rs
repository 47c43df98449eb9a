//! Users of whom it is not known whether every session has fallen to the challenge: a store failed in
//! the middle. They are gone through again until it is known.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use super::{FlowError, Flows};
use crate::domain::ids::UserId;
use crate::domain::session::State;

/// The users in doubt. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Doubts(Arc<Mutex<BTreeSet<UserId>>>);

impl Doubts {
    pub(super) fn about(&self, user: &UserId) {
        let mut users = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        users.insert(user.clone());
    }

    fn take(&self) -> BTreeSet<UserId> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Flows {
    /// Goes through the users in doubt once; who cannot be settled yet stays in doubt.
    pub async fn settle_doubts(&self) {
        for user in self.doubts.take() {
            if let Err(error) = self.level(&user).await {
                tracing::warn!(%user, %error, "sessions could not be brought before the challenge; trying again");
                self.doubts.about(&user);
            }
        }
    }

    /// Brings each session of a user to where the number of factors puts it: with one, nobody got
    /// by without; without any, nobody waits for one.
    pub async fn level(&self, user: &UserId) -> Result<(), FlowError> {
        let sessions = self.sessions.of_user(user).await?;
        let enrolled = self.authenticators.count(user).await? > 0;
        let mut outcome = Ok(());
        for held in &sessions {
            outcome = outcome.and(match (&held.record.state, enrolled) {
                (State::PasswordOnly(_) | State::AwaitingEnrolment(_), true) => {
                    self.fall(held).await
                }
                (State::AwaitingFactor(_), false) => self
                    .sessions
                    .end(held.record.id)
                    .await
                    .map_err(FlowError::from),
                _ => Ok(()),
            });
        }
        outcome
    }
}
