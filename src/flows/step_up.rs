//! Step-up: showing once more who one is before a factor changes.
//!
//! A window opens for a fixed time, bound to session and epoch; use does not extend it. Being asked
//! at sign-in opens none: whoever took over an open browser must show something.

use super::check_totp::Checked;
use super::{Actor, FlowError, Flows, Moved, audit};
use crate::domain::clock::UnixTime;

/// What stands between a session and a change of factors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepUp {
    /// Nothing, until this time.
    Open(UnixTime),
    /// A code of an enrolled authenticator.
    Totp,
    /// There is nothing else to show, and the sign-in is too long ago.
    SignInAgain,
}

/// How a step-up was answered.
pub enum Proved {
    Open(Moved),
    Wrong,
    Replayed,
    Locked(UnixTime),
    Disabled,
    Ended,
}

impl Flows {
    pub async fn step_up_due(&self, actor: Actor<'_>) -> Result<StepUp, FlowError> {
        let (record, now) = (&actor.held.record, self.now());
        if let Some(until) = self
            .step_up
            .open_until(record.id, record.epoch.0, now)
            .await?
        {
            return Ok(StepUp::Open(until));
        }
        if self.authenticators.count(actor.user()).await? > 0 {
            return Ok(StepUp::Totp);
        }
        let until = actor.who.at.plus(self.rules.step_up_window);
        Ok(if now < until {
            StepUp::Open(until)
        } else {
            StepUp::SignInAgain
        })
    }

    pub async fn step_up_by_totp(
        &self,
        actor: Actor<'_>,
        typed: &str,
    ) -> Result<Proved, FlowError> {
        if !actor.held.record.state.is_settled() {
            return Ok(Proved::Ended);
        }
        match self.check_totp(actor, typed).await? {
            Checked::Verified(factor, name) => {
                let Some(moved) = self.verify(actor, &factor).await? else {
                    return Ok(Proved::Ended);
                };
                let record = &moved.held.record;
                let until = factor.verified_at().plus(self.rules.step_up_window);
                self.step_up.open(record.id, record.epoch.0, until).await?;
                self.note(actor, audit::STEP_UP, &name).await;
                Ok(Proved::Open(moved))
            }
            Checked::Locked(until) => Ok(Proved::Locked(until)),
            Checked::Disabled => Ok(Proved::Disabled),
            Checked::NoneLeft => Ok(Proved::Ended),
            Checked::Replayed => Ok(Proved::Replayed),
            Checked::Wrong if self.goes_on_after_failure(actor).await? => Ok(Proved::Wrong),
            Checked::Wrong => Ok(Proved::Ended),
        }
    }
}
