//! A hundred strangers who each send a large body and never finish it.

use crate::process;
use crate::support::people::{self, admit};
use crate::support::{CrmApp, Gateway, Origin, Person, raw};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

const CLIENTS: usize = 100;
const DECLARED: usize = 8 << 20;
const TOTAL_MIB: u64 = 32;

/// Sends all of a body but its last bytes; the connection, and the status that came, if any.
async fn park(addr: SocketAddr, head: Vec<u8>, body: Arc<Vec<u8>>) -> (TcpStream, Option<u16>) {
    let mut stream = TcpStream::connect(addr).await.unwrap();
    stream.write_all(&head).await.unwrap();
    // Breaks off where it is refused.
    let _ = stream.write_all(&body).await;
    let received = raw::drain(&mut stream, Duration::from_secs(1)).await;
    let status = raw::status(&received);
    (stream, status)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unfinished_bodies_are_refused_beyond_the_memory_for_all_and_given_back_when_they_end() {
    let origin = Origin::start(Arc::new(CrmApp::default())).await;
    let gateway = Gateway::start(origin.addr, |config| {
        config.set("limits", "spool_total", &format!("\"{TOTAL_MIB}MiB\""));
    })
    .await;
    let pid = process::pid_of(&gateway);
    let before = process::resident(pid);
    let length = format!("Content-Length: {DECLARED}");
    let head = raw::head(&gateway.browser(), "POST", "/public", &[&length]);
    let body = Arc::new(vec![b'a'; DECLARED - 1_000]);
    let tasks: Vec<_> = (0..CLIENTS)
        .map(|_| tokio::spawn(park(gateway.addr, head.clone(), Arc::clone(&body))))
        .collect();
    let (mut parked, mut refused) = (Vec::new(), 0);
    for task in tasks {
        let (stream, status) = task.await.unwrap();
        assert!(matches!(status, None | Some(503)), "{status:?}");
        refused += usize::from(status == Some(503));
        parked.push(stream);
    }
    let held = process::resident(pid).saturating_sub(before);
    // 32 MiB count; buffers that grow by doubling, and what the allocator keeps, come on top. Without a
    // bound it would be 800.
    assert!(held < 8 * TOTAL_MIB, "{held} MiB are held");
    let fitting = usize::try_from(TOTAL_MIB).unwrap() * (1 << 20) / DECLARED;
    assert!(
        refused >= CLIENTS - fitting - 5,
        "only {refused} of {CLIENTS} were refused with 503"
    );

    drop(parked);
    tokio::time::sleep(Duration::from_millis(300)).await;
    let whole = vec![b'a'; DECLARED - 1_000];
    let mut browser = gateway.browser();
    let page = browser
        .send(
            crate::support::Call::Navigation,
            "POST",
            "/public",
            Some(("application/octet-stream", whole)),
        )
        .await;
    assert!(page.holds("WELCOME"), "{page:?}");
}

/// Four strangers are enough to fill the memory of 32 MiB; what is left has to be enough for a password
/// and a code.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_few_unfinished_bodies_do_not_shut_the_sign_in_for_everybody() {
    let origin = Origin::start(Arc::new(CrmApp::default())).await;
    let gateway = Gateway::start(origin.addr, |config| {
        config.set("limits", "spool_total", &format!("\"{TOTAL_MIB}MiB\""));
    })
    .await;
    let (_owner, mut phone) = people::enrolled(&gateway, Person(1)).await;
    let length = format!("Content-Length: {DECLARED}");
    let head = raw::head(&gateway.browser(), "POST", "/public", &[&length]);
    let body = Arc::new(vec![b'a'; DECLARED - 1]);
    let mut parked = Vec::new();
    for _ in 0..4 {
        parked.push(park(gateway.addr, head.clone(), Arc::clone(&body)).await.0);
    }
    admit(&mut gateway.browser(), Person(1), &mut phone).await;
}
