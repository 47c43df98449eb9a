//! Challenges for passkeys that are answered too late: each lives for five minutes.

use crate::support::clock::Clock;
use crate::support::passkey::pages;
use crate::support::people::{self, Person};
use crate::support::{CrmApp, Device, Gateway, Origin, PROTECTED};
use std::sync::Arc;

const LIFE: i32 = 5 * 60;

async fn setting(required: bool) -> (Origin, Gateway, Clock) {
    let origin = Origin::start(Arc::new(CrmApp::default())).await;
    let mut gateway = Gateway::prepare(origin.addr, false, |config| {
        if required {
            config.mfa_required();
        }
    });
    let clock = Clock::of(&mut gateway);
    gateway.spawn().await;
    (origin, gateway, clock)
}

#[tokio::test]
async fn an_assertion_that_comes_after_five_minutes_signs_nobody_in() {
    let (_origin, gateway, clock) = setting(false).await;
    let (_, mut passkey) = pages::enrolled(&gateway, Person(1), Device::LAPTOP).await;
    let mut browser = people::awaiting(&gateway, Person(1)).await;
    let page = browser.get("/.mfa/challenge").await;
    clock.set(LIFE + 1);
    let late = pages::give(&mut browser, &page, &mut passkey).await;
    assert_eq!(late.status, 422, "{late:?}");
    let said = late.words_of("#passkey-error");
    assert!(said.contains("too long ago"), "{said}");
    assert!(browser.get("/private").await.leads_to("/.mfa/challenge"));
    assert!(!browser.saw(PROTECTED));
    // The page has a new challenge, which lives as long.
    assert_ne!(
        pages::options(&late)["challenge"],
        pages::options(&page)["challenge"]
    );
    clock.set(2 * LIFE - 10);
    let opened = pages::give(&mut browser, &late, &mut passkey).await;
    assert_eq!(opened.status, 303, "{opened:?}");
}

#[tokio::test]
async fn a_new_passkey_that_comes_after_five_minutes_is_not_enrolled() {
    // Where a factor is required no step-up stands before the enrolment, which would be due as well.
    let (_origin, gateway, clock) = setting(true).await;
    let mut browser = gateway.browser();
    people::sign_in(&mut browser, Person(1)).await;
    let page = browser.get("/.mfa/enrol/passkey").await;
    clock.set(LIFE + 1);
    let (_, late) = pages::make(&mut browser, &page, Device::LAPTOP, "").await;
    assert_eq!(late.status, 422, "{late:?}");
    let said = late.words_of("#passkey-error");
    assert!(said.contains("too long ago"), "{said}");
    assert!(browser.get("/private").await.leads_to("/.mfa/enrol"));
    let (_, saved) = pages::make(&mut browser, &late, Device::LAPTOP, "").await;
    assert_eq!(saved.status, 303, "{saved:?}");
}
