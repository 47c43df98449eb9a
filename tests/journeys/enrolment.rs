//! The first authenticator of a user who has none, where a factor is optional.

use crate::support::people::{self, admit, answer_challenge, sign_in};
use crate::support::{CrmApp, Gateway, Origin, PROTECTED, Person, totp};
use std::sync::Arc;

const NEW: &str = "/settings/security/authenticators/new";

async fn setting() -> (Origin, Gateway) {
    let origin = Origin::start(Arc::new(CrmApp::default())).await;
    let gateway = Gateway::start(origin.addr, |_| {}).await;
    (origin, gateway)
}

#[tokio::test]
async fn without_a_factor_the_password_opens_the_application_until_one_is_enrolled() {
    let (_origin, gateway) = setting().await;
    let mut browser = people::password_only(&gateway, Person(1)).await;
    let mut phone = totp::enrol(&mut browser).await;
    assert!(
        browser.get("/private").await.holds(&Person(1).marker()),
        "enrolling ended the session"
    );

    browser.get("/logout").await;
    let held = sign_in(&mut browser, Person(1)).await;
    assert!(
        held.leads_to("/.mfa/challenge"),
        "no challenge after enrolment: {held:?}"
    );
    let code = phone.code().await;
    let passed = answer_challenge(&mut browser, &code).await;
    assert_eq!(passed.status, 303);
    assert!(browser.get("/private").await.holds(&Person(1).marker()));
}

#[tokio::test]
async fn the_page_shows_picture_secret_and_link_of_one_and_the_same_secret() {
    let (_origin, gateway) = setting().await;
    let mut browser = people::password_only(&gateway, Person(1)).await;
    let page = browser.get_following(NEW).await;
    assert!(page.text().contains("<svg"), "no QR code: {page:?}");
    let link = page
        .attribute("a[href^='otpauth://totp/']", "href")
        .expect("a tappable link");
    assert!(
        link.contains("issuer=Acme%20CRM") || link.contains("issuer=Acme+CRM"),
        "{link}"
    );
    assert!(link.contains("user01"), "the account is not named: {link}");
    let secret = link
        .split("secret=")
        .nth(1)
        .unwrap()
        .split('&')
        .next()
        .unwrap();
    assert!(
        secret.len() >= 32 && !secret.contains('='),
        "160 bits, unpadded: {secret}"
    );
    let shown = page.reading().replace(' ', "");
    assert!(
        shown.contains(secret),
        "the secret is not to be read on the page"
    );

    let again = browser.get_following(NEW).await;
    let second = again.attribute("a[href^='otpauth://totp/']", "href");
    assert_eq!(second, Some(link), "a refresh must keep the pending secret");
    assert!(
        page.header("cache-control")
            .is_some_and(|value| value.contains("no-store"))
    );
}

#[tokio::test]
async fn nothing_is_enrolled_before_a_right_code() {
    let (_origin, gateway) = setting().await;
    let mut browser = people::password_only(&gateway, Person(1)).await;
    let page = browser.get_following(NEW).await;
    let phone = totp::read_secret(&page, "Phone");
    let form = page
        .form_with("code")
        .set("code", &phone.wrong())
        .set("name", "Phone");
    let refused = browser.submit(&form).await;
    assert_ne!(refused.status, 303, "a wrong code enrolled: {refused:?}");
    assert!(refused.has_field("code"), "{refused:?}");

    let security = browser.get_following("/settings/security").await;
    assert!(
        security
            .links("/authenticators/")
            .iter()
            .all(|link| link.ends_with("/new")),
        "{security:?}"
    );
    let mut elsewhere = gateway.browser();
    sign_in(&mut elsewhere, Person(1)).await;
    assert!(
        elsewhere.get("/private").await.holds(&Person(1).marker()),
        "a challenge without a factor"
    );
}

#[tokio::test]
async fn a_form_without_its_csrf_token_or_from_elsewhere_enrols_nothing() {
    let (_origin, gateway) = setting().await;
    let mut browser = people::password_only(&gateway, Person(1)).await;
    let page = browser.get_following(NEW).await;
    let mut phone = totp::read_secret(&page, "Phone");
    let code = phone.code().await;
    let good = page
        .form_with("code")
        .set("code", &code)
        .set("name", "Phone");

    let forged = browser
        .submit(
            &good
                .clone()
                .set("csrf", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
        )
        .await;
    assert!((400..500).contains(&forged.status), "{forged:?}");
    let mut foreign = browser.clone();
    foreign
        .extra
        .push(("Origin".to_owned(), "https://evil.example".to_owned()));
    let posted = foreign.submit(&good).await;
    assert!((400..500).contains(&posted.status), "{posted:?}");

    let mut elsewhere = gateway.browser();
    sign_in(&mut elsewhere, Person(1)).await;
    assert!(
        elsewhere.get("/private").await.holds(&Person(1).marker()),
        "a forged form enrolled"
    );
    assert_eq!(
        browser.submit(&good).await.status,
        303,
        "the real form must still work"
    );
}

#[tokio::test]
async fn the_list_shows_every_authenticator_by_name() {
    let (_origin, gateway) = setting().await;
    let (mut browser, mut phone) = people::enrolled(&gateway, Person(1)).await;
    let page = people::open_stepped_up(&mut browser, NEW, &mut phone).await;
    let (mut tablet, saved) = totp::enrol_on(&mut browser, &page, "Tablet <b>&").await;
    assert!(saved.leads_to("/settings/security"), "{saved:?}");
    let security = browser.get_following("/settings/security").await;
    let text = security.reading();
    assert!(
        text.contains("Phone") && text.contains("Tablet <b>&"),
        "{text}"
    );
    assert!(
        !security.text().contains("Tablet <b>&"),
        "a name is not escaped"
    );
    let removals = security
        .links("/authenticators/")
        .into_iter()
        .filter(|link| link.ends_with("/remove"))
        .count();
    assert_eq!(removals, 2, "{security:?}");

    // Either of them signs in.
    let mut elsewhere = gateway.browser();
    admit(&mut elsewhere, Person(1), &mut tablet).await;
    assert!(elsewhere.get("/private").await.holds(&Person(1).marker()));
}

#[tokio::test]
async fn enrolling_puts_other_sessions_of_the_password_before_the_challenge() {
    let (_origin, gateway) = setting().await;
    let mut thief = people::password_only(&gateway, Person(1)).await;
    let parked = thief.get_following(NEW).await;
    let mut stolen = totp::read_secret(&parked, "Thief");
    let (_owner, _phone) = people::enrolled(&gateway, Person(1)).await;
    thief.seen.clear();

    let page = thief.get("/private").await;
    assert!(
        page.leads_to("/.mfa/challenge"),
        "the older session goes on: {page:?}"
    );
    let code = stolen.code().await;
    let late = totp::save(&mut thief, &parked, &code, "Thief").await;
    assert!(
        !late.leads_to("/settings/security"),
        "the parked enrolment was taken: {late:?}"
    );
    assert!(!thief.saw(PROTECTED));
}

#[tokio::test]
async fn scripts_of_the_application_cannot_read_or_frame_the_pages() {
    let (_origin, gateway) = setting().await;
    let mut browser = people::password_only(&gateway, Person(1)).await;
    for page in [
        browser.fetch(NEW).await,
        browser
            .send(crate::support::Call::Frame, "GET", NEW, None)
            .await,
    ] {
        assert!(!page.holds("otpauth:"), "{page:?}");
        assert!(page.status >= 400, "{page:?}");
    }
}
