//! An application that changes its cookie on every answer (T20), and `identity.rotation = "trust"`.

use crate::support::people;
use crate::support::traits::TRAIT_ID;
use crate::support::traits::t20_changing_cookie::ChangingCookie;
use crate::support::{Browser, Gateway, Origin, Person, holds, raw};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const ADA: Person = Person(1);
const EVE: Person = Person(2);

async fn setting(rotation: &str, recheck: &str) -> (Origin, Gateway) {
    let origin = Origin::start(Arc::new(ChangingCookie::default())).await;
    let gateway = Gateway::start(origin.addr, |config| {
        config
            .set("guard", "session_cookies", "[\"sid\"]")
            .set("guard.identity", "rotation", &format!("\"{rotation}\""))
            .set("guard.identity", "recheck", &format!("\"{recheck}\""));
    })
    .await;
    (origin, gateway)
}

/// What comes of a page within half a second.
async fn at_once(browser: &Browser, target: &str) -> Vec<u8> {
    let mut stream = browser.connect("http/1.1").await.unwrap();
    let head = raw::head(browser, "GET", target, &["Sec-Fetch-Mode: cors"]);
    stream.write_all(&head).await.unwrap();
    let mut seen = vec![0; 8_192];
    let read = stream.read(&mut seen);
    let length = tokio::time::timeout(Duration::from_millis(500), read).await;
    seen.truncate(length.map_or(0, Result::unwrap));
    seen
}

#[tokio::test]
async fn with_trust_pages_stream_and_the_application_is_hardly_asked() {
    for (rotation, streams) in [("trust", true), ("ask", false)] {
        let (origin, gateway) = setting(rotation, "60s").await;
        let (mut browser, _phone) = people::enrolled(&gateway, ADA).await;
        browser.get("/private").await;
        origin.forget();
        for _ in 0..5 {
            let before = browser.jar.get("sid").unwrap().to_owned();
            assert!(
                browser.get("/private").await.holds(&ADA.marker()),
                "{rotation}"
            );
            assert_ne!(browser.jar.get("sid"), Some(before.as_str()), "{rotation}");
        }
        assert_eq!(
            origin.requests_to("/api/me").is_empty(),
            streams,
            "{rotation}"
        );
        let first = at_once(&browser, "/slow").await;
        assert_eq!(holds(&first, "200 OK"), streams, "{rotation}");
        assert!(!browser.saw(TRAIT_ID), "{rotation}: a raw id came");
    }
}

/// Signs in as the victim inside the attacker's own session, by a link that nobody declared.
async fn cross_over(eve: &mut Browser) {
    eve.get(&format!("/sso?u={}", ADA.0)).await;
    eve.seen.clear();
}

#[tokio::test]
async fn another_user_at_the_recheck_ends_the_session() {
    let (origin, gateway) = setting("trust", "2s").await;
    people::enrolled(&gateway, ADA).await;
    let (mut eve, _own) = people::enrolled(&gateway, EVE).await;
    cross_over(&mut eve).await;
    tokio::time::sleep(Duration::from_millis(2_300)).await;
    let page = eve.get("/private").await;
    assert!(!page.holds(&ADA.marker()), "{page:?}");
    let settings = eve.get_following("/settings/security").await;
    assert!(
        !settings.holds("Authenticator app"),
        "the session lives: {settings:?}"
    );
    assert!(!origin.last_to("/api/me").holds("sg1."));
}

/// Each page brings a new cookie; if each counted from its own time, nobody would ever be asked.
#[tokio::test]
async fn reading_on_without_a_pause_does_not_put_the_recheck_off() {
    let (_origin, gateway) = setting("trust", "2s").await;
    people::enrolled(&gateway, ADA).await;
    let (mut eve, _own) = people::enrolled(&gateway, EVE).await;
    cross_over(&mut eve).await;
    for _ in 0..12 {
        tokio::time::sleep(Duration::from_millis(250)).await;
        eve.get("/private").await;
    }
    eve.seen.clear();
    eve.get("/private").await;
    assert!(!eve.saw(&ADA.marker()), "three seconds later");
}

/// The attacker answers the recheck with the cookie of their own and then goes on with the victim's.
#[tokio::test]
async fn ones_own_older_cookie_at_the_recheck_does_not_vouch_for_the_victims() {
    let (_origin, gateway) = setting("trust", "2s").await;
    people::enrolled(&gateway, ADA).await;
    let (mut eve, _own) = people::enrolled(&gateway, EVE).await;
    eve.get("/private").await;
    let own = eve.jar.clone();
    cross_over(&mut eve).await;
    let victims = eve.jar.clone();
    tokio::time::sleep(Duration::from_millis(2_300)).await;
    eve.jar = own;
    eve.get("/private").await;
    assert!(eve.saw(&EVE.marker()), "her own is still good");
    eve.jar = victims;
    eve.get("/private").await;
    assert!(!eve.saw(&ADA.marker()));
}

#[tokio::test]
async fn an_event_stream_that_brings_a_cookie_is_refused_for_it_would_outlive_the_recheck() {
    let (_origin, gateway) = setting("trust", "60s").await;
    let (mut browser, _phone) = people::enrolled(&gateway, ADA).await;
    browser.seen.clear();
    let events = browser.fetch("/events").await;
    assert!(
        events.status >= 500 && !browser.saw(&ADA.marker()),
        "{events:?}"
    );
}
