//! Questions that are put too late: an older value of a cookie that the application keeps alive, a
//! sign-in whose answer is still on its way, a client that only posts.

use crate::side_doors::{Scene, SideDoors};
use crate::support::people;
use crate::support::{Browser, Person, raw};
use std::time::Duration;
use tokio::io::AsyncWriteExt;

const VICTIM: Person = Person(1);
const ATTACKER: Person = Person(2);
const RECHECK: Duration = Duration::from_secs(2);

async fn setting(recheck: &str) -> (Scene, Browser) {
    // Each declared sign-in makes a new id; the side doors keep it.
    let app = SideDoors::with(|app| app.rotates = true);
    let scene = Scene::start(app, |config| {
        config.set("guard.identity", "recheck", &format!("\"{recheck}\""));
    })
    .await;
    let (_victim, _phone) = people::enrolled(&scene.gateway, VICTIM).await;
    let (own, _own_phone) = people::enrolled(&scene.gateway, ATTACKER).await;
    (scene, own)
}

/// The same session with two values of the cookie, both alive at the application.
async fn with_two_values(browser: &mut Browser) -> (Browser, Browser) {
    let older = browser.clone();
    let page = browser.get("/rotate").await;
    assert!(page.holds("rotated"), "{page:?}");
    let newer = browser.clone();
    assert_ne!(older.jar.get("sessionid"), newer.jar.get("sessionid"));
    assert_eq!(older.jar.token(), newer.jar.token());
    for mut browser in [older.clone(), newer.clone()] {
        let page = browser.get("/private").await;
        assert!(page.holds(&ATTACKER.marker()), "{page:?}");
    }
    (older, newer)
}

async fn sign_in_undeclared(browser: &mut Browser) {
    let email = VICTIM.email();
    let fields = [("email", email.as_str()), ("password", "pw")];
    let page = browser.post_form("/sso", &fields).await;
    assert_eq!(page.status, 200, "{page:?}");
}

fn assert_shut(scene: &Scene, browser: &Browser, how: &str) {
    assert!(!browser.saw(&VICTIM.marker()), "{how}");
    scene.assert_nobody_crossed(how);
}

#[tokio::test]
async fn an_answer_for_the_newer_value_says_nothing_of_the_older_one_after_a_change() {
    let (scene, mut browser) = setting("60s").await;
    let (mut older, mut newer) = with_two_values(&mut browser).await;
    sign_in_undeclared(&mut older).await;
    // The question that is due now is answered with the value that nothing happened to.
    newer.get("/private").await;
    for _ in 0..3 {
        older.get("/private").await;
        older.post_form("/private", &[("a", "b")]).await;
    }
    assert_shut(&scene, &older, "asked with the newer value");
}

/// The change is made where the gateway does not see it; only the age of the answer is left.
#[tokio::test]
async fn an_older_value_is_not_kept_fresh_by_questions_about_the_newer_one() {
    let (scene, mut browser) = setting("2s").await;
    let (mut older, mut newer) = with_two_values(&mut browser).await;
    for id in scene.app.sessions_of(ATTACKER) {
        // Every session but the one of the newer value.
        scene.origin.forget();
        newer.get("/private").await;
        if !scene.origin.received(&id) {
            scene.app.plant(&id, Some(VICTIM));
        }
    }
    for _ in 0..6 {
        tokio::time::sleep(RECHECK / 4).await;
        let page = newer.get("/private").await;
        assert!(page.holds(&ATTACKER.marker()), "{page:?}");
    }
    older.get("/private").await;
    older.post_form("/private", &[("a", "b")]).await;
    assert_shut(&scene, &older, "kept fresh");
}

#[tokio::test]
async fn a_client_that_only_posts_is_asked_about_after_an_undeclared_sign_in() {
    let (scene, mut browser) = setting("60s").await;
    sign_in_undeclared(&mut browser).await;
    for _ in 0..3 {
        browser.post_form("/private", &[("a", "b")]).await;
    }
    assert_shut(&scene, &browser, "posts");
    let page = browser.get("/private").await;
    assert!(!page.holds(&ATTACKER.marker()), "it went on: {page:?}");
}

/// The answer of the sign-in is never read to its end, so that the request never ends.
#[tokio::test]
async fn a_reader_who_does_not_read_cannot_put_the_question_off() {
    let (scene, browser) = setting("60s").await;
    let body = format!("email={}&password=pw", VICTIM.email());
    let length = format!("Content-Length: {}", body.len());
    let kind = "Content-Type: application/x-www-form-urlencoded";
    let mut slow = browser.connect("http/1.1").await.unwrap();
    let head = raw::head(&browser, "POST", "/sso/big", &[&length, kind]);
    slow.write_all(&head).await.unwrap();
    slow.write_all(body.as_bytes()).await.unwrap();
    raw::read_until(&mut slow, "\r\n\r\n").await;
    assert_eq!(scene.app.sessions_of(VICTIM).len(), 2, "no sign-in");
    for mut browser in [browser.clone(), browser.clone()] {
        browser.get("/private").await;
        browser.fetch("/private").await;
        browser.post_form("/private", &[("a", "b")]).await;
        assert_shut(&scene, &browser, "while the answer is not read");
    }
    drop(slow);
}
