//! T14: tokens in a body, presented as header, query parameter and cookie: refused where they are
//! presented, for nobody sealed them. That holds for a token that its user minted, too.

use crate::scene::{OWNER, Scene, works_on};
use crate::support::people::answer_challenge;
use crate::support::traits::t14_token_in_body::TokenInBody;
use crate::support::{Browser, Call, Page};

async fn setting(with_cookie: bool) -> Scene<TokenInBody> {
    let app = TokenInBody {
        with_cookie,
        ..TokenInBody::default()
    };
    Scene::start(app, |config| {
        config
            .set("guard", "session_cookies", "[\"sessionid\", \"token\"]")
            .set(
                "guard",
                "token_inputs",
                "[\"header:X-Api-Key\", \"query:api_key\"]",
            )
            .append("guard.sign_in", "path = \"/api/login\"");
    })
    .await
}

async fn api_sign_in(browser: &mut Browser) -> Page {
    let body = format!("{{\"email\":\"{}\",\"password\":\"pw\"}}", OWNER.email());
    let body = ("application/json", body.into_bytes());
    browser
        .send(Call::Fetch, "POST", "/api/login", Some(body))
        .await
}

#[tokio::test]
async fn a_token_beside_a_cookie_is_held_with_it_until_the_factor() {
    let scene = setting(true).await;
    let mut phone = scene.owner_enrols().await;
    let mut browser = scene.gateway.browser();
    let held = api_sign_in(&mut browser).await;
    assert_eq!(held.status, 401, "{held:?}");
    assert!(held.json()["challenge_url"].is_string(), "{held:?}");
    scene.opens_nothing(&mut browser).await;
    let code = phone.code().await;
    assert_eq!(answer_challenge(&mut browser, &code).await.status, 303);
    works_on(&mut browser, OWNER).await;
}

/// No rule says anything of tokens. The answer that hands them out comes, and they are worth nothing.
#[tokio::test]
async fn by_default_tokens_of_the_password_alone_open_nothing() {
    let scene = Scene::start(TokenInBody::default(), |_| {}).await;
    scene.owner_enrols().await;
    let mut thief = scene.gateway.browser();
    let answer = api_sign_in(&mut thief).await;
    let tokens = answer.json()["data"].clone();
    scene.origin.forget();
    for name in ["access_token", "refresh_token"] {
        let token = tokens[name].as_str().unwrap_or_default();
        assert!(!token.is_empty(), "{answer:?}");
        for value in [format!("Bearer {token}"), token.to_owned()] {
            thief.extra = vec![("Authorization".to_owned(), value)];
            for call in [Call::Navigation, Call::Fetch, Call::Image] {
                let page = thief.send(call, "GET", "/private", None).await;
                assert_eq!(page.status, 403, "{page:?}");
            }
        }
        thief.extra.clear();
        for parameter in [
            "access_token",
            "ACCESS_TOKEN",
            "access.token",
            "a=b&access_token",
        ] {
            let page = thief.fetch(&format!("/private?{parameter}={token}")).await;
            assert_eq!(page.status, 403, "{parameter}: {page:?}");
        }
        thief.jar.plant("sessionid", token);
        assert!(thief.get("/private").await.leads_to("/login"));
        assert!(!scene.origin.received(token), "it travelled");
    }
    assert!(!thief.saw(&OWNER.marker()));
}

#[tokio::test]
async fn a_token_that_nobody_sealed_opens_nothing_in_any_place() {
    let scene = setting(false).await;
    scene.owner_enrols().await;
    let own = scene.by_password(crate::scene::OTHER).await;
    let token = scene.app.ledger.open(Some(OWNER));
    let mut direct = Browser::new(scene.origin.addr, None, false);
    direct.extra = vec![("Authorization".to_owned(), format!("Bearer {token}"))];
    assert!(
        direct.get("/private").await.holds(&OWNER.marker()),
        "the token is no good"
    );

    scene.origin.forget();
    for mut browser in [scene.gateway.browser(), own] {
        for (name, value) in [
            ("Authorization", format!("Bearer {token}")),
            ("authorization", token.clone()),
            ("X-Api-Key", token.clone()),
            ("x_api_key", token.clone()),
        ] {
            browser.extra = vec![(name.to_owned(), value)];
            for call in [Call::Navigation, Call::Fetch, Call::Image] {
                let page = browser.send(call, "GET", "/private", None).await;
                assert_eq!(page.status, 403, "{name}: {page:?}");
            }
        }
        browser.extra.clear();
        for name in [
            "api_key",
            "access_token",
            "API_KEY",
            "api.key",
            "token",
            "a=b&api_key",
        ] {
            let page = browser.fetch(&format!("/private?{name}={token}")).await;
            assert_eq!(page.status, 403, "{name}: {page:?}");
        }
        browser.jar.plant("token", &token);
        browser.seen.clear();
        let page = browser.get("/private").await;
        assert!(!page.holds(&OWNER.marker()), "{page:?}");
        assert!(!browser.saw(&OWNER.marker()));
    }
    assert!(!scene.origin.received(&token), "it travelled");
}

#[tokio::test]
async fn the_form_and_its_cookie_are_as_elsewhere() {
    setting(true).await.both_sides().await;
}
