//! Adding a passkey and signing in with it.

use crate::support::passkey::pages::{self, NEW};
use crate::support::people::{self, Person};
use crate::support::{CrmApp, Device, Gateway, Origin, PROTECTED, Passkey, Request};
use std::sync::Arc;

async fn setting() -> (Origin, Gateway) {
    let origin = Origin::start(Arc::new(CrmApp::default())).await;
    let gateway = Gateway::start(origin.addr, |_| {}).await;
    (origin, gateway)
}

/// What the application is told of the factor, and how strong it is.
fn told(request: &Request) -> [String; 4] {
    ["Verified", "Factor", "AMR", "ACR"].map(|name| {
        let value = request.header(&format!("X-MFA-{name}"));
        value.unwrap_or("-").to_owned()
    })
}

#[tokio::test]
async fn a_passkey_from_the_security_page_verifies_the_session_that_made_it() {
    let (origin, gateway) = setting().await;
    let mut browser = people::password_only(&gateway, Person(1)).await;
    assert_eq!(told(&origin.last_to("/private"))[0], "false");
    let security = browser.get("/settings/security").await;
    assert_eq!(security.links(NEW).len(), 2, "{security:?}");
    let page = browser.click(NEW).await;
    let before = browser.jar.token().map(str::to_owned);
    let (_, saved) = pages::make(&mut browser, &page, Device::LAPTOP, "Laptop").await;
    assert!(saved.leads_to("/settings/security"), "{saved:?}");
    assert_ne!(browser.jar.token(), before.as_deref(), "the token stayed");
    let words = browser.follow(saved).await.reading();
    assert!(words.contains("Laptop Windows Hello"), "{words}");
    assert!(browser.get("/private").await.holds(&Person(1).marker()));
    assert_eq!(
        told(&origin.last_to("/private")),
        ["true", "passkey", "pwd hwk user mfa", "phr"]
    );
}

#[tokio::test]
async fn each_kind_of_passkey_signs_in_and_the_application_is_told_how_strong_it_is() {
    let (origin, gateway) = setting().await;
    for (number, device, amr, acr) in [
        (1, Device::LAPTOP, "pwd hwk user mfa", "phr"),
        (2, Device::MANAGER, "pwd swk user mfa", "phr"),
        (3, Device::SECURITY_KEY, "pwd hwk mfa", "aal2"),
    ] {
        let person = Person(number);
        let (_owner, mut passkey) = pages::enrolled(&gateway, person, device).await;
        let mut browser = people::awaiting(&gateway, person).await;
        assert!(browser.get("/private").await.leads_to("/.mfa/challenge"));
        assert!(!browser.saw(PROTECTED));
        let page = browser.get("/.mfa/challenge").await;
        assert!(pages::asks(&page), "{page:?}");
        let opened = pages::give(&mut browser, &page, &mut passkey).await;
        assert_eq!(opened.status, 303, "{device:?}: {opened:?}");
        assert!(browser.get("/private").await.holds(&person.marker()));
        let told = told(&origin.last_to("/private"));
        assert_eq!(told, ["true", "passkey", amr, acr], "{device:?}");
    }
}

#[tokio::test]
async fn a_key_that_knows_its_user_is_phishing_resistant_as_a_security_key_too() {
    let (origin, gateway) = setting().await;
    let mut browser = people::password_only(&gateway, Person(1)).await;
    let page = browser.get(pages::NEW_KEY).await;
    assert_eq!(
        pages::options(&page)["authenticatorSelection"]["authenticatorAttachment"],
        "cross-platform"
    );
    let device = Device {
        aaguid: 0,
        ..Device::LAPTOP
    };
    let (mut passkey, saved) = pages::make(&mut browser, &page, device, "").await;
    assert_eq!(saved.status, 303, "{saved:?}");
    let mut other = pages::admit(&gateway, Person(1), &mut passkey).await;
    other.get("/private").await;
    assert_eq!(told(&origin.last_to("/private"))[3], "phr");
}

#[tokio::test]
async fn a_passkey_without_the_screen_lock_is_not_taken_where_a_security_key_was_not_asked_for() {
    let (_origin, gateway) = setting().await;
    let mut browser = people::password_only(&gateway, Person(1)).await;
    let page = browser.get(NEW).await;
    let (_, refused) = pages::make(&mut browser, &page, Device::SECURITY_KEY, "Key").await;
    assert_eq!(refused.status, 422, "{refused:?}");
    assert!(refused.reading().contains("wasn't accepted"), "{refused:?}");
    let list = browser.get("/settings/security").await.reading();
    assert!(list.contains("No passkey yet"), "{list}");
}

#[tokio::test]
async fn a_passkey_survives_a_crash_and_so_does_its_counter() {
    let (_origin, mut gateway) = setting().await;
    let (_owner, mut passkey) = pages::enrolled(&gateway, Person(1), Device::LAPTOP).await;
    let mut copy: Passkey = passkey.clone();
    pages::admit(&gateway, Person(1), &mut passkey).await;
    gateway.restart().await;
    let mut thief = people::awaiting(&gateway, Person(1)).await;
    let refused = pages::answer(&mut thief, &mut copy).await;
    assert_eq!(refused.status, 422, "a copy signed in: {refused:?}");
    pages::admit(&gateway, Person(1), &mut passkey).await;
}

#[tokio::test]
async fn the_owner_is_told_of_a_passkey_that_was_refused() {
    let (_origin, gateway) = setting().await;
    let (mut owner, passkey) = pages::enrolled(&gateway, Person(1), Device::LAPTOP).await;
    let mut stranger = people::awaiting(&gateway, Person(1)).await;
    let mut forged = passkey.device.key_for(&serde_json::Value::Null);
    forged.id.clone_from(&passkey.id);
    let refused = pages::answer(&mut stranger, &mut forged).await;
    assert_eq!(refused.status, 422, "{refused:?}");
    let words = owner.get("/settings/security").await.reading();
    assert!(words.contains("Passkey not accepted"), "{words}");
}
