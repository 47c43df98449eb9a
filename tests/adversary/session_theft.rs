//! Stolen and planted cookies: raw ones of the application, old and planted ones of the gateway.

use crate::support::people::{self, admit, answer_challenge};
use crate::support::{
    Browser, Config, CrmApp, Gateway, Origin, PROTECTED, Page, Person, holds, raw,
};
use std::sync::Arc;
use std::time::Duration;

async fn setting(change: impl FnOnce(&mut Config)) -> (CrmApp, Origin, Gateway) {
    // Without a form token, which would be of the session that a second sign-in leaves behind.
    let app = CrmApp::with(|app| (app.cookie, app.csrf) = ("crm_session".to_owned(), false));
    let origin = Origin::start(Arc::new(app.clone())).await;
    let gateway = Gateway::start(origin.addr, |config| {
        config.set("guard", "session_cookies", "[\"crm_session\"]");
        change(config);
    })
    .await;
    (app, origin, gateway)
}

/// Everything that a thief may try with a jar.
async fn loot(jar: &Browser) -> Browser {
    let mut thief = jar.clone();
    thief.seen.clear();
    for target in [
        "/private",
        "/",
        "/settings/security",
        "/.mfa/challenge",
        "/settings/security/authenticators/new",
    ] {
        let mut attempt = jar.clone();
        attempt.seen.clear();
        let page: Page = attempt.get_following(target).await;
        assert!(
            !page.has_field("code"),
            "{target} went on with stolen cookies: {page:?}"
        );
        attempt.fetch(target).await;
        thief.seen.extend_from_slice(&attempt.seen);
    }
    thief
}

#[tokio::test]
async fn the_token_from_before_the_factor_is_worthless_after_it() {
    let (app, origin, gateway) = setting(|_| {}).await;
    let (_owner, mut phone) = people::enrolled(&gateway, Person(1)).await;
    let mut browser = people::awaiting(&gateway, Person(1)).await;
    let stolen = browser.clone();
    let code = phone.code().await;
    assert_eq!(answer_challenge(&mut browser, &code).await.status, 303);
    assert_ne!(
        stolen.jar.token(),
        browser.jar.token(),
        "the token did not change"
    );
    let ids = app.sessions_of(Person(1));
    origin.forget();
    let thief = loot(&stolen).await;
    assert!(!thief.saw(PROTECTED));
    assert!(
        ids.iter().all(|id| !origin.received(id)),
        "the old token carried a session"
    );
    assert!(
        browser.get("/private").await.holds(&Person(1).marker()),
        "the thief threw the owner out"
    );
}

#[tokio::test]
async fn the_token_from_before_the_password_is_worthless_after_it() {
    let (_app, origin, gateway) = setting(|_| {}).await;
    let mut browser = gateway.browser();
    browser.get("/login").await;
    let stolen = browser.clone();
    people::sign_in(&mut browser, Person(1)).await;
    assert!(browser.get("/private").await.holds(PROTECTED));
    assert_ne!(
        stolen.jar.token(),
        browser.jar.token(),
        "the token did not change"
    );
    origin.forget();
    let thief = loot(&stolen).await;
    assert!(!thief.saw(PROTECTED));
    assert!(
        origin
            .requests()
            .iter()
            .all(|request| request.header("x-mfa-user").is_none())
    );
}

#[tokio::test]
async fn a_planted_token_gives_its_planter_nothing() {
    let (_app, _origin, gateway) = setting(|_| {}).await;
    let (_owner, mut phone) = people::enrolled(&gateway, Person(1)).await;
    let mut attacker = gateway.browser();
    attacker.get("/login").await;
    // The victim's browser starts with the attacker's cookies and goes through the whole sign-in.
    let mut victim = attacker.clone();
    admit(&mut victim, Person(1), &mut phone).await;
    assert!(victim.get("/private").await.holds(&Person(1).marker()));
    assert!(!loot(&attacker).await.saw(PROTECTED));

    // The same with a token that the gateway never made.
    let mut other = gateway.browser();
    other
        .jar
        .plant("stepgate", "planted-planted-planted-planted-planted-pla");
    admit(&mut other, Person(1), &mut phone).await;
    assert!(other.get("/private").await.holds(&Person(1).marker()));
    assert_ne!(
        other.jar.token(),
        Some("planted-planted-planted-planted-planted-pla")
    );
}

#[tokio::test]
async fn a_planted_verified_session_does_not_swallow_the_victims_sign_in() {
    let (_app, _origin, gateway) = setting(|_| {}).await;
    let (_owner, mut phone) = people::enrolled(&gateway, Person(1)).await;
    let (attacker, _own) = people::enrolled(&gateway, Person(2)).await;
    let mut victim = attacker.clone();
    admit(&mut victim, Person(1), &mut phone).await;
    assert!(victim.get("/private").await.holds(&Person(1).marker()));
    let mut thief = attacker.clone();
    thief.seen.clear();
    thief.get("/private").await;
    assert!(!thief.saw(&Person(1).marker()));
}

