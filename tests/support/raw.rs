//! Bytes as they are: for requests that no client library would send.

use super::browser::Browser;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Sends bytes and reads until the other side closes or is quiet for `quiet`.
pub async fn send(addr: SocketAddr, bytes: &[u8], quiet: Duration) -> Vec<u8> {
    let Ok(mut stream) = TcpStream::connect(addr).await else {
        return Vec::new();
    };
    if stream.write_all(bytes).await.is_err() {
        return Vec::new();
    }
    drain(&mut stream, quiet).await
}

/// Reads until the other side closes or is quiet for `quiet`.
pub async fn drain(stream: &mut (impl AsyncReadExt + Unpin + ?Sized), quiet: Duration) -> Vec<u8> {
    let mut received = Vec::new();
    while let Ok(Ok(length)) = tokio::time::timeout(quiet, stream.read_buf(&mut received)).await {
        if length == 0 {
            break;
        }
    }
    received
}

/// Reads until `needle` has come; what came by then. Panics when it does not come in ten seconds.
pub async fn read_until(
    stream: &mut (impl AsyncReadExt + Unpin + ?Sized),
    needle: &str,
) -> Vec<u8> {
    let mut received = Vec::new();
    let reading = async {
        while !super::holds(&received, needle) {
            match stream.read_buf(&mut received).await {
                Ok(0) | Err(_) => return false,
                Ok(_) => {}
            }
        }
        true
    };
    let came = tokio::time::timeout(Duration::from_secs(10), reading).await;
    let text = String::from_utf8_lossy(&received);
    assert_eq!(came, Ok(true), "{needle:?} did not come; what came: {text}");
    received
}

/// A request head that carries a browser's cookies, with lines of one's own; ends with the empty line.
pub fn head(browser: &Browser, method: &str, target: &str, lines: &[&str]) -> Vec<u8> {
    let mut head = format!("{method} {target} HTTP/1.1\r\nHost: {}\r\n", browser.host());
    if let Some(cookies) = browser
        .jar
        .header(target.split('?').next().unwrap_or_default())
    {
        head.push_str(&format!("Cookie: {cookies}\r\n"));
    }
    for line in lines {
        head.push_str(line);
        head.push_str("\r\n");
    }
    head.push_str("\r\n");
    head.into_bytes()
}

/// The status of the final response in what came; `None` where there is none.
pub fn status(received: &[u8]) -> Option<u16> {
    let text = String::from_utf8_lossy(received);
    let mut statuses = text
        .lines()
        .filter(|line| line.starts_with("HTTP/1."))
        .filter_map(|line| line.split(' ').nth(1)?.parse::<u16>().ok());
    statuses.find(|status| *status >= 200 || *status == 101)
}
