//! T11: any request that carries name and password signs in.

use crate::mocks::t11_password_anywhere::PasswordAnywhere;
use crate::scene::{OTHER, OWNER, Scene, assert_nothing_came, works_on};
use crate::support::people::{self, answer_challenge};
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
    let mut app = PasswordAnywhere::default();
    app.keeps_id = keeps_id;
    Scene::start(app, change).await
}

/// The owner's password in a query, in a form, in JSON; at different addresses.
async fn all_ways(browser: &Browser) -> Vec<(String, Browser, Page)> {
    let form = || Some((FORM_TYPE, QUERY.as_bytes().to_vec()));
    let json = || Some(("application/json", JSON.as_bytes().to_vec()));
    let ways = [
        (Call::Navigation, "GET", format!("/report?{QUERY}"), None),
        (Call::Image, "GET", format!("/a/picture.png?{QUERY}"), None),
        (Call::Fetch, "GET", format!("/api/contacts?{QUERY}"), None),
        (Call::Navigation, "POST", "/anything".to_owned(), form()),
        (Call::Fetch, "PUT", "/api/contacts/7".to_owned(), json()),
    ];
    let mut answers = Vec::new();
    for (call, method, target, body) in ways {
        let mut browser = browser.clone();
        let page = browser.send(call, method, &target, body).await;
        answers.push((format!("{call:?} {method} {target}"), browser, page));
    }
    answers
}

#[tokio::test]
async fn declared_or_not_a_stranger_with_the_password_meets_the_challenge() {
    for change in [declared, undeclared] {
        let scene = setting(false, change).await;
        let mut phone = scene.owner_enrols().await;
        for (way, mut browser, page) in all_ways(&scene.gateway.browser()).await {
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
    let (own, _phone) = scene.enrols(OTHER).await;
    for way in 0..5 {
        let own = match way {
            0 => own.clone(),
            _ => scene.by_password(people::Person(10 + way)).await,
        };
        let (way, mut browser, page) = all_ways(&own).await.swap_remove(way as usize);
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
