//! A request as a mock application received it.

use std::io;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};

/// The head in the order and spelling it came in, and the whole body.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// The head as it was on the wire.
    pub head: Vec<u8>,
    /// Which of its server's connections it came over.
    pub connection: usize,
}

impl Request {
    /// Reads the next request of a connection; `None` at its end.
    pub async fn read<S>(stream: &mut BufReader<S>) -> io::Result<Option<Self>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let mut head = Vec::new();
        loop {
            let from = head.len();
            if stream.read_until(b'\n', &mut head).await? == 0 {
                return Ok(None);
            }
            let line = &head[from..];
            if from > 0 && (line == b"\r\n" || line == b"\n") {
                break;
            }
        }
        let text = String::from_utf8_lossy(&head).into_owned();
        let mut lines = text.split('\n').map(|line| line.trim_end_matches('\r'));
        let mut first = lines.next().unwrap_or_default().split(' ');
        let method = first.next().unwrap_or_default().to_owned();
        let target = first.next().unwrap_or_default().to_owned();
        let headers = lines
            .take_while(|line| !line.is_empty())
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
            .collect();
        let mut request = Self {
            method,
            target,
            headers,
            body: Vec::new(),
            head,
            connection: 0,
        };
        if request.header("expect").is_some() {
            stream
                .get_mut()
                .write_all(b"HTTP/1.1 100 Continue\r\n\r\n")
                .await?;
        }
        request.body = read_body(stream, &request).await?;
        Ok(Some(request))
    }

    /// The first header of that name, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// Every header of that name, whatever its case.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers
            .iter()
            .filter(move |(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The target without its query.
    pub fn path(&self) -> &str {
        self.target.split(['?', '#']).next().unwrap_or_default()
    }

    /// A parameter of the query.
    pub fn query(&self, name: &str) -> Option<String> {
        field(self.target.split_once('?')?.1.as_bytes(), name)
    }

    /// A field of a form body.
    pub fn form(&self, name: &str) -> Option<String> {
        field(&self.body, name)
    }

    /// A cookie's value, of any `Cookie` field.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.all("cookie")
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value.to_owned())
    }

    /// Whether the bytes are anywhere in the head or the body.
    pub fn holds(&self, needle: &str) -> bool {
        super::holds(&self.head, needle) || super::holds(&self.body, needle)
    }
}

fn field(encoded: &[u8], name: &str) -> Option<String> {
    form_urlencoded::parse(encoded)
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

async fn read_body<S>(stream: &mut BufReader<S>, request: &Request) -> io::Result<Vec<u8>>
where
    S: AsyncRead + Unpin,
{
    let mut body = Vec::new();
    let chunked = request
        .header("transfer-encoding")
        .is_some_and(|value| value.to_ascii_lowercase().contains("chunked"));
    if chunked {
        loop {
            let mut line = String::new();
            stream.read_line(&mut line).await?;
            let digits = line.trim().split(';').next().unwrap_or_default();
            let length = usize::from_str_radix(digits, 16).map_err(io::Error::other)?;
            let from = body.len();
            body.resize(from + length, 0);
            stream.read_exact(&mut body[from..]).await?;
            let mut end = String::new();
            stream.read_line(&mut end).await?;
            if length == 0 {
                return Ok(body);
            }
        }
    }
    if let Some(length) = request
        .header("content-length")
        .and_then(|value| value.parse().ok())
    {
        body.resize(length, 0);
        stream.read_exact(&mut body).await?;
    }
    Ok(body)
}
