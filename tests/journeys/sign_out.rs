//! Ways out: the application's own, the gateway's own, and the challenge page's *Not you?*

use crate::support::people::{self, answer_challenge, sign_in, sign_out};
use crate::support::{CrmApp, Gateway, Origin, PROTECTED, Person};
use std::sync::Arc;

async fn setting() -> (CrmApp, Origin, Gateway) {
    let app = CrmApp::default();
    let origin = Origin::start(Arc::new(app.clone())).await;
    let gateway = Gateway::start(origin.addr, |_| {}).await;
    (app, origin, gateway)
}

#[tokio::test]
async fn the_applications_own_sign_out_ends_both_sessions() {
    let (app, _origin, gateway) = setting().await;
    let (mut browser, _phone) = people::enrolled(&gateway, Person(1)).await;
    let mut copy = browser.clone();
    let out = browser.get("/logout").await;
    assert!(out.leads_to("/login"), "{out:?}");
    assert!(
        app.sessions_of(Person(1)).is_empty(),
        "the application still knows the session"
    );
    assert!(!browser.get("/private").await.holds(PROTECTED));
    copy.seen.clear();
    assert!(
        !copy.get("/private").await.holds(PROTECTED),
        "a copy of the jar goes on"
    );
    assert!(
        !copy
            .get_following("/settings/security")
            .await
            .text()
            .contains("Phone")
    );
}

#[tokio::test]
async fn the_gateways_own_sign_out_makes_every_copy_of_the_cookies_worthless() {
    let (app, origin, gateway) = setting().await;
    let (mut browser, _phone) = people::enrolled(&gateway, Person(1)).await;
    let mut copy = browser.clone();
    let out = sign_out(&mut browser).await;
    assert!(out.status == 200 || out.is_redirect(), "{out:?}");
    let raw = app.sessions_of(Person(1)).pop();
    origin.forget();
    copy.seen.clear();
    assert!(!copy.get("/private").await.holds(PROTECTED));
    assert!(!browser.get("/private").await.holds(PROTECTED));
    // Even where the application would still accept it, its session does not travel.
    assert!(
        raw.is_none_or(|raw| !origin.received(&raw)),
        "the sealed session was opened after sign-out"
    );
}

#[tokio::test]
async fn a_sign_out_without_its_token_is_refused() {
    let (_app, _origin, gateway) = setting().await;
    let (mut browser, _phone) = people::enrolled(&gateway, Person(1)).await;
    let forged = browser
        .post_form("/.mfa/sign-out", &[("csrf", "forged")])
        .await;
    assert!((400..500).contains(&forged.status), "{forged:?}");
    assert!(
        browser.get("/private").await.holds(&Person(1).marker()),
        "a forged form signed out"
    );
}

#[tokio::test]
async fn who_is_somebody_else_leaves_from_the_challenge_page() {
    let (_app, _origin, gateway) = setting().await;
    let (_owner, mut phone) = people::enrolled(&gateway, Person(1)).await;
    let mut browser = people::awaiting(&gateway, Person(1)).await;
    let challenge = browser.get_following("/.mfa/challenge").await;
    assert!(
        challenge.reading().contains("user01"),
        "the account is not named: {challenge:?}"
    );
    let left = browser.submit(&challenge.form_to("/.mfa/sign-out")).await;
    assert!(left.status < 400, "{left:?}");
    assert!(
        !browser
            .get_following("/.mfa/challenge")
            .await
            .has_field("code")
    );

    // The next one at this browser signs in as if nothing had been.
    let other = sign_in(&mut browser, Person(2)).await;
    assert!(!other.leads_to("/.mfa"), "{other:?}");
    assert!(browser.get("/private").await.holds(&Person(2).marker()));
    browser.get("/logout").await;
    let held = sign_in(&mut browser, Person(1)).await;
    assert!(held.leads_to("/.mfa/challenge"), "{held:?}");
    let code = phone.code().await;
    assert_eq!(answer_challenge(&mut browser, &code).await.status, 303);
}

#[tokio::test]
async fn opening_the_sign_in_page_again_starts_over() {
    let (_app, _origin, gateway) = setting().await;
    let (_owner, mut phone) = people::enrolled(&gateway, Person(1)).await;
    let mut browser = people::awaiting(&gateway, Person(1)).await;
    let old = browser.clone();
    let login = browser.get_following("/login").await;
    assert!(
        login.has_field("password"),
        "no way back to the form: {login:?}"
    );
    assert!(!old.clone().get("/private").await.holds(PROTECTED));
    let held = sign_in(&mut browser, Person(1)).await;
    assert!(held.leads_to("/.mfa/challenge"), "{held:?}");
    let code = phone.code().await;
    assert_eq!(answer_challenge(&mut browser, &code).await.status, 303);
    assert!(browser.get("/private").await.holds(&Person(1).marker()));
}
