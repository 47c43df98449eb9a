//! Showing once more who one is, before a factor changes.

use crate::support::people::{self, admit, open_stepped_up};
use crate::support::{CrmApp, Gateway, Origin, Person, totp};
use std::sync::Arc;
use std::time::Duration;

const NEW: &str = "/settings/security/authenticators/new";

async fn setting(window: &str) -> (Origin, Gateway) {
    let origin = Origin::start(Arc::new(CrmApp::default())).await;
    let window = format!("\"{window}\"");
    let gateway = Gateway::start(origin.addr, |config| {
        config.set("step_up", "window", &window);
    })
    .await;
    (origin, gateway)
}

#[tokio::test]
async fn a_change_asks_once_leads_back_and_asks_again_when_the_window_has_closed() {
    let (origin, gateway) = setting("5s").await;
    let (_owner, mut phone) = people::enrolled(&gateway, Person(1)).await;
    let mut browser = gateway.browser();
    admit(&mut browser, Person(1), &mut phone).await;
    tokio::time::sleep(Duration::from_millis(5_500)).await;

    let asked = browser.get(NEW).await;
    assert_eq!(asked.status, 303);
    assert!(asked.leads_to("/.mfa/step-up"), "{asked:?}");
    assert!(!asked.holds("otpauth"));
    let back = open_stepped_up(&mut browser, NEW, &mut phone).await;
    assert_eq!(
        back.target.split('?').next(),
        Some(NEW),
        "the step-up does not lead back"
    );
    assert!(back.has_field("code"), "{back:?}");

    browser.get("/private").await;
    let open = origin.last_to("/private");
    assert!(
        open.header("X-MFA-Step-Up-Expires").is_some(),
        "the application is not told of the window"
    );
    assert_eq!(
        browser.get(NEW).await.status,
        200,
        "asked again inside the window"
    );

    tokio::time::sleep(Duration::from_millis(5_500)).await;
    assert!(
        browser.get(NEW).await.leads_to("/.mfa/step-up"),
        "the window never closes"
    );
    browser.get("/private").await;
    assert_eq!(
        origin.last_to("/private").header("X-MFA-Step-Up-Expires"),
        None
    );
}

#[tokio::test]
async fn a_form_from_inside_the_window_is_refused_after_it() {
    let (_origin, gateway) = setting("5s").await;
    let (mut browser, mut phone) = people::enrolled(&gateway, Person(1)).await;
    tokio::time::sleep(Duration::from_millis(5_500)).await;
    let page = open_stepped_up(&mut browser, NEW, &mut phone).await;
    let mut tablet = totp::read_secret(&page, "Tablet");
    tokio::time::sleep(Duration::from_millis(5_500)).await;
    let code = tablet.code().await;
    let late = totp::save(&mut browser, &page, &code, "Tablet").await;
    assert!(!late.leads_to("/settings/security"), "{late:?}");
    let list = browser.get_following("/settings/security").await;
    assert!(!list.reading().contains("Tablet"), "{list:?}");
}

#[tokio::test]
async fn a_window_belongs_to_one_session() {
    let (_origin, gateway) = setting("5m").await;
    let (mut owner, mut phone) = people::enrolled(&gateway, Person(1)).await;
    assert!(
        open_stepped_up(&mut owner, NEW, &mut phone)
            .await
            .has_field("code")
    );
    let mut other = gateway.browser();
    admit(&mut other, Person(1), &mut phone).await;
    let asked = other.get(NEW).await;
    assert!(
        asked.leads_to("/.mfa/step-up"),
        "the window of another session counted: {asked:?}"
    );
}

#[tokio::test]
async fn a_used_or_wrong_code_opens_no_window() {
    let (_origin, gateway) = setting("5m").await;
    let (_owner, mut phone) = people::enrolled(&gateway, Person(1)).await;
    let mut browser = gateway.browser();
    admit(&mut browser, Person(1), &mut phone).await;
    let asked = browser.get(NEW).await;
    let question = browser.follow(asked).await;
    for code in [phone.last_code(), phone.wrong()] {
        let refused = browser
            .submit(&question.form_with("code").set("code", &code))
            .await;
        assert_ne!(refused.status, 303, "{code} was taken: {refused:?}");
        assert!(browser.get(NEW).await.leads_to("/.mfa/step-up"));
    }
}

#[tokio::test]
async fn the_way_back_is_a_security_page_however_it_is_written() {
    let (_origin, gateway) = setting("5m").await;
    let (_owner, mut phone) = people::enrolled(&gateway, Person(1)).await;
    let mut browser = gateway.browser();
    admit(&mut browser, Person(1), &mut phone).await;
    let evil = "/settings/security/../../logout";
    let question = browser.get(&format!("/.mfa/step-up?return={evil}")).await;
    let code = phone.code().await;
    let done = browser
        .submit(&question.form_with("code").set("code", &code))
        .await;
    assert_eq!(done.location(), "/settings/security", "{done:?}");
}

#[tokio::test]
async fn the_way_back_never_leaves_the_site() {
    let (_origin, gateway) = setting("5m").await;
    let (_owner, mut phone) = people::enrolled(&gateway, Person(1)).await;
    let mut browser = gateway.browser();
    admit(&mut browser, Person(1), &mut phone).await;
    let asked = browser.get(NEW).await;
    let address = asked.location();
    for evil in [
        "//evil.example/",
        "https://evil.example/",
        "/\\evil.example",
        "%2F%2Fevil.example",
        "/%09/evil.example",
    ] {
        let key = address
            .split_once('?')
            .and_then(|(_, query)| query.split('=').next())
            .unwrap_or("return_to");
        for name in [key, "return", "return_to", "next"] {
            let page = browser.get(&format!("/.mfa/step-up?{name}={evil}")).await;
            assert!(
                !page.header("location").unwrap_or_default().contains("evil"),
                "{page:?}"
            );
            assert!(
                page.links("evil.example")
                    .iter()
                    .all(|link| link.starts_with("/.mfa") || link.starts_with("/settings")),
                "{page:?}"
            );
        }
    }
    let page = browser
        .get("/.mfa/step-up?next=//evil.example/&return_to=//evil.example/&return=//evil.example/")
        .await;
    let code = phone.code().await;
    let done = browser
        .submit(&page.form_with("code").set("code", &code))
        .await;
    assert!(done.is_redirect(), "{done:?}");
    assert!(
        !done.header("location").unwrap_or_default().contains("evil"),
        "{done:?}"
    );
}
