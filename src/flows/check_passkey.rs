//! Assertions: options that the browser answers once, and one look at the answer.

use std::cmp::Reverse;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::check::Checked;
use super::{Actor, FlowError, Flows, audit};
use crate::domain::authenticator::passkey::{self, Credential, Expected, UserHandle};
use crate::domain::clock::UnixTime;
use crate::domain::ids::UserId;
use crate::stores::{CeremonyKey, PasskeyRow};

/// How long a challenge can be answered.
pub(super) const LIFE: Duration = Duration::from_secs(5 * 60);
/// For so long another page gets the same one; afterwards it would have too little time.
const FRESH: Duration = Duration::from_secs(60);
/// So many passkeys are asked for at once, those that were used last.
const MOST: usize = 50;
const KIND: &str = "passkey assertion";
/// Says that this session's browser verifies nobody unless it has to.
const MUST_VERIFY: &str = "passkey verification";

const COPIED: &str = "passkey whose counter went back: there may be a copy of it";

/// An open challenge, as it is kept until it is answered.
#[derive(Serialize, Deserialize)]
struct Pending {
    options: String,
    state: String,
    /// The passkeys that it was made for.
    ids: Vec<Vec<u8>>,
    made_at: UnixTime,
}

impl Flows {
    /// Options for the browser, the same ones until they are answered, old, or for other passkeys; `None`
    /// where the user has no passkey.
    pub async fn begin_assertion(&self, actor: Actor<'_>) -> Result<Option<String>, FlowError> {
        let Some(party) = &self.relying_party else {
            return Ok(None);
        };
        let mut rows = self.passkeys_of(actor).await?;
        // What was made for another host no browser offers here.
        rows.retain(|(row, _)| row.is_for(party.id()));
        rows.sort_by_key(|(row, _)| Reverse(row.last_used_at.unwrap_or(row.added_at)));
        let known = rows.into_iter().map(|(_, known)| known);
        let mut known: Vec<Credential> = known.take(MOST).collect();
        let must = CeremonyKey::of(&actor.held.record, MUST_VERIFY);
        if self.ceremonies.get(&must, self.now()).await?.is_some() {
            known.retain(Credential::user_verified);
        }
        if known.is_empty() {
            return Ok(None);
        }
        let ids: Vec<Vec<u8>> = known.iter().map(|known| known.id().to_vec()).collect();
        let key = CeremonyKey::of(&actor.held.record, KIND);
        let bytes = self.ceremonies.get(&key, self.now()).await?;
        let pending = bytes.and_then(|bytes| serde_json::from_slice::<Pending>(&bytes).ok());
        let fresh =
            |pending: &Pending| pending.ids == ids && self.now() < pending.made_at.plus(FRESH);
        if let Some(pending) = pending.filter(fresh) {
            return Ok(Some(pending.options));
        }
        let made = party.begin_assertion(&known)?;
        let pending = Pending {
            options: made.json,
            state: made.pending,
            ids,
            made_at: self.now(),
        };
        let until = self.now().plus(LIFE);
        let bytes = serde_json::to_vec(&pending).map_err(passkey::Refused::from)?;
        self.ceremonies.put(key, bytes, until).await?;
        Ok(Some(pending.options))
    }

    /// The user's passkeys that browsers offer at this host: those of another one answer nothing.
    pub(super) async fn passkeys_here(&self, user: &UserId) -> Result<Vec<PasskeyRow>, FlowError> {
        let Some(party) = &self.relying_party else {
            return Ok(Vec::new());
        };
        let mut rows = self.passkeys.passkeys_of(user).await?;
        rows.retain(|row| row.is_for(party.id()));
        Ok(rows)
    }

    /// The user's passkeys with their credentials, without those that cannot be read.
    pub(super) async fn passkeys_of(
        &self,
        actor: Actor<'_>,
    ) -> Result<Vec<(PasskeyRow, Credential)>, FlowError> {
        let rows = self.passkeys.passkeys_of(actor.user()).await?;
        let open = |row: PasskeyRow| {
            let bytes = self
                .at_rest
                .open_credential(&row.credential, &row.user, &row.id);
            let credential = bytes.map_err(|error| error.to_string()).and_then(|bytes| {
                Credential::from_bytes(&bytes, row.counter).map_err(|error| error.to_string())
            });
            match credential {
                Ok(credential) => Some((row, credential)),
                // One row must not shut the others out.
                Err(error) => {
                    tracing::error!(
                        passkey = row.id.as_str(),
                        error,
                        "a row of passkeys cannot be used"
                    );
                    None
                }
            }
        };
        Ok(rows.into_iter().filter_map(open).collect())
    }

