//! Which way is shown first, which others there are, and what a passkey opens besides the sign-in.

use crate::support::office::confirm;
use crate::support::passkey::pages::{self, NEW};
use crate::support::people::{self, Person};
use crate::support::{
    Authenticator, Browser, CrmApp, Device, Gateway, Origin, Page, Passkey, totp,
};
use std::sync::Arc;
use std::time::Duration;

const TOTP: &str = "/settings/security/authenticators/new";

async fn setting() -> (Origin, Gateway) {
    let origin = Origin::start(Arc::new(CrmApp::default())).await;
    let gateway = Gateway::start(origin.addr, |_| {}).await;
    (origin, gateway)
}

/// Somebody with a passkey and an authenticator app.
async fn with_both(gateway: &Gateway) -> (Browser, Passkey, Authenticator) {
    let (mut browser, mut passkey) = pages::enrolled(gateway, Person(1), Device::LAPTOP).await;
    let page = pages::open_stepped_up(&mut browser, TOTP, &mut passkey).await;
    let (phone, _) = totp::enrol_on(&mut browser, &page, "Phone").await;
    (browser, passkey, phone)
}

async fn challenge(gateway: &Gateway) -> (Browser, Page) {
    let mut browser = people::awaiting(gateway, Person(1)).await;
    let page = browser.get("/.mfa/challenge").await;
    assert_eq!(page.status, 200, "{page:?}");
    (browser, page)
}

/// Lets the clock go on: times of last use are in seconds.
async fn a_second_later() {
    tokio::time::sleep(Duration::from_millis(1_100)).await;
}

#[tokio::test]
async fn the_challenge_shows_the_way_that_was_used_last_and_lists_the_others() {
    let (_origin, gateway) = setting().await;
    let (_owner, mut passkey, mut phone) = with_both(&gateway).await;
    a_second_later().await;
    pages::admit(&gateway, Person(1), &mut passkey).await;
    let (mut browser, page) = challenge(&gateway).await;
    assert!(pages::asks(&page), "{page:?}");
    assert_eq!(
        page.links("/.mfa/challenge/"),
        ["/.mfa/challenge/passkey", "/.mfa/challenge/totp"]
    );
    let page = browser.click("/.mfa/challenge/totp").await;
    assert!(page.has_field("code") && !pages::asks(&page), "{page:?}");
    a_second_later().await;
    let code = phone.code().await;
    let opened = browser
        .submit(&page.form_with("code").set("code", &code))
        .await;
    assert_eq!(opened.status, 303, "{opened:?}");

    let (mut browser, page) = challenge(&gateway).await;
    assert!(page.has_field("code") && !pages::asks(&page), "{page:?}");
    a_second_later().await;
    let opened = pages::answer(&mut browser, &mut passkey).await;
    assert_eq!(opened.status, 303, "{opened:?}");
    let (_, page) = challenge(&gateway).await;
    assert!(pages::asks(&page), "{page:?}");
}

#[tokio::test]
async fn of_those_that_were_never_used_the_passkey_is_shown_first() {
    let (_origin, gateway) = setting().await;
    let (mut owner, _phone) = people::enrolled(&gateway, Person(1)).await;
    let (_, page) = challenge(&gateway).await;
    assert_eq!(page.links("/.mfa/challenge/"), ["/.mfa/challenge/totp"]);
    let page = owner.get("/settings/security").await.reading();
    assert!(page.contains("Add a second one"), "no nudge: {page}");
    // Confirmed by the password, so that neither is used.
    let confirmed = confirm(&mut owner, NEW, "pw").await;
    let page = owner.follow(confirmed).await;
    pages::make(&mut owner, &page, Device::LAPTOP, "").await;
    let page = owner.get("/settings/security").await.reading();
    assert!(!page.contains("Add a second one"), "{page}");
    let (_, page) = challenge(&gateway).await;
    assert!(pages::asks(&page), "{page:?}");
}

#[tokio::test]
async fn without_the_script_the_passkeys_page_says_so_and_shows_the_other_ways() {
    let (_origin, gateway) = setting().await;
    let (_owner, _passkey, mut phone) = with_both(&gateway).await;
    let mut browser = people::awaiting(&gateway, Person(1)).await;
    let page = browser.get("/.mfa/challenge/passkey").await;
    assert!(page.holds("<noscript>"), "{page:?}");
    assert!(page.reading().contains("need JavaScript"), "{page:?}");
    // Where nothing fills the field in, nothing is counted.
    for _ in 0..6 {
        let empty = browser.submit(&page.form_with("credential")).await;
        assert_eq!(empty.status, 422, "{empty:?}");
    }
    let other = browser.click("/.mfa/challenge/totp").await;
    let code = phone.code().await;
    let opened = browser
        .submit(&other.form_with("code").set("code", &code))
        .await;
    assert_eq!(opened.status, 303, "{opened:?}");
}

