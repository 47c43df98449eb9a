//! T20: the session cookie is set again on every response. Each written session has a version that rises
//! with every write, which is how writes are counted.

use crate::mocks::t20_new_value_each_time::NewValueEachTime;
use crate::scene::{OWNER, Scene, works_on};
use crate::support::{CrmApp, Gateway, Ids};
use sqlx::Connection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};

/// The sum of all versions of sessions in the gateway's database.
async fn writes(gateway: &Gateway) -> i64 {
    let file = gateway.directory().join("data/stepgate.db");
    let options = SqliteConnectOptions::new().filename(file).read_only(true);
    let mut database = SqliteConnection::connect_with(&options).await.unwrap();
    let query = "SELECT COALESCE(SUM(version), 0) FROM sessions";
    let sum = sqlx::query_scalar(query).fetch_one(&mut database).await;
    sum.unwrap()
}

#[tokio::test]
async fn the_same_value_again_costs_no_write_and_no_question() {
    let scene = Scene::start(CrmApp::with(|app| app.ids = Ids::Repeated), |_| {}).await;
    let (mut browser, _phone) = scene.user_comes_in().await;
    let (written, asked) = (writes(&scene.gateway).await, scene.questions());
    assert!(written > 0, "nothing is counted");
    let seal = browser.jar.get("sessionid").unwrap().to_owned();
    for _ in 0..5 {
        works_on(&mut browser, OWNER).await;
    }
    assert_eq!(browser.jar.get("sessionid"), Some(seal.as_str()));
    let lines = browser.get("/private").await;
    assert!(
        !lines.set_cookies().is_empty(),
        "the application did not set it again"
    );
    assert_eq!(scene.questions(), asked);
    assert_eq!(writes(&scene.gateway).await, written);
}

/// With `identity.rotation = "ask"` a new value is asked about once; what is counted here is that once
/// is enough.
#[tokio::test]
async fn a_new_value_each_time_is_asked_about_once_a_page_and_goes_unnoticed() {
    let scene = Scene::start(NewValueEachTime::default(), |_| {}).await;
    let (mut browser, _phone) = scene.user_comes_in().await;
    let (written, asked) = (writes(&scene.gateway).await, scene.questions());
    for number in 0..20 {
        let page = browser.get(&format!("/private/{number}")).await;
        assert!(page.holds(&OWNER.marker()), "page {number}: {page:?}");
    }
    assert_eq!(scene.questions(), asked + 20);
    assert_eq!(writes(&scene.gateway).await, written + 20);
    let request = scene.origin.last_to("/private/19");
    assert_eq!(request.header("X-MFA-Verified"), Some("true"));
}

#[tokio::test]
async fn both_sides_see_what_they_see_elsewhere() {
    let scene = Scene::start(NewValueEachTime::default(), |_| {}).await;
    scene.both_sides().await;
}
