//! Guessing codes: what it costs, and that nothing resets it.

use crate::support::people::{self, admit, sign_in};
use crate::support::{Authenticator, Browser, CrmApp, Gateway, Origin, PROTECTED, Page, Person};
use std::sync::Arc;
use std::time::Duration;

async fn setting() -> (Origin, Gateway, Authenticator) {
    let origin = Origin::start(Arc::new(CrmApp::default())).await;
    let gateway = Gateway::start(origin.addr, |_| {}).await;
    let (_owner, phone) = people::enrolled(&gateway, Person(1)).await;
    (origin, gateway, phone)
}

/// Sends a code, unless the page is closed to codes.
async fn attempt(browser: &mut Browser, code: &str) -> Page {
    let page = browser.get_following("/.mfa/challenge").await;
    if page.status == 429 || !page.has_field("code") {
        return page;
    }
    browser
        .submit(&page.form_with("code").set("code", code))
        .await
}

/// Types `count` wrong codes, the last of which may end the flow.
async fn guess(browser: &mut Browser, phone: &Authenticator, count: usize) {
    for number in 1..=count {
        let page = attempt(browser, &phone.wrong()).await;
        assert!(
            !page.leads_to("/private") && page.location() != "/",
            "guess {number}: {page:?}"
        );
        if number < count {
            assert!(
                page.has_field("code"),
                "guess {number} of {count}: {page:?}"
            );
        }
    }
}

async fn assert_locked(browser: &mut Browser, phone: &mut Authenticator) {
    sign_in(browser, Person(1)).await;
    let code = phone.code().await;
    let page = attempt(browser, &code).await;
    assert_eq!(page.status, 429, "{page:?}");
    let words = page.reading().to_lowercase();
    assert!(
        words.contains("try again") || words.contains("wait"),
        "no word on when to try again: {words}"
    );
    assert!(!browser.get("/private").await.holds(PROTECTED));
}

#[tokio::test]
async fn five_wrong_codes_end_the_sign_in() {
    let (_origin, gateway, phone) = setting().await;
    let mut browser = people::awaiting(&gateway, Person(1)).await;
    let before = browser.clone();
    guess(&mut browser, &phone, 5).await;
    for mut browser in [browser, before] {
        let page = browser.get("/private").await;
        assert!(!page.holds(PROTECTED));
        assert!(page.leads_to("/login"), "the flow goes on: {page:?}");
        assert!(
            !browser
                .get_following("/.mfa/challenge")
                .await
                .has_field("code")
        );
    }
}

#[tokio::test]
async fn then_even_the_right_code_has_to_wait_through_new_sign_ins_and_a_crash() {
    let (_origin, mut gateway, mut phone) = setting().await;
    let mut browser = people::awaiting(&gateway, Person(1)).await;
    guess(&mut browser, &phone, 5).await;
    assert_locked(&mut gateway.browser(), &mut phone).await;
    gateway.restart().await;
    assert_locked(&mut gateway.browser(), &mut phone).await;
}

#[tokio::test]
async fn starting_over_after_every_guess_resets_nothing() {
    let (_origin, mut gateway, mut phone) = setting().await;
    for number in 0..5 {
        if number == 3 {
            gateway.restart().await;
        }
        let mut browser = people::awaiting(&gateway, Person(1)).await;
        guess(&mut browser, &phone, 1).await;
    }
    assert_locked(&mut gateway.browser(), &mut phone).await;
}

#[tokio::test]
async fn after_half_a_minute_the_owner_is_let_in_again() {
    let (_origin, gateway, mut phone) = setting().await;
    let mut browser = people::awaiting(&gateway, Person(1)).await;
    guess(&mut browser, &phone, 5).await;
    tokio::time::sleep(Duration::from_secs(31)).await;
    let mut owner = gateway.browser();
    admit(&mut owner, Person(1), &mut phone).await;
    assert!(owner.get("/private").await.holds(&Person(1).marker()));
}

#[tokio::test]
async fn who_does_not_know_the_password_locks_nobody_out() {
    let (_origin, gateway, mut phone) = setting().await;
    let mut stranger = gateway.browser();
    stranger.get("/login").await;
    for _ in 0..12 {
        stranger
            .post_form(
                "/.mfa/challenge",
                &[("code", "000000"), ("username", "user01@example.com")],
            )
            .await;
        people::sign_in_with(&mut stranger, Person(1), "guess").await;
    }
    let mut owner = gateway.browser();
    admit(&mut owner, Person(1), &mut phone).await;
    assert!(owner.get("/private").await.holds(&Person(1).marker()));
}

#[tokio::test]
async fn the_lock_is_on_the_account_and_on_no_other() {
    let (_origin, gateway, phone) = setting().await;
    let (_other, mut other_phone) = people::enrolled(&gateway, Person(2)).await;
    let mut browser = people::awaiting(&gateway, Person(1)).await;
    guess(&mut browser, &phone, 5).await;
    let mut other = gateway.browser();
    admit(&mut other, Person(2), &mut other_phone).await;
    assert!(other.get("/private").await.holds(&Person(2).marker()));
}
