//! A canary in the place of the application's session id, in forty and more response shapes: not one
//! raw byte of it may reach the client, before the factor or after, over HTTP/1.1 or HTTP/2.

use crate::shapes::{self, BODY, Shape};
use crate::support::people::{awaiting_in, enrolled_in};
use crate::support::{Browser, Call, CrmApp, Gateway, Origin, Person};
use std::sync::Arc;
use std::time::Duration;

const OWNER: Person = Person(1);

struct Setting {
    app: CrmApp,
    _origin: Origin,
    gateway: Gateway,
}

async fn setting() -> Setting {
    let app = CrmApp::default();
    let origin = Origin::start(Arc::new(app.clone())).await;
    let gateway = Gateway::start_tls(origin.addr, |_| {}).await;
    enrolled_in(gateway.browser(), OWNER).await;
    Setting {
        app,
        _origin: origin,
        gateway,
    }
}

impl Setting {
    fn browser(&self, http2: bool) -> Browser {
        let mut browser = if http2 {
            self.gateway.browser_h2()
        } else {
            self.gateway.browser()
        };
        browser.linger = Duration::from_millis(30);
        browser
    }

    /// Puts the shape at a path of its own, with a session id that belongs to `person`.
    fn plant(&self, shape: &Shape, number: usize, person: Option<Person>) -> (String, String) {
        let id = format!(
            "CANARY{number:03}{}",
            if person.is_some() { "USER" } else { "NOBODY" }
        );
        // The id must not be in the path: an error page may show where it was.
        let path = format!(
            "/shape/{number}/{}",
            if person.is_some() { "user" } else { "nobody" }
        );
        self.app.plant(&id, person);
        self.app.shape(&path, shape.with(&id));
        (path, id)
    }
}

/// Asks for the shape; an answer that breaks off is as good as one that does not.
async fn ask(browser: &mut Browser, shape: &Shape, path: &str, call: Call) -> Option<u16> {
    let asked = browser.try_send(call, shape.method, path, None);
    let answered = tokio::time::timeout(Duration::from_secs(30), asked).await;
    answered.ok()?.ok().map(|page| page.status)
}

async fn before_the_factor(http2: bool) {
    let setting = setting().await;
    let mut passed = 0;
    for (number, shape) in shapes::all().iter().enumerate() {
        // The session of a user with a factor: the response is held, body and all.
        let (path, id) = setting.plant(shape, number, Some(OWNER));
        for call in [Call::Navigation, Call::Fetch, Call::Image] {
            let mut browser = setting.browser(http2);
            ask(&mut browser, shape, &path, call).await;
            assert!(
                !browser.saw(&id),
                "{} ({call:?}): the raw id of a user came",
                shape.name
            );
            browser.get("/private").await;
            assert!(
                !browser.saw(&OWNER.marker()),
                "{} ({call:?}): it opened",
                shape.name
            );
        }
        // The session of nobody: the response passes, the cookie sealed or dropped.
        let (path, id) = setting.plant(shape, number, None);
        let mut browser = setting.browser(http2);
        ask(&mut browser, shape, &path, Call::Navigation).await;
        assert!(
            !browser.saw(&id),
            "{}: the raw id of nobody came",
            shape.name
        );
        passed += usize::from(
            browser.saw(BODY)
                && browser
                    .jar
                    .get("sessionid")
                    .is_some_and(|value| value.starts_with("sg1.")),
        );
    }
    assert!(
        passed >= 15,
        "only {passed} of the shapes of nobody passed with a sealed cookie: nothing was shown"
    );
}

async fn after_the_factor(http2: bool) {
    let setting = setting().await;
    let mut passed = 0;
    for (number, shape) in shapes::all().iter().enumerate() {
        // A fresh user each time: some shapes end the session, and codes take time.
        let person = Person(100 + u32::try_from(number).unwrap());
        let (mut browser, _phone) = enrolled_in(setting.browser(http2), person).await;
        let (path, id) = setting.plant(shape, number, Some(person));
        ask(&mut browser, shape, &path, Call::Navigation).await;
        passed += usize::from(browser.saw(BODY));
        for target in ["/private", "/private/again"] {
            let _ = browser
                .try_send(Call::Navigation, "GET", target, None)
                .await;
        }
        assert!(!browser.saw(&id), "{}: the raw id came", shape.name);
    }
    assert!(
        passed >= 20,
        "only {passed} of the shapes passed: nothing was shown"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn before_the_factor_over_http1_no_raw_id_reaches_the_client() {
    before_the_factor(false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn before_the_factor_over_http2_no_raw_id_reaches_the_client() {
    before_the_factor(true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_the_factor_over_http1_no_raw_id_reaches_the_client() {
    after_the_factor(false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_the_factor_over_http2_no_raw_id_reaches_the_client() {
    after_the_factor(true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_factor_is_awaited_no_raw_id_reaches_the_client() {
    let setting = setting().await;
    for (number, shape) in shapes::all().iter().enumerate() {
        for person in [Some(OWNER), None] {
            let (path, id) = setting.plant(shape, number, person);
            let mut browser = awaiting_in(setting.browser(number % 2 == 1), OWNER).await;
            for call in [Call::Image, Call::Fetch, Call::Navigation, Call::Frame] {
                ask(&mut browser, shape, &path, call).await;
            }
            assert!(
                !browser.saw(&id),
                "{} ({person:?}): the raw id came",
                shape.name
            );
        }
    }
}

fn page_with_the_id_in_a_link() -> String {
    let body = "<a href=\"/next;sessionid=CANARYLINK?a=b\">next</a>";
    let length = body.len();
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {length}\r\n\
         Set-Cookie: sessionid=CANARYLINK; Path=/\r\nConnection: close\r\n\r\n{body}"
    )
}

#[tokio::test]
async fn a_users_session_id_in_the_links_of_a_page_is_not_shown_before_the_factor() {
    let setting = setting().await;
    setting.app.shape("/links", page_with_the_id_in_a_link());
    setting.app.plant("CANARYLINK", Some(OWNER));
    for call in [Call::Navigation, Call::Fetch, Call::Image] {
        let mut browser = setting.browser(false);
        browser.send(call, "GET", "/links", None).await;
        browser.get("/links").await;
        assert!(!browser.saw("CANARYLINK"), "{call:?}");
    }
}

#[tokio::test]
async fn a_session_id_in_the_links_of_a_released_page_is_not_shown() {
    let setting = setting().await;
    setting.app.shape("/links", page_with_the_id_in_a_link());
    setting.app.plant("CANARYLINK", None);
    let mut browser = setting.browser(false);
    browser.get("/links").await;
    assert!(!browser.saw("CANARYLINK"), "the session of nobody");
    let (mut browser, _phone) = enrolled_in(setting.browser(false), Person(2)).await;
    setting.app.plant("CANARYLINK", Some(Person(2)));
    browser.get("/links").await;
    assert!(!browser.saw("CANARYLINK"), "after the factor");
}
