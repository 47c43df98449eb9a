//! One exchange on the wire, over HTTP/1.1 or HTTP/2, with every received byte kept.

use bytes::Bytes;
use http::{HeaderMap, Request as H2Request, Uri, Version};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::pki_types::ServerName;

/// A TCP or TLS connection.
pub trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// Longer than any time-out of the gateway that a test meets.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// What came back, taken apart. The bytes themselves are in the buffer that the caller gave, and are
/// there too when the answer broke off.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// What is sent.
#[derive(Clone, Debug)]
pub struct Outgoing {
    pub method: String,
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: Option<Vec<u8>>,
    /// How long to listen for bytes after the end of an HTTP/1.1 answer.
    pub linger: Duration,
}

impl Outgoing {
    pub fn new(method: &str, target: &str) -> Self {
        let (method, target) = (method.to_owned(), target.to_owned());
        Self {
            method,
            target,
            headers: Vec::new(),
            body: None,
            linger: Duration::ZERO,
        }
    }
}

/// Connects to the gateway; `alpn` is offered where it speaks TLS.
pub async fn connect(
    addr: SocketAddr,
    tls: Option<&Arc<ClientConfig>>,
    alpn: &str,
) -> io::Result<Box<dyn Stream>> {
    let stream = TcpStream::connect(addr).await?;
    stream.set_nodelay(true)?;
    let Some(tls) = tls else {
        return Ok(Box::new(stream));
    };
    let mut config = ClientConfig::clone(tls);
    config.alpn_protocols = vec![alpn.as_bytes().to_vec()];
    let name = ServerName::try_from("localhost").map_err(io::Error::other)?;
    Ok(Box::new(
        TlsConnector::from(Arc::new(config))
            .connect(name, stream)
            .await?,
    ))
}

/// Sends one HTTP/1.1 request on a connection of its own and reads its answer to the end.
pub async fn http1(
    mut stream: Box<dyn Stream>,
    host: &str,
    request: &Outgoing,
    raw: &mut Vec<u8>,
) -> io::Result<Answer> {
    let mut head = format!(
        "{} {} HTTP/1.1\r\nHost: {host}\r\n",
        request.method, request.target
    );
    for (name, value) in &request.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    if let Some(body) = &request.body {
        head.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    head.push_str("\r\n");
    let mut bytes = head.into_bytes();
    bytes.extend_from_slice(request.body.as_deref().unwrap_or_default());
    stream.write_all(&bytes).await?;
    let answer = read_http1(&mut stream, request.method == "HEAD", raw).await?;
    if !request.linger.is_zero() {
        raw.extend(super::raw::drain(&mut stream, request.linger).await);
    }
    Ok(answer)
}

/// Reads one final response, the interim ones before it included.
pub async fn read_http1(
    stream: &mut (impl AsyncRead + Unpin + ?Sized),
    head_only: bool,
    raw: &mut Vec<u8>,
) -> io::Result<Answer> {
    let mut from = raw.len();
    loop {
        let end = loop {
            if let Some(end) = find(&raw[from..], b"\r\n\r\n") {
                break from + end + 4;
            }
            if !fill(stream, raw).await? {
                return Err(io::Error::new(
                    io::ErrorKind::UnexpectedEof,
                    "the connection closed before an answer",
                ));
            }
        };
        let head = String::from_utf8_lossy(&raw[from..end]).into_owned();
        let mut lines = head.split("\r\n");
        let status = lines
            .next()
            .and_then(|line| line.split(' ').nth(1))
            .and_then(|code| code.parse().ok());
        let Some(status) = status else {
            return Err(io::Error::other(format!("no status line: {head}")));
        };
        let headers: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
            .collect();
        from = end;
        if (100..200).contains(&status) && status != 101 {
            continue;
        }
        let empty = head_only || matches!(status, 101 | 204 | 304);
        let body = if empty {
            Vec::new()
        } else {
            read_body(stream, &headers, raw, from).await?
        };
        return Ok(Answer {
            status,
            headers,
            body,
        });
    }
}

async fn read_body(
    stream: &mut (impl AsyncRead + Unpin + ?Sized),
    headers: &[(String, String)],
    raw: &mut Vec<u8>,
    from: usize,
) -> io::Result<Vec<u8>> {
    let value = |name: &str| {
        headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    };
    if value("transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked")) {
        let mut body = Vec::new();
        let mut at = from;
        loop {
            let line = line_end(stream, raw, at).await?;
            let digits = String::from_utf8_lossy(&raw[at..line]).into_owned();
            let size =
                usize::from_str_radix(digits.trim().split(';').next().unwrap_or_default(), 16)
                    .map_err(io::Error::other)?;
            at = line + 2;
            if size == 0 {
                while line_end(stream, raw, at).await? != at {
                    at = line_end(stream, raw, at).await? + 2;
                }
                return Ok(body);
            }
            while raw.len() < at + size + 2 {
                if !fill(stream, raw).await? {
                    return Ok(body);
                }
            }
            body.extend_from_slice(&raw[at..at + size]);
            at += size + 2;
        }
    }
    let length = value("content-length").and_then(|value| value.parse::<usize>().ok());
    while length.is_none_or(|length| raw.len() < from + length) {
        if !fill(stream, raw).await? {
            break;
        }
    }
    Ok(raw[from..].to_vec())
}

