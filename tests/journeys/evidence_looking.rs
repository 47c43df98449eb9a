//! `guard.session_id = "rotates"`: visitors look around without a question, and nothing more.

use crate::support::people::{self, admit};
use crate::support::traits::t01_replaced_session::ReplacedSession;
use crate::support::traits::t02_kept_session::KeptSession;
use crate::support::{Browser, Call, CrmApp, Gateway, Ids, Origin, PROTECTED, Person, holds, raw};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncWriteExt;

const ADA: Person = Person(1);

async fn crm(change: impl FnOnce(&mut CrmApp)) -> (Origin, Gateway) {
    let app = CrmApp::with(|app| {
        app.ids = Ids::Rotates;
        change(app);
    });
    let origin = Origin::start(Arc::new(app)).await;
    let gateway = Gateway::start(origin.addr, |config| {
        config.set("guard", "session_id", "\"rotates\"");
    })
    .await;
    (origin, gateway)
}

#[tokio::test]
async fn a_visitor_looks_around_without_a_question_and_signs_in_with_one() {
    let (origin, gateway) = crm(|_| {}).await;
    let (_owner, mut phone) = people::enrolled(&gateway, ADA).await;
    let mut browser = gateway.browser();
    browser.get("/login").await;
    let raw = origin.last_to("/api/me").cookie("sessionid").unwrap();
    origin.forget();
    for _ in 0..3 {
        assert!(browser.get("/public").await.holds("WELCOME"));
        browser.fetch("/static/app.css").await;
    }
    assert!(origin.requests_to("/api/me").is_empty());
    let carried = origin.last_to("/public").cookie("sessionid");
    assert_eq!(
        carried.as_deref(),
        Some(raw.as_str()),
        "the visitor's session travels"
    );
    browser.post_form("/search", &[("q", "x")]).await;
    assert_eq!(
        origin.requests_to("/api/me").len(),
        1,
        "a body may be a sign-in"
    );
    let body = Some(("text/plain", b"email=x&password=y".to_vec()));
    browser.send(Call::Fetch, "GET", "/search", body).await;
    assert_eq!(origin.requests_to("/api/me").len(), 2, "of a GET as well");
    assert!(origin.last_to("/search").holds("email=x"), "and it arrives");

    admit(&mut browser, ADA, &mut phone).await;
    assert!(browser.get("/private").await.holds(&ADA.marker()));
    origin.forget();
    browser.post_form("/note", &[("text", "x")]).await;
    browser.get("/private").await;
    assert!(
        origin.requests_to("/api/me").is_empty(),
        "no new cookie, no question"
    );
}

#[tokio::test]
async fn a_link_that_signs_in_is_held_with_its_page_and_its_cookie() {
    let (_origin, gateway) = crm(|app| app.query_sign_in = true).await;
    people::enrolled(&gateway, ADA).await;
    for target in ["/private", "/api/contacts", "/picture.png"] {
        let mut browser = gateway.browser();
        browser.get("/login").await;
        let target = format!("{target}?email=user01@example.com&password=pw");
        let held = browser.get(&target).await;
        assert!(held.leads_to("/.mfa/challenge"), "{held:?}");
        browser.get("/private").await;
        assert!(!browser.saw(PROTECTED));
    }
}

#[tokio::test]
async fn a_session_that_every_answer_replaces_is_followed_without_a_question() {
    let origin = Origin::start(Arc::new(ReplacedSession::default())).await;
    let gateway = Gateway::start(origin.addr, |config| {
        config
            .set("guard", "session_id", "\"rotates\"")
            .set("guard", "session_cookies", "[\"sid\", \"auth_*\"]")
            .unset("guard.identity", "whoami")
            .set("guard.identity", "signed_in_cookie", "\"auth_*\"")
            .set("guard.identity", "user", "\"cookie:auth_user#^([^|]+)\"");
    })
    .await;
    let (_owner, mut phone) = people::enrolled(&gateway, ADA).await;
    let mut browser = gateway.browser();
    for _ in 0..3 {
        assert!(browser.get("/any/page").await.has_field("password"));
    }
    admit(&mut browser, ADA, &mut phone).await;
    assert!(browser.get("/private").await.holds(&ADA.marker()));
}

/// The setting is wrong: the application keeps its ids.
async fn kept() -> (KeptSession, Origin, Gateway) {
    let app = KeptSession::default();
    let origin = Origin::start(Arc::new(app.clone())).await;
    let gateway = Gateway::start(origin.addr, |config| {
        config.set("guard", "session_id", "\"rotates\"").set(
            "guard",
            "session_cookies",
            "[\"sid\"]",
        );
    })
    .await;
    let mut owner = gateway.browser();
    people::sign_in(&mut owner, ADA).await;
    crate::support::totp::enrol(&mut owner).await;
    (app, origin, gateway)
}

async fn start(browser: &Browser, target: &str) -> Box<dyn crate::support::wire::Stream> {
    let mut stream = browser.connect("http/1.1").await.unwrap();
    let head = raw::head(browser, "GET", target, &["Sec-Fetch-Mode: cors"]);
    stream.write_all(&head).await.unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
    stream
}

#[tokio::test]
async fn a_page_that_was_opened_before_the_sign_in_does_not_go_on_after_it() {
    for target in ["/login", "/sso"] {
        let (app, _origin, gateway) = kept().await;
        let mut browser = gateway.browser();
        browser.get("/login").await;
        let old = browser.clone();
        let mut page = start(&old, "/late").await;
        let mut later = start(&old, "/later").await;
        let email = ADA.email();
        let fields = [("email", email.as_str()), ("password", "pw")];
        let held = browser.post_form(target, &fields).await;
        assert!(held.leads_to("/.mfa/challenge"), "{target}: {held:?}");
        let rest = raw::drain(&mut page, Duration::from_secs(4)).await;
        assert!(holds(&rest, "nobody"), "{target}: the page never came");
        assert!(!holds(&rest, PROTECTED), "{target}");
        let answered = raw::drain(&mut later, Duration::from_secs(4)).await;
        assert!(!holds(&answered, PROTECTED), "{target}: answered late");
        assert!(app.ledger.knows(ADA));
        for mut browser in [old, browser] {
            browser.seen.clear();
            browser.get("/private").await;
            browser.image("/private").await;
            assert!(!browser.saw(PROTECTED), "{target}");
        }
    }
}

/// What a wrong `session_id` leaves open, as the threat model says: a sign-in that no rule declares, that
/// has no body and that moves no cookie.
#[tokio::test]
async fn an_undeclared_sign_in_by_a_link_goes_unseen_where_the_setting_is_wrong() {
    let (_app, origin, gateway) = kept().await;
    let mut browser = gateway.browser();
    browser.get("/login").await;
    browser.get(&format!("/sso?u={}", ADA.0)).await;
    assert!(browser.get("/private").await.holds(&ADA.marker()));
    assert_eq!(origin.last_to("/private").header("x-mfa-user"), None);
    // With the default it is seen.
    let gateway = Gateway::start(origin.addr, |config| {
        config.set("guard", "session_cookies", "[\"sid\"]");
    })
    .await;
    let mut owner = gateway.browser();
    people::sign_in(&mut owner, ADA).await;
    crate::support::totp::enrol(&mut owner).await;
    let mut browser = gateway.browser();
    browser.get("/login").await;
    let held = browser.get(&format!("/sso?u={}", ADA.0)).await;
    assert!(held.leads_to("/.mfa/challenge"), "{held:?}");
}
