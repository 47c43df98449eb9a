//! T16: a whole sign-in inside a WebSocket, or in the long poll that stands in for it.

use crate::scene::{OWNER, Scene, assert_nothing_came};
use crate::support::traits::TRAIT_ID;
use crate::support::traits::t16_socket_sign_in::{REFRESH, SocketSignIn, login};
use crate::support::wire::Stream;
use crate::support::{Browser, Call, Page, holds, people, raw};
use std::time::Duration;
use tokio::io::AsyncWriteExt;

const QUIET: Duration = Duration::from_secs(1);

async fn upgrade(browser: &Browser) -> Box<dyn Stream> {
    let origin = format!("Origin: {}", browser.origin());
    let lines = [
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        &origin,
    ];
    let mut stream = browser.connect("http/1.1").await.unwrap();
    let head = raw::head(browser, "GET", "/socket", &lines);
    stream.write_all(&head).await.unwrap();
    stream
}

async fn poll(browser: &mut Browser, method: &str, query: &str) -> Page {
    let message = (method == "POST").then(|| ("application/json", login(OWNER)));
    let target = format!("/poll{query}");
    browser.send(Call::Fetch, method, &target, message).await
}

/// Without the gateway name and password are all that the socket asks for.
async fn signs_in_directly(scene: &Scene<SocketSignIn>) {
    let mut socket = upgrade(&Browser::new(scene.origin.addr, None, false)).await;
    raw::read_until(&mut socket, "who are you?").await;
    socket.write_all(&login(OWNER)).await.unwrap();
    let said = raw::read_until(&mut socket, &OWNER.marker()).await;
    assert!(holds(&said, REFRESH) && holds(&said, TRAIT_ID));
}

#[tokio::test]
async fn no_socket_opens_before_a_factor_and_nobody_signs_in_by_one() {
    let scene = Scene::start(SocketSignIn::default(), |_| {}).await;
    signs_in_directly(&scene).await;
    scene.owner_enrols().await;
    let stranger = scene.gateway.browser();
    let mut visitor = scene.gateway.browser();
    visitor.get("/login").await;
    let thief = people::awaiting(&scene.gateway, OWNER).await;
    scene.origin.forget();
    for browser in [&stranger, &visitor, &thief] {
        let mut socket = upgrade(browser).await;
        // Said at once, in the hope that it comes through before the refusal.
        let _ = socket.write_all(&login(OWNER)).await;
        let received = raw::drain(&mut socket, QUIET).await;
        assert_eq!(raw::status(&received), Some(403));
        assert!(!holds(&received, "who are you?") && !holds(&received, REFRESH));
        assert!(!holds(&received, TRAIT_ID) && !holds(&received, OWNER.marker()));
    }
    let arrived = scene.origin.requests_to("/socket");
    assert!(arrived.is_empty(), "an upgrade arrived");
    assert!(!scene.origin.received("\"login\""), "a message arrived");
}

#[tokio::test]
async fn after_the_factor_the_socket_opens_and_the_application_knows_who_it_is() {
    let scene = Scene::start(SocketSignIn::default(), |_| {}).await;
    let (user, _phone) = scene.user_comes_in().await;
    let mut socket = upgrade(&user).await;
    let received = raw::read_until(&mut socket, "who are you?").await;
    assert_eq!(raw::status(&received), Some(101));
    let told = scene.origin.last_to("/socket");
    assert_eq!(told.header("X-MFA-Verified"), Some("true"));
    assert_eq!(told.header("X-MFA-User"), Some("1001"));
}

/// The poll signs in the session of its cookie, and no cookie moves.
#[tokio::test]
async fn a_sign_in_by_long_poll_is_held_until_the_factor() {
    let app = SocketSignIn {
        polls_by_cookie: true,
        ..SocketSignIn::default()
    };
    let scene = Scene::start(app, |_| {}).await;
    scene.both_sides().await;
    let mut thief = scene.gateway.browser();
    thief.get("/login").await;
    let held = poll(&mut thief, "POST", "").await;
    assert_eq!(held.status, 401, "{held:?}");
    assert!(held.holds("/.mfa/challenge"), "{held:?}");
    assert_eq!(poll(&mut thief, "GET", "").await.status, 401);
    assert_nothing_came(&thief);
    scene.opens_nothing(&mut thief).await;
}

/// The poll knows its client by a number in the address, so there is no credential to guard: such a
/// route is closed, and the socket is what is left.
#[tokio::test]
async fn a_long_poll_without_a_cookie_is_shut_where_its_route_is_refused() {
    let scene = Scene::start(SocketSignIn::default(), |config| {
        config.set("guard", "refuse", "[\"/poll\"]");
    })
    .await;
    let mut direct = Browser::new(scene.origin.addr, None, false);
    let said = poll(&mut direct, "POST", "?channel=channel-7").await;
    assert!(said.holds(REFRESH) && said.holds(&OWNER.marker()));
    let polled = poll(&mut direct, "GET", "?channel=channel-7").await;
    assert!(polled.holds(&OWNER.marker()), "{polled:?}");

    scene.owner_enrols().await;
    scene.origin.forget();
    let awaiting = people::awaiting(&scene.gateway, OWNER).await;
    for mut browser in [scene.gateway.browser(), awaiting] {
        for (method, query) in [
            ("GET", ""),
            ("POST", "?channel=channel-7"),
            ("GET", "?channel=channel-7"),
            ("GET", "/;x?channel=channel-7"),
        ] {
            let page = poll(&mut browser, method, query).await;
            assert_eq!(page.status, 403, "{method} {query}: {page:?}");
        }
        assert_nothing_came(&browser);
    }
    assert!(
        scene.origin.requests_to("/poll").is_empty(),
        "a poll arrived"
    );
}
