//! An application that shows nothing but that somebody is there: who it is was typed at the sign-in.

use crate::support::people::{self, answer_challenge};
use crate::support::traits::t21_few_words::FewWords;
use crate::support::{Authenticator, Browser, Gateway, Origin, PROTECTED, Page, Person};
use std::sync::Arc;
use std::time::Duration;

const ADA: Person = Person(1);
const EVE: Person = Person(2);
const NOBODY_YET: Person = Person(3);

struct Scene {
    app: FewWords,
    origin: Origin,
    gateway: Gateway,
    ada: Authenticator,
    eve: Authenticator,
}

/// Ada and Eve have factors; then nobody can add a first one any more, and names are typed.
async fn setting() -> Scene {
    let app = FewWords {
        names_in_cookie: true,
        ..FewWords::default()
    };
    let origin = Origin::start(Arc::new(app.clone())).await;
    let mut gateway = Gateway::start(origin.addr, |config| {
        config
            .set("guard", "session_cookies", "[\"sid\", \"auth_user\"]")
            .set("guard.identity", "whoami", "{ path = \"/account\", signed_out = { css = \"form#login\" }, present = { css = \"a[href='/logout']\" } }")
            .set("guard.identity", "user", "\"cookie:auth_user#^([^|]+)\"");
    })
    .await;
    let (_, ada) = people::enrolled(&gateway, ADA).await;
    let (_, eve) = people::enrolled(&gateway, EVE).await;
    gateway
        .config
        .set("guard.identity", "user", "\"sign_in\"")
        .set("guard.identity", "recheck", "\"1s\"")
        .set("policy", "mfa", "\"required\"")
        .set("policy", "enrolment", "\"closed\"");
    gateway.restart().await;
    origin.forget();
    Scene {
        app,
        origin,
        gateway,
        ada,
        eve,
    }
}

async fn send(browser: &mut Browser, target: &str, fields: &[(&str, &str)]) -> Page {
    browser.get("/login").await;
    browser.post_form(target, fields).await
}

async fn eve_in_her_session(scene: &mut Scene) -> Browser {
    let mut eve = scene.gateway.browser();
    people::admit(&mut eve, EVE, &mut scene.eve).await;
    assert!(eve.get("/private").await.holds(&EVE.marker()));
    eve
}

#[tokio::test]
async fn every_spelling_of_a_name_meets_its_owners_factor() {
    let mut scene = setting().await;
    for alias in [
        "user01@example.com",
        " user01@example.com ",
        "USER01@Example.COM",
        "\u{ff35}ser01@example.com",
        "user01\u{ff20}example.com\u{3000}",
    ] {
        let mut browser = scene.gateway.browser();
        let fields = [("email", alias), ("password", "pw")];
        let held = send(&mut browser, "/login", &fields).await;
        assert!(held.leads_to("/.mfa/challenge"), "{alias:?}: {held:?}");
        browser.get_following("/private").await;
        assert!(!browser.saw(PROTECTED), "{alias:?}");
    }
    let mut browser = scene.gateway.browser();
    let fields = [("email", "USER01@Example.COM"), ("password", "pw")];
    send(&mut browser, "/login", &fields).await;
    let code = scene.ada.code().await;
    assert_eq!(answer_challenge(&mut browser, &code).await.status, 303);
    for _ in 0..2 {
        assert!(browser.get("/private").await.holds(&ADA.marker()));
        tokio::time::sleep(Duration::from_millis(1_200)).await;
    }
    let user = scene.origin.last_to("/private");
    assert_eq!(user.header("x-mfa-user"), Some("user01@example.com"));
}

#[tokio::test]
async fn a_wrong_password_under_the_victims_name_yields_nothing() {
    let scene = setting().await;
    let mut browser = scene.gateway.browser();
    for password in ["wrong", "", "PW"] {
        let fields = [("email", "user01@example.com"), ("password", password)];
        let page = send(&mut browser, "/login", &fields).await;
        assert!(page.status == 200 && page.has_field("password"), "{page:?}");
        let challenge = browser.get_following("/.mfa/challenge").await;
        assert!(!challenge.has_field("code"), "{challenge:?}");
    }
    browser.get_following("/private").await;
    assert!(!browser.saw(PROTECTED));
    let told = scene.origin.requests();
    assert!(
        told.iter()
            .all(|request| request.header("x-mfa-user").is_none())
    );
}

