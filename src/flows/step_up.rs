//! Step-up: showing once more who one is before a factor changes.
//!
//! A window opens for a fixed time, bound to session and epoch; use does not extend it. Being asked
//! at sign-in opens none: whoever took over an open browser must show something.

use super::check::{Checked, Shown};
use super::{Actor, FlowError, Flows, Moved, audit};
use crate::domain::clock::UnixTime;
use crate::domain::password::RuleKey;
use crate::domain::step_up::{Grant, PasswordUse, Proof};
use crate::stores::Enrolled;

/// What the configuration says about step-ups.
#[derive(Clone, Debug)]
pub struct StepUpRules {
    pub window: std::time::Duration,
    /// Whether a code of an authenticator app counts.
    pub totp: bool,
    pub passkey: bool,
    pub password: PasswordUse,
    /// The sign-in rules by which a password can be checked, as remembered names speak of them.
    pub password_checks: Vec<RuleKey>,
}

/// What stands between a session and a change of factors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepUp {
    /// Nothing, until this time.
    Open(UnixTime),
    /// One of these has to be shown.
    Due(Ways),
    /// There is nothing to show, and the sign-in is too long ago.
    SignInAgain,
}

/// What a user has to show; at least one, where it is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ways {
    /// A code of an enrolled authenticator.
    pub totp: bool,
    pub passkey: bool,
    /// The password, which the application is asked about.
    pub password: bool,
}

/// How a step-up was answered.
pub enum Proved {
    Open(Moved),
    Wrong,
    Replayed,
    Locked(UnixTime),
    Disabled,
    /// The passkey's challenge is too old, or was answered already.
    Expired,
    /// The passkey was made with verification of its user, and used without.
    Unverified,
    /// The last factor is gone: what is due has to be decided afresh.
    NothingLeft,
    Ended,
}

impl Flows {
    pub async fn step_up_due(&self, actor: Actor<'_>) -> Result<StepUp, FlowError> {
        let factors = self.authenticators.enrolled(actor.user()).await?;
        if let Some(grant) = self.open_window(actor, factors).await? {
            return Ok(StepUp::Open(grant.until));
        }
        let ways = self.ways(actor, factors).await?;
        let nothing = !ways.totp && !ways.passkey && !ways.password;
        let until = actor.who.at.plus(self.rules.step_up.window);
        // A passkey that was made for another host cannot be shown, and is no reason to ask for less.
        let stray = self.rules.step_up.passkey && factors.passkeys > 0;
        // Who has no factor has the password and no more, and has just shown it.
        if (factors.total() == 0 || (nothing && !stray)) && self.now() < until {
            return Ok(StepUp::Open(until));
        }
        Ok(if nothing {
            StepUp::SignInAgain
        } else {
            StepUp::Due(ways)
        })
    }

    /// What this user could show, whether or not it is due.
    pub async fn step_up_ways(&self, actor: Actor<'_>) -> Result<Ways, FlowError> {
        let factors = self.authenticators.enrolled(actor.user()).await?;
        self.ways(actor, factors).await
    }

    async fn ways(&self, actor: Actor<'_>, factors: Enrolled) -> Result<Ways, FlowError> {
        let rules = &self.rules.step_up;
        let known = actor.who.sign_in_name.as_ref();
        let checkable =
            known.is_some_and(|name| rules.password_checks.iter().any(|r| r == name.rule()));
        let passkey = rules.passkey && factors.passkeys > 0;
        Ok(Ways {
            totp: rules.totp && factors.totp > 0,
            passkey: passkey && !self.passkeys_here(actor.user()).await?.is_empty(),
            password: checkable && rules.password.allows(factors.total()),
        })
    }

    /// A window that a password opened closes where the password counts no more.
    async fn open_window(
        &self,
        actor: Actor<'_>,
        factors: Enrolled,
    ) -> Result<Option<Grant>, FlowError> {
        let (record, now) = (&actor.held.record, self.now());
        let find = |by| self.step_up.grant(record.id, record.epoch.0, by, now);
        if let Some(grant) = find(Proof::Factor).await? {
            return Ok(Some(grant));
        }
        if !self.rules.step_up.password.allows(factors.total()) {
            return Ok(None);
        }
        Ok(find(Proof::Password).await?)
    }

    /// A factor is shown once more. Backup codes do not serve: they are for getting in.
    pub async fn step_up_by(
        &self,
        actor: Actor<'_>,
        shown: Shown<'_>,
    ) -> Result<Proved, FlowError> {
        if !actor.held.record.state.is_settled() {
            return Ok(Proved::Ended);
        }
        let allowed = match shown {
            Shown::Totp(_) => self.rules.step_up.totp,
            Shown::Passkey(_) => self.rules.step_up.passkey,
            Shown::BackupCode(_) => false,
        };
        if !allowed {
            return Ok(Proved::Wrong);
        }
        match self.check(actor, shown).await? {
            Checked::Verified(factor, name) => {
                let Some(moved) = self.verify(actor, &factor).await? else {
                    return Ok(Proved::Ended);
                };
                let record = &moved.held.record;
                let grant = Grant {
                    by: Proof::Factor,
                    until: factor.verified_at().plus(self.rules.step_up.window),
                };
                self.step_up.open(record.id, record.epoch.0, grant).await?;
                let kind = factor.method().as_str();
                self.note_of(actor, audit::STEP_UP, kind, &name).await;
                Ok(Proved::Open(moved))
            }
            Checked::Locked(until) => Ok(Proved::Locked(until)),
            Checked::Disabled => Ok(Proved::Disabled),
            Checked::Expired => Ok(Proved::Expired),
            Checked::Unverified => Ok(Proved::Unverified),
            Checked::NoneLeft => Ok(Proved::NothingLeft),
            Checked::Replayed => Ok(Proved::Replayed),
            Checked::Wrong => Ok(match self.count_wrong_code(actor).await? {
                true => Proved::Wrong,
                false => Proved::Ended,
            }),
        }
    }
}
