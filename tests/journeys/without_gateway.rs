//! The control: what the mock CRM gives away by itself. Where these fail, the other tests prove nothing.

use crate::support::{Browser, CrmApp, Ids, Origin, Person, people};
use std::sync::Arc;

async fn direct(app: CrmApp) -> (Origin, Browser) {
    let origin = Origin::start(Arc::new(app)).await;
    let browser = Browser::new(origin.addr, None, false);
    (origin, browser)
}

#[tokio::test]
async fn the_password_alone_opens_the_bare_application() {
    for ids in [Ids::Rotates, Ids::Kept, Ids::Repeated] {
        let (_origin, mut browser) = direct(CrmApp::with(|app| app.ids = ids)).await;
        let page = people::sign_in(&mut browser, Person(1)).await;
        assert_eq!(page.location(), "/", "{ids:?}");
        let private = browser.get("/private").await;
        assert!(private.holds(&Person(1).marker()), "{ids:?}: {private:?}");
        assert_eq!(browser.get("/api/me").await.json()["id"], 1001, "{ids:?}");
        browser.get("/logout").await;
        assert!(browser.get("/private").await.leads_to("/login"), "{ids:?}");
    }
}

#[tokio::test]
async fn a_wrong_password_and_a_stale_form_open_nothing() {
    let (_origin, mut browser) = direct(CrmApp::default()).await;
    let page = people::sign_in_with(&mut browser, Person(1), "guess").await;
    assert!(page.text().contains("Wrong email or password"));
    let stale = browser
        .post_form(
            "/login",
            &[("email", "user01@example.com"), ("password", "pw")],
        )
        .await;
    assert_eq!(stale.status, 403);
    assert!(!browser.get("/private").await.holds("PROTECTED"));
}

#[tokio::test]
async fn a_session_id_that_leaked_opens_the_bare_application() {
    let app = CrmApp::default();
    let (_origin, mut browser) = direct(app.clone()).await;
    app.plant("RAWSID-LEAKED", Some(Person(4)));
    browser.jar.plant("sessionid", "RAWSID-LEAKED");
    assert!(browser.get("/private").await.holds(&Person(4).marker()));
}

#[tokio::test]
async fn credentials_in_the_query_sign_in_where_the_application_allows_it() {
    let (_origin, mut browser) = direct(CrmApp::with(|app| app.query_sign_in = true)).await;
    let page = browser
        .get("/private?email=user02@example.com&password=pw")
        .await;
    assert!(page.holds(&Person(2).marker()), "{page:?}");
    assert!(browser.jar.get("sessionid").is_some());
}
