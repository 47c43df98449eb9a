//! Two administrators and one browser.

use super::site::{ADA, ADMIN, GRACE, Site, assert_open, enrol, enrolled, sign_in};
use crate::support::answer_challenge;

/// The sign-in form stays open to those who are signed in, by a link of one's own making.
#[tokio::test]
async fn a_second_account_over_the_first_needs_a_factor_of_its_own() {
    let site = Site::start().await;
    let (mut graces, mut graces_phone) = enrolled(&site, GRACE).await;
    let (mut browser, _phone) = enrolled(&site, ADA).await;
    let adas = browser.clone();

    let fields = browser
        .get("/admin/")
        .await
        .form_to("/admin/logout/")
        .fields;
    let token = fields
        .iter()
        .find(|(name, _)| name == "csrfmiddlewaretoken");
    let fields = [
        ("csrfmiddlewaretoken", token.unwrap().1.as_str()),
        ("username", GRACE.0),
        ("password", &GRACE.password()),
        ("next", "/admin/"),
    ];
    browser.seen.clear();
    let held = browser.post_form("/admin/login/", &fields).await;
    assert!(held.leads_to("/.mfa/challenge"), "{held:?}");
    assert!(browser.get("/admin/").await.leads_to("/.mfa/challenge"));
    assert!(!browser.saw(ADMIN), "a page came before Grace's code");

    // The first account's cookies end with its session.
    let mut old = adas.clone();
    old.seen.clear();
    let closed = old.get("/admin/").await;
    assert!(!closed.holds(ADMIN), "{closed:?}");

    let code = graces_phone.code().await;
    assert_eq!(answer_challenge(&mut browser, &code).await.status, 303);
    assert_open(&mut browser, GRACE).await;
    assert_open(&mut graces, GRACE).await;
    site.assert_no_raw_key(&[&browser, &graces, &old]).await;
}

#[tokio::test]
async fn an_authenticator_of_one_account_does_not_open_another() {
    let site = Site::start().await;
    let (_graces, _graces_phone) = enrolled(&site, GRACE).await;
    let mut browser = site.gateway.browser();
    sign_in(&mut browser, "/admin/", ADA, &ADA.password()).await;
    let (_, mut adas_phone) = enrol(&mut browser).await;

    let mut browser = site.gateway.browser();
    let held = sign_in(&mut browser, "/admin/", GRACE, &GRACE.password()).await;
    assert!(held.leads_to("/.mfa/challenge"), "{held:?}");
    let code = adas_phone.code().await;
    assert_ne!(answer_challenge(&mut browser, &code).await.status, 303);
    assert!(!browser.get("/admin/").await.holds(ADMIN));
}
