//! The attacker makes the application's answer to "who is signed in?" fail while signing in as the
//! victim: nothing may go on with a session that nobody knows the owner of.

use crate::side_doors::{Scene, SideDoors};
use crate::support::people::{self, answer_challenge};
use crate::support::{Authenticator, Browser, PROTECTED, Page, Person};

const VICTIM: Person = Person(1);

async fn setting(app: SideDoors) -> (Scene, Authenticator) {
    let scene = Scene::start(app, |_| {}).await;
    let (_owner, phone) = people::enrolled(&scene.gateway, VICTIM).await;
    (scene, phone)
}

async fn send_password(browser: &mut Browser, target: &str) -> Page {
    let email = VICTIM.email();
    browser
        .post_form(target, &[("email", &email), ("password", "pw")])
        .await
}

/// Everything that might be done with the victim's session, first the things that show nothing.
async fn try_everything(scene: &Scene, browser: &mut Browser, how: &str) {
    scene.origin.forget();
    browser
        .post_form("/address", &[("to", "attacker@evil.example")])
        .await;
    browser.post_form("/address", &[("to", "again")]).await;
    browser.fetch("/private").await;
    browser.image("/private").await;
    browser.get("/private").await;
    browser.get("/logout").await;
    assert!(!browser.saw(PROTECTED), "{how}: the victim's bytes came");
    scene.assert_not_carried(VICTIM, how);
}

async fn signs_in_normally(browser: &mut Browser, phone: &mut Authenticator, how: &str) {
    let held = people::sign_in(browser, VICTIM).await;
    assert!(held.leads_to("/.mfa/challenge"), "{how}: {held:?}");
    let code = phone.code().await;
    let page = answer_challenge(browser, &code).await;
    assert_eq!(page.status, 303, "{how}: {page:?}");
    let page = browser.get("/private").await;
    assert!(page.holds(&VICTIM.marker()), "{how}: {page:?}");
}

#[tokio::test]
async fn while_whoami_fails_the_cookies_of_a_sign_in_do_nothing_and_log_out_shows_nothing() {
    for rotates in [false, true] {
        let how = format!("rotates: {rotates}");
        let (scene, mut phone) = setting(SideDoors::with(|app| app.rotates = rotates)).await;
        let mut browser = scene.gateway.browser();
        browser.get("/").await;
        // One jar does what the answer says, the other keeps what it had.
        let mut stubborn = browser.clone();
        scene.app.fail_whoami(true);
        let page = send_password(&mut browser, "/login").await;
        assert_eq!(page.status, 503, "{how}: {page:?}");
        assert!(scene.app.sessions_of(VICTIM).len() > 1, "{how}: no sign-in");

        try_everything(&scene, &mut stubborn, &how).await;
        try_everything(&scene, &mut browser, &how).await;
        scene.app.fail_whoami(false);
        try_everything(&scene, &mut stubborn, &how).await;
        signs_in_normally(&mut browser, &mut phone, &how).await;
    }
}

/// The first thing after the unclear sign-in is the sign-out, whose answer takes the cookie away and
/// leaves nothing to ask with.
#[tokio::test]
async fn a_log_out_right_after_an_unclear_sign_in_does_not_show_the_last_page() {
    let (scene, _phone) = setting(SideDoors::default()).await;
    let mut browser = scene.gateway.browser();
    browser.get("/").await;
    let stubborn = browser.clone();
    scene.app.fail_whoami(true);
    send_password(&mut browser, "/login").await;
    for mut browser in [browser, stubborn] {
        let page = browser.get("/logout").await;
        assert!(!page.holds(PROTECTED), "{page:?}");
        scene.app.fail_whoami(false);
    }
}

#[tokio::test]
async fn an_answer_that_signs_in_and_takes_its_cookie_away_shows_nothing() {
    let (scene, _phone) = setting(SideDoors::default()).await;
    let mut browser = scene.gateway.browser();
    browser.get("/").await;
    let page = send_password(&mut browser, "/sso/forget").await;
    assert!(scene.app.sessions_of(VICTIM).len() > 1, "no sign-in");
    assert!(!page.holds(PROTECTED), "{page:?}");
    try_everything(&scene, &mut browser, "forgotten").await;
}

/// The sign-in sets one plain cookie more, and with it the question is too long for the application.
#[tokio::test]
async fn a_cookie_that_makes_the_question_too_long_wins_nothing() {
    const LONGEST: usize = 8_190;
    let (scene, mut phone) = setting(SideDoors::with(|app| app.longest_cookie = LONGEST)).await;
    let mut browser = scene.gateway.browser();
    browser.get("/").await;
    let id = scene.app.sessions_of(None).pop().unwrap();
    let padding = LONGEST - 5 - format!("sessionid={id}; pad=").len();
    browser.jar.plant("pad", &"x".repeat(padding));
    let mut stubborn = browser.clone();
    let page = send_password(&mut browser, "/login").await;
    assert_eq!(page.status, 503, "{page:?}");
    assert_eq!(scene.app.sessions_of(VICTIM).len(), 2, "no sign-in");

    try_everything(&scene, &mut stubborn, "still padded").await;
    browser.jar.forget("pad");
    stubborn.jar.forget("pad");
    try_everything(&scene, &mut stubborn, "padding gone").await;
    try_everything(&scene, &mut browser, "padding gone").await;
    signs_in_normally(&mut browser, &mut phone, "at last").await;
}
