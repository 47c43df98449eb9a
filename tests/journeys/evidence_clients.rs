//! An application that binds its sessions to one client (T24): the question looks like the visitor.

use crate::support::people::{self, admit};
use crate::support::traits::t24_bound_session::BoundSession;
use crate::support::{Browser, Gateway, Origin, Person};
use std::sync::Arc;

const ADA: Person = Person(1);

fn client(gateway: &Gateway, number: u8) -> Browser {
    let mut browser = gateway.browser();
    browser.extra = vec![
        ("User-Agent".to_owned(), format!("Odd/{number}.0")),
        ("browser-id".to_owned(), format!("b-{number}")),
        ("X-Forwarded-For".to_owned(), format!("192.0.2.{number}")),
    ];
    browser
}

async fn setting(headers: &str) -> (Origin, Gateway) {
    let origin = Origin::start(Arc::new(BoundSession::default())).await;
    let gateway = Gateway::start(origin.addr, |config| {
        config
            .set("listen", "trusted_proxies", "[\"127.0.0.1/32\"]")
            .set("guard", "session_cookies", "[\"sid\"]")
            .set("guard.identity", "recheck", "\"1s\"")
            .set(
                "guard.identity",
                "whoami",
                &format!("{{ path = \"/api/me\", id = \"json:/id\", signed_out = {{ status = [401] }}, headers = {headers} }}"),
            );
    })
    .await;
    (origin, gateway)
}

#[tokio::test]
async fn a_session_that_is_bound_to_its_client_survives_every_question() {
    let (origin, gateway) = setting("[\"browser-id\"]").await;
    let (mut owner, mut phone) = people::enrolled_in(client(&gateway, 1), ADA).await;
    let mut other = client(&gateway, 2);
    admit(&mut other, ADA, &mut phone).await;
    for browser in [&mut owner, &mut other] {
        for _ in 0..2 {
            tokio::time::sleep(std::time::Duration::from_millis(1_200)).await;
            assert!(browser.get("/private").await.holds(&ADA.marker()));
        }
    }
    let asked = origin.last_to("/api/me");
    let sent = |name: &str| asked.header(name).unwrap_or_default().to_owned();
    assert_eq!(sent("user-agent"), "Odd/2.0");
    assert_eq!(sent("x-forwarded-for"), "192.0.2.2");
    assert_eq!(sent("browser-id"), "b-2");
    assert_eq!(asked.header("origin"), None);
}

/// The trait is real: without the header the very first question takes the session away.
#[tokio::test]
async fn a_question_without_the_header_would_destroy_it() {
    let (_origin, gateway) = setting("[]").await;
    let mut browser = client(&gateway, 1);
    people::sign_in(&mut browser, ADA).await;
    assert!(!browser.get("/private").await.holds(&ADA.marker()));
}
