//! Backup codes on the security page: a new sheet, shown once.

use std::time::Duration;

use super::{Actor, FlowError, Flows, audit, step_up::StepUp};
use crate::domain::authenticator::backup_code::{self, BackupCode};
use crate::domain::ids::FactorId;
use crate::stores::{CeremonyKey, NewBackupCode};

/// How making a sheet begins.
pub enum BeginSheet {
    /// What the form has to bring back, so that it makes one sheet however often it is sent.
    Form(SheetForm),
    StepUp(StepUp),
    /// There is no factor that they could stand in for.
    NoFactor,
}

/// How making a sheet ends.
pub enum NewSheet {
    /// The codes, now or never: only their hashes are stored.
    Made(Vec<BackupCode>),
    /// This form has made its sheet, or is too old.
    Again,
    StepUp(StepUp),
    NoFactor,
}

/// Names one opened form; 128 random bits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetForm(pub String);

const KIND: &str = "backup codes";
const LIFE: Duration = Duration::from_secs(10 * 60);

impl Flows {
    pub async fn begin_sheet(&self, actor: Actor<'_>) -> Result<BeginSheet, FlowError> {
        if self.authenticators.count(actor.user()).await? == 0 {
            return Ok(BeginSheet::NoFactor);
        }
        match self.step_up_due(actor).await? {
            StepUp::Open(_) => {}
            due => return Ok(BeginSheet::StepUp(due)),
        }
        let form = FactorId::generate(&*self.random)?.as_str().to_owned();
        let key = CeremonyKey::of(&actor.held.record, KIND);
        let until = self.now().plus(LIFE);
        let value = form.clone().into_bytes();
        self.ceremonies.put(key, value, until).await?;
        Ok(BeginSheet::Form(SheetForm(form)))
    }

    /// Makes ten new codes in the place of the old ones: once for each form, one at a time for each session.
    pub async fn new_sheet(
        &self,
        actor: Actor<'_>,
        form: &SheetForm,
    ) -> Result<NewSheet, FlowError> {
        if self.authenticators.count(actor.user()).await? == 0 {
            return Ok(NewSheet::NoFactor);
        }
        match self.step_up_due(actor).await? {
            StepUp::Open(_) => {}
            due => return Ok(NewSheet::StepUp(due)),
        }
        let key = CeremonyKey::of(&actor.held.record, KIND);
        let taken = self.ceremonies.take(&key, form.0.as_bytes(), self.now());
        if !taken.await? {
            return Ok(NewSheet::Again);
        }
        let codes = backup_code::sheet(&*self.random)?;
        let mut rows = Vec::with_capacity(codes.len());
        for code in &codes {
            // A turn for each: others get theirs in between.
            let turn = self.hashing.turn_for_sheet().await?;
            let hashed = turn.hash(code.clone(), self.random.clone()).await?;
            rows.push(NewBackupCode {
                id: FactorId::generate(&*self.random)?,
                hashed,
            });
        }
        let replaced = self
            .backup_codes
            .replace_sheet(actor.user(), rows, self.now());
        if !replaced.await? {
            return Ok(NewSheet::NoFactor);
        }
        self.note(actor, audit::BACKUP_CODES_MADE, "").await;
        Ok(NewSheet::Made(codes))
    }
}
