//! The security page: what is enrolled, what happened, and changes to it.

use super::{Actor, FlowError, Flows, audit, step_up::StepUp};
use crate::domain::authenticator::passkey::Credential;
use crate::domain::authenticator::{BadName, FriendlyName};
use crate::domain::ids::FactorId;
use crate::stores::{AuditLine, PasskeyRow, Renamed, Sheet, TotpRow};

/// How many lines of the log the page is made from.
const LINES: u32 = 40;

/// What the security page shows.
pub struct Overview {
    pub totp: Vec<TotpRow>,
    pub passkeys: Vec<PasskeyRow>,
    pub sheet: Option<Sheet>,
    /// JSON of the passkeys that are still accepted, for the authenticators that keep them.
    pub accepted: Option<String>,
    pub recent: Vec<AuditLine>,
    /// How many other sessions of this user there are.
    pub other_sessions: usize,
}

/// An authenticator app or a passkey, as a change to it needs it.
pub struct Factor {
    pub id: FactorId,
    pub name: String,
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
        // Those that cannot be read are listed too: somebody has to be able to remove them.
        let passkeys = self.passkeys.passkeys_of(actor.user()).await?;
        let accepted = self.accepted_passkeys(actor).await?;
        let recent = self.audit.recent(actor.user(), LINES).await?;
        let sessions = self.sessions.of_user(actor.user()).await?;
        Ok(Overview {
            totp,
            passkeys,
            sheet: self.sheet_of(actor).await?,
            accepted,
            recent,
            other_sessions: sessions.len().saturating_sub(1),
        })
    }

    /// Names that this user has given to factors of either kind.
    pub async fn names(&self, actor: Actor<'_>) -> Result<Vec<String>, FlowError> {
        let totp = self.authenticators.totp_of(actor.user()).await?;
        let passkeys = self.passkeys.passkeys_of(actor.user()).await?;
        let totp = totp.into_iter().map(|row| row.name);
        Ok(totp
            .chain(passkeys.into_iter().map(|row| row.name))
            .collect())
    }

    /// With the number of factors that the user has in all.
    pub async fn find_factor(
        &self,
        actor: Actor<'_>,
        id: &FactorId,
    ) -> Result<Option<(Factor, u32)>, FlowError> {
        let totp = self.authenticators.totp_of(actor.user()).await?;
        let passkeys = self.passkeys.passkeys_of(actor.user()).await?;
        let count = totp.len() + passkeys.len();
        let totp = totp.into_iter().map(|row| (row.id, row.name));
        let passkeys = passkeys.into_iter().map(|row| (row.id, row.name));
        let found = totp.chain(passkeys).find(|(known, _)| known == id);
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        Ok(found.map(|(id, name)| (Factor { id, name }, count)))
    }

    pub async fn sheet_of(&self, actor: Actor<'_>) -> Result<Option<Sheet>, FlowError> {
        Ok(self.backup_codes.sheet_of(actor.user()).await?)
    }

    /// `None` where the user has never had a passkey: there is nothing to tell then.
    async fn accepted_passkeys(&self, actor: Actor<'_>) -> Result<Option<String>, FlowError> {
        let Some(party) = &self.relying_party else {
            return Ok(None);
        };
        let Some(handle) = self.passkeys.known_handle(actor.user()).await? else {
            return Ok(None);
        };
        let passkeys = self.credentials_of(actor).await?;
        let ids = passkeys.iter().map(Credential::id);
        Ok(Some(party.accepted(handle, ids)))
    }

    pub async fn rename_factor(
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

    pub async fn remove_factor(
        &self,
        actor: Actor<'_>,
        id: &FactorId,
    ) -> Result<Remove, FlowError> {
        match self.step_up_due(actor).await? {
            StepUp::Open(_) => {}
            due => return Ok(Remove::StepUp(due)),
        }
        let Some((row, _)) = self.find_factor(actor, id).await? else {
            return Ok(Remove::Gone);
        };
        let Some(left) = self.authenticators.remove(actor.user(), id).await? else {
            return Ok(Remove::Gone);
        };
        self.note(actor, audit::FACTOR_REMOVED, &row.name).await;
        if left == 0 && self.level(actor.user()).await.is_err() {
            // With the last factor goes what waits for one: it could never be answered.
            self.doubts.about(actor.user());
        }
        Ok(Remove::Done(row.name))
    }
}
