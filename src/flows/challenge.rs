//! The challenge after the password.

use super::check_totp::Checked;
use super::{Actor, FlowError, Flows, Moved, audit};
use crate::domain::clock::UnixTime;
use crate::domain::session::State;
use crate::domain::throttle::Guess;

/// How a typed code was answered.
pub enum Answer {
    Verified(Moved),
    Wrong,
    /// The code was right once, and was used already.
    Replayed,
    Locked(UnixTime),
    Disabled,
    /// Too many wrong codes, or the session ended meanwhile: sign in again.
    Ended,
}

impl Flows {
    /// Answers the challenge of a session that awaits its factor.
    pub async fn answer_challenge(
        &self,
        actor: Actor<'_>,
        typed: &str,
    ) -> Result<Answer, FlowError> {
        if !matches!(actor.held.record.state, State::AwaitingFactor(_)) {
            return Ok(Answer::Ended);
        }
        match self.check_totp(actor, typed).await? {
            Checked::Verified(factor, name) => {
                let Some(moved) = self.verify(actor, &factor).await? else {
                    return Ok(Answer::Ended);
                };
                self.note(actor, audit::FACTOR_ACCEPTED, &name).await;
                Ok(Answer::Verified(moved))
            }
            Checked::Locked(until) => Ok(Answer::Locked(until)),
            Checked::Disabled => Ok(Answer::Disabled),
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
