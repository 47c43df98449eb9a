//! T10: a remember-me cookie that makes sessions.

use crate::scene::{OWNER, Scene, assert_nothing_came, works_on};
use crate::support::Call;
use crate::support::people::{self, answer_challenge};
use crate::support::traits::t10_remember_me::RememberMe;
use std::time::Duration;

async fn setting(recheck: &str) -> Scene<RememberMe> {
    Scene::start(RememberMe::default(), |config| {
        config
            .set(
                "guard",
                "session_cookies",
                "[\"sessionid\", \"remember_*\"]",
            )
            .set("guard.identity", "recheck", &format!("\"{recheck}\""));
    })
    .await
}

#[tokio::test]
async fn a_session_that_the_application_lost_is_made_anew_on_a_page_and_on_a_call() {
    let scene = setting("60s").await;
    let (mut browser, _phone) = scene.user_comes_in().await;
    for call in [Call::Navigation, Call::Fetch] {
        scene.app.sessions.end_all_of(OWNER);
        let page = browser.send(call, "GET", "/private", None).await;
        assert!(page.holds(&OWNER.marker()), "{call:?}: {page:?}");
        assert_eq!(
            scene.app.sessions.of(OWNER).len(),
            1,
            "{call:?}: none was made"
        );
        works_on(&mut browser, OWNER).await;
    }
}

/// The question that is due is what mints it; what its answer sets is the browser's, or each request
/// would make another.
#[tokio::test]
async fn a_session_that_is_made_anew_by_the_question_is_the_browsers() {
    let scene = setting("1s").await;
    let (mut browser, _phone) = scene.user_comes_in().await;
    let asked = scene.questions();
    tokio::time::sleep(Duration::from_millis(2_200)).await;
    scene.app.sessions.end_all_of(OWNER);
    works_on(&mut browser, OWNER).await;
    assert!(scene.questions() > asked, "no question was put");
    let sessions = scene.app.sessions.of(OWNER);
    let carried = scene.origin.last_to("/private/3").cookie("sessionid");
    assert_eq!(sessions, [carried.unwrap()]);
}

#[tokio::test]
async fn with_the_password_alone_it_makes_nothing() {
    let scene = setting("60s").await;
    scene.both_sides().await;
    let mut thief = people::awaiting(&scene.gateway, OWNER).await;
    scene.app.sessions.end_all_of(OWNER);
    scene.opens_nothing(&mut thief).await;
    assert_eq!(scene.app.sessions.of(OWNER).len(), 0, "a session was made");
}

/// After the browser was closed, only the remember-me cookie is left.
#[tokio::test]
async fn without_its_session_it_opens_nothing_is_expired_and_signing_in_asks_for_the_factor() {
    let scene = setting("60s").await;
    let (mut browser, mut phone) = scene.user_comes_in().await;
    browser.jar.forget("stepgate");
    browser.jar.forget("sessionid");
    browser.seen.clear();
    scene.app.sessions.end_all_of(OWNER);
    assert!(browser.get("/private").await.leads_to("/login"));
    assert_eq!(browser.jar.get("remember_me"), None);
    assert_eq!(scene.app.sessions.of(OWNER).len(), 0, "a session was made");
    assert_nothing_came(&browser);
    let held = people::sign_in(&mut browser, OWNER).await;
    assert!(held.leads_to("/.mfa/challenge"), "{held:?}");
    let code = phone.code().await;
    assert_eq!(answer_challenge(&mut browser, &code).await.status, 303);
    works_on(&mut browser, OWNER).await;
}

#[tokio::test]
async fn one_from_before_the_gateway_is_dropped() {
    let scene = setting("60s").await;
    let raw = scene.app.remembered.open(Some(OWNER));
    scene.opens_directly("remember_me", &raw, OWNER).await;
    scene.origin.forget();
    let mut browser = scene.gateway.browser();
    for call in [Call::Navigation, Call::Fetch, Call::Image] {
        browser.jar.plant("remember_me", &raw);
        browser.send(call, "GET", "/private", None).await;
        browser.send(call, "GET", "/api/me", None).await;
    }
    assert_nothing_came(&browser);
    assert!(!scene.origin.received(&raw), "it travelled");
}
