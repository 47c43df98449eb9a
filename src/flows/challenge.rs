//! The challenge after the password.

use super::check_totp::Checked;
use super::{Actor, FlowError, Flows, Moved, audit};
use crate::domain::clock::UnixTime;
use crate::domain::session::{FAILURES_THAT_END, State};

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
            Checked::Wrong if self.goes_on_after_failure(actor).await? => Ok(Answer::Wrong),
            Checked::Wrong => Ok(Answer::Ended),
        }
    }

    /// Counts one more wrong code in this flow; the fifth ends it, whatever the session was.
    pub(super) async fn goes_on_after_failure(&self, actor: Actor<'_>) -> Result<bool, FlowError> {
        let counted = self.advance(actor, |mut record| {
            record.failures = record.failures.saturating_add(1);
            Ok(Some(record))
        });
        match counted.await? {
            Some(held) if held.record.failures < FAILURES_THAT_END => Ok(true),
            Some(_) => {
                self.sessions.end(actor.held.record.id).await?;
                self.note(actor, audit::FLOW_ENDED, "too many wrong codes")
                    .await;
                Ok(false)
            }
            None => Ok(false),
        }
    }
}
