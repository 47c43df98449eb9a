//! Passkeys on the Security page: names, makers, renaming, removing, and the one that is there already.

use crate::support::passkey::pages::{self, NEW};
use crate::support::people::{self, Person};
use crate::support::{Browser, CrmApp, Device, Gateway, Origin, Passkey};
use std::sync::Arc;

async fn setting() -> (Origin, Gateway) {
    let origin = Origin::start(Arc::new(CrmApp::default())).await;
    let gateway = Gateway::start(origin.addr, |_| {}).await;
    (origin, gateway)
}

/// Adds one more, after a step-up with the one that is there.
async fn add(browser: &mut Browser, device: Device, name: &str, known: &mut Passkey) -> Passkey {
    let page = pages::open_stepped_up(browser, NEW, known).await;
    let (passkey, saved) = pages::make(browser, &page, device, name).await;
    assert!(saved.leads_to("/settings/security"), "{saved:?}");
    passkey
}

/// The names in the list, in its order.
async fn names(browser: &mut Browser) -> Vec<String> {
    let page = browser.get("/settings/security").await;
    let text = page.text();
    let after = text.split("aria-label=\"Remove ").skip(1);
    after
        .map(|rest| rest.split('"').next().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_passkey_without_a_name_gets_its_makers_and_a_number_where_that_is_taken() {
    let (_origin, gateway) = setting().await;
    let (mut browser, mut first) = pages::enrolled(&gateway, Person(1), Device::MANAGER).await;
    add(&mut browser, Device::MANAGER, "", &mut first).await;
    add(&mut browser, Device::MANAGER, " ", &mut first).await;
    add(&mut browser, Device::LAPTOP, "", &mut first).await;
    let unknown = Device {
        aaguid: 0,
        ..Device::MANAGER
    };
    add(&mut browser, unknown, "", &mut first).await;
    add(&mut browser, unknown, "", &mut first).await;
    add(&mut browser, Device::LAPTOP, "Work laptop", &mut first).await;
    add(&mut browser, Device::LAPTOP, "Work laptop", &mut first).await;
    assert_eq!(
        names(&mut browser).await,
        [
            "Bitwarden",
            "Bitwarden 2",
            "Bitwarden 3",
            "Windows Hello",
            "Passkey",
            "Passkey 2",
            "Work laptop",
            "Work laptop 2",
        ]
    );
    let words = browser.get("/settings/security").await.reading();
    assert!(words.contains("Work laptop Windows Hello"), "{words}");
    assert!(!words.contains("Bitwarden Bitwarden"), "{words}");
}

#[tokio::test]
async fn a_security_key_of_no_known_maker_is_called_one() {
    let (_origin, gateway) = setting().await;
    let (mut browser, _) = pages::enrolled(&gateway, Person(1), Device::SECURITY_KEY).await;
    assert_eq!(names(&mut browser).await, ["Security key"]);
}

#[tokio::test]
async fn the_browser_is_told_which_passkeys_are_there_already() {
    let (_origin, gateway) = setting().await;
    let (mut browser, mut first) = pages::enrolled(&gateway, Person(1), Device::LAPTOP).await;
    let second = add(&mut browser, Device::MANAGER, "", &mut first).await;
    for page in [NEW, pages::NEW_KEY] {
        let options = pages::options(&browser.get(page).await);
        let ids = pages::ids(&options["excludeCredentials"]);
        assert_eq!(ids, [first.id.clone(), second.id.clone()], "{page}");
        assert_eq!(options["user"]["name"], "user01@example.com");
    }
    assert_eq!(first.user, second.user, "one user has two handles");
    let (_, other) = pages::enrolled(&gateway, Person(2), Device::LAPTOP).await;
    assert_ne!(first.user, other.user, "two users have one handle");
}

#[tokio::test]
async fn a_passkey_that_is_there_already_is_said_to_be() {
    let (_origin, gateway) = setting().await;
    let (mut browser, mut passkey) = pages::enrolled(&gateway, Person(1), Device::LAPTOP).await;
    let (mut other, mut others) = pages::enrolled(&gateway, Person(2), Device::LAPTOP).await;
    let page = pages::open_stepped_up(&mut browser, NEW, &mut passkey).await;
    // An authenticator that does not look at `excludeCredentials`.
    let again = passkey.creation(&pages::options(&page), &browser.origin());
    let refused = browser.submit(&pages::filled(&page, &again.json())).await;
    assert_eq!(refused.status, 422, "{refused:?}");
    let said = refused.words_of("#passkey-error");
    assert!(said.contains("already has a passkey"), "{refused:?}");
    assert_eq!(names(&mut browser).await.len(), 1);
    pages::admit(&gateway, Person(1), &mut passkey).await;

    // Nor does anybody take over the credential of somebody else.
    let page = pages::open_stepped_up(&mut other, NEW, &mut others).await;
    let taken = passkey.creation(&pages::options(&page), &other.origin());
    let refused = other.submit(&pages::filled(&page, &taken.json())).await;
    assert_eq!(refused.status, 422, "{refused:?}");
    assert_eq!(names(&mut other).await.len(), 1);
    pages::admit(&gateway, Person(1), &mut passkey).await;
}

#[tokio::test]
async fn a_passkey_is_renamed() {
    let (_origin, gateway) = setting().await;
    let (mut browser, mut first) = pages::enrolled(&gateway, Person(1), Device::LAPTOP).await;
    add(&mut browser, Device::MANAGER, "Vault", &mut first).await;
    let target = pages::address(&mut browser, "Windows Hello", "rename").await;
    let page = browser.get(&target).await;
    let taken = page.form_with("name").set("name", "Vault");
    assert_eq!(browser.submit(&taken).await.status, 422);
    let form = page.form_with("name").set("name", "Desk");
    let renamed = browser.submit(&form).await;
    assert!(renamed.leads_to("/settings/security"), "{renamed:?}");
    assert_eq!(names(&mut browser).await, ["Desk", "Vault"]);
    pages::admit(&gateway, Person(1), &mut first).await;
}

#[tokio::test]
async fn a_removed_passkey_signs_in_no_more_and_the_others_do() {
    let (_origin, gateway) = setting().await;
    let (mut browser, mut first) = pages::enrolled(&gateway, Person(1), Device::LAPTOP).await;
    let mut vault = add(&mut browser, Device::MANAGER, "Vault", &mut first).await;
    let dialog = pages::remove(&mut browser, "Vault", &mut first).await;
    assert!(dialog.reading().contains("Vault"), "{dialog:?}");
    assert_eq!(names(&mut browser).await, ["Windows Hello"]);
    let page = browser.get("/settings/security").await;
    let accepted = page.attribute("[data-accepted]", "data-accepted").unwrap();
    let accepted: serde_json::Value = serde_json::from_str(&accepted).unwrap();
    assert_eq!(
        accepted["allAcceptedCredentialIds"]
            .as_array()
            .unwrap()
            .len(),
        1
    );

    let mut stranger = people::awaiting(&gateway, Person(1)).await;
    let refused = pages::answer(&mut stranger, &mut vault).await;
    assert_eq!(refused.status, 422, "{refused:?}");
    pages::admit(&gateway, Person(1), &mut first).await;
}

#[tokio::test]
async fn the_last_passkey_leaves_the_session_and_the_next_sign_in_unprotected() {
    let (_origin, gateway) = setting().await;
    let (mut browser, mut passkey) = pages::enrolled(&gateway, Person(1), Device::LAPTOP).await;
    pages::remove(&mut browser, "Windows Hello", &mut passkey).await;
    assert!(browser.get("/private").await.holds(&Person(1).marker()));
    people::password_only(&gateway, Person(1)).await;
}

#[tokio::test]
async fn a_passkey_that_is_removed_in_the_middle_of_a_challenge_does_not_answer_it() {
    let (_origin, gateway) = setting().await;
    let (mut owner, mut first) = pages::enrolled(&gateway, Person(1), Device::LAPTOP).await;
    let mut vault = add(&mut owner, Device::MANAGER, "Vault", &mut first).await;
    let mut thief = people::awaiting(&gateway, Person(1)).await;
    let page = thief.get("/.mfa/challenge/passkey").await;
    pages::remove(&mut owner, "Vault", &mut first).await;
    let refused = pages::give(&mut thief, &page, &mut vault).await;
    assert_ne!(refused.status, 303, "{refused:?}");
    assert!(thief.get("/private").await.leads_to("/.mfa/challenge"));

    // With the last one the challenge itself is gone: there is nothing that could answer it.
    let page = thief.get("/.mfa/challenge/passkey").await;
    pages::remove(&mut owner, "Windows Hello", &mut first).await;
    let refused = pages::give(&mut thief, &page, &mut first).await;
    assert_ne!(refused.status, 303, "{refused:?}");
    assert!(!thief.get("/private").await.holds(&Person(1).marker()));
}
