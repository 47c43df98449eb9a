//! T20: the session cookie is set again on every response, and nothing is written for that.

use crate::scene::{OWNER, Scene, works_on};
use crate::support::traits::t20_changing_cookie::ChangingCookie;
use crate::support::{Browser, Gateway};
use sqlx::Connection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};

/// The gateway's database, open for reading.
struct Written(SqliteConnection);

impl Written {
    async fn of(gateway: &Gateway) -> Self {
        let file = gateway.directory().join("data/stepgate.db");
        let options = SqliteConnectOptions::new().filename(file).read_only(true);
        Self(SqliteConnection::connect_with(&options).await.unwrap())
    }

    async fn number(&mut self, query: &'static str) -> i64 {
        let number = sqlx::query_scalar(query).fetch_one(&mut self.0).await;
        number.unwrap()
    }

    /// The sum of the versions of all sessions; each rises with every write of its session.
    async fn versions(&mut self) -> i64 {
        self.number("SELECT COALESCE(SUM(version), 0) FROM sessions")
            .await
    }

    /// A number that changes when anybody else has changed anything in the file.
    async fn commits(&mut self) -> i64 {
        self.number("PRAGMA data_version").await
    }
}

async fn setting(same: bool, rotation: &str) -> Scene<ChangingCookie> {
    let app = ChangingCookie {
        same,
        ..ChangingCookie::default()
    };
    Scene::start(app, |config| {
        config.set("guard", "session_cookies", "[\"sid\"]").set(
            "guard.identity",
            "rotation",
            &format!("\"{rotation}\""),
        );
    })
    .await
}

/// Page after page, each of which sets the cookie.
async fn reads_on(browser: &mut Browser) {
    for number in 0..20 {
        let page = browser.get(&format!("/private/{number}")).await;
        assert!(page.holds(&OWNER.marker()), "page {number}: {page:?}");
        let set = page.set_cookies();
        assert!(set.iter().any(|line| line.starts_with("sid=")), "{page:?}");
    }
}

/// Twenty pages in which the file did not change. Every twenty seconds the gateway writes down when
/// each session was last seen; that may fall among the first pages, not among all of them.
async fn pages_without_a_write(browser: &mut Browser, written: &mut Written) {
    let versions = written.versions().await;
    for _ in 0..3 {
        let before = written.commits().await;
        reads_on(browser).await;
        let quiet = written.commits().await == before;
        assert_eq!(written.versions().await, versions, "a session was written");
        if quiet {
            return;
        }
    }
    panic!("something was written among each twenty pages");
}

#[tokio::test]
async fn the_same_value_again_costs_no_write_and_no_question() {
    let scene = setting(true, "ask").await;
    let (mut browser, _phone) = scene.user_comes_in().await;
    let mut written = Written::of(&scene.gateway).await;
    assert!(written.versions().await > 0, "nothing is counted");
    let seal = browser.jar.get("sid").unwrap().to_owned();
    let asked = scene.questions();
    pages_without_a_write(&mut browser, &mut written).await;
    assert_eq!(browser.jar.get("sid"), Some(seal.as_str()));
    assert_eq!(scene.questions(), asked);

    // What is counted here counts: a sign-out is a write.
    let (commits, versions) = (written.commits().await, written.versions().await);
    browser.get("/logout").await;
    assert_ne!(written.commits().await, commits);
    assert_ne!(written.versions().await, versions);
}

#[tokio::test]
async fn a_new_value_each_time_that_is_taken_on_trust_costs_no_write_and_no_question() {
    let scene = setting(false, "trust").await;
    let (mut browser, _phone) = scene.user_comes_in().await;
    let mut written = Written::of(&scene.gateway).await;
    let (first, asked) = (
        browser.jar.get("sid").unwrap().to_owned(),
        scene.questions(),
    );
    pages_without_a_write(&mut browser, &mut written).await;
    assert_ne!(browser.jar.get("sid"), Some(first.as_str()));
    assert_eq!(scene.questions(), asked);
}

/// With `identity.rotation = "ask"` each new value is asked about, once.
#[tokio::test]
async fn a_new_value_each_time_is_asked_about_once_a_page_and_goes_unnoticed() {
    let scene = setting(false, "ask").await;
    let (mut browser, _phone) = scene.user_comes_in().await;
    let mut written = Written::of(&scene.gateway).await;
    let (versions, asked) = (written.versions().await, scene.questions());
    reads_on(&mut browser).await;
    assert_eq!(scene.questions(), asked + 20);
    assert_eq!(written.versions().await, versions + 20);
    let request = scene.origin.last_to("/private/19");
    assert_eq!(request.header("X-MFA-Verified"), Some("true"));
    works_on(&mut browser, OWNER).await;
}

#[tokio::test]
async fn both_sides_see_what_they_see_elsewhere() {
    for same in [true, false] {
        setting(same, "ask").await.both_sides().await;
    }
}
