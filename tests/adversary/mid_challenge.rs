//! Somebody with the password stands in the middle of a ceremony while the owner, in another browser,
//! takes away what it is about.

use crate::support::passkey::pages;
use crate::support::people::{self, Person};
use crate::support::{Authenticator, Browser, CrmApp, Device, Gateway, Origin, Passkey, totp};
use std::sync::Arc;

const TOTP: &str = "/settings/security/authenticators/new";
const SECURITY: &str = "/settings/security";

async fn setting() -> (Origin, Gateway) {
    let origin = Origin::start(Arc::new(CrmApp::default())).await;
    let gateway = Gateway::start(origin.addr, |_| {}).await;
    (origin, gateway)
}

/// The owner, with a passkey and a phone; the window for changes is open.
async fn owner(gateway: &Gateway) -> (Browser, Passkey, Authenticator) {
    let (mut owner, mut passkey) = pages::enrolled(gateway, Person(1), Device::LAPTOP).await;
    let page = pages::open_stepped_up(&mut owner, TOTP, &mut passkey).await;
    let (phone, _) = totp::enrol_on(&mut owner, &page, "Phone").await;
    (owner, passkey, phone)
}

/// Takes away the only factor of this kind.
async fn remove(owner: &mut Browser, kind: &str) {
    let list = owner.get(SECURITY).await;
    let links = list.links(&format!("/{kind}/"));
    let target = links.iter().find(|link| link.ends_with("/remove")).unwrap();
    let dialog = owner.get(target).await;
    assert_eq!(dialog.status, 200, "{dialog:?}");
    let removed = owner.submit(&dialog.form_to(target)).await;
    assert!(removed.leads_to(SECURITY), "{removed:?}");
}

async fn sign_out_others(owner: &mut Browser) {
    let target = "/settings/security/sign-out-others";
    let page = owner.get(SECURITY).await;
    let done = owner.submit(&page.form_to(target)).await;
    assert!(done.leads_to(SECURITY), "{done:?}");
}

/// Nothing of the user's is to be had in this browser.
async fn is_shut(browser: &mut Browser) {
    let page = browser.get("/private").await;
    assert!(!page.holds(&Person(1).marker()), "{page:?}");
}

#[tokio::test]
async fn an_assertion_of_a_passkey_that_was_removed_meanwhile_signs_nobody_in() {
    let (_origin, gateway) = setting().await;
    let (mut owner, mut passkey, _) = owner(&gateway).await;
    let mut thief = people::awaiting(&gateway, Person(1)).await;
    let page = thief.get("/.mfa/challenge/passkey").await;
    let stolen = passkey.get(&pages::options(&page), &thief.origin());
    remove(&mut owner, "passkeys").await;
    let refused = thief.submit(&pages::filled(&page, &stolen)).await;
    assert_ne!(refused.status, 303, "{refused:?}");
    is_shut(&mut thief).await;
}

#[tokio::test]
async fn a_code_of_a_phone_that_was_removed_meanwhile_signs_nobody_in() {
    let (_origin, gateway) = setting().await;
    let (mut owner, _, mut phone) = owner(&gateway).await;
    let mut thief = people::awaiting(&gateway, Person(1)).await;
    let page = thief.get("/.mfa/challenge/totp").await;
    let form = page.form_with("code").set("code", &phone.code().await);
    remove(&mut owner, "authenticators").await;
    let refused = thief.submit(&form).await;
    assert_ne!(refused.status, 303, "{refused:?}");
    is_shut(&mut thief).await;
}

#[tokio::test]
async fn a_passkey_that_was_removed_meanwhile_opens_no_window_in_another_session() {
    let (_origin, gateway) = setting().await;
    let (mut owner, mut passkey, _) = owner(&gateway).await;
    let mut other = pages::admit(&gateway, Person(1), &mut passkey).await;
    let question = other.get_following(TOTP).await;
    let answer = passkey.get(&pages::options(&question), &other.origin());
    remove(&mut owner, "passkeys").await;
    let refused = other.submit(&pages::filled(&question, &answer)).await;
    assert_ne!(refused.status, 303, "{refused:?}");
    assert!(other.get(TOTP).await.leads_to("/.mfa/step-up"));
}

#[tokio::test]
async fn a_session_that_is_signed_out_from_afar_ends_in_the_middle_of_its_challenge() {
    let (_origin, gateway) = setting().await;
    let (mut owner, mut passkey, _) = owner(&gateway).await;
    let mut thief = people::awaiting(&gateway, Person(1)).await;
    let page = thief.get("/.mfa/challenge/passkey").await;
    let stolen = passkey.get(&pages::options(&page), &thief.origin());
    sign_out_others(&mut owner).await;
    let refused = thief.submit(&pages::filled(&page, &stolen)).await;
    assert_eq!(refused.status, 401, "{refused:?}");
    is_shut(&mut thief).await;
}

#[tokio::test]
async fn a_session_that_is_signed_out_from_afar_ends_in_the_middle_of_a_change() {
    let (_origin, gateway) = setting().await;
    let (mut owner, mut passkey, _) = owner(&gateway).await;
    let mut other = pages::admit(&gateway, Person(1), &mut passkey).await;
    // The form for one more authenticator is open there.
    let page = pages::open_stepped_up(&mut other, TOTP, &mut passkey).await;
    let form = page.form_with("code").set("code", "000000");
    sign_out_others(&mut owner).await;
    let refused = other.submit(&form).await;
    assert_eq!(refused.status, 401, "{refused:?}");
    is_shut(&mut other).await;
}
