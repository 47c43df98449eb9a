//! The challenge after the password.

use super::check::{Checked, Shown};
use super::{Actor, FlowError, Flows, Moved, audit};
use crate::domain::clock::UnixTime;
use crate::domain::session::State;
use crate::domain::throttle::{FACTOR_FAILURES, Guess};

/// How what was shown was answered.
pub enum Answer {
    Verified(Moved),
    Wrong,
    /// The code was right once, and was used already.
    Replayed,
    Locked(UnixTime),
    Disabled,
    /// The passkey was made with verification of its user, and used without.
    Unverified,
    /// The passkey's challenge is too old, or was answered already.
    Expired,
    /// Too many wrong codes, or the session ended meanwhile: sign in again.
    Ended,
}

/// A kind of factor that answers a challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Totp,
    Passkey,
    BackupCode,
}

impl Flows {
    /// What this user can answer with: the kind that was used last, then the rest, the strongest first.
    /// Backup codes come last; they are for those who have nothing else at hand.
    pub async fn challenge_kinds(&self, actor: Actor<'_>) -> Result<Vec<Kind>, FlowError> {
        let passkeys = self.passkeys_here(actor.user()).await?;
        let totp = self.authenticators.totp_of(actor.user()).await?;
        let passkey = passkeys
            .iter()
            .map(|row| row.last_used_at.unwrap_or(row.added_at))
            .max();
        // What is disabled answers nothing.
        let totp = totp
            .iter()
            .filter(|row| row.failures < FACTOR_FAILURES)
            .map(|row| row.last_used_at.unwrap_or(row.added_at))
            .max();
        let mut kinds: Vec<(Kind, UnixTime)> = Vec::new();
        kinds.extend(passkey.map(|used| (Kind::Passkey, used)));
        kinds.extend(totp.map(|used| (Kind::Totp, used)));
        // Stable: passkeys first where both are as new.
        kinds.sort_by_key(|(_, used)| std::cmp::Reverse(*used));
        let mut kinds: Vec<Kind> = kinds.into_iter().map(|(kind, _)| kind).collect();
        let sheet = self.backup_codes.sheet_of(actor.user()).await?;
        if sheet.is_some_and(|sheet| sheet.left > 0) {
            kinds.push(Kind::BackupCode);
        }
        Ok(kinds)
    }

    /// Answers the challenge of a session that awaits its factor.
    pub async fn answer_challenge(
        &self,
        actor: Actor<'_>,
        shown: Shown<'_>,
    ) -> Result<Answer, FlowError> {
        if !matches!(actor.held.record.state, State::AwaitingFactor(_)) {
            return Ok(Answer::Ended);
        }
        match self.check(actor, shown).await? {
            Checked::Verified(factor, name) => {
                let Some(moved) = self.verify(actor, &factor).await? else {
                    return Ok(Answer::Ended);
                };
                let kind = factor.method().as_str();
                self.note_of(actor, audit::FACTOR_ACCEPTED, kind, &name)
                    .await;
                Ok(Answer::Verified(moved))
            }
            Checked::Locked(until) => Ok(Answer::Locked(until)),
            Checked::Disabled => Ok(Answer::Disabled),
            Checked::Expired => Ok(Answer::Expired),
            Checked::Unverified => Ok(Answer::Unverified),
            Checked::NoneLeft => {
                // Nothing can answer it any more; the next sign-in knows that.
                self.sessions.end(actor.held.record.id).await?;
                Ok(Answer::Ended)
            }
            // No guess: whoever has it had it when it was right. A form that was sent twice must not end
            // the sign-in that its first copy completes.
            Checked::Replayed => Ok(Answer::Replayed),
            Checked::Wrong => Ok(match self.count_wrong_code(actor).await? {
                true => Answer::Wrong,
                false => Answer::Ended,
            }),
        }
    }

    /// Counts one more wrong guess in this session; the fifth of a kind ends it, whatever the session was.
    /// How many are left before that; `None` where the session has ended otherwise.
    pub(super) async fn count_failure(
        &self,
        actor: Actor<'_>,
        guess: Guess,
        why: &'static str,
    ) -> Result<Option<u8>, FlowError> {
        let counted = self.advance(actor, |mut record| {
            record.fail(guess);
            Ok(Some(record))
        });
        let Some(held) = counted.await? else {
            return Ok(None);
        };
        let left = held.record.guesses_left(guess);
        if left == 0 {
            self.sessions.end(actor.held.record.id).await?;
            self.note(actor, audit::FLOW_ENDED, why).await;
        }
        Ok(Some(left))
    }

    /// The same for a wrong code: whether the session goes on.
    pub(super) async fn count_wrong_code(&self, actor: Actor<'_>) -> Result<bool, FlowError> {
        let left = self.count_failure(actor, Guess::Code, audit::WRONG_CODES);
        Ok(left.await?.is_some_and(|left| left > 0))
    }
}
