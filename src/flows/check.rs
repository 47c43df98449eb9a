//! What somebody shows to prove a factor, and what it turned out to be.

use super::{Actor, FlowError, Flows};
use crate::domain::assurance::VerifiedFactor;
use crate::domain::clock::UnixTime;

/// What was typed, or what the browser answered.
#[derive(Clone, Copy)]
pub enum Shown<'a> {
    /// A code of an authenticator app.
    Totp(&'a str),
    BackupCode(&'a str),
    /// JSON of an assertion.
    Passkey(&'a str),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Checked {
    /// With the factor's name.
    Verified(VerifiedFactor, String),
    Wrong,
    /// It fitted, but it had been used before.
    Replayed,
    /// The passkey was made with verification of its user, and used without.
    Unverified,
    /// The passkey's challenge is too old, or was answered already.
    Expired,
    /// No attempt before this time.
    Locked(UnixTime),
    /// Every authenticator app of the user is disabled.
    Disabled,
    /// The user has no factor any more.
    NoneLeft,
}

impl Flows {
    pub(super) async fn check(
        &self,
        actor: Actor<'_>,
        shown: Shown<'_>,
    ) -> Result<Checked, FlowError> {
        let checked = match shown {
            Shown::Totp(typed) => self.check_totp(actor, typed).await?,
            Shown::BackupCode(typed) => self.check_backup_code(actor, typed).await?,
            Shown::Passkey(answer) => self.check_passkey(actor, answer).await?,
        };
        // Whoever has no such factor may have another one.
        if checked == Checked::NoneLeft && self.authenticators.count(actor.user()).await? > 0 {
            return Ok(Checked::Wrong);
        }
        Ok(checked)
    }
}
