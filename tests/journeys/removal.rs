//! Removing an authenticator, the last one too.

use crate::support::people::{self, open_stepped_up, sign_in};
use crate::support::{Browser, CrmApp, Gateway, Origin, Page, Person, totp};
use std::sync::Arc;

async fn setting(required: bool) -> (Origin, Gateway) {
    let origin = Origin::start(Arc::new(CrmApp::default())).await;
    let gateway = Gateway::start(origin.addr, |config| {
        if required {
            config.mfa_required();
        }
    })
    .await;
    (origin, gateway)
}

/// The address of the page that removes the only authenticator of the list.
async fn removal_of_the_only_one(browser: &mut Browser) -> String {
    let page = browser.get_following("/settings/security").await;
    let mut links: Vec<_> = page
        .links("/authenticators/")
        .into_iter()
        .filter(|it| it.ends_with("/remove"))
        .collect();
    assert_eq!(links.len(), 1, "{page:?}");
    links.remove(0)
}

/// Presses the button of the dialog.
async fn confirm(browser: &mut Browser, dialog: &Page) -> Page {
    let form = dialog.forms().into_iter().find(|form| {
        form.action
            .split('?')
            .next()
            .is_some_and(|it| it.ends_with("/remove"))
    });
    browser
        .submit(&form.unwrap_or_else(|| panic!("nothing to confirm: {dialog:?}")))
        .await
}

#[tokio::test]
async fn the_dialog_names_the_factor_and_says_that_the_next_sign_in_is_unprotected() {
    let (_origin, gateway) = setting(false).await;
    let (mut browser, mut phone) = people::enrolled(&gateway, Person(1)).await;
    let link = removal_of_the_only_one(&mut browser).await;
    let dialog = open_stepped_up(&mut browser, &link, &mut phone).await;
    assert_eq!(dialog.status, 200, "{dialog:?}");
    let words = dialog.reading().to_lowercase();
    assert!(words.contains("phone"), "the factor is not named: {words}");
    assert!(
        words.contains("sign-in") || words.contains("sign in"),
        "nothing about the next sign-in: {words}"
    );

    let removed = confirm(&mut browser, &dialog).await;
    assert!(removed.leads_to("/settings/security"), "{removed:?}");
    assert!(
        browser.get("/private").await.holds(&Person(1).marker()),
        "removing the last factor ended the session"
    );
    let list = browser.get_following("/settings/security").await;
    assert!(list.links("/remove").is_empty(), "{list:?}");

    let mut elsewhere = gateway.browser();
    let page = sign_in(&mut elsewhere, Person(1)).await;
    assert!(!page.leads_to("/.mfa"), "{page:?}");
    assert!(elsewhere.get("/private").await.holds(&Person(1).marker()));
}

#[tokio::test]
async fn where_a_factor_is_required_the_next_sign_in_enrols_again() {
    let (_origin, gateway) = setting(true).await;
    let mut browser = gateway.browser();
    sign_in(&mut browser, Person(1)).await;
    let page = browser.get_following("/.mfa/enrol").await;
    let (mut phone, _) = totp::enrol_on(&mut browser, &page, "Phone").await;

    let link = removal_of_the_only_one(&mut browser).await;
    let dialog = open_stepped_up(&mut browser, &link, &mut phone).await;
    let removed = confirm(&mut browser, &dialog).await;
    assert!(removed.leads_to("/settings/security"), "{removed:?}");
    assert!(
        browser.get("/private").await.holds(&Person(1).marker()),
        "removing the last factor ended the session"
    );

    let page = sign_in(&mut gateway.browser(), Person(1)).await;
    assert!(page.leads_to("/.mfa/enrol"), "{page:?}");
}

#[tokio::test]
async fn a_removed_authenticator_stops_working_and_the_others_stay() {
    let (_origin, gateway) = setting(false).await;
    let (mut browser, mut phone) = people::enrolled(&gateway, Person(1)).await;
    let first = removal_of_the_only_one(&mut browser).await;
    let page = open_stepped_up(
        &mut browser,
        "/settings/security/authenticators/new",
        &mut phone,
    )
    .await;
    let (mut tablet, _) = totp::enrol_on(&mut browser, &page, "Tablet").await;

    let dialog = open_stepped_up(&mut browser, &first, &mut phone).await;
    assert!(dialog.reading().contains("Phone"), "{dialog:?}");
    assert!(
        confirm(&mut browser, &dialog)
            .await
            .leads_to("/settings/security")
    );
    let list = browser.get_following("/settings/security").await.reading();
    assert!(list.contains("Tablet"), "{list}");

    let mut elsewhere = people::awaiting(&gateway, Person(1)).await;
    let code = phone.code().await;
    let refused = people::answer_challenge(&mut elsewhere, &code).await;
    assert_ne!(
        refused.status, 303,
        "a removed authenticator signed in: {refused:?}"
    );
    let code = tablet.code().await;
    assert_eq!(
        people::answer_challenge(&mut elsewhere, &code).await.status,
        303
    );
}

#[tokio::test]
async fn nobody_removes_the_factor_of_somebody_else() {
    let (_origin, gateway) = setting(false).await;
    let (mut victim, _phone) = people::enrolled(&gateway, Person(1)).await;
    let link = removal_of_the_only_one(&mut victim).await;
    let (mut attacker, mut own) = people::enrolled(&gateway, Person(2)).await;
    let own_link = removal_of_the_only_one(&mut attacker).await;

    let page = open_stepped_up(&mut attacker, &link, &mut own).await;
    assert!(!page.holds("Phone") || page.status >= 400, "{page:?}");
    let dialog = open_stepped_up(&mut attacker, &own_link, &mut own).await;
    let mut form = dialog
        .forms()
        .into_iter()
        .find(|form| form.action.ends_with("/remove"))
        .expect("a dialog");
    form.action.clone_from(&link);
    let refused = attacker.submit(&form).await;
    assert!(refused.status >= 400, "{refused:?}");
    let held = sign_in(&mut gateway.browser(), Person(1)).await;
    assert!(
        held.leads_to("/.mfa/challenge"),
        "the victim's factor is gone: {held:?}"
    );
}
