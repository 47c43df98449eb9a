//! T6: deletions of cookies that were never there, on every anonymous response.

use crate::scene::{OWNER, Scene, works_on};
use crate::support::people::{self, answer_challenge};
use crate::support::traits::t06_deletes_on_every_page::{DOWNLOAD, DeletesOnEveryPage};

async fn setting() -> Scene<DeletesOnEveryPage> {
    Scene::start(DeletesOnEveryPage::default(), |config| {
        config
            .set(
                "guard",
                "session_cookies",
                "[\"sessionid\", \"remember_me\"]",
            )
            .set("guard", "no_credentials", "[\"/static/**\"]");
    })
    .await
}

#[tokio::test]
async fn for_strangers_the_application_is_not_asked_who_they_are() {
    let scene = setting().await;
    let mut browser = scene.gateway.browser();
    for target in ["/public", "/login", "/static/app.css", "/public"] {
        assert_eq!(browser.get(target).await.status, 200, "{target}");
        browser.image(target).await;
    }
    assert_eq!(scene.questions(), 0);
    assert_eq!(browser.jar.token(), None, "a session was made for nothing");
}

/// What deletes brings nothing that would have to be held back until it is known whose it is.
#[tokio::test]
async fn a_long_download_streams_to_strangers_and_to_users() {
    let scene = setting().await;
    let mut stranger = scene.gateway.browser();
    let (mut user, _phone) = scene.enrols(OWNER).await;
    for browser in [&mut stranger, &mut user] {
        let page = browser.get("/download").await;
        assert_eq!((page.status, page.body.len()), (200, DOWNLOAD));
    }
    works_on(&mut user, OWNER).await;
}

#[tokio::test]
async fn a_signed_in_user_stays_in_and_nobody_is_asked_about_it() {
    let scene = setting().await;
    let (mut browser, _phone) = scene.user_comes_in().await;
    let asked = scene.questions();
    works_on(&mut browser, OWNER).await;
    // Without any cookie the application deletes the session too; it is not this session's answer.
    browser.image("/static/app.css").await;
    browser.get("/static/app.css").await;
    works_on(&mut browser, OWNER).await;
    assert_eq!(scene.questions(), asked);
}

#[tokio::test]
async fn a_picture_on_the_challenge_page_does_not_take_the_session_away() {
    let scene = setting().await;
    let (_owner, mut phone) = scene.enrols(OWNER).await;
    let mut browser = people::awaiting(&scene.gateway, OWNER).await;
    scene.origin.forget();
    browser.image("/logo.png").await;
    browser.image("/static/app.css").await;
    assert_eq!(scene.questions(), 0);
    let code = phone.code().await;
    assert_eq!(answer_challenge(&mut browser, &code).await.status, 303);
    works_on(&mut browser, OWNER).await;
}

#[tokio::test]
async fn both_sides_see_what_they_see_elsewhere() {
    setting().await.both_sides().await;
}
