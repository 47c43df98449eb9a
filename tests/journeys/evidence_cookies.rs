//! Applications that say by cookies who is signed in, or by hardly anything at all.

use crate::support::people::{self, admit, answer_challenge};
use crate::support::traits::TRAIT_ID;
use crate::support::traits::t01_replaced_session::ReplacedSession;
use crate::support::traits::t21_few_words::FewWords;
use crate::support::traits::t26_share_link::{SHARED, ShareLink};
use crate::support::{
    Browser, Config, Gateway, Origin, PROTECTED, Person, Reply, Request, Response,
};
use std::sync::Arc;
use std::time::Duration;

const ADA: Person = Person(1);
const EVE: Person = Person(2);
const BY_COOKIE: &str = "\"cookie:auth_user#^([^|]+)[|]\"";

/// Evidence without a question: a cookie that is set means signed in, and its first part is who.
fn by_cookie(config: &mut Config) {
    config
        .set("guard", "session_cookies", "[\"sid\", \"auth_*\"]")
        .unset("guard.identity", "whoami")
        .set("guard.identity", "signed_in_cookie", "\"auth_*\"")
        .set("guard.identity", "recheck", "\"1s\"")
        .set("guard.identity", "user", BY_COOKIE);
}

async fn replaced(app: ReplacedSession) -> (ReplacedSession, Origin, Gateway) {
    let origin = Origin::start(Arc::new(app.clone())).await;
    let gateway = Gateway::start(origin.addr, by_cookie).await;
    (app, origin, gateway)
}

#[tokio::test]
async fn where_every_answer_replaces_the_session_people_sign_in_and_the_application_is_never_asked()
{
    let (_app, origin, gateway) = replaced(ReplacedSession::default()).await;
    let (_owner, mut phone) = people::enrolled(&gateway, ADA).await;
    let mut browser = gateway.browser();
    for _ in 0..3 {
        assert!(browser.get("/any/page").await.has_field("password"));
    }
    origin.forget();
    let held = people::sign_in(&mut browser, ADA).await;
    assert!(held.leads_to("/.mfa/challenge"), "{held:?}");
    let targets: Vec<_> = origin.requests().into_iter().map(|it| it.target).collect();
    assert_eq!(
        targets,
        ["/login", "/login"],
        "only what the browser asked for"
    );
    assert!(!browser.get_following("/private").await.holds(PROTECTED));

    let code = phone.code().await;
    assert_eq!(answer_challenge(&mut browser, &code).await.status, 303);
    assert!(browser.get("/private").await.holds(&ADA.marker()));
    let user = origin.last_to("/private");
    assert_eq!(user.header("x-mfa-user"), Some(ADA.email().as_str()));
    assert!(!browser.saw(TRAIT_ID), "a raw id came");
    assert!(
        !browser.saw(&format!("{}%7C", ADA.email())),
        "a raw cookie came"
    );
    assert!(origin.requests_to("/api/me").is_empty());
}

#[tokio::test]
async fn a_wrong_password_leaves_a_visitor_a_visitor() {
    let (_app, origin, gateway) = replaced(ReplacedSession::default()).await;
    let mut browser = gateway.browser();
    let page = people::sign_in_with(&mut browser, ADA, "wrong").await;
    assert!(page.status == 200 && page.has_field("password"), "{page:?}");
    assert!(people::sign_in(&mut browser, ADA).await.leads_to("/"));
    assert!(browser.get("/private").await.holds(&ADA.marker()));
    assert_eq!(
        origin.last_to("/private").header("x-mfa-verified"),
        Some("false")
    );
}

/// The attacker writes the victim's name into the cookie that says who is signed in.
#[tokio::test]
async fn a_cookie_that_the_browser_made_up_names_nobody() {
    let (_app, origin, gateway) = replaced(ReplacedSession::default()).await;
    people::enrolled(&gateway, ADA).await;
    let mut forger = gateway.browser();
    // Told to forget them, she sends them all the same.
    let forge = |forger: &mut Browser, names: &[&str]| {
        for name in names {
            forger.jar.plant(name, &format!("{}%7C1", ADA.email()));
        }
    };
    let login = forger.get("/login").await;
    let form = login.form_with("password").set("email", &EVE.email());
    forge(
        &mut forger,
        &["auth_user", "AUTH_USER", "Auth-User", "auth_zzz"],
    );
    let signed_in = forger.submit(&form.set("password", "pw")).await;
    assert!(signed_in.leads_to("/"), "her own session: {signed_in:?}");
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    forge(&mut forger, &["AUTH_USER", "Auth-User", "auth_zzz"]);
    let page = forger.get("/private").await;
    assert!(page.holds(&EVE.marker()), "{page:?}");
    assert_eq!(
        origin.last_to("/private").header("x-mfa-user"),
        Some(EVE.email().as_str())
    );
    // In the place of her own: it does not open, and then nothing is carried.
    forger
        .jar
        .plant("auth_user", &format!("{}%7C1", ADA.email()));
    forger.get("/private").await;
    let carried = origin.last_to("/private");
    assert_eq!(
        (carried.header("x-mfa-user"), carried.cookie("sid")),
        (None, None)
    );
    assert!(!origin.requests().iter().any(|it| {
        it.header("cookie")
            .is_some_and(|line| line.contains(&ADA.email()))
            && it.header("x-mfa-user") == Some(EVE.email().as_str())
    }));
}

