//! An attacker with an account and a factor of his own, and the victim's password.

use crate::support::people::{self, answer_challenge};
use crate::support::{
    Authenticator, Browser, Call, CrmApp, Gateway, Ids, Origin, PROTECTED, Page, Person,
};
use std::sync::Arc;

const ATTACKER: Person = Person(1);
const VICTIM: Person = Person(2);

async fn setting(ids: Ids) -> (Origin, Gateway, Authenticator) {
    let app = CrmApp::with(|app| (app.ids, app.csrf) = (ids, false));
    let origin = Origin::start(Arc::new(app)).await;
    let gateway = Gateway::start(origin.addr, |_| {}).await;
    let (_victim, phone) = people::enrolled(&gateway, VICTIM).await;
    (origin, gateway, phone)
}

/// The victim's password from inside the attacker's verified session.
async fn sign_in_over(browser: &mut Browser, target: &str, call: Call) -> Page {
    let body = format!("email={}&password=pw", VICTIM.email().replace('@', "%40"));
    browser
        .send(
            call,
            "POST",
            target,
            Some(("application/x-www-form-urlencoded", body.into_bytes())),
        )
        .await
}

const SPELLINGS: [&str; 9] = [
    "/login",
    "/LOGIN/",
    "/login;x",
    "/%6cogin",
    "/Login",
    "/login/",
    "/login;jsessionid=1",
    "/%4cOGIN;a=b/",
    "/login?next=/private",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signing_in_as_the_victim_in_ones_own_verified_session_meets_the_victims_challenge() {
    for ids in [Ids::Kept, Ids::Rotates] {
        let (_origin, gateway, _phone) = setting(ids).await;
        for (number, spelling) in SPELLINGS.into_iter().enumerate() {
            // A fresh account each time, so that no code has to be waited for.
            let own = Person(10 + u32::try_from(number).unwrap());
            let (mut browser, mut own_phone) = people::enrolled(&gateway, own).await;
            let page = sign_in_over(&mut browser, spelling, Call::Navigation).await;
            let asked = page.leads_to("/.mfa/challenge");
            assert!(asked || page.status >= 400, "{ids:?} {spelling}: {page:?}");
            for target in ["/", "/private", "/private/deep"] {
                let page = browser.get(target).await;
                assert!(
                    !page.holds(&VICTIM.marker()),
                    "{ids:?} {spelling} {target}: {page:?}"
                );
            }
            if asked {
                let code = own_phone.code().await;
                let refused = answer_challenge(&mut browser, &code).await;
                assert_ne!(
                    refused.status, 303,
                    "{ids:?} {spelling}: the attacker's own code passed: {refused:?}"
                );
            }
            browser.get("/private").await;
            assert!(!browser.saw(&VICTIM.marker()), "{ids:?} {spelling}");
        }
    }
}

#[tokio::test]
async fn the_same_by_fetch_and_with_the_old_cookies_shows_nothing() {
    for ids in [Ids::Kept, Ids::Rotates] {
        let (_origin, gateway, _phone) = setting(ids).await;
        let (mut browser, _own) = people::enrolled(&gateway, ATTACKER).await;
        let mut old = browser.clone();
        let page = sign_in_over(&mut browser, "/login", Call::Fetch).await;
        assert_eq!(page.status, 401, "{ids:?}: {page:?}");
        for _ in 0..3 {
            old.get("/private").await;
            old.fetch("/api/contacts").await;
            browser.get("/private").await;
            browser.fetch("/api/contacts").await;
        }
        assert!(
            !old.saw(&VICTIM.marker()) && !browser.saw(&VICTIM.marker()),
            "{ids:?}"
        );
    }
}

#[tokio::test]
async fn a_settled_session_without_a_factor_cannot_be_turned_into_the_victims_either() {
    for ids in [Ids::Kept, Ids::Rotates] {
        let (_origin, gateway, mut phone) = setting(ids).await;
        let mut browser = people::password_only(&gateway, ATTACKER).await;
        let page = sign_in_over(&mut browser, "/LOGIN;x", Call::Navigation).await;
        assert!(
            page.leads_to("/.mfa/challenge") || page.status >= 400,
            "{ids:?}: {page:?}"
        );
        browser.get("/private").await;
        assert!(!browser.saw(&VICTIM.marker()), "{ids:?}");

        // The victim at the same browser is not locked out by it.
        let held = people::sign_in(&mut browser, VICTIM).await;
        assert!(held.leads_to("/.mfa/challenge"), "{ids:?}: {held:?}");
        let code = phone.code().await;
        assert_eq!(
            answer_challenge(&mut browser, &code).await.status,
            303,
            "{ids:?}"
        );
        assert!(
            browser.get("/private").await.holds(&VICTIM.marker()),
            "{ids:?}"
        );
    }
}

#[tokio::test]
async fn the_application_is_never_told_that_the_attacker_is_the_victim() {
    let (origin, gateway, _phone) = setting(Ids::Kept).await;
    let (mut browser, _own) = people::enrolled(&gateway, ATTACKER).await;
    origin.forget();
    for spelling in SPELLINGS {
        sign_in_over(&mut browser, spelling, Call::Navigation).await;
        browser.get("/private").await;
        browser.fetch("/api/contacts").await;
    }
    let victim = VICTIM.id().to_string();
    let named = origin
        .requests()
        .into_iter()
        .find(|request| request.header("x-mfa-user") == Some(&victim));
    assert!(named.is_none(), "{named:?}");
    let logins = origin
        .requests()
        .into_iter()
        .filter(|request| request.method == "POST")
        .count();
    assert!(
        logins > 0,
        "no sign-in reached the application: nothing was shown"
    );
}

/// The application signs in by any request that carries the password, and nobody declared it.
#[tokio::test]
async fn an_undeclared_sign_in_inside_ones_own_session_does_not_even_show_its_own_answer() {
    let app = CrmApp::with(|app| app.query_sign_in = true);
    let origin = Origin::start(Arc::new(app)).await;
    let gateway = Gateway::start(origin.addr, |_| {}).await;
    let (_victim, _phone) = people::enrolled(&gateway, Person(1)).await;
    for call in [Call::Navigation, Call::Fetch, Call::Image] {
        let (mut attacker, _own) = people::enrolled(&gateway, Person(10 + call as u32)).await;
        let target = "/report?email=user01%40example.com&password=pw";
        let page = attacker.send(call, "GET", target, None).await;
        assert!(!page.holds(PROTECTED), "{call:?}: {page:?}");
        attacker.get("/private").await;
        assert!(!attacker.saw(&Person(1).marker()), "{call:?}");
    }
    assert!(!origin.requests_to("/report").is_empty());
}
