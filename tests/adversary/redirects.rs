//! Addresses like `//evil.example/x`: a path to the gateway, another site to a browser. No redirect
//! and no link of the gateway's own leads there.

use crate::support::people::{self, answer_challenge};
use crate::support::{CrmApp, Gateway, Origin, Page, Person, Whoami};
use std::sync::Arc;

const EVIL: &str = "//evil.example/x";

async fn setting() -> (CrmApp, Origin, Gateway) {
    let app = CrmApp::with(|app| app.query_sign_in = true);
    let origin = Origin::start(Arc::new(app.clone())).await;
    let gateway = Gateway::start(origin.addr, |_| {}).await;
    (app, origin, gateway)
}

/// A redirect to this site, read as a browser reads it.
fn assert_stays(page: &Page, gateway: &Gateway) {
    assert_eq!(page.status, 303, "{page:?}");
    let location = page.header("location").unwrap_or_default();
    let local = location.starts_with('/') && !location.starts_with("//");
    let own = location.starts_with(&format!("{}/", gateway.url()));
    assert!(local && !location.contains('\\') || own, "{page:?}");
    assert!(!location.contains("evil"), "{page:?}");
}

#[tokio::test]
async fn the_code_does_not_lead_a_visitor_who_came_in_by_such_an_address_away() {
    let (_app, origin, gateway) = setting().await;
    let (_owner, mut phone) = people::enrolled(&gateway, Person(1)).await;
    let mut browser = gateway.browser();
    let target = format!("{EVIL}?email=user01%40example.com&password=pw");
    let held = browser.get(&target).await;
    assert!(held.leads_to("/.mfa/challenge"), "{held:?}");
    assert!(origin.received("evil.example"), "it did not arrive");
    let code = phone.code().await;
    let page = answer_challenge(&mut browser, &code).await;
    assert_stays(&page, &gateway);
}

/// The tab of an old token is sent to the same address again.
#[tokio::test]
async fn the_redirect_of_a_replaced_token_does_not_lead_away() {
    let (_app, _origin, gateway) = setting().await;
    let mut browser = gateway.browser();
    browser.get("/login").await;
    let mut old = browser.clone();
    people::sign_in(&mut browser, Person(1)).await;
    let page = old.get(EVIL).await;
    assert_stays(&page, &gateway);
    // Control: an address of this site is kept.
    let mut old = old.clone();
    old.jar.forget("stepgate-again");
    let page = old.get("/private?a=b").await;
    assert_eq!(page.location(), "/private?a=b", "{page:?}");
}

fn assert_no_link_away(page: &Page) {
    assert!(page.status >= 500, "no error page: {page:?}");
    let text = page.text();
    assert!(!text.contains("evil"), "{page:?}");
    assert!(!text.contains("href=\"//"), "{page:?}");
}

#[tokio::test]
async fn try_again_on_an_error_page_does_not_lead_away() {
    let (app, origin, gateway) = setting().await;
    let mut browser = gateway.browser();
    browser.get("/login").await;
    app.set_whoami(Whoami::Status(500));
    let page = browser.get(EVIL).await;
    assert_no_link_away(&page);
    browser.get("/login").await;

    // Control: there is such a link, and it keeps an address of this site.
    drop(origin);
    let page = gateway.browser().get("/private?a=b").await;
    assert!(page.links("/private").len() == 1, "{page:?}");
    let page = gateway.browser().get(EVIL).await;
    assert_no_link_away(&page);
}
