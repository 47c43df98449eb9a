//! An application where any request that carries name and password signs in and answers with the
//! page at once; the attacker brings no cookie and calls it a picture.

use crate::support::crm::RAW_ID;
use crate::support::people::{self, answer_challenge};
use crate::support::{Authenticator, Browser, Call, CrmApp, Gateway, Origin, PROTECTED, Person};
use std::sync::Arc;

const TARGETS: [&str; 5] = [
    "/private?email=user01@example.com&password=pw",
    "/?email=user01@example.com&password=pw",
    "/api/contacts?password=pw&email=user01%40example.com",
    "/static/../private?email=user01@example.com&password=pw",
    "/picture.png?email=user01@example.com&password=pw",
];

async fn setting(
    change: impl FnOnce(&mut crate::support::Config),
) -> (Origin, Gateway, Authenticator) {
    let origin = Origin::start(Arc::new(CrmApp::with(|app| app.query_sign_in = true))).await;
    let gateway = Gateway::start(origin.addr, change).await;
    let (_owner, phone) = people::enrolled(&gateway, Person(1)).await;
    (origin, gateway, phone)
}

fn assert_nothing_came(browser: &Browser, how: &str) {
    assert!(!browser.saw(PROTECTED), "{how}: the protected page came");
    assert!(!browser.saw(RAW_ID), "{how}: the session id came");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_and_the_cookie_of_a_sign_in_without_any_cookie_are_held() {
    let (_origin, gateway, mut phone) = setting(|_| {}).await;
    for target in TARGETS {
        for call in [Call::Navigation, Call::Fetch, Call::Image, Call::Frame] {
            for method in ["GET", "POST", "HEAD"] {
                let mut browser = gateway.browser();
                let how = format!("{method} {target} as {call:?}");
                let page = browser
                    .send(
                        call,
                        method,
                        target,
                        (method == "POST").then(|| ("text/plain", b"x".to_vec())),
                    )
                    .await;
                assert_nothing_came(&browser, &how);
                assert!(page.status != 200, "{how}: {page:?}");
                // What came with it does not open anything either.
                browser.get("/private").await;
                browser.image("/private").await;
                browser.fetch("/api/contacts").await;
                assert_nothing_came(&browser, &how);
            }
        }
    }
    let mut browser = gateway.browser();
    let held = browser.get(TARGETS[0]).await;
    assert!(held.leads_to("/.mfa/challenge"), "{held:?}");
    let code = phone.code().await;
    assert_eq!(answer_challenge(&mut browser, &code).await.status, 303);
    assert!(
        browser.get("/private").await.holds(&Person(1).marker()),
        "the owner does not get in this way"
    );
    assert!(!browser.saw(RAW_ID));
}

#[tokio::test]
async fn who_has_no_factor_does_get_the_page() {
    let (_origin, gateway, _phone) = setting(|_| {}).await;
    let mut browser = gateway.browser();
    let page = browser
        .get_following("/private?email=user05@example.com&password=pw")
        .await;
    let next = browser.get("/private").await;
    assert!(
        next.holds(&Person(5).marker()),
        "first {page:?}\nthen {next:?}"
    );
    assert!(!browser.saw(RAW_ID));
}

#[tokio::test]
async fn a_route_without_credentials_cannot_hand_them_out() {
    let (_origin, gateway, _phone) = setting(|config| {
        config.set(
            "guard",
            "no_credentials",
            "[\"/static/**\", \"/picture.png\"]",
        );
    })
    .await;
    for target in [
        "/picture.png?email=user01@example.com&password=pw",
        "/static/app.js?email=user01@example.com&password=pw",
    ] {
        for call in [Call::Navigation, Call::Image, Call::Fetch] {
            let mut browser = gateway.browser();
            browser.send(call, "GET", target, None).await;
            browser.get("/private").await;
            assert_nothing_came(&browser, target);
        }
    }
}

#[tokio::test]
async fn inside_ones_own_session_it_does_not_show_the_victims_page() {
    let (_origin, gateway, _phone) = setting(|config| {
        config.append(
            "guard.sign_in",
            "path = \"**\"\nmethod = \"*\"\nwhen = { \"any:email\" = true, \"any:password\" = true }\nusername = \"form:email\"\npassword = \"form:password\"\npage = \"/login\"",
        );
    })
    .await;
    for call in [Call::Navigation, Call::Image, Call::Fetch] {
        let number = 20 + call as u32;
        let (mut browser, _own) = people::enrolled(&gateway, Person(number)).await;
        for target in TARGETS {
            browser.send(call, "GET", target, None).await;
            browser.get("/private").await;
        }
        assert!(!browser.saw(&Person(1).marker()), "{call:?}");
        assert!(!browser.saw(RAW_ID), "{call:?}");
    }
}