#[tokio::test]
async fn another_users_cookie_in_ones_own_session_is_held_back() {
    let (_app, _origin, gateway) = replaced(ReplacedSession::default()).await;
    people::enrolled(&gateway, ADA).await;
    let (mut eve, _own) = people::enrolled(&gateway, EVE).await;
    let email = ADA.email();
    let page = eve
        .post_form("/switch", &[("email", &email), ("password", "pw")])
        .await;
    assert!(page.leads_to("/.mfa/challenge"), "{page:?}");
    eve.get_following("/private").await;
    assert!(!eve.saw(&ADA.marker()));
}

#[tokio::test]
async fn a_sign_out_ends_the_session_whether_its_cookie_goes_or_gets_a_visitors_value() {
    for keeps in [false, true] {
        let (_app, _origin, gateway) = replaced(ReplacedSession {
            keeps_cookie_at_sign_out: keeps,
            ..ReplacedSession::default()
        })
        .await;
        let (mut browser, mut phone) = people::enrolled(&gateway, ADA).await;
        let bye = browser.get("/logout").await;
        assert!(bye.holds("bye"), "{keeps}: {bye:?}");
        let settings = browser.get_following("/settings/security").await;
        assert!(
            !settings.holds("Authenticator app"),
            "{keeps}: still signed in: {settings:?}"
        );
        let page = browser.get("/private").await;
        assert!(page.has_field("password"), "{keeps}: {page:?}");
        admit(&mut browser, ADA, &mut phone).await;
        assert!(
            browser.get("/private").await.holds(&ADA.marker()),
            "{keeps}"
        );
    }
}

#[tokio::test]
async fn a_cookie_that_is_never_set_shows_in_the_log() {
    let origin = Origin::start(Arc::new(ReplacedSession::default())).await;
    let gateway = Gateway::start(origin.addr, |config| {
        by_cookie(config);
        config
            .set(
                "guard",
                "session_cookies",
                "[\"sid\", \"auth_*\", \"typo\"]",
            )
            .set("guard.identity", "signed_in_cookie", "\"typo\"");
    })
    .await;
    people::sign_in(&mut gateway.browser(), ADA).await;
    let log = gateway.log();
    assert!(
        log.contains("guard.identity (whoami, signed_in_cookie) has never named a user"),
        "{log}"
    );
}

/// Presence from a page that names nobody, the name from a cookie.
async fn few_words(names_in_cookie: bool, user: &str) -> (FewWords, Origin, Gateway) {
    let app = FewWords {
        names_in_cookie,
        ..FewWords::default()
    };
    let origin = Origin::start(Arc::new(app.clone())).await;
    let gateway = Gateway::start(origin.addr, |config| {
        config
            .set("guard", "session_cookies", "[\"sid\", \"auth_user\"]")
            .set("guard.identity", "whoami", "{ path = \"/account\", signed_out = { css = \"form#login\" }, present = { css = \"a[href='/logout']\" } }")
            .set("guard.identity", "user", user);
    })
    .await;
    (app, origin, gateway)
}

#[tokio::test]
async fn a_page_shows_that_somebody_is_there_and_a_cookie_who() {
    let (_app, origin, gateway) = few_words(true, BY_COOKIE).await;
    let (_owner, mut phone) = people::enrolled(&gateway, ADA).await;
    let mut browser = gateway.browser();
    assert!(
        people::sign_in_with(&mut browser, ADA, "wrong")
            .await
            .has_field("password")
    );
    admit(&mut browser, ADA, &mut phone).await;
    assert!(browser.get("/private").await.holds(&ADA.marker()));
    let asked = origin.last_to("/account");
    assert!(
        asked
            .header("accept")
            .is_some_and(|it| it.starts_with("text/html"))
    );
    assert_eq!(
        origin.last_to("/private").header("x-mfa-user"),
        Some(ADA.email().as_str())
    );
    // Another way in ends at the same place.
    let mut other = gateway.browser();
    let email = ADA.email();
    let held = other
        .post_form("/sso", &[("email", &email), ("password", "pw")])
        .await;
    assert!(held.leads_to("/.mfa/challenge"), "{held:?}");
}

