//! Streams and uploads that were begun with a right that is gone by the time they go on.

use crate::side_doors::{Scene, SideDoors};
use crate::support::people;
use crate::support::wire::Stream;
use crate::support::{Browser, CrmApp, Gateway, Origin, PROTECTED, Person, holds, raw};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const OWNER: Person = Person(1);
const SOCKET: [&str; 4] = [
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
];
const EVENTS: [&str; 2] = ["Accept: text/event-stream", "Sec-Fetch-Dest: empty"];

async fn setting() -> Scene {
    Scene::start(SideDoors::default(), |config| {
        // A body of more than this streams through the gateway.
        config.set("limits", "request_body", "\"64KiB\"");
    })
    .await
}

async fn open(browser: &Browser, method: &str, target: &str, lines: &[&str]) -> Box<dyn Stream> {
    let mut stream = browser.connect("http/1.1").await.unwrap();
    let head = raw::head(browser, method, target, lines);
    stream.write_all(&head).await.unwrap();
    stream
}

/// What comes within this time, and whether the other side has closed.
async fn listen(stream: &mut Box<dyn Stream>, time: Duration) -> (Vec<u8>, bool) {
    let (mut received, started) = (Vec::new(), Instant::now());
    while let Some(left) = time.checked_sub(started.elapsed()) {
        match tokio::time::timeout(left, stream.read_buf(&mut received)).await {
            Ok(Ok(0) | Err(_)) => return (received, true),
            Ok(Ok(_)) => {}
            Err(_) => break,
        }
    }
    (received, false)
}

/// A stream of the password's session; then the owner enrols in another browser.
async fn stops_when_the_owner_enrols(target: &str, lines: &[&str]) {
    let scene = setting().await;
    let thief = people::password_only(&scene.gateway, OWNER).await;
    let mut stream = open(&thief, "GET", target, lines).await;
    raw::read_until(&mut stream, &OWNER.marker()).await;
    let (before, _) = listen(&mut stream, Duration::from_millis(300)).await;
    assert!(holds(&before, PROTECTED), "{target} does not stream");

    people::enrolled(&scene.gateway, OWNER).await;
    // What was on its way; the next byte ends it.
    listen(&mut stream, Duration::from_millis(300)).await;
    let (after, closed) = listen(&mut stream, Duration::from_millis(700)).await;
    let text = String::from_utf8_lossy(&after);
    assert!(!holds(&after, PROTECTED), "{target} went on: {text}");
    assert!(closed, "{target} is still open: {text}");
    let mut thief = thief;
    let page = thief.get("/private").await;
    assert!(page.leads_to("/.mfa/challenge"), "{page:?}");
}

#[tokio::test]
async fn an_event_stream_of_the_password_alone_ends_when_the_owner_enrols() {
    stops_when_the_owner_enrols("/events", &EVENTS).await;
}

#[tokio::test]
async fn a_websocket_of_the_password_alone_ends_when_the_owner_enrols() {
    stops_when_the_owner_enrols("/ws", &SOCKET).await;
}

/// Nothing is under way on it; the first byte that would go on ends it.
#[tokio::test]
async fn an_idle_websocket_of_the_password_alone_carries_nothing_to_the_application() {
    let origin = Origin::start(Arc::new(CrmApp::default())).await;
    let gateway = Gateway::start(origin.addr, |_| {}).await;
    let thief = people::password_only(&gateway, OWNER).await;
    let mut socket = open(&thief, "GET", "/ws", &SOCKET).await;
    raw::read_until(&mut socket, &OWNER.marker()).await;
    socket.write_all(b"before").await.unwrap();
    raw::read_until(&mut socket, "before").await;
    people::enrolled(&gateway, OWNER).await;
    let _ = socket.write_all(b"afterwards").await;
    let (received, closed) = listen(&mut socket, Duration::from_millis(700)).await;
    assert!(closed && !holds(&received, "afterwards"));
}

#[tokio::test]
async fn an_event_stream_ends_when_its_session_signs_out() {
    let scene = setting().await;
    let mut browser = people::password_only(&scene.gateway, OWNER).await;
    let mut stream = open(&browser, "GET", "/events", &EVENTS).await;
    raw::read_until(&mut stream, &OWNER.marker()).await;
    people::sign_out(&mut browser).await;
    listen(&mut stream, Duration::from_millis(300)).await;
    let (after, closed) = listen(&mut stream, Duration::from_millis(500)).await;
    assert!(closed && !holds(&after, PROTECTED));
}

