//! Sign-ins that only the body tells apart: they are recognised, and nothing else is in their way.

use crate::support::people::{self, admit};
use crate::support::{CrmApp, Gateway, Origin, PROTECTED, Person};
use std::sync::Arc;

/// Any request that carries a user name and a password is a sign-in, wherever it goes.
const ANYWHERE: &str = "path = \"**\"\nmethod = \"*\"\npage = \"/login\"\n\
                        when = { \"any:email\" = true, \"any:password\" = true }";

async fn setting() -> (Origin, Gateway) {
    let origin = Origin::start(Arc::new(CrmApp::with(|app| app.csrf = false))).await;
    let gateway = Gateway::start(origin.addr, |config| {
        config
            .clear("guard.sign_in")
            .append("guard.sign_in", ANYWHERE);
    });
    (origin, gateway.await)
}

#[tokio::test]
async fn a_sign_in_that_is_told_by_its_body_meets_the_challenge() {
    let (_origin, gateway) = setting().await;
    let (_owner, mut phone) = people::enrolled(&gateway, Person(1)).await;
    let mut browser = gateway.browser();
    admit(&mut browser, Person(1), &mut phone).await;
    assert!(browser.get("/private").await.holds(&Person(1).marker()));
}

#[tokio::test]
async fn inside_ones_own_session_it_ends_that_session_whatever_the_body_is() {
    let (_origin, gateway) = setting().await;
    let (_victim, _phone) = people::enrolled(&gateway, Person(1)).await;
    let form = (
        "application/x-www-form-urlencoded",
        "email=user01%40example.com&password=pw",
    );
    let padded = format!(
        "pad={}&email=user01%40example.com&password=pw",
        "x".repeat(40_000)
    );
    for (content_type, body) in [form, ("text/plain", form.1), (form.0, padded.as_str())] {
        let mut attacker = people::password_only(&gateway, Person(2)).await;
        attacker.seen.clear();
        let body = (content_type, body.as_bytes().to_vec());
        attacker
            .send(
                crate::support::Call::Navigation,
                "POST",
                "/login",
                Some(body),
            )
            .await;
        assert!(!attacker.get("/private").await.holds(&Person(1).marker()));
        assert!(!attacker.saw(&Person(1).marker()), "{content_type}");
        assert!(
            !attacker.get("/private").await.holds(PROTECTED),
            "the own session is over too"
        );
    }
}

#[tokio::test]
async fn other_bodies_arrive_whole_in_a_signed_in_session() {
    let (origin, gateway) = setting().await;
    let mut browser = people::password_only(&gateway, Person(1)).await;
    for length in [0, 1, 1000, 60_000] {
        let body = "n".repeat(length).into_bytes();
        let sent = ("application/octet-stream", body.clone());
        let page = browser
            .send(crate::support::Call::Fetch, "POST", "/upload", Some(sent))
            .await;
        assert_eq!(page.status, 200, "{length}: {page:?}");
        assert_eq!(origin.last_to("/upload").body, body, "{length}");
    }
}

#[tokio::test]
async fn a_body_that_is_too_long_to_be_looked_into_is_refused_and_not_guessed_at() {
    let (origin, gateway) = setting().await;
    let mut browser = people::password_only(&gateway, Person(1)).await;
    let body = ("application/octet-stream", vec![b'n'; 70_000]);
    let page = browser
        .send(crate::support::Call::Fetch, "POST", "/upload", Some(body))
        .await;
    assert_eq!(page.status, 413);
    assert!(origin.requests_to("/upload").is_empty());
}
