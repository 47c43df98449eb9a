//! Passkeys for another system, in the form that an import reads. They are public keys: whoever has the
//! file can sign in nowhere, but sees who uses which authenticators. Secrets of authenticator apps and
//! backup codes stay here.

use super::{Administrator, FlowError, audit};
use crate::domain::authenticator::passkey::Credential;
use crate::domain::authenticator::passkey::transfer::Entry;
use crate::domain::ids::UserId;
use crate::stores::PasskeyRow;

/// What was written out.
pub struct Export {
    pub entries: Vec<Entry>,
    /// User and name of those that cannot be read, or be written in this form.
    pub left_out: Vec<(UserId, String)>,
}

impl Administrator {
    /// One user's or, without one, everybody's.
    pub async fn export(&self, user: Option<&UserId>) -> Result<Export, FlowError> {
        let rows = match user {
            Some(user) => self.passkeys.passkeys_of(user).await?,
            None => self.changes.all_passkeys().await?,
        };
        let mut export = Export {
            entries: Vec::new(),
            left_out: Vec::new(),
        };
        let mut noted: Option<&UserId> = None;
        for row in &rows {
            // Written down before anything is shown, once for each user: they come one after another.
            if noted != Some(&row.user) {
                let (what, kind) = (audit::FACTORS_EXPORTED, Some(audit::PASSKEY));
                self.note(&row.user, what, kind, "").await?;
                noted = Some(&row.user);
            }
            match self.entry(row).await? {
                Some(entry) => export.entries.push(entry),
                None => export.left_out.push((row.user.clone(), row.name.clone())),
            }
        }
        Ok(export)
    }

    async fn entry(&self, row: &PasskeyRow) -> Result<Option<Entry>, FlowError> {
        let bytes = self
            .at_rest
            .open_credential(&row.credential, &row.user, &row.id);
        let Ok(bytes) = bytes else { return Ok(None) };
        let Ok(credential) = Credential::from_bytes(&bytes, row.counter) else {
            return Ok(None);
        };
        let own = match &row.user_handle {
            Some(handle) => Some(handle.clone()),
            None => {
                let own = self.passkeys.known_handle(&row.user).await?;
                own.map(|handle| handle.0.to_vec())
            }
        };
        Ok(Entry::of(
            &row.user,
            &credential,
            &row.name,
            row.aaguid,
            own.as_deref(),
            row.rp_id.clone(),
        ))
    }
}
