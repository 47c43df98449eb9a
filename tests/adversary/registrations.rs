//! New passkeys that differ from a right one in one point: none is enrolled (WebAuthn Level 3, section 7.1).

use crate::support::passkey::message::{AT, BS, ED, UP, UV};
use crate::support::passkey::{Created, pages};
use crate::support::people::{self, Person};
use crate::support::{Browser, CrmApp, Device, Gateway, Origin, Passkey};
use ciborium::Value as Cbor;
use serde_json::{Value, json};
use std::sync::Arc;

/// What the attacker has at hand.
struct Stage {
    origin: String,
    /// Of another session of the same user, of the page for security keys, and one that was answered.
    elsewhere: Value,
    security_key: Value,
    answered: Value,
    /// Another user's passkey.
    other: Passkey,
}

type OnMade = fn(&mut Created, &Stage);
type OnText = fn(&str) -> String;

enum Spoil {
    Made(OnMade),
    Text(OnText),
}

fn set(made: &mut Created, field: &str, value: impl Into<Value>) {
    made.draft.client[field] = value.into();
}

const ROWS: &[(&str, OnMade)] = &[
    ("type of an assertion", |it, _| {
        set(it, "type", "webauthn.get")
    }),
    ("no type", |it, _| set(it, "type", Value::Null)),
    ("challenge of another session", |it, at| {
        set(it, "challenge", at.elsewhere.clone())
    }),
    ("challenge for a security key", |it, at| {
        set(it, "challenge", at.security_key.clone())
    }),
    ("challenge that was answered", |it, at| {
        set(it, "challenge", at.answered.clone())
    }),
    ("empty challenge", |it, _| set(it, "challenge", "")),
    ("another site", |it, _| {
        set(it, "origin", "https://evil.example")
    }),
    ("no port", |it, _| set(it, "origin", "http://localhost")),
    ("https", |it, at| {
        set(it, "origin", at.origin.replace("http:", "https:"))
    }),
    ("a subdomain", |it, at| {
        set(it, "origin", at.origin.replace("//", "//sub."))
    }),
    ("another port", |it, at| {
        set(it, "origin", format!("{}0", at.origin))
    }),
    ("in a frame of another site", |it, _| {
        set(it, "crossOrigin", true)
    }),
    ("below the page of another site", |it, _| {
        set(it, "topOrigin", "https://evil.example")
    }),
    ("client data that is no JSON", |it, _| {
        it.draft.raw_client = Some(b"}{".to_vec())
    }),
    ("another relying party", |it, _| {
        it.draft.party = "evil.example".to_owned()
    }),
    ("user not present", |it, _| it.draft.flags &= !UP),
    ("user not verified", |it, _| it.draft.flags &= !UV),
    ("backed up but cannot be", |it, _| it.draft.flags |= BS),
    ("no credential", |it, _| it.draft.flags &= !AT),
    ("extensions announced only", |it, _| it.draft.flags |= ED),
    ("an algorithm that was not asked for", |it, _| {
        it.algorithm = -8
    }),
    ("no algorithm", |it, _| it.algorithm = 0),
    ("a point that is on no curve", |it, _| {
        it.point = [vec![1; 32], vec![1; 32]]
    }),
    ("half a point", |it, _| it.point[1].truncate(16)),
    ("an empty point", |it, _| {
        it.point = [Vec::new(), Vec::new()]
    }),
    ("no format", |it, _| it.format.clear()),
    ("an attestation without its signature", |it, _| {
        it.format = "packed".to_owned()
    }),
    ("an attestation by another key", |it, at| {
        it.format = "packed".to_owned();
        let signature = at.other.signature(b"data", b"client");
        it.statement = vec![
            (Cbor::Text("alg".to_owned()), Cbor::Integer((-7).into())),
            (Cbor::Text("sig".to_owned()), Cbor::Bytes(signature)),
        ];
    }),
    ("credential id of another user", |it, at| {
        it.id.clone_from(&at.other.id);
        it.attested_id.clone_from(&at.other.id);
    }),
    ("credential id longer than ids are", |it, _| {
        it.id = vec![7; 1_024];
        it.attested_id = vec![7; 1_024];
    }),
    ("empty credential id", |it, _| {
        it.id.clear();
        it.attested_id.clear();
    }),
];

