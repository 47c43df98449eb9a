//! T11: any request that carries name and password signs in.

use crate::scene::{OTHER, OWNER, Scene, assert_nothing_came, works_on};
use crate::support::people::{Person, answer_challenge};
use crate::support::traits::t11_password_anywhere::PasswordAnywhere;
use crate::support::{Browser, Call, Config, Page};

const QUERY: &str = "email=user01%40example.com&password=pw";
const JSON: &str = "{\"email\":\"user01@example.com\",\"password\":\"pw\"}";
const FORM_TYPE: &str = "application/x-www-form-urlencoded";

/// As the documentation says how to declare it.
fn declared(config: &mut Config) {
    config.clear("guard.sign_in").append(
        "guard.sign_in",
        "path = \"**\"\nmethod = \"*\"\nwhen = { \"any:email\" = true, \"any:password\" = true }\npage = \"/login\"",
    );
}

fn undeclared(config: &mut Config) {
    config.clear("guard.sign_in");
}

async fn setting(keeps_id: bool, change: fn(&mut Config)) -> Scene<PasswordAnywhere> {
    let app = PasswordAnywhere {
        keeps_id,
        ..PasswordAnywhere::default()
    };
    Scene::start(app, change).await
}

/// Sent as what, method, target (the query follows a `?`), and the type and text of a body.
type Way = (Call, &'static str, &'static str, Option<Content>);
type Content = (&'static str, &'static str);

/// The owner's password in a query, in a form, in JSON; at different addresses.
const WAYS: [Way; 5] = [
    (Call::Navigation, "GET", "/report?", None),
    (Call::Image, "GET", "/a/picture.png?", None),
    (Call::Fetch, "GET", "/api/contacts?", None),
    (
        Call::Navigation,
        "POST",
        "/anything",
        Some((FORM_TYPE, QUERY)),
    ),
    (
        Call::Fetch,
        "PUT",
        "/api/contacts/7",
        Some(("application/json", JSON)),
    ),
];

async fn try_way(browser: &mut Browser, way: usize) -> (String, Page) {
    let (call, method, target, body) = WAYS[way];
    let query = if target.ends_with('?') { QUERY } else { "" };
    let target = format!("{target}{query}");
    let body = body.map(|(kind, text)| (kind, text.as_bytes().to_vec()));
    let page = browser.send(call, method, &target, body).await;
    (format!("{call:?} {method} {target}"), page)
}

#[tokio::test]
async fn declared_or_not_a_stranger_with_the_password_meets_the_challenge() {
    for change in [declared, undeclared] {
        let scene = setting(false, change).await;
        let mut phone = scene.owner_enrols().await;
        for way in 0..WAYS.len() {
            let mut browser = scene.gateway.browser();
            let (way, page) = try_way(&mut browser, way).await;
            assert!(page.status == 303 || page.status == 401, "{way}: {page:?}");
            scene.opens_nothing(&mut browser).await;
        }
        let mut browser = scene.gateway.browser();
        let held = browser.get(&format!("/report?{QUERY}")).await;
        assert!(held.leads_to("/.mfa/challenge"), "{held:?}");
        let code = phone.code().await;
        assert_eq!(answer_challenge(&mut browser, &code).await.status, 303);
        works_on(&mut browser, OWNER).await;
    }
}

/// The application keeps the id, so that nothing moves; only the declaration tells.
#[tokio::test]
async fn declared_it_never_rides_a_settled_session_whatever_the_form_is() {
    let scene = setting(true, declared).await;
    scene.owner_enrols().await;
    for way in 0..WAYS.len() {
        // A session of its own for each: the first that is recognised ends it.
        let person = Person(10 + u32::try_from(way).unwrap());
        let mut browser = scene.by_password(person).await;
        let (way, page) = try_way(&mut browser, way).await;
        assert!(!page.holds(&OWNER.marker()), "{way}: {page:?}");
        browser.seen.clear();
        scene.opens_nothing(&mut browser).await;
    }
}

#[tokio::test]
async fn the_form_of_the_user_works_and_the_way_out_too() {
    setting(false, declared).await.both_sides().await;
}

#[tokio::test]
async fn a_password_in_an_address_is_in_no_line_of_the_log() {
    let scene = setting(false, |config| {
        config.set("guard", "refuse", "[\"/refused\"]");
    })
    .await;
    scene.owner_enrols().await;
    let (mut own, _phone) = scene.enrols(OTHER).await;
    for path in ["/cut", "/refused", "/report"] {
        let target = format!("{path}?{QUERY}");
        let mut stranger = scene.gateway.browser();
        stranger.get(&target).await;
        stranger.fetch(&target).await;
        assert_nothing_came(&stranger);
        own.get(&target).await;
        // Too large to be held, so that it goes through the proxy itself.
        let upload = ("text/plain", vec![b'x'; 9 << 20]);
        let _ = own
            .try_send(Call::Fetch, "POST", &target, Some(upload))
            .await;
    }
    let log = scene.gateway.log();
    assert!(log.contains("refused by guard.refuse"), "{log}");
    assert!(log.contains("did not answer"), "{log}");
    for part in ["password=", "email=", "user01"] {
        let line = log
            .lines()
            .find(|line| line.contains(part) && !line.contains("audit"));
        assert!(line.is_none(), "{line:?}");
    }
}