#[tokio::test]
async fn somebody_without_a_name_gets_nothing() {
    let (app, _origin, gateway) = few_words(false, BY_COOKIE).await;
    let mut browser = gateway.browser();
    let page = people::sign_in(&mut browser, ADA).await;
    assert_eq!(page.status, 503, "{page:?}");
    assert!(app.ledger.knows(ADA), "no sign-in");
    browser.get_following("/private").await;
    assert!(!browser.saw(PROTECTED));
}

#[tokio::test]
async fn an_application_of_one_user_needs_no_name() {
    let (_app, origin, gateway) = few_words(false, "\"single:admin\"").await;
    let (_owner, mut phone) = people::enrolled(&gateway, ADA).await;
    let mut browser = gateway.browser();
    assert!(
        people::sign_in_with(&mut browser, ADA, "wrong")
            .await
            .has_field("password")
    );
    admit(&mut browser, ADA, &mut phone).await;
    assert!(browser.get("/private").await.holds(&ADA.marker()));
    assert_eq!(
        origin.last_to("/private").header("x-mfa-user"),
        Some("admin")
    );
}

#[tokio::test]
async fn a_share_under_the_cookie_of_real_sessions_stays_a_visitors() {
    let app = ShareLink::default();
    let origin = Origin::start(Arc::new(app.clone())).await;
    let gateway = Gateway::start(origin.addr, |config| {
        config.set("guard", "session_cookies", "[\"auth_*\"]").set(
            "guard.identity",
            "signed_in_cookie",
            "\"auth_*\"",
        );
    })
    .await;
    let (_owner, mut phone) = people::enrolled(&gateway, ADA).await;
    let mut browser = gateway.browser();
    assert!(browser.get("/login").await.has_field("password"));
    assert!(browser.jar.get("auth_session").is_none());
    origin.forget();
    assert!(browser.get("/share/abc").await.holds(SHARED));
    assert_eq!(
        origin.requests_to("/api/me").len(),
        1,
        "the cookie is set: who is it?"
    );
    assert!(
        browser.get("/share/abc/file").await.holds(SHARED),
        "the share works on"
    );
    assert_eq!(origin.last_to("/share/abc/file").header("x-mfa-user"), None);
    let settings = browser.get_following("/settings/security").await;
    assert!(!settings.holds("Authenticator app"), "{settings:?}");
    assert!(!browser.saw(TRAIT_ID), "a raw id came");

    admit(&mut browser, ADA, &mut phone).await;
    assert!(browser.get("/private").await.holds(&ADA.marker()));
}

#[tokio::test]
async fn without_the_cookie_no_question_is_put() {
    let origin = Origin::start(Arc::new(FewWords::default())).await;
    let gateway = Gateway::start(origin.addr, |config| {
        config
            .set("guard", "session_cookies", "[\"sid\", \"auth_user\"]")
            .set("guard.identity", "signed_in_cookie", "\"auth_user\"");
    })
    .await;
    let mut browser = gateway.browser();
    browser.get("/login").await;
    browser.get("/other").await;
    assert!(browser.jar.get("sid").is_some());
    assert!(origin.requests_to("/api/me").is_empty());
}

/// The cookie that shows a sign-in is there, but not sent to this path.
#[tokio::test]
async fn a_cookie_of_another_path_is_not_taken_for_one_that_is_missing() {
    let app = |request: Request| -> Reply {
        let hello = Response::html(200, "<p>hello</p>");
        match request.path() {
            "/share/abc" => hello.header("Set-Cookie", "auth_s=of-a-share; Path=/share"),
            "/api/me" => Response::json(401, &serde_json::json!({})),
            // Signs in and says so, and no cookie moves.
            "/sso" => Response::html(200, ADA.marker()),
            _ if request.cookie("sid").is_some() => hello,
            _ => hello.header("Set-Cookie", "sid=of-a-visitor; Path=/"),
        }
        .into()
    };
    let origin = Origin::start(Arc::new(app)).await;
    let gateway = Gateway::start(origin.addr, |config| {
        config
            .set("guard", "session_cookies", "[\"sid\", \"auth_*\"]")
            .set("guard.identity", "signed_in_cookie", "\"auth_*\"");
    })
    .await;
    let mut browser = gateway.browser();
    browser.get("/").await;
    assert_eq!(browser.get("/share/abc").await.status, 200);
    let page = browser.post_form("/sso", &[("x", "y")]).await;
    assert_eq!(page.status, 503, "{page:?}");
    assert!(!browser.saw(PROTECTED));
    assert!(
        gateway
            .log()
            .contains("choose a cookie that is sent everywhere")
    );
}
