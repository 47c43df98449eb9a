//! One credential: a public key with what is known of its authenticator.

use serde::{Deserialize, Serialize};
use serde_json::json;
use webauthn_rs::prelude::SecurityKey;

use super::cose::{self, BadKey};

/// A public key with its id, counter and transports.
#[derive(Clone, Debug)]
pub struct Credential {
    pub(super) key: SecurityKey,
    backup: Backup,
}

/// Whether it is known if the key may be on several devices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Backup {
    #[default]
    Known,
    /// Where it came from did not write that down: its first assertion says so, for good.
    Unknown,
}

/// What is stored beside the library's own form.
#[derive(Serialize, Deserialize)]
struct Beside {
    #[serde(default)]
    backup: Backup,
}

/// A credential taken apart: what every system that knows passkeys has of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    pub id: Vec<u8>,
    /// COSE.
    pub public_key: Vec<u8>,
    pub counter: u32,
    pub transports: Vec<String>,
    pub user_verified: bool,
    pub backup_eligible: Option<bool>,
    pub backup_state: bool,
}

impl Credential {
    pub fn id(&self) -> &[u8] {
        self.key.cred_id()
    }

    /// JSON, for the store to encrypt.
    pub fn to_bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut written = serde_json::to_value(&self.key)?;
        if let Some(fields) = written.as_object_mut().filter(|_| !self.backup_known()) {
            fields.insert("backup".to_owned(), serde_json::to_value(self.backup)?);
        }
        serde_json::to_vec(&written)
    }

    /// `counter` is the highest that the store has accepted: it is kept beside the credential.
    pub fn from_bytes(bytes: &[u8], counter: u32) -> Result<Self, serde_json::Error> {
        let beside: Beside = serde_json::from_slice(bytes)?;
        let key: SecurityKey = serde_json::from_slice(bytes)?;
        let mut inner = webauthn_rs::prelude::Credential::from(key);
        inner.counter = counter;
        Ok(Self {
            key: inner.into(),
            backup: beside.backup,
        })
    }

    /// Puts one together that was made elsewhere.
    pub fn from_parts(parts: &Parts) -> Result<Self, BadKey> {
        let key = cose::read(&parts.public_key)?;
        let id = super::base64url(&parts.id);
        let written = json!({ "cred": {
            "cred_id": id,
            "cred": serde_json::to_value(key).map_err(|_| BadKey::Unreadable)?,
            "counter": parts.counter,
            "transports": parts.transports,
            "user_verified": parts.user_verified,
            "backup_eligible": parts.backup_eligible.unwrap_or_default(),
            "backup_state": parts.backup_state,
            // What was verified when it was made has to be verified when it is used.
            "registration_policy": "preferred",
            "extensions": {},
            "attestation": { "data": "None", "metadata": "None" },
            "attestation_format": "none",
        }});
        Ok(Self {
            key: serde_json::from_value(written).map_err(|_| BadKey::Unreadable)?,
            backup: match parts.backup_eligible {
                Some(_) => Backup::Known,
                None => Backup::Unknown,
            },
        })
    }

    /// Takes it apart; `None` for a key of a kind that cannot be put together again.
    pub fn to_parts(&self) -> Option<Parts> {
        let inner = self.inner();
        let transports = inner.transports.unwrap_or_default();
        Some(Parts {
            public_key: cose::write(&inner.cred)?,
            id: inner.cred_id,
            counter: inner.counter,
            transports: transports.iter().map(ToString::to_string).collect(),
            user_verified: inner.user_verified,
            backup_eligible: self.backup_known().then_some(inner.backup_eligible),
            backup_state: inner.backup_state,
        })
    }

    /// What the authenticator counted when it was made.
    pub fn counter(&self) -> u32 {
        self.inner().counter
    }

    /// Whether the authenticator knew its user when it was made.
    pub fn user_verified(&self) -> bool {
        self.inner().user_verified
    }

    /// Whether its key may be on several devices.
    pub fn backup_eligible(&self) -> bool {
        self.inner().backup_eligible
    }

    pub fn backup_known(&self) -> bool {
        self.backup == Backup::Known
    }

    /// The same, now that an assertion has said whether its key may be on several devices.
    #[must_use]
    pub fn learn(self, backup_eligible: bool) -> Self {
        let mut inner = self.inner();
        inner.backup_eligible = backup_eligible;
        Self {
            key: inner.into(),
            backup: Backup::Known,
        }
    }

    fn inner(&self) -> webauthn_rs::prelude::Credential {
        self.key.clone().into()
    }
}

impl From<SecurityKey> for Credential {
    fn from(key: SecurityKey) -> Self {
        Self {
            key,
            backup: Backup::Known,
        }
    }
}
