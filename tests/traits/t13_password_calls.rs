//! T13: interfaces that take the password in every call.

use crate::scene::{OTHER, OWNER, Scene, works_on};
use crate::support::traits::t12_basic_sets_cookies::basic;
use crate::support::traits::t13_password_in_every_call::{PasswordInEveryCall, call};
use crate::support::{Browser, Call};

const SPELLINGS: [&str; 7] = [
    "/xmlrpc.php",
    "/XMLRPC.php",
    "//xmlrpc.php",
    "/xmlrpc.php/",
    "/xmlrpc.php;x=1",
    "/%78mlrpc.php",
    "/xmlrpc.php?rsd",
];

async fn send_call(browser: &mut Browser, target: &str) -> crate::support::Page {
    let body = ("text/xml", call(OWNER).into_bytes());
    browser.send(Call::Fetch, "POST", target, Some(body)).await
}

/// Of the two interfaces the one with the header needs no rule.
#[tokio::test]
async fn a_call_with_the_password_in_its_header_is_refused_by_default() {
    let scene = Scene::start(PasswordInEveryCall::default(), |_| {}).await;
    let mut caller = Browser::new(scene.origin.addr, None, false);
    caller.extra = vec![("Authorization".to_owned(), basic(OWNER))];
    let answer = caller.fetch("/api/v1/contacts").await;
    assert!(answer.holds(&OWNER.marker()), "{answer:?}");
    scene.owner_enrols().await;
    let (own, _phone) = scene.enrols(OTHER).await;
    scene.origin.forget();
    for mut browser in [scene.gateway.browser(), own] {
        browser.seen.clear();
        browser.extra.clone_from(&caller.extra);
        let page = browser.fetch("/api/v1/contacts").await;
        assert_eq!(page.status, 403, "{page:?}");
        assert!(!browser.saw(&OWNER.marker()));
    }
    assert_eq!(scene.origin.requests().len(), 0, "a call arrived");
}

#[tokio::test]
async fn refused_routes_are_shut_for_everybody_in_every_spelling() {
    let scene = Scene::start(PasswordInEveryCall::default(), |config| {
        config.set("guard", "refuse", "[\"/xmlrpc.php\", \"/api/v1/**\"]");
    })
    .await;
    scene.both_sides().await;
    // The application itself answers such a call with data.
    let mut direct = Browser::new(scene.origin.addr, None, false);
    assert!(
        send_call(&mut direct, "/xmlrpc.php")
            .await
            .holds(&OWNER.marker())
    );

    let (own, _phone) = scene.enrols(OTHER).await;
    scene.origin.forget();
    for mut browser in [scene.gateway.browser(), own.clone()] {
        browser.seen.clear();
        for spelling in SPELLINGS {
            let page = send_call(&mut browser, spelling).await;
            assert_eq!(page.status, 403, "{spelling}: {page:?}");
        }
        browser.extra = vec![("Authorization".to_owned(), basic(OWNER))];
        for target in ["/api/v1/contacts", "/API/v1/contacts"] {
            assert_eq!(browser.fetch(target).await.status, 403, "{target}");
        }
        assert!(!browser.saw(&OWNER.marker()));
    }
    assert_eq!(scene.origin.requests().len(), 0, "a call arrived");
    works_on(&mut own.clone(), OTHER).await;
}
