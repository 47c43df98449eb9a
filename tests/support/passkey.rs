//! Authenticators in software: they make passkeys and use them, as JSON in the shape of browsers'
//! `toJSON()`, and let a test spoil any part of it on the way.

pub mod message;
pub mod pages;

pub use message::{Asserted, Created, Draft};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::Value;
use std::sync::Arc;

/// What an authenticator is and does.
#[derive(Clone, Copy, Debug)]
pub struct Device {
    /// It knows its user by a PIN or a feature of the body.
    pub uv: bool,
    /// Its keys may be on several devices, and whether they are.
    pub backup_eligible: bool,
    pub backed_up: bool,
    /// It counts its signatures.
    pub counts: bool,
    pub aaguid: u128,
}

/// One credential, with its private key.
#[derive(Clone)]
pub struct Passkey {
    pub device: Device,
    pub id: Vec<u8>,
    /// The user handle that it was made for.
    pub user: Vec<u8>,
    pub counter: u32,
    key: Arc<EcdsaKeyPair>,
}

impl Device {
    /// A laptop's own: bound to it, with a counter.
    pub const LAPTOP: Self = Self {
        uv: true,
        backup_eligible: false,
        backed_up: false,
        counts: true,
        aaguid: 0x0898_7058_cadc_4b81_b6e1_30de_50dc_be96,
    };
    /// A password manager that keeps its keys on all devices of its user.
    pub const MANAGER: Self = Self {
        uv: true,
        backup_eligible: true,
        backed_up: true,
        counts: false,
        aaguid: 0xd548_826e_79b4_db40_a3d8_1111_6f7e_8349,
    };
    /// A key without a PIN, which only wants to be touched.
    pub const SECURITY_KEY: Self = Self {
        uv: false,
        backup_eligible: false,
        backed_up: false,
        counts: true,
        aaguid: 0,
    };

    /// `navigator.credentials.create()`: the new passkey, and what the browser sends.
    pub fn create(self, options: &Value, origin: &str) -> (Passkey, String) {
        let passkey = self.key_for(options);
        let created = passkey.creation(options, origin).json();
        (passkey, created)
    }

    /// One that was made at another system, for a user whom that knows by `handle`.
    pub fn made_elsewhere(self, handle: &[u8]) -> Passkey {
        let mut passkey = self.key_for(&Value::Null);
        passkey.user = handle.to_vec();
        passkey
    }

    /// A key that nobody has been told of.
    pub fn key_for(self, options: &Value) -> Passkey {
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
        let key =
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8.as_ref(), &random);
        let mut id = vec![0; 32];
        random.fill(&mut id).unwrap();
        Passkey {
            device: self,
            id,
            user: decoded(&options["user"]["id"]),
            counter: 0,
            key: Arc::new(key.unwrap()),
        }
    }

    fn flags(self) -> u8 {
        let set = [
            (true, message::UP),
            (self.uv, message::UV),
            (self.backup_eligible, message::BE),
            (self.backed_up, message::BS),
        ];
        set.iter()
            .filter(|(on, _)| *on)
            .fold(0, |flags, (_, bit)| flags | bit)
    }
}

impl Passkey {
    /// What the authenticator says when it has made this key.
    pub fn creation(&self, options: &Value, origin: &str) -> Created {
        let draft = self.draft("webauthn.create", options, origin, &options["rp"]["id"]);
        Created::of(self, draft)
    }

    /// `navigator.credentials.get()`: what the browser sends.
    pub fn get(&mut self, options: &Value, origin: &str) -> String {
        let draft = self.assertion(options, origin);
        self.sign(draft).json()
    }

    /// An assertion that is not signed yet.
    pub fn assertion(&mut self, options: &Value, origin: &str) -> Draft {
        self.counter += u32::from(self.device.counts);
        self.draft("webauthn.get", options, origin, &options["rpId"])
    }

    pub fn sign(&self, draft: Draft) -> Asserted {
        let (data, client) = (draft.authenticator_data(), draft.client_data());
        Asserted {
            id: self.id.clone(),
            signature: self.signature(&data, &client),
            client,
            data,
            handle: Some(self.user.clone()),
        }
    }

    /// Over authenticator data and client data.
    pub fn signature(&self, data: &[u8], client: &[u8]) -> Vec<u8> {
        let hash = ring::digest::digest(&ring::digest::SHA256, client);
        let signed = [data, hash.as_ref()].concat();
        let signature = self.key.sign(&SystemRandom::new(), &signed).unwrap();
        signature.as_ref().to_vec()
    }

    /// What another system would write of it in a file for an import.
    pub fn exported(&self, user: impl std::fmt::Display) -> Value {
        let [x, y] = self.public();
        let start = [0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 0x20];
        let key = [&start[..], &x, &[0x22, 0x58, 0x20], &y].concat();
        serde_json::json!({
            "user": user.to_string(),
            "credential_id": encoded(&self.id),
            "public_key": encoded(&key),
            "counter": self.counter,
            "transports": ["internal"],
            "user_handle": encoded(&self.user),
            "user_verified": self.device.uv,
            "backup_eligible": self.device.backup_eligible,
            "rp_id": "localhost",
        })
    }

    /// Both coordinates of the public key.
    fn public(&self) -> [Vec<u8>; 2] {
        let point = self.key.public_key().as_ref();
        [point[1..33].to_vec(), point[33..65].to_vec()]
    }

    fn draft(&self, kind: &str, options: &Value, origin: &str, party: &Value) -> Draft {
        Draft {
            client: serde_json::json!({
                "type": kind,
                "challenge": options["challenge"],
                "origin": origin,
                "crossOrigin": false,
            }),
            raw_client: None,
            party: party.as_str().expect("a relying party").to_owned(),
            flags: self.device.flags(),
            counter: self.counter,
            rest: Vec::new(),
        }
    }
}

fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn decoded(text: &Value) -> Vec<u8> {
    let text = text.as_str().unwrap_or_default();
    URL_SAFE_NO_PAD
        .decode(text)
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}
