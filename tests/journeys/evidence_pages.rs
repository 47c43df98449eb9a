//! Applications that say who is signed in on a page, and by a redirect when nobody is.

use crate::support::origin::{Answer, App};
use crate::support::people::{self, admit};
use crate::support::reply::{Reply, Response};
use crate::support::request::Request;
use crate::support::{CrmApp, Gateway, Origin, PROTECTED, Person};
use std::sync::Arc;

/// The CRM, with a page `/account` instead of its JSON.
struct Pages(CrmApp);

impl App for Pages {
    fn answer(&self, mut request: Request) -> Answer {
        if request.path() != "/account" {
            return self.0.answer(request);
        }
        request.target = "/api/me".to_owned();
        let who = self.0.answer(request);
        Box::pin(async move {
            let Reply::Whole(json) = who.await else {
                return Reply::Cut;
            };
            if json.status != 200 {
                return Response::redirect("/login?next=%2Faccount").into();
            }
            let who: serde_json::Value = serde_json::from_slice(&json.body).unwrap();
            let (id, email) = (&who["id"], who["email"].as_str().unwrap());
            let page =
                format!("<nav><b class=\"me\" data-x=1>{email}</b></nav><p>Customer no. {id}.</p>");
            Response::html(200, page).into()
        })
    }
}

async fn setting(whoami: &str) -> (Origin, Gateway) {
    let origin = Origin::start(Arc::new(Pages(CrmApp::default()))).await;
    let gateway = Gateway::start(origin.addr, |config| {
        config.set("guard.identity", "whoami", whoami);
    });
    (origin, gateway.await)
}

async fn walks(whoami: &str) {
    let (origin, gateway) = setting(whoami).await;
    let (_owner, mut phone) = people::enrolled(&gateway, Person(1)).await;
    let mut browser = gateway.browser();
    people::sign_in(&mut browser, Person(1)).await;
    assert!(
        !browser.get_following("/private").await.holds(PROTECTED),
        "{whoami}"
    );
    let mut browser = gateway.browser();
    admit(&mut browser, Person(1), &mut phone).await;
    assert!(
        browser.get("/private").await.holds(&Person(1).marker()),
        "{whoami}"
    );
    let mut other = gateway.browser();
    assert!(
        people::sign_in(&mut other, Person(2)).await.leads_to("/"),
        "another user has no factor"
    );
    let asked = origin.last_to("/account");
    assert!(
        asked
            .header("accept")
            .is_some_and(|accept| accept.starts_with("text/html"))
    );
}

#[tokio::test]
async fn a_selector_names_the_user_and_a_redirect_to_the_form_means_nobody() {
    walks("{ path = \"/account\", id = \"css:nav b.me\", id_is_unique = true, signed_out = { location = \"/login\" } }").await;
}

#[tokio::test]
async fn a_pattern_names_the_user() {
    let whoami = "{ path = \"/account\", id = \"text:Customer no\\\\. ([0-9]+)\", id_is_unique = true, \
                  name = \"css:nav b.me\", signed_out = { location = \"/login\" }, present = { css = \"nav b.me\" } }";
    walks(whoami).await;
}

#[tokio::test]
async fn a_page_that_lost_its_mark_lets_nobody_in() {
    let whoami = "{ path = \"/account\", id = \"css:nav b.gone\", id_is_unique = true, signed_out = { location = \"/login\" } }";
    let (_origin, gateway) = setting(whoami).await;
    let mut browser = gateway.browser();
    let page = people::sign_in(&mut browser, Person(1)).await;
    assert_eq!(page.status, 503, "{page:?}");
    assert!(page.holds("guard.identity"));
    browser.get_following("/private").await;
    assert!(!browser.saw(PROTECTED));
}