async fn line_end(
    stream: &mut (impl AsyncRead + Unpin + ?Sized),
    raw: &mut Vec<u8>,
    at: usize,
) -> io::Result<usize> {
    loop {
        if let Some(end) = raw.get(at..).and_then(|rest| find(rest, b"\r\n")) {
            return Ok(at + end);
        }
        if !fill(stream, raw).await? {
            return Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                "a chunked body broke off",
            ));
        }
    }
}

async fn fill(
    stream: &mut (impl AsyncRead + Unpin + ?Sized),
    raw: &mut Vec<u8>,
) -> io::Result<bool> {
    let read = tokio::time::timeout(PATIENCE, stream.read_buf(raw)).await;
    match read {
        Ok(Ok(length)) => Ok(length > 0),
        Ok(Err(error)) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Ok(Err(error)) => Err(error),
        Err(_) => Err(io::Error::new(
            io::ErrorKind::TimedOut,
            "no answer within a minute",
        )),
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack
        .windows(needle.len())
        .position(|window| window == needle)
}

/// Sends one HTTP/2 request on a connection of its own; headers and trailers are kept as text.
pub async fn http2(
    stream: Box<dyn Stream>,
    host: &str,
    request: &Outgoing,
    raw: &mut Vec<u8>,
) -> io::Result<Answer> {
    let exchange = http2_exchange(stream, host, request, raw);
    let exchanged = tokio::time::timeout(PATIENCE, exchange).await;
    exchanged
        .map_err(|_| io::Error::new(io::ErrorKind::TimedOut, "no answer within a minute"))?
        .map_err(io::Error::other)
}

async fn http2_exchange(
    stream: Box<dyn Stream>,
    host: &str,
    request: &Outgoing,
    raw: &mut Vec<u8>,
) -> Result<Answer, h2::Error> {
    let (mut client, connection) = h2::client::handshake(stream).await?;
    let driver = tokio::spawn(connection);
    let uri: Uri = format!("https://{host}{}", request.target)
        .parse()
        .expect("a target for HTTP/2");
    let mut head = H2Request::builder()
        .method(request.method.as_str())
        .uri(uri)
        .version(Version::HTTP_2);
    for (name, value) in &request.headers {
        head = head.header(name.to_ascii_lowercase(), value);
    }
    client = client.ready().await?;
    let empty = request.body.is_none();
    let (mut response, mut sending) =
        client.send_request(head.body(()).expect("a request head"), empty)?;
    if let Some(body) = &request.body {
        sending.send_data(Bytes::copy_from_slice(body), true)?;
    }
    let mut answer = Answer::default();
    let response = std::future::poll_fn(|context| {
        while let Poll::Ready(Some(Ok(interim))) = response.poll_informational(context) {
            note(raw, interim.status().as_u16(), interim.headers());
        }
        std::pin::Pin::new(&mut response).poll(context)
    })
    .await?;
    answer.status = response.status().as_u16();
    note(raw, answer.status, response.headers());
    answer.headers = pairs(response.headers());
    let mut body = response.into_body();
    while let Some(chunk) = body.data().await {
        let Ok(chunk) = chunk else { break };
        let _ = body.flow_control().release_capacity(chunk.len());
        raw.extend_from_slice(&chunk);
        answer.body.extend_from_slice(&chunk);
    }
    if let Ok(Some(trailers)) = body.trailers().await {
        note(raw, 0, &trailers);
    }
    driver.abort();
    Ok(answer)
}

fn pairs(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, value)| {
            (
                name.as_str().to_owned(),
                String::from_utf8_lossy(value.as_bytes()).into_owned(),
            )
        })
        .collect()
}

fn note(raw: &mut Vec<u8>, status: u16, headers: &HeaderMap) {
    raw.extend_from_slice(format!("\r\n:status: {status}\r\n").as_bytes());
    for (name, value) in headers {
        raw.extend_from_slice(name.as_str().as_bytes());
        raw.extend_from_slice(b": ");
        raw.extend_from_slice(value.as_bytes());
        raw.extend_from_slice(b"\r\n");
    }
}
