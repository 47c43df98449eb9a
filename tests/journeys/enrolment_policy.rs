//! `policy.enrolment`: who may enrol the first factor of an account.

use crate::support::people::{self, Person};
use crate::support::{Browser, CrmApp, Gateway, Origin, PROTECTED, Page, totp};
use std::sync::Arc;
use tokio::sync::Barrier;

const NEW: &str = "/settings/security/authenticators/new";

async fn setting(enrolment: &str, required: bool) -> (Origin, Gateway) {
    let origin = Origin::start(Arc::new(CrmApp::default())).await;
    let gateway = Gateway::start(origin.addr, |config| {
        config.set("policy", "enrolment", &format!("\"{enrolment}\""));
        if required {
            config.mfa_required();
        }
    })
    .await;
    (origin, gateway)
}

async fn at_the_enrolment(gateway: &Gateway, person: Person) -> (Browser, Page) {
    let mut browser = gateway.browser();
    let held = people::sign_in(&mut browser, person).await;
    assert!(held.leads_to("/.mfa/enrol"), "{held:?}");
    let page = browser.get_following("/.mfa/enrol").await;
    (browser, page)
}

async fn give(browser: &mut Browser, page: &Page, code: &str, token: &str) -> Page {
    let form = page.form_with("enrolment_token").set("code", code);
    let form = form.set("name", "Phone").set("enrolment_token", token);
    browser.submit(&form).await
}

#[tokio::test]
async fn only_the_administrators_code_for_this_user_enrols_and_only_once() {
    let (_origin, gateway) = setting("token", true).await;
    let (owner, other) = (Person(1), Person(2));
    let (mut browser, page) = at_the_enrolment(&gateway, owner).await;
    let mut phone = totp::read_secret(&page, "Phone");
    let replaced = gateway.enrolment_code(owner.id(), "1h");
    let good = gateway.enrolment_code(owner.id(), "1h");
    let others = gateway.enrolment_code(other.id(), "1h");
    let code = phone.code().await;
    for bad in ["", "guess", &replaced, &others, &"0".repeat(25)] {
        let refused = give(&mut browser, &page, &code, bad).await;
        assert_eq!(refused.status, 422, "{bad}: {refused:?}");
        assert!(refused.reading().contains("isn't valid"), "{refused:?}");
        assert!(browser.get("/private").await.leads_to("/.mfa/enrol"));
    }
    assert!(!browser.saw(PROTECTED));
    let saved = give(&mut browser, &page, &code, &good.to_lowercase()).await;
    assert_eq!(saved.status, 303, "{saved:?}");
    assert!(browser.get("/private").await.holds(&owner.marker()));

    // Somebody with the other's password finds the code in the first one's inbox.
    let (mut thief, page) = at_the_enrolment(&gateway, other).await;
    let code = totp::read_secret(&page, "Mine").code().await;
    let refused = give(&mut thief, &page, &code, &good).await;
    assert_eq!(refused.status, 422, "{refused:?}");
}

#[tokio::test]
async fn a_code_that_is_too_old_enrols_nothing() {
    let (_origin, gateway) = setting("token", true).await;
    let (mut browser, page) = at_the_enrolment(&gateway, Person(1)).await;
    let token = gateway.enrolment_code(Person(1).id(), "1s");
    tokio::time::sleep(std::time::Duration::from_millis(2_100)).await;
    let code = totp::read_secret(&page, "Phone").code().await;
    let refused = give(&mut browser, &page, &code, &token).await;
    assert_eq!(refused.status, 422, "{refused:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_code_used_by_eight_browsers_at_once_enrols_one_factor() {
    let (_origin, gateway) = setting("token", true).await;
    let token = gateway.enrolment_code(Person(1).id(), "1h");
    let barrier = Arc::new(Barrier::new(8));
    let mut tasks = Vec::new();
    for _ in 0..8 {
        let (mut browser, page) = at_the_enrolment(&gateway, Person(1)).await;
        let code = totp::read_secret(&page, "Phone").code().await;
        let (token, barrier) = (token.clone(), Arc::clone(&barrier));
        tasks.push(tokio::spawn(async move {
            barrier.wait().await;
            give(&mut browser, &page, &code, &token).await;
            browser.get("/private").await.holds(&Person(1).marker())
        }));
    }
    let mut opened = 0;
    for task in tasks {
        opened += u32::from(task.await.unwrap());
    }
    assert_eq!(opened, 1);
}

#[tokio::test]
async fn a_second_factor_needs_no_code_of_an_administrator() {
    let (_origin, gateway) = setting("token", false).await;
    let mut browser = people::password_only(&gateway, Person(1)).await;
    let page = browser.get_following(NEW).await;
    let mut phone = totp::read_secret(&page, "Phone");
    let token = gateway.enrolment_code(Person(1).id(), "1h");
    let code = phone.code().await;
    assert_eq!(give(&mut browser, &page, &code, &token).await.status, 303);
    let page = people::open_stepped_up(&mut browser, NEW, &mut phone).await;
    assert!(!page.has_field("enrolment_token"), "{page:?}");
}

#[tokio::test]
async fn where_enrolment_is_closed_the_page_says_whom_to_ask_and_nothing_opens() {
    let (_origin, gateway) = setting("closed", true).await;
    let (mut browser, page) = at_the_enrolment(&gateway, Person(1)).await;
    assert_eq!(page.status, 403, "{page:?}");
    assert!(
        page.reading().contains("Ask your administrator"),
        "{page:?}"
    );
    assert!(browser.get("/private").await.leads_to("/.mfa/enrol"));
    assert!(!browser.saw(PROTECTED));

    let (_origin, gateway) = setting("closed", false).await;
    let mut browser = people::password_only(&gateway, Person(2)).await;
    assert_eq!(browser.get_following(NEW).await.status, 403);
}
