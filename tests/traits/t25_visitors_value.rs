//! T25: after the sign-out the session cookie is there and is a visitor's.

use crate::scene::{OWNER, Scene, is_out, works_on};
use crate::support::people::admit;
use crate::support::traits::t25_visitors_value::VisitorsValue;

#[tokio::test]
async fn a_sign_out_that_leaves_a_visitors_cookie_ends_the_session_declared_or_not() {
    for path in ["/logout", "/bye"] {
        let scene = Scene::start(VisitorsValue::default(), |_| {}).await;
        let (mut browser, mut phone) = scene.user_comes_in().await;
        let raw = scene.origin.last_to("/private/3").cookie("sessionid");
        let raw = raw.unwrap();
        let mut copy = browser.clone();
        let token = browser.jar.token().map(str::to_owned);
        browser.get(path).await;
        if path == "/bye" {
            // Nobody said what this is; the next page asks whose the new value is.
            browser.get("/private").await;
        }
        scene.opens_directly("sessionid", &raw, OWNER).await;
        scene.origin.forget();
        is_out(&mut browser).await;
        assert_ne!(browser.jar.token(), token.as_deref(), "{path}");
        is_out(&mut copy).await;
        assert!(!scene.origin.received(&raw), "{path}: the copy travelled");
        // And the way back in is the usual one.
        admit(&mut browser, OWNER, &mut phone).await;
        works_on(&mut browser, OWNER).await;
    }
}