#[tokio::test]
async fn a_way_that_the_user_does_not_have_leads_to_one_that_they_have() {
    let (_origin, gateway) = setting().await;
    pages::enrolled(&gateway, Person(1), Device::LAPTOP).await;
    let mut browser = people::awaiting(&gateway, Person(1)).await;
    for address in ["/.mfa/challenge/totp", "/.mfa/challenge/backup-code"] {
        let page = browser.get(address).await;
        assert!(pages::asks(&page), "{page:?}");
    }
}

#[tokio::test]
async fn a_passkey_steps_up_and_the_window_opens_adding_and_removing() {
    let (origin, gateway) = setting().await;
    let (_owner, mut passkey) = pages::enrolled(&gateway, Person(1), Device::LAPTOP).await;
    let mut browser = pages::admit(&gateway, Person(1), &mut passkey).await;
    let token = browser.jar.token().map(str::to_owned);
    let asked = browser.get(NEW).await;
    assert!(asked.leads_to("/.mfa/step-up"), "{asked:?}");
    let question = browser.follow(asked).await;
    let words = question.reading();
    assert!(
        words.contains("Use your passkey to add a passkey"),
        "{words}"
    );
    let page = pages::give(&mut browser, &question, &mut passkey).await;
    assert!(page.leads_to(NEW), "{page:?}");
    assert_ne!(browser.jar.token(), token.as_deref(), "the token stayed");
    let page = browser.follow(page).await;
    pages::make(&mut browser, &page, Device::MANAGER, "Vault").await;
    browser.get("/private").await;
    let seen = origin.last_to("/private");
    assert!(seen.header("X-MFA-Step-Up-Expires").is_some());
    // The window is still open: nothing is asked again.
    let target = pages::address(&mut browser, "Vault", "remove").await;
    let dialog = browser.get(&target).await;
    assert_eq!(dialog.status, 200, "{dialog:?}");
    assert!(browser.submit(&dialog.form_to(&target)).await.is_redirect());
}

#[tokio::test]
async fn an_assertion_of_a_challenge_or_of_another_session_opens_no_step_up() {
    let (_origin, gateway) = setting().await;
    let (mut owner, mut passkey) = pages::enrolled(&gateway, Person(1), Device::LAPTOP).await;
    let mut waiting = people::awaiting(&gateway, Person(1)).await;
    let page = waiting.get("/.mfa/challenge").await;
    let foreign = passkey.get(&pages::options(&page), &owner.origin());
    let question = owner.get_following(NEW).await;
    let refused = owner.submit(&pages::filled(&question, &foreign)).await;
    assert_eq!(refused.status, 422, "{refused:?}");
    assert!(owner.get(NEW).await.leads_to("/.mfa/step-up"));
    // The same one still answers its own challenge, once.
    let opened = waiting.submit(&pages::filled(&page, &foreign)).await;
    assert_eq!(opened.status, 303, "{opened:?}");
    let question = waiting.get_following(NEW).await;
    let again = waiting.submit(&pages::filled(&question, &foreign)).await;
    assert_eq!(again.status, 422, "{again:?}");
}

#[tokio::test]
async fn a_passkey_signs_in_while_codes_have_to_wait() {
    let (_origin, gateway) = setting().await;
    let (_owner, mut passkey, mut phone) = with_both(&gateway).await;
    let mut guesser = people::awaiting(&gateway, Person(1)).await;
    for _ in 0..5 {
        let page = guesser.get("/.mfa/challenge/totp").await;
        guesser
            .submit(&page.form_with("code").set("code", &phone.wrong()))
            .await;
    }
    let mut browser = people::awaiting(&gateway, Person(1)).await;
    let page = browser.get("/.mfa/challenge/totp").await;
    let code = phone.code().await;
    let late = browser
        .submit(&page.form_with("code").set("code", &code))
        .await;
    assert_eq!(late.status, 429, "{late:?}");
    let opened = pages::answer(&mut browser, &mut passkey).await;
    assert_eq!(opened.status, 303, "{opened:?}");
    assert!(browser.get("/private").await.holds(&Person(1).marker()));
}
