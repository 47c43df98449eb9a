//! One look at one typed code, by all the rules: counted first, against every authenticator of the
//! user, each step once for all nodes.

use super::check::Checked;
use super::{Actor, FlowError, Flows, audit};
use crate::domain::authenticator::totp::{self, Code, MatchedStep};
use crate::domain::throttle::{FACTOR_FAILURES, Guess, Permit};
use crate::stores::{Attempt, TotpRow};

impl Flows {
    pub(super) async fn check_totp(
        &self,
        actor: Actor<'_>,
        typed: &str,
    ) -> Result<Checked, FlowError> {
        // What is no code at all is a slip, not a guess.
        let Some(code) = Code::parse(typed) else {
            return Ok(Checked::Wrong);
        };
        // Where nothing could accept it there is nothing to guess, and the count is shared with backup codes.
        let rows = self.authenticators.totp_of(actor.user()).await?;
        if rows.is_empty() {
            return Ok(Checked::NoneLeft);
        }
        if rows.iter().all(|row| row.failures >= FACTOR_FAILURES) {
            let why = "every authenticator is disabled";
            self.note_once(actor, audit::FACTOR_FAILED, why).await;
            return Ok(Checked::Disabled);
        }
        let now = self.now();
        // Who has to wait only reads: a flood of them holds up nobody else's write.
        let permit = self.throttle.look(actor.user(), Guess::Code, now);
        if let Permit::Wait(until) = permit.await? {
            self.note_once(actor, audit::FACTOR_THROTTLED, "").await;
            return Ok(Checked::Locked(until));
        }
        let attempt = match self.throttle.begin(actor.user(), Guess::Code, now).await? {
            (Permit::Granted, Some(attempt)) => attempt,
            (Permit::Wait(until), _) => {
                self.note_once(actor, audit::FACTOR_THROTTLED, "").await;
                return Ok(Checked::Locked(until));
            }
            (Permit::Granted, None) => return Ok(Checked::Wrong),
        };
        // Read again after the count: a row that this attempt disabled must not serve it.
        let rows = self.authenticators.totp_of(actor.user()).await?;
        let enabled: Vec<&TotpRow> = rows
            .iter()
            .filter(|row| row.failures <= FACTOR_FAILURES)
            .collect();
        if rows.is_empty() {
            return Ok(Checked::NoneLeft);
        }
        if enabled.is_empty() {
            self.totp_failed(actor, "every authenticator is disabled")
                .await;
            return Ok(Checked::Disabled);
        }
        let checked = self.check_rows(actor, &enabled, &code, attempt).await?;
        if !matches!(checked, Checked::Verified(..)) {
            for row in enabled.iter().filter(|row| row.failures == FACTOR_FAILURES) {
                self.note(actor, audit::FACTOR_DISABLED, &row.name).await;
            }
        }
        Ok(checked)
    }

    async fn check_rows(
        &self,
        actor: Actor<'_>,
        rows: &[&TotpRow],
        code: &Code,
        attempt: Attempt,
    ) -> Result<Checked, FlowError> {
        let now = self.now();
        let mut replayed = false;
        for row in rows {
            let seed = self.at_rest.open_seed(&row.seed, &row.user, &row.id)?;
            let Some(MatchedStep(step)) = seed.verify(code, now) else {
                continue;
            };
            let accepted = self
                .authenticators
                .accept_totp_step(&row.id, step, now)
                .await?;
            if let Some(factor) = totp::finish(row.id.clone(), accepted, now) {
                self.throttle.succeed(attempt, actor.user()).await?;
                return Ok(Checked::Verified(factor, row.name.clone()));
            }
            // Nothing else may accept what this one has seen before.
            replayed = true;
            break;
        }
        let why = match replayed {
            true => "a code that was used before",
            false => "",
        };
        self.totp_failed(actor, why).await;
        Ok(if replayed {
            Checked::Replayed
        } else {
            Checked::Wrong
        })
    }

    async fn totp_failed(&self, actor: Actor<'_>, why: &str) {
        self.note_of(actor, audit::FACTOR_FAILED, audit::TOTP, why)
            .await;
    }
}
