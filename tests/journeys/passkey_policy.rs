//! Passkeys where the configuration says something of them: forced, by an administrator's code, switched
//! off.

use crate::support::passkey::pages::{self, NEW};
use crate::support::people::{self, Person};
use crate::support::{Browser, CrmApp, Device, Gateway, Origin, PROTECTED};
use std::sync::Arc;

const FORCED: &str = "/.mfa/enrol/passkey";

async fn setting(enrolment: &str) -> (Origin, Gateway) {
    let origin = Origin::start(Arc::new(CrmApp::default())).await;
    let gateway = Gateway::start(origin.addr, |config| {
        config.mfa_required();
        config.set("policy", "enrolment", &format!("\"{enrolment}\""));
    })
    .await;
    (origin, gateway)
}

async fn before_the_enrolment(gateway: &Gateway, wanted: &str) -> Browser {
    let mut browser = gateway.browser();
    let login = browser.get_following(wanted).await;
    let held = people::give_password(&mut browser, &login, Person(1), "pw").await;
    assert!(held.leads_to("/.mfa/enrol"), "{held:?}");
    browser
}

#[tokio::test]
async fn who_has_to_enrol_can_enrol_a_passkey_and_lands_where_they_wanted() {
    let (origin, gateway) = setting("open").await;
    let mut browser = before_the_enrolment(&gateway, "/private/start").await;
    assert!(browser.get(NEW).await.leads_to("/.mfa/enrol"));
    let page = browser.get(FORCED).await;
    assert_eq!(page.status, 200, "{page:?}");
    assert!(!browser.saw(PROTECTED));
    let (mut passkey, saved) = pages::make(&mut browser, &page, Device::MANAGER, "").await;
    assert_eq!(saved.location(), "/private/start", "{saved:?}");
    assert!(browser.follow(saved).await.holds(&Person(1).marker()));
    let first = origin.last_to("/private/start");
    assert_eq!(first.header("X-MFA-Verified"), Some("true"));
    assert_eq!(first.header("X-MFA-Factor"), Some("passkey"));
    pages::admit(&gateway, Person(1), &mut passkey).await;
}

#[tokio::test]
async fn a_forced_enrolment_that_was_left_open_falls_to_the_challenge() {
    let (_origin, gateway) = setting("open").await;
    let mut thief = before_the_enrolment(&gateway, "/private").await;
    let parked = thief.get(FORCED).await;
    let mut owner = before_the_enrolment(&gateway, "/private").await;
    let page = owner.get(FORCED).await;
    let (_, saved) = pages::make(&mut owner, &page, Device::LAPTOP, "").await;
    assert_eq!(saved.status, 303, "{saved:?}");
    pages::make(&mut thief, &parked, Device::LAPTOP, "Mine").await;
    assert!(thief.get("/private").await.leads_to("/.mfa/challenge"));
    assert!(!thief.saw(PROTECTED));
    let list = owner.get("/settings/security").await.reading();
    assert!(!list.contains("Mine"), "{list}");
}

#[tokio::test]
async fn after_a_wrong_code_from_the_administrator_the_same_passkey_counts_with_the_right_one() {
    let (_origin, gateway) = setting("token").await;
    let mut browser = before_the_enrolment(&gateway, "/private").await;
    let token = gateway.enrolment_code(Person(1).id(), "1h");
    let page = browser.get(FORCED).await;
    let (mut passkey, created) = Device::LAPTOP.create(&pages::options(&page), &browser.origin());
    let mut page = page;
    for wrong in ["", "guess", &"0".repeat(25)] {
        let form = pages::filled(&page, &created).set("enrolment_token", wrong);
        page = browser.submit(&form.set("name", "Mine")).await;
        assert_eq!(page.status, 422, "{wrong}: {page:?}");
        assert!(
            page.words_of("#enrolment_token-error")
                .contains("isn't valid"),
            "{page:?}"
        );
        assert!(browser.get("/private").await.leads_to("/.mfa/enrol"));
    }
    // The page has kept the passkey and the name: only the code is typed again.
    let form = page.form_with("credential").set("enrolment_token", &token);
    let saved = browser.submit(&form).await;
    assert_eq!(saved.status, 303, "{saved:?}");
    assert!(browser.get("/private").await.holds(&Person(1).marker()));
    let list = browser.get("/settings/security").await.reading();
    assert!(list.contains("Mine"), "{list}");
    pages::admit(&gateway, Person(1), &mut passkey).await;
}

#[tokio::test]
async fn where_enrolment_is_closed_there_is_no_passkey_either() {
    let (_origin, gateway) = setting("closed").await;
    let mut browser = before_the_enrolment(&gateway, "/private").await;
    let page = browser.get(FORCED).await;
    assert_eq!(page.status, 403, "{page:?}");
    assert_eq!(page.attribute("[data-options]", "data-options"), None);
}

#[tokio::test]
async fn where_adding_is_switched_off_the_button_says_so_and_those_that_exist_go_on() {
    let origin = Origin::start(Arc::new(CrmApp::default())).await;
    let mut gateway = Gateway::start(origin.addr, |_| {}).await;
    let (mut browser, mut passkey) = pages::enrolled(&gateway, Person(1), Device::LAPTOP).await;
    let page = pages::open_stepped_up(&mut browser, NEW, &mut passkey).await;
    gateway.config.set("factors.passkey", "enrolment", "false");
    gateway.restart().await;

    let list = browser.get("/settings/security").await;
    assert_eq!(
        list.words_of("section[aria-labelledby=passkeys-title] button[disabled]"),
        "Coming soon"
    );
    assert!(list.links("passkeys/new").is_empty(), "{list:?}");
    // Neither the address nor a form from before gets around it.
    for address in [NEW, pages::NEW_KEY] {
        let refused = browser.get(address).await;
        assert_eq!(refused.status, 404, "{refused:?}");
    }
    let (_, refused) = pages::make(&mut browser, &page, Device::MANAGER, "Late").await;
    assert!(refused.status >= 400, "{refused:?}");
    let list = browser.get("/settings/security").await.reading();
    assert!(!list.contains("Late"), "{list}");

    pages::admit(&gateway, Person(1), &mut passkey).await;
    pages::remove(&mut browser, "Windows Hello", &mut passkey).await;
    people::password_only(&gateway, Person(1)).await;
}

#[tokio::test]
async fn where_adding_is_switched_off_the_card_is_there_for_those_without_one() {
    let origin = Origin::start(Arc::new(CrmApp::default())).await;
    let gateway = Gateway::start(origin.addr, |config| {
        config.set("factors.passkey", "enrolment", "false");
    })
    .await;
    let mut browser = people::password_only(&gateway, Person(1)).await;
    let list = browser.get("/settings/security").await;
    assert_eq!(
        list.words_of("section[aria-labelledby=passkeys-title] button[disabled]"),
        "Coming soon"
    );
}