/// What ends the right of a session.
#[derive(Clone, Copy, Debug)]
enum Loss {
    OwnerEnrols,
    SignOut,
    ApplicationsSignOut,
}

const LOSSES: [Loss; 3] = [Loss::OwnerEnrols, Loss::SignOut, Loss::ApplicationsSignOut];

async fn lose(scene: &Scene, browser: &Browser, loss: Loss) {
    let mut browser = browser.clone();
    match loss {
        Loss::OwnerEnrols => {
            people::enrolled(&scene.gateway, OWNER).await;
        }
        Loss::SignOut => {
            people::sign_out(&mut browser).await;
        }
        Loss::ApplicationsSignOut => {
            browser.get("/logout").await;
        }
    }
}

/// Sends all but the last byte, takes the session's right away, and sends the last byte.
async fn hold_back_the_last_byte(target: &str, length: usize) {
    for loss in LOSSES {
        let scene = setting().await;
        let browser = people::password_only(&scene.gateway, OWNER).await;
        let ids = scene.app.sessions_of(OWNER);
        let declared = format!("Content-Length: {length}");
        let kind = "Content-Type: application/octet-stream";
        let mut stream = open(&browser, "POST", target, &[&declared, kind]).await;
        stream.write_all(&vec![b'a'; length - 1]).await.unwrap();
        tokio::time::sleep(Duration::from_millis(200)).await;
        lose(&scene, &browser, loss).await;

        let _ = stream.write_all(b"a").await;
        let (received, _) = listen(&mut stream, Duration::from_millis(600)).await;
        let text = String::from_utf8_lossy(&received);
        assert!(!holds(&received, PROTECTED), "{loss:?} {length}: {text}");
        for request in scene.origin.requests_to(target) {
            let carried = ids.iter().any(|id| request.holds(id));
            assert!(!carried, "{loss:?} {length}: executed: {request:?}");
        }
    }
}

#[tokio::test]
async fn a_post_whose_last_byte_comes_after_the_loss_of_its_session_is_not_executed() {
    hold_back_the_last_byte("/address", 30).await;
}

/// One that the application has begun to receive already.
#[tokio::test]
async fn a_large_upload_whose_last_byte_comes_after_the_loss_of_its_session_is_not_finished() {
    hold_back_the_last_byte("/upload", 200_000).await;
}

/// A body of no bytes, whose end is the last chunk.
#[tokio::test]
async fn a_post_of_nothing_whose_end_comes_after_the_loss_of_its_session_is_not_executed() {
    for loss in LOSSES {
        let scene = setting().await;
        let browser = people::password_only(&scene.gateway, OWNER).await;
        let ids = scene.app.sessions_of(OWNER);
        let chunked = ["Transfer-Encoding: chunked"];
        let mut stream = open(&browser, "POST", "/address?to=evil", &chunked).await;
        tokio::time::sleep(Duration::from_millis(200)).await;
        lose(&scene, &browser, loss).await;
        let _ = stream.write_all(b"0\r\n\r\n").await;
        let (received, _) = listen(&mut stream, Duration::from_millis(400)).await;
        assert!(!holds(&received, PROTECTED), "{loss:?}");
        for request in scene.origin.requests_to("/address") {
            let carried = ids.iter().any(|id| request.holds(id));
            assert!(!carried, "{loss:?}: executed: {request:?}");
        }
    }
}

/// Control: the same without a loss.
#[tokio::test]
async fn a_post_whose_last_byte_comes_late_is_executed_while_its_session_lasts() {
    for length in [30, 200_000] {
        let scene = setting().await;
        let browser = people::password_only(&scene.gateway, OWNER).await;
        let declared = format!("Content-Length: {length}");
        let mut stream = open(&browser, "POST", "/upload", &[&declared]).await;
        stream.write_all(&vec![b'a'; length - 1]).await.unwrap();
        tokio::time::sleep(Duration::from_millis(200)).await;
        stream.write_all(b"a").await.unwrap();
        raw::read_until(&mut stream, &OWNER.marker()).await;
        assert_eq!(scene.origin.last_to("/upload").body.len(), length);
    }
}