/// What is no answer at all.
const TEXTS: &[(&str, OnText)] = &[
    ("no JSON", |_| "credential".to_owned()),
    ("null", |_| "null".to_owned()),
    ("a list", |it| format!("[{it}]")),
    ("JSON cut short", |it| it[..it.len() - 2].to_owned()),
    ("two answers", |it| format!("{it}{it}")),
    ("huge JSON", |it| {
        format!("{{\"pad\":\"{}\",{}", "a".repeat(300_000), &it[1..])
    }),
    ("an object that is no CBOR", |it| with_object(it, "____")),
    ("an empty object", |it| with_object(it, "oA")),
    ("deep CBOR", |it| with_object(it, &"gYGB".repeat(5_000))),
];

fn with_object(json: &str, object: &str) -> String {
    let mut value: Value = serde_json::from_str(json).unwrap();
    value["response"]["attestationObject"] = json!(object);
    value.to_string()
}

/// Whether the session is verified, or a passkey is listed, after this answer to the page's options.
async fn gets_through(
    browser: &mut Browser,
    stage: &mut Stage,
    answer: impl FnOnce(Created, &Stage) -> String,
) -> bool {
    let page = browser.get(pages::NEW).await;
    let options = pages::options(&page);
    let passkey = Device::LAPTOP.key_for(&options);
    let answer = answer(passkey.creation(&options, &stage.origin), stage);
    let answered = browser.submit(&pages::filled(&page, &answer)).await;
    stage.answered = options["challenge"].clone();
    let list = browser.get("/settings/security").await;
    let still_none = list.status == 200 && list.reading().contains("No passkey yet");
    answered.status == 303 || answered.status >= 500 || !still_none
}

#[tokio::test]
async fn no_new_passkey_that_is_spoilt_in_one_point_is_enrolled() {
    let app = Origin::start(Arc::new(CrmApp::default())).await;
    let gateway = Gateway::start(app.addr, |_| {}).await;
    let (_, other) = pages::enrolled(&gateway, Person(2), Device::LAPTOP).await;
    let mut waiting = people::password_only(&gateway, Person(1)).await;
    let elsewhere = pages::options(&waiting.get(pages::NEW).await);
    let mut browser = people::password_only(&gateway, Person(1)).await;
    let security_key = pages::options(&browser.get(pages::NEW_KEY).await);
    let mut stage = Stage {
        origin: gateway.url(),
        elsewhere: elsewhere["challenge"].clone(),
        security_key: security_key["challenge"].clone(),
        answered: json!(""),
        other,
    };
    let mut through = Vec::new();
    let rows = ROWS
        .iter()
        .map(|(name, spoil)| (*name, Spoil::Made(*spoil)));
    let texts = TEXTS
        .iter()
        .map(|(name, spoil)| (*name, Spoil::Text(*spoil)));
    for (name, spoil) in rows.chain(texts) {
        let answer = |mut made: Created, at: &Stage| match spoil {
            Spoil::Made(spoil) => {
                spoil(&mut made, at);
                made.json()
            }
            Spoil::Text(spoil) => spoil(&made.json()),
        };
        if gets_through(&mut browser, &mut stage, answer).await {
            through.push(name);
            // The others are tried by somebody who has no passkey yet.
            let next = Person(10 + u32::try_from(through.len()).unwrap());
            browser = people::password_only(&gateway, next).await;
        }
    }
    let right = |made: Created, _: &Stage| made.json();
    assert!(
        gets_through(&mut browser, &mut stage, right).await,
        "the control is refused"
    );
    let none: [&str; 0] = [];
    assert_eq!(through, none);
}
