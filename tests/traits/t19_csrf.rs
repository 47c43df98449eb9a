//! T19: form tokens, tied to the session of nobody or to a cookie that is no secret.

use crate::scene::{OWNER, Scene, works_on};
use crate::support::CrmApp;
use crate::support::people::{self, answer_challenge};
use crate::support::traits::t19_csrf_cookie::CsrfCookie;

#[tokio::test]
async fn a_token_of_the_anonymous_session_is_good_for_the_sign_in() {
    let scene = Scene::start(CrmApp::default(), |_| {}).await;
    assert!(scene.app.csrf);
    scene.both_sides().await;
}

#[tokio::test]
async fn a_token_cookie_that_rotates_at_sign_in_arrives_with_the_challenge() {
    let scene = Scene::start(CsrfCookie::default(), |_| {}).await;
    let mut phone = scene.owner_enrols().await;
    let mut browser = scene.gateway.browser();
    let form = browser.get("/login").await;
    let before = browser.jar.get("csrftoken").unwrap().to_owned();
    let held = people::give_password(&mut browser, &form, OWNER, "pw").await;
    assert!(held.leads_to("/.mfa/challenge"), "{held:?}");
    let after = browser.jar.get("csrftoken").unwrap().to_owned();
    assert_ne!(before, after, "the new one was held back");
    assert!(after.starts_with("csrf-"), "it is no secret: {after}");

    let code = phone.code().await;
    assert_eq!(answer_challenge(&mut browser, &code).await.status, 303);
    let form = browser.get("/notes").await.form_with("token");
    let written = browser.submit(&form).await;
    assert!(written.holds("written by"), "{written:?}");
    works_on(&mut browser, OWNER).await;
}

#[tokio::test]
async fn the_application_can_compare_origin_with_host() {
    let scene = Scene::start(CsrfCookie::default(), |_| {}).await;
    let (mut browser, _phone) = scene.user_comes_in().await;
    let form = browser.get("/notes").await.form_with("token");
    browser.extra = vec![("Origin".to_owned(), "http://evil.example".to_owned())];
    let refused = browser.submit(&form).await;
    assert_eq!(refused.status, 403, "{refused:?}");
    assert!(refused.holds("CSRF verification failed"), "{refused:?}");
    browser.extra.clear();
    assert!(browser.submit(&form).await.holds("written by"));
    scene.password_alone_opens_nothing().await;
}
