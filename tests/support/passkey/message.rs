//! What an authenticator and a browser say together (WebAuthn Level 3, sections 5.8.1, 6.1 and 6.5).

use super::{Passkey, encoded};
use ciborium::Value as Cbor;
use ring::digest::{SHA256, digest};
use serde_json::{Value, json};

/// Flags of authenticator data: the user was present; was verified; the key may be and is backed up;
/// a new credential, or extensions, come after the counter.
pub const UP: u8 = 0x01;
pub const UV: u8 = 0x04;
pub const BE: u8 = 0x08;
pub const BS: u8 = 0x10;
pub const AT: u8 = 0x40;
pub const ED: u8 = 0x80;

/// What will be signed.
#[derive(Clone, Debug)]
pub struct Draft {
    pub client: Value,
    /// In the place of `client`, byte for byte.
    pub raw_client: Option<Vec<u8>>,
    /// The relying party whose hash the data holds.
    pub party: String,
    pub flags: u8,
    pub counter: u32,
    /// What comes after the counter.
    pub rest: Vec<u8>,
}

impl Draft {
    pub fn client_data(&self) -> Vec<u8> {
        let written = || self.client.to_string().into_bytes();
        self.raw_client.clone().unwrap_or_else(written)
    }

    pub fn authenticator_data(&self) -> Vec<u8> {
        let hash = digest(&SHA256, self.party.as_bytes());
        let mut data = hash.as_ref().to_vec();
        data.push(self.flags);
        data.extend(self.counter.to_be_bytes());
        data.extend(&self.rest);
        data
    }
}

/// A signed assertion.
#[derive(Clone, Debug)]
pub struct Asserted {
    pub id: Vec<u8>,
    pub client: Vec<u8>,
    pub data: Vec<u8>,
    pub signature: Vec<u8>,
    pub handle: Option<Vec<u8>>,
}

impl Asserted {
    pub fn json(&self) -> String {
        let answer = json!({
            "id": encoded(&self.id),
            "rawId": encoded(&self.id),
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": encoded(&self.client),
                "authenticatorData": encoded(&self.data),
                "signature": encoded(&self.signature),
                "userHandle": self.handle.as_deref().map(encoded),
            },
        });
        answer.to_string()
    }
}

/// A new credential. `draft.rest` stays empty: the attested credential data is made of the rest.
#[derive(Clone, Debug)]
pub struct Created {
    pub draft: Draft,
    pub id: Vec<u8>,
    /// The id inside the attested data.
    pub attested_id: Vec<u8>,
    pub aaguid: u128,
    /// COSE: ES256 is -7.
    pub algorithm: i64,
    pub point: [Vec<u8>; 2],
    pub format: String,
    pub statement: Vec<(Cbor, Cbor)>,
}

impl Created {
    pub fn of(passkey: &Passkey, mut draft: Draft) -> Self {
        draft.flags |= AT;
        Self {
            draft,
            id: passkey.id.clone(),
            attested_id: passkey.id.clone(),
            aaguid: passkey.device.aaguid,
            algorithm: -7,
            point: passkey.public(),
            format: "none".to_owned(),
            statement: Vec::new(),
        }
    }

    pub fn json(&self) -> String {
        let mut data = self.draft.authenticator_data();
        if self.draft.flags & AT != 0 {
            data.extend(self.attested());
        }
        let object = Cbor::Map(vec![
            (text("fmt"), text(&self.format)),
            (text("attStmt"), Cbor::Map(self.statement.clone())),
            (text("authData"), Cbor::Bytes(data)),
        ]);
        let answer = json!({
            "id": encoded(&self.id),
            "rawId": encoded(&self.id),
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": encoded(&self.draft.client_data()),
                "attestationObject": encoded(&bytes(&object)),
                "transports": ["internal"],
            },
        });
        answer.to_string()
    }

    fn attested(&self) -> Vec<u8> {
        let length = u16::try_from(self.attested_id.len()).unwrap();
        let [x, y] = self.point.clone();
        let key = Cbor::Map(vec![
            (number(1), number(2)),
            (number(3), number(self.algorithm)),
            (number(-1), number(1)),
            (number(-2), Cbor::Bytes(x)),
            (number(-3), Cbor::Bytes(y)),
        ]);
        let mut data = self.aaguid.to_be_bytes().to_vec();
        data.extend(length.to_be_bytes());
        data.extend(&self.attested_id);
        data.extend(bytes(&key));
        data
    }
}

fn text(text: &str) -> Cbor {
    Cbor::Text(text.to_owned())
}

fn number(number: i64) -> Cbor {
    Cbor::Integer(number.into())
}

fn bytes(value: &Cbor) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).unwrap();
    bytes
}
