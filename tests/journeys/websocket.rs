//! WebSockets and event streams: for settled sessions, unbuffered, and for nobody else.

use crate::support::people;
use crate::support::wire::Stream;
use crate::support::{Browser, CrmApp, Gateway, Origin, PROTECTED, Person, raw};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncWriteExt;

const QUIET: Duration = Duration::from_secs(3);

async fn setting() -> (CrmApp, Origin, Gateway) {
    let app = CrmApp::default();
    let origin = Origin::start(Arc::new(app.clone())).await;
    let gateway = Gateway::start(origin.addr, |_| {}).await;
    (app, origin, gateway)
}

async fn upgrade(browser: &Browser) -> Box<dyn Stream> {
    let origin = format!("Origin: {}", browser.origin());
    let lines = [
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-Fetch-Mode: websocket",
        "Sec-Fetch-Dest: websocket",
        &origin,
    ];
    let mut stream = browser.connect("http/1.1").await.unwrap();
    stream
        .write_all(&raw::head(browser, "GET", "/ws", &lines))
        .await
        .unwrap();
    stream
}

#[tokio::test]
async fn a_verified_user_talks_over_a_websocket() {
    let (_app, origin, gateway) = setting().await;
    let (browser, _phone) = people::enrolled(&gateway, Person(1)).await;
    let mut socket = upgrade(&browser).await;
    let greeting = raw::read_until(&mut socket, &Person(1).marker()).await;
    assert_eq!(raw::status(&greeting), Some(101));
    for number in 0..20 {
        let message = format!("message {number} ");
        socket.write_all(message.as_bytes()).await.unwrap();
        raw::read_until(&mut socket, &message).await;
    }
    let request = origin.last_to("/ws");
    assert_eq!(request.header("X-MFA-User"), Some("1001"));
    assert_eq!(request.header("X-MFA-Verified"), Some("true"));
}

#[tokio::test]
async fn no_websocket_opens_for_strangers_and_before_the_factor() {
    let (_app, origin, gateway) = setting().await;
    let (_owner, _phone) = people::enrolled(&gateway, Person(1)).await;
    let stranger = gateway.browser();
    let mut visitor = gateway.browser();
    visitor.get("/login").await;
    let awaiting = people::awaiting(&gateway, Person(1)).await;
    origin.forget();
    for browser in [&stranger, &visitor, &awaiting] {
        let mut socket = upgrade(browser).await;
        let received = raw::drain(&mut socket, QUIET).await;
        let status = raw::status(&received);
        assert!(status.is_some_and(|status| status >= 303), "{status:?}");
        assert!(!crate::support::holds(&received, PROTECTED));
    }
    assert!(
        origin.requests_to("/ws").is_empty(),
        "an upgrade reached the application"
    );
}

#[tokio::test]
async fn after_sign_out_an_open_websocket_carries_nothing_more() {
    let (_app, _origin, gateway) = setting().await;
    let (mut browser, _phone) = people::enrolled(&gateway, Person(1)).await;
    let mut socket = upgrade(&browser).await;
    raw::read_until(&mut socket, &Person(1).marker()).await;
    browser.get("/logout").await;
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    let _ = socket.write_all(b"still there?").await;
    let received = raw::drain(&mut socket, QUIET).await;
    assert!(
        !crate::support::holds(&received, "still there?"),
        "the socket outlived its session"
    );
}

#[tokio::test]
async fn events_come_one_by_one_as_the_application_sends_them() {
    let (app, _origin, gateway) = setting().await;
    let (browser, _phone) = people::enrolled(&gateway, Person(1)).await;
    let mut stream = browser.connect("http/1.1").await.unwrap();
    let head = raw::head(
        &browser,
        "GET",
        "/events",
        &[
            "Accept: text/event-stream",
            "Sec-Fetch-Mode: cors",
            "Sec-Fetch-Dest: empty",
        ],
    );
    stream.write_all(&head).await.unwrap();
    let first = raw::read_until(&mut stream, "data: first").await;
    assert_eq!(raw::status(&first), Some(200));
    assert!(!crate::support::holds(&first, "second"));
    app.release_event();
    raw::read_until(&mut stream, "data: second").await;
}

#[tokio::test]
async fn an_event_stream_before_the_factor_shows_nothing() {
    let (app, _origin, gateway) = setting().await;
    let (_owner, _phone) = people::enrolled(&gateway, Person(1)).await;
    let browser = people::awaiting(&gateway, Person(1)).await;
    let mut stream = browser.connect("http/1.1").await.unwrap();
    let head = raw::head(
        &browser,
        "GET",
        "/events",
        &[
            "Accept: text/event-stream",
            "Sec-Fetch-Mode: cors",
            "Sec-Fetch-Dest: empty",
        ],
    );
    stream.write_all(&head).await.unwrap();
    app.release_event();
    let received = raw::drain(&mut stream, QUIET).await;
    assert_eq!(
        raw::status(&received),
        Some(401),
        "{}",
        String::from_utf8_lossy(&received)
    );
    assert!(!crate::support::holds(&received, PROTECTED));
}
