//! T15: the sign-in is a method name in a JSON body, at the path of every other call.

use crate::scene::{OTHER, OWNER, Scene, assert_nothing_came};
use crate::support::people::{Person, answer_challenge};
use crate::support::traits::TRAIT_ID;
use crate::support::traits::t15_json_rpc::{JsonRpc, SIGN_IN};
use crate::support::{Authenticator, Browser, Call, PROTECTED, Page, totp};

async fn setting(is_declared: bool) -> Scene<JsonRpc> {
    Scene::start(JsonRpc::default(), |config| {
        config.clear("guard.sign_in");
        if is_declared {
            let rule =
                format!("path = \"/jsonrpc\"\nwhen = {{ \"json:/method\" = \"{SIGN_IN}\" }}");
            config.append("guard.sign_in", &rule);
        }
    })
    .await
}

async fn rpc(browser: &mut Browser, method: &str, params: &[&str]) -> Page {
    let body = serde_json::json!({ "id": 1, "method": method, "params": params });
    let body = ("application/json", body.to_string().into_bytes());
    browser
        .send(Call::Fetch, "POST", "/jsonrpc", Some(body))
        .await
}

async fn sign_in(browser: &mut Browser, person: Person, password: &str) -> Page {
    browser.get("/").await;
    rpc(browser, SIGN_IN, &[&person.email(), password]).await
}

async fn enrols(scene: &Scene<JsonRpc>, person: Person) -> (Browser, Authenticator) {
    let mut browser = scene.gateway.browser();
    let taken = sign_in(&mut browser, person, "pw").await;
    assert!(taken.holds(&person.marker()), "{taken:?}");
    let phone = totp::enrol(&mut browser).await;
    (browser, phone)
}

/// Whether a rule says so or not: the evidence does, and no rule can be forgotten.
#[tokio::test]
async fn declared_or_not_a_sign_in_call_meets_the_challenge_and_the_other_calls_pass() {
    for is_declared in [true, false] {
        let scene = setting(is_declared).await;
        let (_first, mut phone) = enrols(&scene, OWNER).await;
        // With no session at all the answer brings its cookie; with a visitor's, no cookie moves.
        let mut fresh = scene.gateway.browser();
        let held = rpc(&mut fresh, SIGN_IN, &[&OWNER.email(), "pw"]).await;
        assert_eq!(held.status, 401, "{held:?}");
        scene.opens_nothing(&mut fresh).await;
        let mut browser = scene.gateway.browser();
        let held = sign_in(&mut browser, OWNER, "pw").await;
        assert_eq!(held.status, 401, "{held:?}");
        let url = held.json()["challenge_url"].clone();
        let url = url.as_str().unwrap_or_default();
        assert!(url.contains("/.mfa/challenge"), "{held:?}");
        assert_eq!(rpc(&mut browser, "contacts.list", &[]).await.status, 401);
        scene.opens_nothing(&mut browser).await;

        let code = phone.code().await;
        assert_eq!(answer_challenge(&mut browser, &code).await.status, 303);
        for _ in 0..4 {
            let page = rpc(&mut browser, "contacts.list", &[]).await;
            assert!(page.holds(&OWNER.marker()), "{page:?}");
        }
        assert!(!browser.saw(TRAIT_ID), "a raw credential came");
    }
}

#[tokio::test]
async fn its_failure_arrives_as_the_application_says_it() {
    let scene = setting(true).await;
    enrols(&scene, OWNER).await;
    let mut browser = scene.gateway.browser();
    let page = sign_in(&mut browser, OWNER, "guess").await;
    assert_eq!(page.status, 200, "{page:?}");
    assert_eq!(page.json()["error"]["message"], "AccessDenied");
    let page = rpc(&mut browser, "contacts.list", &[]).await;
    assert_eq!(page.json()["error"]["message"], "SessionExpired");
    assert_nothing_came(&browser);
}

#[tokio::test]
async fn inside_ones_own_session_the_call_does_not_show_its_own_answer() {
    let scene = setting(true).await;
    enrols(&scene, OWNER).await;
    let (mut own, _phone) = enrols(&scene, OTHER).await;
    let page = rpc(&mut own, SIGN_IN, &[&OWNER.email(), "pw"]).await;
    assert_eq!(page.status, 401, "{page:?}");
    let rode = scene.origin.last_to("/jsonrpc").cookie("sessionid");
    assert_eq!(rode, None, "it rode the settled session");
    rpc(&mut own, "contacts.list", &[]).await;
    own.get("/private").await;
    assert!(!own.saw(&OWNER.marker()));
    own.seen.clear();
    scene.opens_nothing(&mut own).await;
    assert!(!own.saw(PROTECTED));
}