#[tokio::test]
async fn a_stolen_cookie_of_the_application_is_dropped_in_every_spelling() {
    let (app, origin, gateway) = setting(|_| {}).await;
    app.plant("STOLEN-RAW-VALUE", Some(Person(1)));
    let (verified, _phone) = people::enrolled(&gateway, Person(2)).await;
    let own = verified.jar.header("/private").unwrap();
    let spellings = [
        "crm_session=STOLEN-RAW-VALUE",
        "CRM_SESSION=STOLEN-RAW-VALUE",
        "Crm_Session=STOLEN-RAW-VALUE",
        "crm.session=STOLEN-RAW-VALUE",
        "crm session=STOLEN-RAW-VALUE",
        "crm-session=STOLEN-RAW-VALUE",
        "crm[session=STOLEN-RAW-VALUE",
        "crm%5Fsession=STOLEN-RAW-VALUE",
        "crm%5fsession=STOLEN-RAW-VALUE",
        "%63rm_session=STOLEN-RAW-VALUE",
        "crm_session =STOLEN-RAW-VALUE",
        "crm_session\t=STOLEN-RAW-VALUE",
        " crm_session=STOLEN-RAW-VALUE",
        "\"crm_session\"=STOLEN-RAW-VALUE",
        "\"crm_session=STOLEN-RAW-VALUE\"",
        "a=\"; crm_session=STOLEN-RAW-VALUE\"",
        "a=b, crm_session=STOLEN-RAW-VALUE",
        "$Version=1; crm_session=STOLEN-RAW-VALUE; $Path=/",
        "$Version=1, crm_session=STOLEN-RAW-VALUE",
        "a=\"b\\\"; crm_session=STOLEN-RAW-VALUE",
        "=crm_session=STOLEN-RAW-VALUE",
        "crm_session=\"STOLEN-RAW-VALUE\"",
        ";;crm_session=STOLEN-RAW-VALUE",
        "crm_session=x; crm_session=STOLEN-RAW-VALUE",
        "crm_session=sg1.STOLEN-RAW-VALUE",
    ];
    for spelling in spellings {
        for lines in [
            vec![format!("Cookie: {spelling}")],
            vec![format!("Cookie: {own}; {spelling}")],
            vec![format!("Cookie: {own}"), format!("Cookie: {spelling}")],
            vec![
                format!("Cookie: {spelling}; {own}"),
                "Cookie2: $Version=1".to_owned(),
            ],
        ] {
            origin.forget();
            let mut head = format!(
                "GET /private HTTP/1.1\r\nHost: {}\r\nAccept: text/html\r\nConnection: close\r\n",
                gateway.host()
            );
            lines
                .iter()
                .for_each(|line| head.push_str(&format!("{line}\r\n")));
            head.push_str("\r\n");
            let received = raw::send(gateway.addr, head.as_bytes(), Duration::from_secs(10)).await;
            assert!(
                raw::status(&received).is_some_and(|status| status < 500),
                "{lines:?}: {}",
                String::from_utf8_lossy(&received)
            );
            assert!(!origin.received("STOLEN-RAW-VALUE"), "{lines:?} travelled");
            assert!(!holds(&received, Person(1).marker()), "{lines:?} opened");
        }
    }
}

#[tokio::test]
async fn a_session_in_the_path_or_the_query_is_refused() {
    let (app, origin, gateway) = setting(|_| {}).await;
    app.plant("STOLEN-RAW-VALUE", Some(Person(1)));
    for target in [
        "/private;crm_session=STOLEN-RAW-VALUE",
        "/private;CRM.session=STOLEN-RAW-VALUE",
        "/private?crm_session=STOLEN-RAW-VALUE",
        "/private?a=b&CRM%5Fsession=STOLEN-RAW-VALUE",
        "/private?crm-session=STOLEN-RAW-VALUE",
        "/private?access_token=STOLEN-RAW-VALUE",
    ] {
        let page = gateway.browser().get(target).await;
        assert!((400..500).contains(&page.status), "{target}: {page:?}");
        assert!(!origin.received("STOLEN-RAW-VALUE"), "{target} travelled");
    }
    let mut browser = gateway.browser();
    for value in [
        "Basic dXNlcjAxQGV4YW1wbGUuY29tOnB3",
        "Bearer STOLEN-RAW-VALUE",
    ] {
        browser.extra = vec![("Authorization".to_owned(), value.to_owned())];
        origin.forget();
        let page = browser.get("/private").await;
        assert!(!page.holds(PROTECTED), "{page:?}");
        assert!(
            origin
                .requests()
                .iter()
                .all(|request| request.header("authorization").is_none()),
            "{value} travelled"
        );
        assert!(
            !page
                .header("www-authenticate")
                .unwrap_or_default()
                .contains("Basic")
        );
    }
}
