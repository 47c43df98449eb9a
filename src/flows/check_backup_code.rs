//! One look at one typed backup code: counted first, hashed once, spent once for all nodes.

use super::check::Checked;
use super::{Actor, FlowError, Flows, audit};
use crate::domain::authenticator::backup_code::{self, BackupCode};
use crate::domain::throttle::{Guess, Permit};

impl Flows {
    pub(super) async fn check_backup_code(
        &self,
        actor: Actor<'_>,
        typed: &str,
    ) -> Result<Checked, FlowError> {
        // What is no code at all is a slip, not a guess.
        let Some(code) = BackupCode::parse(typed) else {
            return Ok(Checked::Wrong);
        };
        // Who has to wait takes nobody's turn.
        let permit = self.throttle.look(actor.user(), Guess::Code, self.now());
        if let Permit::Wait(until) = permit.await? {
            self.note_once(actor, audit::FACTOR_THROTTLED, "").await;
            return Ok(Checked::Locked(until));
        }
        // Before it is counted: who cannot be served has not failed.
        let turn = self.hashing.turn().await?;
        let began = self.throttle.begin(actor.user(), Guess::Code, self.now());
        let attempt = match began.await? {
            (Permit::Granted, Some(attempt)) => attempt,
            (Permit::Wait(until), _) => {
                self.note_once(actor, audit::FACTOR_THROTTLED, "").await;
                return Ok(Checked::Locked(until));
            }
            (Permit::Granted, None) => return Ok(Checked::Wrong),
        };
        let row = self
            .backup_codes
            .find_code(actor.user(), code.selector())
            .await?;
        // A selector that finds nothing costs as much as one that does.
        let hash = row.as_ref().map_or(NOBODYS, |row| &row.hash).to_owned();
        let (fits, now) = (turn.fits(code, hash).await?, self.now());
        let Some(row) = row.filter(|_| fits) else {
            self.backup_code_failed(actor, audit::BACKUP_CODE).await;
            return Ok(Checked::Wrong);
        };
        let spent_now = !row.used && self.backup_codes.spend_code(&row.id, now).await?;
        let Some(factor) = backup_code::finish(row.id, spent_now, now) else {
            let why = "backup code that was used before";
            self.backup_code_failed(actor, why).await;
            return Ok(Checked::Replayed);
        };
        if let Err(error) = self.throttle.succeed(attempt, actor.user()).await {
            // The code is spent; to lose the sign-in over the book-keeping would lose it for nothing.
            tracing::error!(%error, "a right backup code stays counted as a failure");
        }
        Ok(Checked::Verified(factor, audit::BACKUP_CODE.to_owned()))
    }

    async fn backup_code_failed(&self, actor: Actor<'_>, why: &str) {
        self.note_of(actor, audit::FACTOR_FAILED, audit::BACKUP_CODES, why)
            .await;
    }
}

/// A hash that no code has.
const NOBODYS: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
