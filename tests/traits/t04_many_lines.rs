//! T4: one response deletes and sets a cookie, sets it twice, and carries eighteen lines.

use crate::scene::Scene;
use crate::support::people;
use crate::support::traits::t04_eighteen_lines::{EighteenLines, PLAIN};

#[tokio::test]
async fn of_eighteen_lines_the_last_of_each_cookie_counts() {
    let scene = Scene::start(EighteenLines::default(), |_| {}).await;
    scene.both_sides().await;
}

#[tokio::test]
async fn the_fifteen_that_are_no_secret_arrive_with_the_challenge() {
    let scene = Scene::start(EighteenLines::default(), |_| {}).await;
    let (_owner, _phone) = scene.user_comes_in().await;
    let browser = people::awaiting(&scene.gateway, crate::scene::OWNER).await;
    let arrived = (0..PLAIN).filter(|number| {
        browser.jar.get(&format!("pref{number:02}")) == Some(format!("v{number}").as_str())
    });
    assert_eq!(arrived.count(), PLAIN);
    assert!(browser.jar.get("sessionid").unwrap().starts_with("sg1."));
}
