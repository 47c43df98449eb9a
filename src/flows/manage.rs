//! The security page: what is enrolled, what happened, and changes to it.

use super::{Actor, FlowError, Flows, audit, step_up::StepUp};
use crate::domain::authenticator::{BadName, FriendlyName};
use crate::domain::ids::FactorId;
use crate::stores::{AuditLine, Renamed, TotpRow};

/// How many lines of the log the page is made from.
const LINES: u32 = 40;

/// What the security page shows.
pub struct Overview {
    pub totp: Vec<TotpRow>,
    pub recent: Vec<AuditLine>,
    /// How many other sessions of this user there are.
    pub other_sessions: usize,
}

/// How a renaming ended.
pub enum Rename {
    Done(FriendlyName),
    BadName(BadName),
    NameTaken,
    Gone,
}

/// How a removal ended.
pub enum Remove {
    /// The name of what is gone.
    Done(String),
    StepUp(StepUp),
    Gone,
}

impl Flows {
    pub async fn overview(&self, actor: Actor<'_>) -> Result<Overview, FlowError> {
        let totp = self.authenticators.totp_of(actor.user()).await?;
        let recent = self.audit.recent(actor.user(), LINES).await?;
        let sessions = self.sessions.of_user(actor.user()).await?;
        Ok(Overview {
            totp,
            recent,
            other_sessions: sessions.len().saturating_sub(1),
        })
    }

    pub async fn find_totp(
        &self,
        actor: Actor<'_>,
        id: &FactorId,
    ) -> Result<Option<(TotpRow, usize)>, FlowError> {
        let mut rows = self.authenticators.totp_of(actor.user()).await?;
        let count = rows.len();
        let place = rows.iter().position(|row| row.id == *id);
        Ok(place.map(|place| (rows.swap_remove(place), count)))
    }

    pub async fn rename_totp(
        &self,
        actor: Actor<'_>,
        id: &FactorId,
        name: &str,
    ) -> Result<Rename, FlowError> {
        let name = match FriendlyName::new(name) {
            Ok(name) => name,
            Err(bad) => return Ok(Rename::BadName(bad)),
        };
        match self.authenticators.rename(actor.user(), id, &name).await? {
            Renamed::Gone => Ok(Rename::Gone),
            Renamed::NameTaken => Ok(Rename::NameTaken),
            Renamed::Done => {
                self.note(actor, audit::FACTOR_RENAMED, name.as_str()).await;
                Ok(Rename::Done(name))
            }
        }
    }

    pub async fn remove_totp(&self, actor: Actor<'_>, id: &FactorId) -> Result<Remove, FlowError> {
        match self.step_up_due(actor).await? {
            StepUp::Open(_) => {}
            due => return Ok(Remove::StepUp(due)),
        }
        let Some((row, _)) = self.find_totp(actor, id).await? else {
            return Ok(Remove::Gone);
        };
        let Some(left) = self.authenticators.remove(actor.user(), id).await? else {
            return Ok(Remove::Gone);
        };
        self.note(actor, audit::FACTOR_REMOVED, &row.name).await;
        if left == 0 && self.level(actor.user()).await.is_err() {
            // With the last authenticator goes what waits for one: it could never be answered.
            self.doubts.about(actor.user());
        }
        Ok(Remove::Done(row.name))
    }
}
