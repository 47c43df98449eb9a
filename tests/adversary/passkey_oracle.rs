//! What somebody learns from the challenge of an account: nothing before its password was right, and
//! after that not which of their guesses came close.

use crate::support::passkey::{Passkey, pages};
use crate::support::people::{self, Person};
use crate::support::{CrmApp, Device, Gateway, Origin, Page};
use std::sync::Arc;

async fn setting() -> (Origin, Gateway) {
    let origin = Origin::start(Arc::new(CrmApp::default())).await;
    let gateway = Gateway::start(origin.addr, |_| {}).await;
    (origin, gateway)
}

/// The page without what differs from one to the next anyway.
fn plain(page: &Page) -> String {
    let mut text = page.text();
    let csrf = page.form_with("csrf").fields;
    let csrf = csrf.iter().find(|(name, _)| name == "csrf").unwrap();
    let options = pages::options(page);
    for varying in [&csrf.1, options["challenge"].as_str().unwrap()] {
        assert!(text.contains(varying));
        text = text.replace(varying, "*");
    }
    format!("{} {text}", page.status)
}

#[tokio::test]
async fn a_bad_signature_and_an_unknown_credential_look_the_same() {
    let (_origin, gateway) = setting().await;
    let (_, passkey) = pages::enrolled(&gateway, Person(1), Device::LAPTOP).await;
    let (_, other) = pages::enrolled(&gateway, Person(2), Device::LAPTOP).await;
    let stranger = Device::LAPTOP.key_for(&serde_json::Value::Null);
    let claims = |id: &[u8], user: &[u8]| {
        let mut forged: Passkey = stranger.clone();
        forged.id = id.to_vec();
        forged.user = user.to_vec();
        forged
    };
    let mut answers = Vec::new();
    for mut forged in [
        claims(&passkey.id, &passkey.user),
        claims(&passkey.id, &other.user),
        claims(&[9; 32], &passkey.user),
        claims(&other.id, &other.user),
        other.clone(),
    ] {
        let mut browser = people::awaiting(&gateway, Person(1)).await;
        let refused = pages::answer(&mut browser, &mut forged).await;
        answers.push(plain(&refused));
    }
    assert!(answers[0].starts_with("422"), "{}", answers[0]);
    for answer in &answers[1..] {
        assert_eq!(*answer, answers[0]);
    }
}

#[tokio::test]
async fn nothing_about_a_passkey_is_told_before_the_password_was_right() {
    let (_origin, gateway) = setting().await;
    let (_, passkey) = pages::enrolled(&gateway, Person(1), Device::LAPTOP).await;
    let mut browser = gateway.browser();
    people::sign_in_with(&mut browser, Person(1), "guess").await;
    for address in [
        "/.mfa/challenge",
        "/.mfa/challenge/passkey",
        "/.mfa/step-up",
    ] {
        let page = browser.get(address).await;
        assert!(!pages::asks(&page), "{page:?}");
    }
    // And after it, what the browser needs: ids, and no name that the user gave.
    let mut browser = people::awaiting(&gateway, Person(1)).await;
    let page = browser.get("/.mfa/challenge").await;
    let ids = pages::ids(&pages::options(&page)["allowCredentials"]);
    assert_eq!(ids, [passkey.id]);
    assert!(!page.holds("Windows Hello"), "{page:?}");
}
