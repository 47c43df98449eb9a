//! T16: a whole sign-in inside a WebSocket.

use crate::mocks::book::RAW;
use crate::mocks::t16_socket_sign_in::SocketSignIn;
use crate::scene::{OWNER, Scene};
use crate::support::people;
use crate::support::{Browser, holds, raw};
use std::time::Duration;
use tokio::io::AsyncWriteExt;

async fn upgrade(browser: &Browser) -> Vec<u8> {
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
    raw::drain(&mut stream, Duration::from_secs(1)).await
}

#[tokio::test]
async fn no_socket_opens_before_a_factor_and_one_does_after_it() {
    let scene = Scene::start(SocketSignIn::default(), |_| {}).await;
    let (user, _phone) = scene.user_comes_in().await;
    let stranger = scene.gateway.browser();
    let mut visitor = scene.gateway.browser();
    visitor.get("/login").await;
    let thief = people::awaiting(&scene.gateway, OWNER).await;
    scene.origin.forget();
    for browser in [&stranger, &visitor, &thief] {
        let received = upgrade(browser).await;
        assert_eq!(raw::status(&received), Some(403));
        assert!(!holds(&received, RAW) && !holds(&received, "refresh token"));
    }
    assert!(
        scene.origin.requests_to("/socket").is_empty(),
        "an upgrade arrived"
    );

    let received = upgrade(&user).await;
    assert_eq!(raw::status(&received), Some(101));
    assert!(holds(&received, "refresh token"));
    let told = scene.origin.last_to("/socket");
    assert_eq!(told.header("X-MFA-Verified"), Some("true"));
}

#[tokio::test]
async fn both_sides_see_what_they_see_elsewhere() {
    let scene = Scene::start(SocketSignIn::default(), |_| {}).await;
    scene.both_sides().await;
}
