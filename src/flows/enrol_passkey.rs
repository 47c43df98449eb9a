//! Enrolling a passkey or a security key: a pending challenge, the new credential, the row.

use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};

use super::check_passkey::LIFE;
use super::enrol::Confirm;
use super::{Actor, FlowError, Flows, audit, step_up::StepUp};
use crate::domain::authenticator::FriendlyName;
use crate::domain::authenticator::Possession;
use crate::domain::authenticator::passkey::{self, Mechanism, Refused, Registered};
use crate::domain::clock::UnixTime;
use crate::domain::ids::FactorId;
use crate::stores::{CeremonyKey, InsertIf, Inserted, NewPasskey};

/// So many names are tried before the user has to think of one: "iCloud Keychain 2" and so on.
const NAMES: usize = 50;

/// How enrolling a passkey may begin.
pub enum BeginPasskey {
    /// Options for the browser.
    Options(String),
    StepUp(StepUp),
    /// Nobody enrols a first factor by themselves.
    Closed,
    /// Switched off in the configuration, or impossible at this address.
    NotOffered,
}

/// What a browser sends to enrol a passkey.
pub struct Created<'a> {
    pub mechanism: Mechanism,
    /// JSON of the new credential.
    pub answer: &'a str,
    /// Empty for the provider's.
    pub name: &'a str,
    /// For what has neither, in the user's language.
    pub plain_name: &'a str,
    /// The administrator's one-time code, where the policy asks for one.
    pub token: &'a str,
}

#[derive(Serialize, Deserialize)]
struct Pending {
    options: String,
    state: String,
    /// Kept when it is put back: what is tried again has no longer life.
    until: UnixTime,
}

impl Flows {
    pub async fn begin_passkey(
        &self,
        actor: Actor<'_>,
        mechanism: Mechanism,
    ) -> Result<BeginPasskey, FlowError> {
        let party = match &self.relying_party {
            Some(party) if self.rules.passkey_enrolment => party,
            _ => return Ok(BeginPasskey::NotOffered),
        };
        if let Some(due) = self.step_up_before_enrolment(actor).await? {
            return Ok(BeginPasskey::StepUp(due));
        }
        if self.is_closed(actor) {
            return Ok(BeginPasskey::Closed);
        }
        let known = self.credentials_of(actor).await?;
        let handle = self.handle_of(actor).await?;
        let made = party.begin_registration(mechanism, handle, &actor.who.name, &known)?;
        let pending = Pending {
            options: made.json,
            state: made.pending,
            until: self.now().plus(LIFE),
        };
        self.pend_passkey(actor, mechanism, &pending).await?;
        Ok(BeginPasskey::Options(pending.options))
    }

    async fn pend_passkey(
        &self,
        actor: Actor<'_>,
        mechanism: Mechanism,
        pending: &Pending,
    ) -> Result<(), FlowError> {
        let key = CeremonyKey::of(&actor.held.record, kind(mechanism));
        let bytes = serde_json::to_vec(pending).map_err(Refused::from)?;
        Ok(self.ceremonies.put(key, bytes, pending.until).await?)
    }

