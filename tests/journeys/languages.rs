//! The gateway's own pages in the language that the browser asks for.

use crate::support::people::{self, sign_in};
use crate::support::{Browser, CrmApp, Gateway, Origin, Page, Person};
use std::sync::Arc;

const GERMAN: &str = "de-AT,de;q=0.9,en;q=0.8";
const NEW: &str = "/settings/security/authenticators/new";

async fn setting(window: &str) -> (Origin, Gateway) {
    let origin = Origin::start(Arc::new(CrmApp::default())).await;
    let gateway = Gateway::start(origin.addr, |config| {
        config.set("step_up", "window", window);
    })
    .await;
    (origin, gateway)
}

fn asking_for(mut browser: Browser, languages: &str) -> Browser {
    let field = ("Accept-Language".to_owned(), languages.to_owned());
    browser.extra.push(field);
    browser
}

/// A page in this language, which says so, and says this.
fn assert_in(page: &Page, tag: &str, words: &str) {
    assert_eq!(
        page.attribute("html", "lang").as_deref(),
        Some(tag),
        "{page:?}"
    );
    assert_eq!(
        page.attribute("html", "dir").as_deref(),
        Some("ltr"),
        "{page:?}"
    );
    let varies = page.headers.iter().any(|(name, value)| {
        name.eq_ignore_ascii_case("vary") && value.eq_ignore_ascii_case("accept-language")
    });
    assert!(varies, "a cache would show it to others: {page:?}");
    assert!(
        page.reading().contains(words),
        "not {words:?}: {}",
        page.reading()
    );
}

#[tokio::test]
async fn whoever_asks_for_german_is_spoken_to_in_german_from_the_challenge_on() {
    let (_origin, gateway) = setting("\"6s\"").await;
    let (_owner, mut phone) = people::enrolled(&gateway, Person(1)).await;
    let mut browser = asking_for(gateway.browser(), GERMAN);
    sign_in(&mut browser, Person(1)).await;
    let challenge = browser.get_following("/.mfa/challenge").await;
    assert_in(&challenge, "de", "Bestätigungscode eingeben");

    let wrong = challenge.form_with("code").set("code", &phone.wrong());
    let wrong = browser.submit(&wrong).await;
    assert_eq!(wrong.status, 422);
    assert_in(
        &wrong,
        "de",
        "Dieser Code stimmt nicht. Warten Sie auf den nächsten Code",
    );
    assert!(wrong.words_of("title").starts_with("Fehler: "), "{wrong:?}");

    let code = phone.code().await;
    people::answer_challenge(&mut browser, &code).await;
    let security = browser.get("/settings/security").await;
    assert_in(&security, "de", "Letzte Sicherheitsereignisse");
    assert_in(&security, "de", "Falscher Code");

    tokio::time::sleep(std::time::Duration::from_millis(6_500)).await;
    let step_up = browser.get_following(NEW).await;
    assert_in(&step_up, "de", "um eine Authenticator-App hinzuzufügen");
    let code = phone.code().await;
    let opened = browser
        .submit(&step_up.form_with("code").set("code", &code))
        .await;
    let enrol = browser.follow(opened).await;
    assert_in(&enrol, "de", "Diesen QR-Code scannen");
    let proposed = enrol.attribute("#name", "value");
    assert_eq!(proposed.as_deref(), Some("Authenticator-App"), "{enrol:?}");

    let missing = browser.get("/.mfa/no-such-page").await;
    assert_eq!(missing.status, 404);
    assert_in(&missing, "de", "Hier ist keine Seite");
}

#[tokio::test]
async fn a_lock_out_is_explained_in_german() {
    let (_origin, gateway) = setting("\"5m\"").await;
    let (_owner, phone) = people::enrolled(&gateway, Person(1)).await;
    let mut browser = asking_for(gateway.browser(), GERMAN);
    sign_in(&mut browser, Person(1)).await;
    let mut page = browser.get_following("/.mfa/challenge").await;
    while page.has_field("code") {
        let guess = page.form_with("code").set("code", &phone.wrong());
        page = browser.submit(&guess).await;
    }
    assert_in(&page, "de", "Diese Anmeldung ist beendet");

    sign_in(&mut browser, Person(1)).await;
    let page = browser.get_following("/.mfa/challenge").await;
    let guess = page.form_with("code").set("code", &phone.wrong());
    let locked = browser.submit(&guess).await;
    assert_eq!(locked.status, 429, "{locked:?}");
    assert_in(&locked, "de", "Zu viele falsche Codes");
    assert_in(&locked, "de", "Sie können es wieder versuchen");
}

#[tokio::test]
async fn whoever_asks_for_nothing_that_there_is_gets_english() {
    let (_origin, gateway) = setting("\"5m\"").await;
    people::enrolled(&gateway, Person(1)).await;
    for languages in ["fr-FR,fr;q=0.9", "de;q=0", "en-GB,de;q=0.9", ";;=,<x>,"] {
        let mut browser = asking_for(gateway.browser(), languages);
        sign_in(&mut browser, Person(1)).await;
        let challenge = browser.get_following("/.mfa/challenge").await;
        assert_in(&challenge, "en", "Enter your code");
    }
}

#[tokio::test]
async fn errors_before_the_portal_are_told_in_the_readers_language_and_to_programs_in_english() {
    let (origin, gateway) = setting("\"5m\"").await;
    people::enrolled(&gateway, Person(1)).await;
    let mut browser = asking_for(people::awaiting(&gateway, Person(1)).await, GERMAN);
    let framed = browser
        .send(crate::support::Call::Frame, "GET", "/private", None)
        .await;
    assert_in(&framed, "de", "Anmeldung abschließen");
    let told = browser.fetch("/private").await;
    assert_eq!(told.status, 401);
    assert_eq!(told.json()["title"], "A second factor is needed");

    drop(origin);
    let mut visitor = asking_for(gateway.browser(), GERMAN);
    let down = visitor.get("/").await;
    assert_eq!(down.status, 502);
    assert_in(&down, "de", "Die Anwendung ist nicht erreichbar");
    let told = visitor.fetch("/").await;
    assert_eq!(told.json()["title"], "The application can't be reached");
}