/// The application takes the first name, and some other server would take the last.
#[tokio::test]
async fn a_request_with_two_names_signs_nobody_in() {
    let mut scene = setting().await;
    let (ada, eve) = (ADA.email(), EVE.email());
    let both = format!("email={ada}&password=pw&email={eve}").replace('@', "%40");
    let form = "application/x-www-form-urlencoded";
    for (target, body) in [
        ("/login".to_owned(), both),
        (
            format!("/login?email={eve}"),
            format!("email={ada}&password=pw"),
        ),
        (
            "/login".to_owned(),
            format!("email={ada}&password=pw;email={eve}"),
        ),
        (
            "/login".to_owned(),
            format!("email={ada}&password=pw&Email={eve}"),
        ),
        (
            "/login".to_owned(),
            format!("email={ada}&password=pw&email[]={eve}"),
        ),
    ] {
        let mut browser = scene.gateway.browser();
        browser.get("/login").await;
        let content = Some((form, body.clone().into_bytes()));
        let call = crate::support::Call::Navigation;
        let page = browser.send(call, "POST", &target, content).await;
        assert!(!page.leads_to("/.mfa"), "{target} {body}: {page:?}");
        let challenge = browser.get_following("/.mfa/challenge").await;
        if challenge.has_field("code") {
            let code = scene.eve.code().await;
            browser
                .submit(&challenge.form_with("code").set("code", &code))
                .await;
        }
        browser.get_following("/private").await;
        assert!(!browser.saw(PROTECTED), "{target} {body}");
    }
    assert!(scene.app.ledger.knows(ADA), "no sign-in");
}

#[tokio::test]
async fn a_sign_in_that_nobody_declared_has_no_name_and_gets_nothing() {
    let mut scene = setting().await;
    let ada = ADA.email();
    let fields = [("email", ada.as_str()), ("password", "pw")];
    let mut browser = scene.gateway.browser();
    let page = send(&mut browser, "/sso", &fields).await;
    assert_eq!(page.status, 503, "{page:?}");
    browser.get_following("/private").await;
    assert!(!browser.saw(PROTECTED));

    // Nor inside one's own session: the name that was typed for it says nothing of another cookie.
    let mut eve = eve_in_her_session(&mut scene).await;
    let page = eve.post_form("/sso", &fields).await;
    assert_eq!(page.status, 503, "{page:?}");
    for _ in 0..2 {
        eve.get_following("/private").await;
    }
    assert!(!eve.saw(&ADA.marker()));
    let settings = eve.get_following("/settings/security").await;
    assert!(
        !settings.holds("Authenticator app"),
        "the session lives: {settings:?}"
    );
    eve_in_her_session(&mut scene).await;
}

#[tokio::test]
async fn who_has_no_factor_is_sent_to_the_administrator() {
    let scene = setting().await;
    let mut browser = scene.gateway.browser();
    let held = people::sign_in(&mut browser, NOBODY_YET).await;
    assert!(held.leads_to("/.mfa/enrol"), "{held:?}");
    let page = browser.follow(held).await;
    assert_eq!(page.status, 403, "{page:?}");
    assert!(
        page.reading()
            .contains("only an administrator can add the first one")
    );
    assert!(!page.holds("otpauth:"), "a secret is shown");
    browser.get_following("/private").await;
    assert!(!browser.saw(PROTECTED));
}

#[tokio::test]
async fn a_code_that_was_made_for_another_spelling_of_the_name_enrols_its_owner() {
    let mut scene = setting().await;
    scene.gateway.config.set("policy", "enrolment", "\"token\"");
    scene.gateway.restart().await;
    let token = scene.gateway.enrolment_code("User03@Example.COM", "1h");
    let mut browser = scene.gateway.browser();
    let held = people::sign_in(&mut browser, NOBODY_YET).await;
    assert!(held.leads_to("/.mfa/enrol"), "{held:?}");
    let page = browser.get_following("/.mfa/enrol").await;
    let code = crate::support::totp::read_secret(&page, "Phone")
        .code()
        .await;
    let form = page.form_with("enrolment_token").set("code", &code);
    let form = form.set("name", "Phone").set("enrolment_token", &token);
    let saved = browser.submit(&form).await;
    assert_eq!(saved.status, 303, "{saved:?}");
    assert!(browser.get("/private").await.holds(&NOBODY_YET.marker()));
}