    pub async fn confirm_passkey(
        &self,
        actor: Actor<'_>,
        created: Created<'_>,
    ) -> Result<Confirm, FlowError> {
        let party = match &self.relying_party {
            Some(party) if self.rules.passkey_enrolment => party,
            _ => return Ok(Confirm::Closed),
        };
        if let Some(due) = self.step_up_before_enrolment(actor).await? {
            return Ok(Confirm::StepUp(due));
        }
        if self.is_closed(actor) {
            return Ok(Confirm::Closed);
        }
        let key = CeremonyKey::of(&actor.held.record, kind(created.mechanism));
        let Some(bytes) = self.ceremonies.get(&key, self.now()).await? else {
            return Ok(Confirm::Expired);
        };
        // Taken before it is looked at: of two answers to one challenge only one is enrolled.
        if !self.ceremonies.take(&key, &bytes, self.now()).await? {
            return Ok(Confirm::Expired);
        }
        let Ok(pending) = serde_json::from_slice::<Pending>(&bytes) else {
            return Ok(Confirm::Expired);
        };
        let known = self.credentials_of(actor).await?;
        let new = match party.finish_registration(&pending.state, created.answer, &known) {
            Ok(new) => new,
            Err(Refused::Known) => return Ok(Confirm::Known),
            Err(error) => {
                tracing::info!(session = %actor.held.record.id, %error, "a new passkey was refused");
                return Ok(Confirm::Refused);
            }
        };
        let Some(condition) = self.condition(actor, created.token) else {
            return self.bad_token(actor, &created, &pending).await;
        };
        let id = FactorId::generate(&*self.random)?;
        let (inserted, name) = self
            .insert_passkey(actor, &id, &new, &created, condition)
            .await?;
        match inserted {
            Inserted::Done => {}
            Inserted::NotFirst => return self.overtaken(actor).await,
            Inserted::NameTaken => return Ok(Confirm::NameTaken),
            // Somebody else's: whoever knows its id learns nothing more.
            Inserted::Known => return Ok(Confirm::Refused),
            Inserted::NoToken => return self.bad_token(actor, &created, &pending).await,
        }
        // Making it takes the same gesture as using it, so it proves as much.
        let shown = Possession {
            user_verified: new.credential.user_verified(),
            backup_eligible: new.credential.backup_eligible(),
        };
        let factor = passkey::finish(id, true, shown, self.now());
        self.after_insert(actor, &name, factor).await
    }

    /// The credential exists on the authenticator: the same answer with a better code still counts.
    async fn bad_token(
        &self,
        actor: Actor<'_>,
        created: &Created<'_>,
        pending: &Pending,
    ) -> Result<Confirm, FlowError> {
        self.pend_passkey(actor, created.mechanism, pending).await?;
        self.note(actor, audit::ENROLMENT_TOKEN_REFUSED, "").await;
        Ok(Confirm::BadToken)
    }

    /// Inserts under the typed name, the provider's or a plain one, with a number where it is taken: what
    /// exists on the authenticator must not get lost for a name.
    async fn insert_passkey(
        &self,
        actor: Actor<'_>,
        id: &FactorId,
        new: &Registered,
        created: &Created<'_>,
        condition: InsertIf,
    ) -> Result<(Inserted, String), FlowError> {
        let user = actor.user();
        let bytes = new.credential.to_bytes().map_err(Refused::from)?;
        let credential = self
            .at_rest
            .seal_credential(&bytes, user, id, &*self.random)?;
        let mut credential_digest = [0; 32];
        credential_digest.copy_from_slice(digest(&SHA256, new.credential.id()).as_ref());
        let provider = new.aaguid.and_then(|aaguid| aaguid.provider());
        let typed = FriendlyName::new(created.name).ok();
        let base = typed
            .as_ref()
            .map_or(provider.unwrap_or(created.plain_name), FriendlyName::as_str);
        let Ok(base) = FriendlyName::new(base) else {
            return Ok((Inserted::NameTaken, base.to_owned()));
        };
        for number in 1..=NAMES {
            let name = base.numbered(number);
            let row = NewPasskey {
                id: id.clone(),
                user: user.clone(),
                name: name.clone(),
                credential_digest,
                credential: credential.clone(),
                counter: new.credential.counter(),
                aaguid: new.aaguid,
                rp_id: self.relying_party.as_ref().map(|it| it.id().to_owned()),
                user_handle: None,
                at: self.now(),
            };
            match self.passkeys.insert_passkey(row, condition).await {
                Ok(Inserted::NameTaken) => {}
                Ok(inserted) => return Ok((inserted, name.as_str().to_owned())),
                Err(error) => {
                    // The row may have been written all the same, and then the others must fall.
                    self.doubts.about(user);
                    return Err(error.into());
                }
            }
        }
        Ok((Inserted::NameTaken, base.as_str().to_owned()))
    }
}

/// Two challenges may be open, one for each action of the page.
fn kind(mechanism: Mechanism) -> &'static str {
    match mechanism {
        Mechanism::Passkey => "passkey registration",
        Mechanism::SecurityKey => "security key registration",
    }
}
