//! T17: after sign-out a copy of the cookie goes on working at the application.

use crate::scene::{OWNER, Scene, is_out};
use crate::support::people;
use crate::support::traits::t17_copy_outlives_sign_out::CopyOutlivesSignOut;

#[tokio::test]
async fn after_either_sign_out_a_copy_of_the_cookies_is_worthless_through_the_gateway() {
    for own_way in [true, false] {
        let scene = Scene::start(CopyOutlivesSignOut::default(), |_| {}).await;
        let (mut browser, _phone) = scene.user_comes_in().await;
        let raw = scene
            .origin
            .last_to("/private/3")
            .cookie("sessionid")
            .unwrap();
        let mut copy = browser.clone();
        if own_way {
            browser.get("/logout").await;
        } else {
            people::sign_out(&mut browser).await;
        }
        scene.opens_directly("sessionid", &raw, OWNER).await;
        scene.origin.forget();
        is_out(&mut copy).await;
        is_out(&mut browser).await;
        assert!(!scene.origin.received(&raw), "the copy travelled");

        // Nor does the seal open in a session that the thief has by the password alone.
        let mut thief = people::awaiting(&scene.gateway, OWNER).await;
        let seal = copy.jar.get("sessionid").unwrap_or_default().to_owned();
        thief.jar.plant("sessionid", &seal);
        scene.opens_nothing(&mut thief).await;
        assert!(!scene.origin.received(&raw), "the copy travelled");
    }
}
