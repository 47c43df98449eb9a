//! Answers of an application, or of somebody who got into its output, that two readers would cut in
//! two different places. The connection stays open, so that what is left over could become the next answer.

use crate::support::{Gateway, holds, raw};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What must reach nobody as an answer of its own.
const SECOND: &str = "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nSMUGGLED";

const ANSWERS: &[&str] = &[
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok{2}",
    "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n{2}",
    "HTTP/1.1 204 No Content\r\n\r\n{2}",
    "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nabcde{2}",
    "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n{2}",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n{2}",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 7\r\n\r\n0\r\n\r\n{2}",
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 40\r\n\r\nok{2}",
    "HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nok{2}",
    "HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nok{2}",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n{2}",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n{2}",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n{2}",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;\nok\r\n0\r\n\r\n{2}",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\nok\n0\n\n{2}",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: y\r\n\r\n{2}",
    "HTTP/1.1 200 OK\nContent-Length: 2\n\nok{2}",
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n X: folded\r\n\r\nok{2}",
    "HTTP/1.1 200 OK\r\nX: a\rContent-Length: 99\r\nContent-Length: 2\r\n\r\nok{2}",
    "HTTP/1.1 100 Continue\r\n\r\n{2}{2}",
    "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok{2}",
    "HTTP/1.1 103 Early Hints\r\nContent-Length: 57\r\n\r\n{2}HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
    "HTTP/1.1 102 Processing\r\nTransfer-Encoding: chunked\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok{2}",
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n{2}",
    "HTTP/1.1 199 X\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok{2}",
    "HTTP/1.0 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nok{2}",
];

/// Answers the first request of a connection with these bytes, and every later one with its name.
async fn application(answer: String) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let addr = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, answer.clone()));
        }
    });
    addr
}

async fn serve(mut stream: TcpStream, answer: String) {
    let mut received = Vec::new();
    while stream
        .read_buf(&mut received)
        .await
        .is_ok_and(|length| length > 0)
    {
        if !received.ends_with(b"\r\n\r\n") {
            continue;
        }
        let good = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\nGOOD";
        let first = received.windows(4).any(|bytes| bytes == b"/odd");
        let reply = if first { answer.as_str() } else { good };
        received.clear();
        if stream.write_all(reply.as_bytes()).await.is_err() {
            return;
        }
    }
}

/// Asks on a connection that stays open, so that what is left over would come too, or on one that does not.
async fn get(addr: SocketAddr, line: &str, connection: &str) -> Vec<u8> {
    let port = addr.port();
    let head = format!(
        "{line} HTTP/1.1\r\nHost: localhost:{port}\r\nAccept: text/html\r\nConnection: {connection}\r\n\r\n"
    );
    let quiet = if connection == "close" { 5_000 } else { 250 };
    raw::send(addr, head.as_bytes(), Duration::from_millis(quiet)).await
}

#[tokio::test]
async fn what_is_left_over_of_an_answer_is_nobodys_answer() {
    for (number, answer) in ANSWERS.iter().enumerate() {
        let upstream = application(answer.replace("{2}", SECOND)).await;
        let gateway = Gateway::start(upstream, |config| {
            config
                .set("guard", "no_credentials", "[\"/static/**\"]")
                .set("limits", "exchange_timeout", "\"2s\"");
        })
        .await;
        for path in [
            "GET /odd",
            "HEAD /odd",
            "GET /static/odd",
            "HEAD /static/odd",
        ] {
            let received = get(gateway.addr, path, "keep-alive").await;
            let text = String::from_utf8_lossy(&received).into_owned();
            let whole = super::responses(&received, path.starts_with("HEAD"));
            assert!(whole <= 1, "{number} {answer:?} to {path}: {text}");
            for next in ["GET /next", "GET /static/next"] {
                let received = get(gateway.addr, next, "close").await;
                let text = String::from_utf8_lossy(&received).into_owned();
                assert!(
                    holds(&received, "GOOD"),
                    "{number} {answer:?} to {path}, then {next}: {text}"
                );
                assert!(
                    !holds(&received, "SMUGGLED"),
                    "{number} {answer:?} to {path}: {text}"
                );
            }
        }
    }
}
