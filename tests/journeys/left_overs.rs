//! Cookies of yesterday: seals of an ended session, and raw ones from before the gateway.

use crate::support::people::{self, answer_challenge, sign_in};
use crate::support::{Authenticator, Browser, CrmApp, Gateway, Ids, Origin, PROTECTED, Person};
use std::sync::Arc;

async fn setting(ids: Ids) -> (CrmApp, Origin, Gateway) {
    let app = CrmApp::with(|app| app.ids = ids);
    let origin = Origin::start(Arc::new(app.clone())).await;
    let gateway = Gateway::start(origin.addr, |_| {}).await;
    (app, origin, gateway)
}

/// The whole journey, with whatever is in the jar.
async fn signs_in_normally(browser: &mut Browser, phone: &mut Authenticator) {
    browser.seen.clear();
    let held = sign_in(browser, Person(1)).await;
    assert!(held.leads_to("/.mfa/challenge"), "{held:?}");
    assert!(!browser.saw(PROTECTED));
    let code = phone.code().await;
    assert_eq!(answer_challenge(browser, &code).await.status, 303);
    assert!(browser.get("/private").await.holds(&Person(1).marker()));
}

#[tokio::test]
async fn seals_of_an_ended_session_are_no_hindrance() {
    for ids in [Ids::Rotates, Ids::Kept, Ids::Repeated] {
        let (_app, origin, gateway) = setting(ids).await;
        let (mut browser, mut phone) = people::enrolled(&gateway, Person(1)).await;
        let seal = browser.jar.get("sessionid").unwrap().to_owned();
        browser.get("/logout").await;
        browser.jar.plant("sessionid", &seal);
        origin.forget();
        signs_in_normally(&mut browser, &mut phone).await;
        assert!(
            !origin.received("sg1."),
            "{ids:?}: a seal travelled to the application"
        );
        assert_ne!(browser.jar.get("sessionid"), Some(seal.as_str()));
    }
}

#[tokio::test]
async fn seals_without_their_token_are_no_hindrance_and_open_nothing() {
    let (app, origin, gateway) = setting(Ids::Kept).await;
    let (mut browser, mut phone) = people::enrolled(&gateway, Person(1)).await;
    let raw = app.sessions_of(Person(1)).pop().unwrap();
    browser.jar.forget("stepgate");
    origin.forget();
    browser.seen.clear();
    assert!(!browser.get("/private").await.holds(PROTECTED));
    assert!(!origin.received(&raw), "a seal opened without its session");
    signs_in_normally(&mut browser, &mut phone).await;
}

#[tokio::test]
async fn raw_cookies_from_before_the_gateway_are_dropped_and_expired() {
    for ids in [Ids::Rotates, Ids::Kept] {
        let (app, origin, gateway) = setting(ids).await;
        let (_owner, mut phone) = people::enrolled(&gateway, Person(1)).await;
        app.plant("LAST-WEEK-0001", Some(Person(1)));
        let mut browser = gateway.browser();
        browser.jar.plant("sessionid", "LAST-WEEK-0001");
        origin.forget();
        assert!(
            !browser.get("/private").await.holds(PROTECTED),
            "{ids:?}: a raw cookie opened the application"
        );
        signs_in_normally(&mut browser, &mut phone).await;
        assert!(
            !origin.received("LAST-WEEK-0001"),
            "{ids:?}: a raw cookie travelled"
        );
        assert!(browser.jar.get("sessionid").unwrap().starts_with("sg1."));
    }
}

#[tokio::test]
async fn after_a_restart_a_verified_session_goes_on() {
    let (_app, _origin, mut gateway) = setting(Ids::Rotates).await;
    let (mut browser, _phone) = people::enrolled(&gateway, Person(1)).await;
    gateway.restart().await;
    assert!(browser.get("/private").await.holds(&Person(1).marker()));
}

#[tokio::test]
async fn after_a_restart_a_half_done_sign_in_can_be_finished_or_started_anew() {
    let (_app, _origin, mut gateway) = setting(Ids::Rotates).await;
    let (_owner, mut phone) = people::enrolled(&gateway, Person(1)).await;
    let mut half = people::awaiting(&gateway, Person(1)).await;
    let mut form_open = gateway.browser();
    form_open.get("/login").await;
    gateway.restart().await;
    assert!(!half.get("/private").await.holds(PROTECTED));
    let code = phone.code().await;
    assert_eq!(answer_challenge(&mut half, &code).await.status, 303);
    assert!(half.get("/private").await.holds(&Person(1).marker()));
    signs_in_normally(&mut form_open, &mut phone).await;
}
