//! Session cookies whose seal would be longer than what a browser keeps.

use crate::support::big_cookie::{BigCookie, MARK};
use crate::support::people::{self, Person, answer_challenge};
use crate::support::{Browser, Gateway, Origin, PROTECTED};
use std::sync::Arc;

async fn setting() -> (Origin, Gateway) {
    let origin = Origin::start(Arc::new(BigCookie::default())).await;
    let gateway = Gateway::start(origin.addr, |config| {
        config.set("guard", "session_cookies", "[\"session\"]");
    })
    .await;
    (origin, gateway)
}

fn sealed(browser: &Browser) -> String {
    browser.jar.get("session").unwrap_or_default().to_owned()
}

async fn works_on(browser: &mut Browser) {
    for number in 0..12 {
        let page = browser.get(&format!("/private/{number}")).await;
        assert!(page.holds(&Person(1).marker()), "page {number}: {page:?}");
    }
}

#[tokio::test]
async fn a_session_that_fills_its_cookie_signs_in_and_changes_with_every_page() {
    let (_origin, mut gateway) = setting().await;
    let (mut browser, mut phone) = people::enrolled(&gateway, Person(1)).await;
    assert!(sealed(&browser).starts_with("sg1."), "{}", sealed(&browser));
    assert!(sealed(&browser).len() < 500, "{}", sealed(&browser).len());
    works_on(&mut browser).await;

    let mut other = gateway.browser();
    let held = people::sign_in(&mut other, Person(1)).await;
    assert!(held.leads_to("/.mfa/challenge"), "{held:?}");
    assert!(!other.saw(PROTECTED));
    let code = phone.code().await;
    answer_challenge(&mut other, &code).await;
    works_on(&mut other).await;

    gateway.kill9();
    gateway.restart().await;
    works_on(&mut browser).await;
    assert!(!browser.saw(MARK) && !other.saw(MARK));
}

/// Every answer brings a new long value while the next request already waits.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_visitors_long_cookies_do_not_get_in_the_way_of_the_next_request() {
    let (_origin, gateway) = setting().await;
    let mut browser = gateway.browser();
    assert_eq!(browser.get("/login").await.status, 200);
    let mut requests = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let mut tab = browser.clone();
        requests.spawn(async move {
            let mut seen = Vec::new();
            for _ in 0..6 {
                seen.push(tab.get("/login").await.status);
            }
            seen
        });
    }
    while let Some(seen) = requests.join_next().await {
        assert_eq!(seen.unwrap(), [200; 6]);
    }
    let page = people::sign_in(&mut browser, Person(1)).await;
    assert!(page.leads_to("/private"), "{page:?}");
}

#[tokio::test]
async fn a_reference_to_a_long_cookie_opens_nothing_in_another_session() {
    let (_origin, gateway) = setting().await;
    let (victim, _phone) = people::enrolled(&gateway, Person(1)).await;
    let (mut attacker, _own) = people::enrolled(&gateway, Person(2)).await;
    attacker.jar.plant("session", &sealed(&victim));
    let page = attacker.get("/private").await;
    assert!(!page.holds(&Person(1).marker()), "{page:?}");
}