    pub(super) async fn credentials_of(
        &self,
        actor: Actor<'_>,
    ) -> Result<Vec<Credential>, FlowError> {
        let passkeys = self.passkeys_of(actor).await?;
        Ok(passkeys.into_iter().map(|(_, known)| known).collect())
    }

    pub(super) async fn handle_of(&self, actor: Actor<'_>) -> Result<UserHandle, FlowError> {
        let fresh = UserHandle::generate(&*self.random)?;
        Ok(self.passkeys.user_handle(actor.user(), fresh).await?)
    }

    pub(super) async fn check_passkey(
        &self,
        actor: Actor<'_>,
        answer: &str,
    ) -> Result<Checked, FlowError> {
        let Some(party) = &self.relying_party else {
            return Ok(Checked::Wrong);
        };
        let (key, now) = (CeremonyKey::of(&actor.held.record, KIND), self.now());
        let Some(bytes) = self.ceremonies.get(&key, now).await? else {
            return Ok(Checked::Expired);
        };
        let Ok(pending) = serde_json::from_slice::<Pending>(&bytes) else {
            return Ok(Checked::Expired);
        };
        // No guess: it can never be right. A form that was sent twice must not end the sign-in that its
        // first copy completes, nor take the challenge of the page that came after it.
        if !passkey::is_answer_to(&pending.options, answer) {
            return Ok(Checked::Expired);
        }
        // Taken before it is looked at: a challenge is answered once, well or badly.
        if !self.ceremonies.take(&key, &bytes, now).await? {
            return Ok(Checked::Expired);
        }
        let own = self.handle_of(actor).await?;
        let known = self.passkeys_of(actor).await?;
        let answers = passkey::credential_of(answer);
        let answers = known
            .iter()
            .find(|(_, known)| answers.as_deref() == Some(known.id()));
        let expected = Expected {
            // An imported one knows its user by the handle that it was made with, and by no other.
            handle: answers
                .and_then(|(row, _)| row.user_handle.as_deref())
                .unwrap_or(&own.0),
            backup_known: answers.is_none_or(|(_, known)| known.backup_known()),
        };
        let asserted = match party.finish_assertion(&pending.state, expected, answer) {
            Ok(asserted) => asserted,
            // The right key in the right hands, asked too little: the next challenge asks for more.
            Err(passkey::Refused::Unverified) => {
                let must = CeremonyKey::of(&actor.held.record, MUST_VERIFY);
                let until = now.plus(LIFE);
                self.ceremonies.put(must, b"1".to_vec(), until).await?;
                return Ok(Checked::Unverified);
            }
            Err(error) => {
                tracing::info!(session = %actor.held.record.id, %error, "an assertion was refused");
                let why = match error {
                    passkey::Refused::Copied => COPIED,
                    _ => audit::PASSKEY,
                };
                self.passkey_failed(actor, why).await;
                return Ok(Checked::Wrong);
            }
        };
        // Read afresh: one that was removed meanwhile opens nothing.
        let rows = self.passkeys_of(actor).await?;
        let used = rows
            .into_iter()
            .find(|(_, known)| known.id() == asserted.credential_id);
        let Some((row, known)) = used else {
            self.passkey_failed(actor, "passkey that was removed").await;
            return Ok(Checked::NoneLeft);
        };
        let accepted = self
            .passkeys
            .accept_assertion(&row.id, asserted.counter, now)
            .await?;
        if accepted && !known.backup_known() {
            let known = known.learn(asserted.shown.backup_eligible);
            self.keep_learnt(actor, &row, &known).await?;
        }
        match passkey::finish(row.id, accepted, asserted.shown, now) {
            Some(factor) => Ok(Checked::Verified(factor, row.name)),
            None => {
                self.passkey_failed(actor, COPIED).await;
                Ok(Checked::Wrong)
            }
        }
    }

    async fn passkey_failed(&self, actor: Actor<'_>, why: &str) {
        self.note_of(actor, audit::FACTOR_FAILED, audit::PASSKEY, why)
            .await;
    }

    /// From now on the flag has to stay what it is.
    async fn keep_learnt(
        &self,
        actor: Actor<'_>,
        row: &PasskeyRow,
        known: &Credential,
    ) -> Result<(), FlowError> {
        let bytes = known.to_bytes().map_err(passkey::Refused::from)?;
        let sealed = self
            .at_rest
            .seal_credential(&bytes, actor.user(), &row.id, &*self.random)?;
        Ok(self.passkeys.replace_credential(&row.id, sealed).await?)
    }
}
