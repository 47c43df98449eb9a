//! Sessions that are made of more than one cookie (T3).

use crate::support::contexts::Contexts;
use crate::support::people::{self, Person, answer_challenge};
use crate::support::{Browser, Gateway, Origin, PROTECTED, totp};
use std::sync::Arc;

async fn contexts() -> (Origin, Gateway) {
    let origin = Origin::start(Arc::new(Contexts::default())).await;
    let gateway = Gateway::start(origin.addr, |config| {
        config
            .set("guard", "session_cookies", "[\"JSESSIONID\"]")
            .set(
                "guard.identity",
                "whoami",
                "{ path = \"/app/api/me\", id = \"json:/id\", name = \"json:/email\", signed_out = { status = [401] } }",
            )
            .clear("guard.sign_in")
            .append(
                "guard.sign_in",
                "path = \"/app/login\"\nusername = \"form:email\"\npassword = \"form:password\"\npage = \"/app/login\"",
            );
    })
    .await;
    (origin, gateway)
}

async fn sign_in(browser: &mut Browser, person: Person) -> crate::support::Page {
    let welcome = browser.get("/").await;
    assert_eq!(welcome.status, 200, "{welcome:?}");
    let page = browser.get("/app/login").await;
    people::give_password(browser, &page, person, "pw").await
}

#[tokio::test]
async fn one_cookie_name_with_a_value_at_each_of_two_paths_signs_in_and_works_on() {
    let (_origin, gateway) = contexts().await;
    let mut owner = gateway.browser();
    sign_in(&mut owner, Person(1)).await;
    let mut phone = totp::enrol(&mut owner).await;
    let mut browser = gateway.browser();
    let held = sign_in(&mut browser, Person(1)).await;
    assert!(held.leads_to("/.mfa/challenge"), "{held:?}");
    assert!(!browser.saw(PROTECTED));
    let code = phone.code().await;
    answer_challenge(&mut browser, &code).await;
    for path in ["/app/private", "/", "/app/private/2", "/"] {
        let page = browser.get(path).await;
        assert_eq!(page.status, 200, "{path}: {page:?}");
        let inner = path.starts_with("/app");
        assert_eq!(page.holds(&Person(1).marker()), inner, "{path}: {page:?}");
    }
    assert!(!browser.saw("RAWSID-"));
}
