//! The addresses that password managers look for.

use crate::support::people;
use crate::support::{CrmApp, Gateway, Origin, Person};
use std::sync::Arc;

async fn setting(enrolment: &str) -> (Origin, Gateway) {
    let origin = Origin::start(Arc::new(CrmApp::default())).await;
    let gateway = Gateway::start(origin.addr, |config| {
        config.set("factors.passkey", "enrolment", enrolment);
    })
    .await;
    (origin, gateway)
}

#[tokio::test]
async fn a_password_manager_finds_where_passkeys_are_made_and_kept() {
    for (enrolment, can_be_made) in [("true", true), ("false", false)] {
        let (origin, gateway) = setting(enrolment).await;
        let mut stranger = gateway.browser();
        let page = stranger.fetch("/.well-known/passkey-endpoints").await;
        assert_eq!(page.status, 200, "{page:?}");
        assert_eq!(page.header("content-type"), Some("application/json"));
        let found: serde_json::Value = serde_json::from_slice(&page.body).unwrap();
        let security = format!("{}/settings/security", gateway.url());
        assert_eq!(found["manage"], security);
        let made = format!("{security}/passkeys/new");
        let expected = can_be_made.then_some(made);
        assert_eq!(found["enroll"].as_str(), expected.as_deref());
        assert!(page.header("set-cookie").is_none(), "{page:?}");
        assert!(origin.requests().is_empty(), "the application was asked");
    }
}

#[tokio::test]
async fn who_wants_to_change_the_password_is_led_to_the_applications_page_where_it_is_known() {
    let origin = Origin::start(Arc::new(CrmApp::default())).await;
    let gateway = Gateway::start(origin.addr, |config| {
        config.set("app", "password_page", "\"/account/password\"");
    })
    .await;
    let page = gateway.browser().get("/.well-known/change-password").await;
    assert!(page.leads_to("/account/password"), "{page:?}");
}

#[tokio::test]
async fn who_wants_to_change_the_password_is_led_to_the_security_page() {
    let (_origin, gateway) = setting("true").await;
    let mut browser = people::password_only(&gateway, Person(1)).await;
    let page = browser.get("/.well-known/change-password").await;
    assert!(page.leads_to("/settings/security"), "{page:?}");
}
