//! `policy.mfa = "required"`: who has no factor enrols one before the first page.

use crate::support::people::{self, admit, sign_in};
use crate::support::{CrmApp, Gateway, Origin, PROTECTED, Person, totp};
use std::sync::Arc;

async fn setting() -> (Origin, Gateway) {
    let origin = Origin::start(Arc::new(CrmApp::default())).await;
    let gateway = Gateway::start(origin.addr, |config| {
        config.mfa_required();
    })
    .await;
    (origin, gateway)
}

#[tokio::test]
async fn a_new_user_enrols_before_the_first_page_and_lands_where_they_wanted() {
    let (_origin, gateway) = setting().await;
    let mut browser = gateway.browser();
    let login = browser.get_following("/private/start").await;
    let held = people::give_password(&mut browser, &login, Person(1), "pw").await;
    assert_eq!(held.status, 303);
    assert!(held.leads_to("/.mfa/enrol"), "{held:?}");
    for target in ["/", "/private", "/settings/profile"] {
        let page = browser.get(target).await;
        assert!(page.leads_to("/.mfa/enrol"), "{target}: {page:?}");
    }
    assert_eq!(browser.fetch("/api/contacts").await.status, 401);
    assert!(!browser.saw(PROTECTED), "a page came before the enrolment");

    let page = browser.get_following("/.mfa/enrol").await;
    let mut phone = totp::read_secret(&page, "Phone");
    let wrong = totp::save(&mut browser, &page, &phone.wrong(), "Phone").await;
    assert_ne!(wrong.status, 303, "{wrong:?}");
    assert!(browser.get("/private").await.leads_to("/.mfa/enrol"));

    let page = browser.get_following("/.mfa/enrol").await;
    let code = phone.code().await;
    let saved = totp::save(&mut browser, &page, &code, "Phone").await;
    assert_eq!(saved.status, 303, "{saved:?}");
    assert_eq!(saved.location(), "/private/start");
    assert!(browser.follow(saved).await.holds(&Person(1).marker()));

    let mut elsewhere = gateway.browser();
    admit(&mut elsewhere, Person(1), &mut phone).await;
    assert!(elsewhere.get("/private").await.holds(&Person(1).marker()));
}

#[tokio::test]
async fn the_application_sees_a_verified_user_from_the_first_page_on() {
    let (origin, gateway) = setting().await;
    let mut browser = gateway.browser();
    sign_in(&mut browser, Person(3)).await;
    let page = browser.get_following("/.mfa/enrol").await;
    totp::enrol_on(&mut browser, &page, "Phone").await;
    browser.get("/private").await;
    let first = origin.last_to("/private");
    assert_eq!(first.header("X-MFA-User"), Some("1003"));
    assert_eq!(first.header("X-MFA-Verified"), Some("true"));
    assert_eq!(origin.requests_to("/private").len(), 1);
}

#[tokio::test]
async fn an_enrolment_that_was_left_open_falls_to_the_challenge_once_the_owner_has_enrolled() {
    let (_origin, gateway) = setting().await;
    let mut thief = gateway.browser();
    sign_in(&mut thief, Person(1)).await;
    let parked = thief.get_following("/.mfa/enrol").await;
    let mut stolen = totp::read_secret(&parked, "Thief");

    let mut owner = gateway.browser();
    sign_in(&mut owner, Person(1)).await;
    let page = owner.get_following("/.mfa/enrol").await;
    totp::enrol_on(&mut owner, &page, "Phone").await;

    let code = stolen.code().await;
    let late = totp::save(&mut thief, &parked, &code, "Thief").await;
    let page = thief.get("/private").await;
    assert!(
        page.leads_to("/.mfa/challenge"),
        "after {late:?}\nthen {page:?}"
    );
    assert!(!thief.saw(PROTECTED));
    let held = sign_in(&mut gateway.browser(), Person(1)).await;
    assert!(held.leads_to("/.mfa/challenge"), "{held:?}");
}
