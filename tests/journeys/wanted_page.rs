//! Where people land after signing in: the page that they asked for last.

use crate::support::people::{self, answer_challenge, give_password};
use crate::support::{Browser, Call, CrmApp, Gateway, Origin, Page, Person};
use std::sync::Arc;

const SECURITY: &str = "/settings/security";

async fn setting() -> (Origin, Gateway) {
    let origin = Origin::start(Arc::new(CrmApp::default())).await;
    let gateway = Gateway::start(origin.addr, |_| {}).await;
    (origin, gateway)
}

/// A stranger who asked for the security page and was told to sign in.
async fn turned_away(gateway: &Gateway) -> Browser {
    let mut browser = gateway.browser();
    let page = browser.get(SECURITY).await;
    assert_eq!(page.status, 401, "{page:?}");
    assert_eq!(page.links("/login"), ["/login"], "{page:?}");
    browser
}

/// Password and code of somebody with a phone: where they land.
async fn landing(gateway: &Gateway, browser: &mut Browser, form: &Page) -> String {
    let (_owner, mut phone) = people::enrolled(gateway, Person(1)).await;
    let held = give_password(browser, form, Person(1), "pw").await;
    assert!(held.leads_to("/.mfa/challenge"), "{held:?}");
    let code = phone.code().await;
    answer_challenge(browser, &code).await.location()
}

#[tokio::test]
async fn who_signs_in_to_see_the_security_page_lands_on_it_also_after_a_wrong_password() {
    let (_origin, gateway) = setting().await;
    let mut browser = turned_away(&gateway).await;
    let form = browser.click("/login").await;
    let again = give_password(&mut browser, &form, Person(1), "guess").await;
    // What a page loads by itself is no page that anybody asked for.
    browser.image("/static/app.css").await;
    browser.fetch("/api/contacts").await;
    assert_eq!(landing(&gateway, &mut browser, &again).await, SECURITY);
}

#[tokio::test]
async fn who_asks_for_another_page_before_signing_in_lands_on_that_one() {
    let (_origin, gateway) = setting().await;
    let mut browser = turned_away(&gateway).await;
    let form = browser.get_following("/private/reports").await;
    let place = landing(&gateway, &mut browser, &form).await;
    assert_eq!(place, "/private/reports");
}

#[tokio::test]
async fn who_reads_a_public_page_before_signing_in_lands_where_the_application_says() {
    let (_origin, gateway) = setting().await;
    let mut browser = turned_away(&gateway).await;
    browser.get("/public").await;
    let form = browser.click("/login").await;
    assert_eq!(landing(&gateway, &mut browser, &form).await, "/");
}

#[tokio::test]
async fn who_opens_a_bookmark_of_the_sign_in_page_lands_where_the_application_says() {
    let (_origin, gateway) = setting().await;
    let mut browser = turned_away(&gateway).await;
    let form = browser.get("/login?next=/private/reports").await;
    let place = landing(&gateway, &mut browser, &form).await;
    assert_eq!(place, "/private/reports");
}

#[tokio::test]
async fn who_asks_for_the_security_page_last_lands_on_it() {
    let (_origin, gateway) = setting().await;
    let mut browser = gateway.browser();
    browser.get_following("/private/reports").await;
    browser.get(SECURITY).await;
    let form = browser.click("/login").await;
    assert_eq!(landing(&gateway, &mut browser, &form).await, SECURITY);
}

#[tokio::test]
async fn a_user_without_a_factor_lands_on_the_security_page_that_they_signed_in_for() {
    let (_origin, gateway) = setting().await;
    let mut browser = turned_away(&gateway).await;
    let form = browser.click("/login").await;
    let passed = give_password(&mut browser, &form, Person(1), "pw").await;
    assert_eq!(passed.location(), SECURITY, "{passed:?}");
    let page = browser.follow(passed).await;
    assert_eq!(page.status, 200, "{page:?}");
    // Once: the next sign-in is the application's affair again.
    browser.get("/logout").await;
    let form = browser.click("/login").await;
    let passed = give_password(&mut browser, &form, Person(1), "pw").await;
    assert_eq!(passed.location(), "/", "{passed:?}");
}

#[tokio::test]
async fn a_planted_cookie_leads_nobody_to_a_page_of_the_application() {
    let (_origin, gateway) = setting().await;
    for wish in [
        "/logout",
        "/settings/security-not",
        "/settings/security/../../logout",
        "/settings/security/%252e%252e/..;x/logout",
        "/.mfa/sign-out",
    ] {
        let mut browser = gateway.browser();
        browser.jar.plant("stepgate-return", wish);
        let form = browser.click("/login").await;
        let passed = give_password(&mut browser, &form, Person(1), "pw").await;
        assert_eq!(passed.location(), "/", "{wish}: {passed:?}");
    }
}

#[tokio::test]
async fn a_script_that_signs_in_gets_the_applications_answer_whatever_page_was_wanted() {
    let (_origin, gateway) = setting().await;
    let mut browser = turned_away(&gateway).await;
    let form = browser.click("/login").await.form_with("password");
    let form = form.set("email", &Person(1).email()).set("password", "pw");
    let answer = browser.submit_as(Call::Fetch, &form).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.json()["ok"], true, "{answer:?}");
}
