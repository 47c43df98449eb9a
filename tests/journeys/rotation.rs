//! Session ids that rotate at sign-in, that stay, and that are set again on every response.

use crate::support::crm::RAW_ID;
use crate::support::people::{self, admit};
use crate::support::{Bind, CrmApp, Gateway, Ids, Origin, PROTECTED, Person};
use std::sync::Arc;
use std::time::Duration;

async fn setting(app: CrmApp) -> (Origin, Gateway) {
    let origin = Origin::start(Arc::new(app)).await;
    let gateway = Gateway::start(origin.addr, |_| {}).await;
    (origin, gateway)
}

#[tokio::test]
async fn every_way_of_handling_session_ids_signs_in_and_works_on() {
    for ids in [Ids::Rotates, Ids::Kept, Ids::Repeated] {
        for bind in [Bind::Early, Bind::Late] {
            let app = CrmApp::with(|app| {
                (app.ids, app.bind, app.login_delay) = (ids, bind, Duration::from_millis(300));
            });
            let (_origin, gateway) = setting(app).await;
            let (_owner, mut phone) = people::enrolled(&gateway, Person(1)).await;
            let mut browser = gateway.browser();
            let held = people::sign_in(&mut browser, Person(1)).await;
            assert!(
                held.leads_to("/.mfa/challenge"),
                "{ids:?} {bind:?}: {held:?}"
            );
            assert!(!browser.saw(PROTECTED), "{ids:?} {bind:?}");
            let code = phone.code().await;
            assert_eq!(
                people::answer_challenge(&mut browser, &code).await.status,
                303,
                "{ids:?} {bind:?}"
            );
            for number in 0..5 {
                let page = browser.get(&format!("/private/{number}")).await;
                assert!(
                    page.holds(&Person(1).marker()),
                    "{ids:?} {bind:?} page {number}: {page:?}"
                );
            }
            assert!(
                !browser.saw(RAW_ID),
                "{ids:?} {bind:?}: a raw id reached the browser"
            );
        }
    }
}

#[tokio::test]
async fn a_value_that_is_set_again_keeps_its_seal() {
    let (_origin, gateway) = setting(CrmApp::with(|app| app.ids = Ids::Repeated)).await;
    let (mut browser, _phone) = people::enrolled(&gateway, Person(1)).await;
    browser.get("/private").await;
    let seal = browser.jar.get("sessionid").unwrap().to_owned();
    for _ in 0..3 {
        let page = browser.get("/private").await;
        assert!(page.holds(&Person(1).marker()));
        assert_eq!(browser.jar.get("sessionid"), Some(seal.as_str()));
    }
}

#[tokio::test]
async fn a_new_id_for_the_same_user_in_the_middle_goes_unnoticed() {
    let (origin, gateway) = setting(CrmApp::default()).await;
    let (mut browser, _phone) = people::enrolled(&gateway, Person(1)).await;
    for _ in 0..6 {
        let old = browser.jar.get("sessionid").unwrap().to_owned();
        assert!(
            browser
                .post_form("/rotate", &[])
                .await
                .text()
                .contains("changed")
        );
        assert_ne!(browser.jar.get("sessionid"), Some(old.as_str()));
        assert!(browser.get("/private").await.holds(&Person(1).marker()));
    }
    assert_eq!(
        origin.last_to("/private").header("X-MFA-Verified"),
        Some("true")
    );
    assert!(!browser.saw(RAW_ID));
}

#[tokio::test]
async fn a_session_that_changes_hands_by_an_undeclared_way_is_not_let_through() {
    let (_origin, gateway) = setting(CrmApp::default()).await;
    let (_victim, _phone) = people::enrolled(&gateway, Person(2)).await;
    let (mut browser, _own) = people::enrolled(&gateway, Person(1)).await;
    let switched = browser
        .post_form("/switch", &[("email", &Person(2).email())])
        .await;
    assert!(switched.status < 500, "{switched:?}");
    for target in ["/private", "/", "/private/again"] {
        let page = browser.get(target).await;
        assert!(!page.holds(&Person(2).marker()), "{target}: {page:?}");
    }
    assert!(!browser.saw(&Person(2).marker()));
}

#[tokio::test]
async fn signing_in_again_as_somebody_else_is_a_new_session_with_its_own_challenge() {
    for ids in [Ids::Rotates, Ids::Kept] {
        // A form token would be of the session that the second sign-in leaves behind.
        let (origin, gateway) =
            setting(CrmApp::with(|app| (app.ids, app.csrf) = (ids, false))).await;
        let (_second, mut phone) = people::enrolled(&gateway, Person(2)).await;
        let (mut browser, _own) = people::enrolled(&gateway, Person(1)).await;
        admit(&mut browser, Person(2), &mut phone).await;
        let page = browser.get("/private").await;
        assert!(page.holds(&Person(2).marker()), "{ids:?}: {page:?}");
        assert_eq!(
            origin.last_to("/private").header("X-MFA-User"),
            Some("1002")
        );
    }
}

#[tokio::test]
async fn where_the_form_has_a_token_the_second_try_signs_in_over_an_open_session() {
    let (_origin, gateway) = setting(CrmApp::default()).await;
    let (_second, mut phone) = people::enrolled(&gateway, Person(2)).await;
    let (mut browser, _own) = people::enrolled(&gateway, Person(1)).await;
    let first = people::sign_in(&mut browser, Person(2)).await;
    assert!(!first.holds(PROTECTED), "{first:?}");
    assert!(
        !browser.get("/private").await.holds(PROTECTED),
        "the first session outlived the sign-in"
    );
    admit(&mut browser, Person(2), &mut phone).await;
    assert!(browser.get("/private").await.holds(&Person(2).marker()));
}
