//! What an administrator does to factors without a session: list, remove, import, export.
//!
//! The gateway that may be running beside it is told by way of the store, and brings the user's sessions
//! before the challenge, or ends those that wait for a factor that is gone: [`Flows::hear_of_changes`].

mod export;
mod import;

pub use export::Export;
pub use import::{Import, ImportError};

use std::sync::Arc;

use super::{FlowError, Flows, audit};
use crate::crypto::at_rest::AtRest;
use crate::domain::authenticator::Method;
use crate::domain::clock::{Clock, Random, UnixTime};
use crate::domain::ids::{FactorId, UserId};
use crate::domain::throttle::FACTOR_FAILURES;
use crate::stores::{
    AdministrationStore, AuditEvent, AuditStore, AuthenticatorStore, BackupCodeStore, PasskeyStore,
    Sheet,
};

/// The stores that an administrator's commands work with.
pub struct Administrator {
    pub authenticators: Arc<dyn AuthenticatorStore>,
    pub passkeys: Arc<dyn PasskeyStore>,
    pub backup_codes: Arc<dyn BackupCodeStore>,
    pub audit: Arc<dyn AuditStore>,
    pub changes: Arc<dyn AdministrationStore>,
    pub at_rest: AtRest,
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Random>,
    /// The host that passkeys are bound to; `None` where there can be none.
    pub rp_id: Option<String>,
}

/// A factor as a command shows it.
#[derive(Clone, Debug)]
pub struct Listed {
    pub kind: &'static str,
    pub id: FactorId,
    pub name: String,
    pub added_at: UnixTime,
    pub last_used_at: Option<UnixTime>,
    /// Too many wrong codes: it accepts nothing.
    pub disabled: bool,
    /// The host that a passkey was made for, where that is known.
    pub rp_id: Option<String>,
}

/// What a user has.
pub struct Holdings {
    pub factors: Vec<Listed>,
    pub sheet: Option<Sheet>,
}

/// A factor that is gone.
pub struct Removed {
    pub kind: &'static str,
    pub name: String,
    /// How many the user has left.
    pub left: u32,
    /// With the last factor went these backup codes.
    pub codes: u32,
}

impl Administrator {
    /// Oldest first, authenticator apps before passkeys.
    pub async fn list(&self, user: &UserId) -> Result<Holdings, FlowError> {
        let holdings = self.holdings(user).await?;
        if !holdings.factors.is_empty() {
            self.note(user, audit::FACTORS_LISTED, None, "").await?;
        }
        Ok(holdings)
    }

    async fn holdings(&self, user: &UserId) -> Result<Holdings, FlowError> {
        let totp = self.authenticators.totp_of(user).await?.into_iter();
        let totp = totp.map(|row| Listed {
            kind: audit::TOTP,
            id: row.id,
            name: row.name,
            added_at: row.added_at,
            last_used_at: row.last_used_at,
            disabled: row.failures >= FACTOR_FAILURES,
            rp_id: None,
        });
        let passkeys = self.passkeys.passkeys_of(user).await?.into_iter();
        let passkeys = passkeys.map(|row| Listed {
            kind: audit::PASSKEY,
            id: row.id,
            name: row.name,
            added_at: row.added_at,
            last_used_at: row.last_used_at,
            disabled: false,
            rp_id: row.rp_id,
        });
        Ok(Holdings {
            factors: totp.chain(passkeys).collect(),
            sheet: self.backup_codes.sheet_of(user).await?,
        })
    }

    /// As the owner would, without a step-up. `None` where the user has no such factor.
    pub async fn remove(&self, user: &UserId, id: &FactorId) -> Result<Option<Removed>, FlowError> {
        let holdings = self.holdings(user).await?;
        let found = holdings.factors.into_iter().find(|it| it.id == *id);
        let Some(factor) = found else {
            return Ok(None);
        };
        let event = self.event(user, audit::FACTOR_REMOVED, Some(factor.kind), &factor.name);
        let left = self.changes.remove_beside(id, event).await?;
        Ok(left.map(|left| Removed {
            kind: factor.kind,
            name: factor.name,
            left,
            codes: holdings
                .sheet
                .filter(|_| left == 0)
                .map_or(0, |sheet| sheet.left),
        }))
    }

    fn event(
        &self,
        user: &UserId,
        what: &'static str,
        kind: Option<&'static str>,
        detail: &str,
    ) -> AuditEvent {
        AuditEvent {
            at: self.clock.now(),
            user: user.clone(),
            what,
            kind,
            detail: detail.to_owned(),
            from: audit::ADMINISTRATOR.to_owned(),
        }
    }

    /// Who looks has to be seen: what is not written down is not shown either.
    async fn note(
        &self,
        user: &UserId,
        what: &'static str,
        kind: Option<&'static str>,
        detail: &str,
    ) -> Result<(), FlowError> {
        Ok(self
            .audit
            .append(self.event(user, what, kind, detail))
            .await?)
    }
}

impl Flows {
    /// Brings the sessions of everybody whose factors an administrator has changed to where these put
    /// them. Who could not be brought there is tried again.
    pub async fn hear_of_changes(&self, store: &dyn AdministrationStore) -> Result<(), FlowError> {
        let changed = store.changed_users().await?;
        let mut heard = Vec::new();
        for (number, user) in changed {
            match self.follow_change(&user).await {
                Ok(()) => heard.push(number),
                Err(error) => {
                    tracing::warn!(%user, %error, "sessions could not be brought to where an administrator's change puts them; trying again");
                }
            }
        }
        match heard.is_empty() {
            true => Ok(()),
            false => Ok(store.forget_changes(heard).await?),
        }
    }

    async fn follow_change(&self, user: &UserId) -> Result<(), FlowError> {
        self.end_lost(user).await?;
        self.level(user).await
    }

    /// Ends the sessions whose factor is gone. An administrator takes one away because it was lost, and
    /// whoever found it may sit in such a session, where the first factor would be theirs to add.
    async fn end_lost(&self, user: &UserId) -> Result<(), FlowError> {
        let totp = self.authenticators.totp_of(user).await?;
        let passkeys = self.passkeys.passkeys_of(user).await?;
        let is_there = |id: &FactorId| {
            totp.iter().any(|row| row.id == *id) || passkeys.iter().any(|row| row.id == *id)
        };
        for held in self.sessions.of_user(user).await? {
            let lost = held.record.state.verified().is_some_and(|factor| {
                match factor.method() {
                    Method::Totp | Method::Passkey(_) => !is_there(factor.factor()),
                    // It stood in for the others.
                    Method::BackupCode => totp.is_empty() && passkeys.is_empty(),
                }
            });
            if lost {
                self.sessions.end(held.record.id).await?;
            }
        }
        Ok(())
    }
}
