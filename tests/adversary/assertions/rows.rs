//! Each row is one way to spoil a right assertion.

use super::Stage;
use crate::support::passkey::message::{BE, BS, ED, UP, UV};
use crate::support::passkey::{Asserted, Draft};
use serde_json::{Value, json};

/// Where an assertion is spoilt.
pub enum Spoil {
    /// In what is signed.
    Before(fn(&mut Draft, &Stage)),
    /// In what was signed.
    After(fn(&mut Asserted, &Stage)),
    /// In what the browser sends.
    Text(fn(&str, &Stage) -> String),
    /// Something else is sent, for these options.
    Instead(fn(&Value, &Stage) -> String),
}

use Spoil::{After, Before, Instead, Text};

pub type Row = (&'static str, Spoil);

/// Nothing is spoilt.
pub const CONTROL: Row = ("control", Before(|_, _| {}));

fn set(draft: &mut Draft, field: &str, value: impl Into<Value>) {
    draft.client[field] = value.into();
}

fn unset(draft: &mut Draft, field: &str) {
    draft.client.as_object_mut().unwrap().remove(field);
}

fn with(json: &str, change: impl FnOnce(&mut Value)) -> String {
    let mut value = serde_json::from_str(json).unwrap();
    change(&mut value);
    value.to_string()
}

/// Client data.
pub const CLIENT: &[Row] = &[
    (
        "type of a creation",
        Before(|it, _| set(it, "type", "webauthn.create")),
    ),
    (
        "type of a payment",
        Before(|it, _| set(it, "type", "payment.get")),
    ),
    ("no type", Before(|it, _| unset(it, "type"))),
    (
        "challenge of another session",
        Before(|it, at| set(it, "challenge", at.elsewhere.clone())),
    ),
    (
        "challenge that was answered",
        Before(|it, at| set(it, "challenge", at.answered.clone())),
    ),
    (
        "challenge of zeros",
        Before(|it, _| set(it, "challenge", "A".repeat(43))),
    ),
    ("empty challenge", Before(|it, _| set(it, "challenge", ""))),
    (
        "challenge as a number",
        Before(|it, _| set(it, "challenge", 0)),
    ),
    ("no challenge", Before(|it, _| unset(it, "challenge"))),
    (
        "challenge cut short",
        Before(|it, _| {
            let half = it.client["challenge"].as_str().unwrap()[..20].to_owned();
            set(it, "challenge", half);
        }),
    ),
    (
        "another site",
        Before(|it, _| set(it, "origin", "https://evil.example")),
    ),
    (
        "another port",
        Before(|it, at| set(it, "origin", at.with_port("http://localhost", 1))),
    ),
    (
        "no port",
        Before(|it, _| set(it, "origin", "http://localhost")),
    ),
    (
        "a subdomain",
        Before(|it, at| set(it, "origin", at.with_port("http://sub.localhost", 0))),
    ),
    (
        "https",
        Before(|it, at| set(it, "origin", at.with_port("https://localhost", 0))),
    ),
    (
        "an address",
        Before(|it, at| set(it, "origin", at.with_port("http://127.0.0.1", 0))),
    ),
    (
        "begins like it",
        Before(|it, at| set(it, "origin", format!("{}.evil.example", at.origin))),
    ),
    (
        "a user before it",
        Before(|it, at| set(it, "origin", format!("{}@evil.example", at.origin))),
    ),
    (
        "an app",
        Before(|it, _| set(it, "origin", "android:apk-key-hash:AAAA")),
    ),
    (
        "an opaque origin",
        Before(|it, _| set(it, "origin", "null")),
    ),
    ("no origin", Before(|it, _| unset(it, "origin"))),
    (
        "in a frame of another site",
        Before(|it, _| set(it, "crossOrigin", true)),
    ),
    (
        "below the page of another site",
        Before(|it, _| {
            set(it, "crossOrigin", true);
            set(it, "topOrigin", "https://evil.example");
        }),
    ),
    (
        "token binding that is garbage",
        Before(|it, _| set(it, "tokenBinding", 7)),
    ),
    (
        "client data that is no JSON",
        Before(|it, _| it.raw_client = Some(b"}{".to_vec())),
    ),
    (
        "client data that is a list",
        Before(|it, _| it.raw_client = Some(b"[]".to_vec())),
    ),
    (
        "no client data",
        Before(|it, _| it.raw_client = Some(Vec::new())),
    ),
    (
        "client data changed later",
        After(|it, _| it.client.push(b' ')),
    ),
];

/// Authenticator data, of a laptop: user verified, one device, counting.
pub const DATA: &[Row] = &[
    (
        "another relying party",
        Before(|it, _| it.party = "evil.example".to_owned()),
    ),
    (
        "a part of the domain",
        Before(|it, _| it.party = "host".to_owned()),
    ),
    (
        "the origin as relying party",
        Before(|it, at| it.party.clone_from(&at.origin)),
    ),
    ("user not present", Before(|it, _| it.flags &= !UP)),
    ("user not verified", Before(|it, _| it.flags &= !UV)),
    ("no flags", Before(|it, _| it.flags = 0)),
    ("can be backed up now", Before(|it, _| it.flags |= BE)),
    ("is backed up now", Before(|it, _| it.flags |= BE | BS)),
    ("backed up but cannot be", Before(|it, _| it.flags |= BS)),
    ("extensions announced only", Before(|it, _| it.flags |= ED)),
    (
        "extensions of garbage",
        Before(|it, _| {
            it.flags |= ED;
            it.rest = vec![0xff; 9];
        }),
    ),
    (
        "counter as it was",
        Before(|it, at| it.counter = at.highest),
    ),
    (
        "counter gone back",
        Before(|it, at| it.counter = at.highest - 1),
    ),
    ("counter of zero", Before(|it, _| it.counter = 0)),
    ("flag turned later", After(|it, _| it.data[32] ^= UV)),
    ("counter raised later", After(|it, _| it.data[34] = 0x7f)),
    ("data cut short", After(|it, _| it.data.truncate(36))),
    ("data with a tail", After(|it, _| it.data.push(0))),
    ("no data", After(|it, _| it.data.clear())),
];

/// Signature, user and credential.
pub const WHO: &[Row] = &[
    (
        "signature with a bit turned",
        After(|it, _| *it.signature.last_mut().unwrap() ^= 1),
    ),
    (
        "signature cut short",
        After(|it, _| it.signature.truncate(it.signature.len() - 1)),
    ),
    ("signature with a tail", After(|it, _| it.signature.push(0))),
    ("empty signature", After(|it, _| it.signature.clear())),
    (
        "signature of zeros",
        After(|it, _| it.signature = vec![0x30, 6, 2, 1, 0, 2, 1, 0]),
    ),
    (
        "signature by another's key",
        After(|it, at| {
            it.signature = at.other.signature(&it.data, &it.client);
        }),
    ),
    (
        "user handle of another",
        After(|it, at| it.handle = Some(at.other.user.clone())),
    ),
    (
        "user handle with a tail",
        After(|it, _| it.handle.as_mut().unwrap().push(0)),
    ),
    (
        "user handle that is a name",
        After(|it, _| it.handle = Some(b"user01@example.com".to_vec())),
    ),
    (
        "credential that nobody has",
        After(|it, _| it.id = vec![7; 32]),
    ),
    (
        "credential id of another",
        After(|it, at| it.id.clone_from(&at.other.id)),
    ),
    ("empty credential id", After(|it, _| it.id.clear())),
    (
        "credential of another",
        Instead(|options, at| at.other.clone().get(options, &at.origin)),
    ),
    (
        "credential of another for the victim",
        Instead(|options, at| {
            let mut other = at.other.clone();
            other.user.clone_from(&at.removed.user);
            other.get(options, &at.origin)
        }),
    ),
    (
        "credential that was removed",
        Instead(|options, at| at.removed.clone().get(options, &at.origin)),
    ),
    ("accepted before", Instead(|_, at| at.accepted.clone())),
    (
        "ids that differ",
        Text(|it, _| with(it, |it| it["rawId"] = json!("AAAA"))),
    ),
    (
        "no signature",
        Text(|it, _| with(it, |it| it["response"]["signature"] = Value::Null)),
    ),
    (
        "data of the wrong kind",
        Text(|it, _| with(it, |it| it["response"]["authenticatorData"] = json!({}))),
    ),
    (
        "answer to a creation",
        Instead(|options, at| {
            let mut options = options.clone();
            options["rp"] = json!({ "id": options["rpId"] });
            at.removed.creation(&options, &at.origin).json()
        }),
    ),
    ("no JSON", Instead(|_, _| "credential".to_owned())),
    ("null", Instead(|_, _| "null".to_owned())),
    ("a list", Text(|it, _| format!("[{it}]"))),
    (
        "JSON cut short",
        Text(|it, _| it[..it.len() - 2].to_owned()),
    ),
    ("two answers", Text(|it, _| format!("{it}{it}"))),
    ("deep JSON", Instead(|_, _| "[".repeat(15_000))),
    (
        "huge JSON",
        Text(|it, _| format!("{{\"pad\":\"{}\",{}", "a".repeat(300_000), &it[1..])),
    ),
];

/// Of a password manager, whose keys are on several devices.
pub const SYNCED: &[Row] = &[
    (
        "cannot be backed up any more",
        Before(|it, _| it.flags &= !(BE | BS)),
    ),
    (
        "backed up but cannot be (synced)",
        Before(|it, _| it.flags &= !BE),
    ),
    (
        "user not verified (synced)",
        Before(|it, _| it.flags &= !UV),
    ),
];

/// Of a security key that knew its user when it was added.
pub const KEY: &[Row] = &[
    (
        "user not verified (security key)",
        Before(|it, _| it.flags &= !UV),
    ),
    (
        "user not present (security key)",
        Before(|it, _| it.flags &= !UP),
    ),
];
