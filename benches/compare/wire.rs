//! HTTP/1.1 as far as this program needs it: one request, then its whole response, on a connection
//! that stays open.

use std::net::SocketAddr;

use anyhow::{Context, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// More than any message here has.
const LONGEST: usize = 1 << 20;

/// A message in a buffer: a head, and as many bytes of body as the head declares.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// Without the empty line.
    pub head: &'a str,
    pub body: &'a [u8],
}

impl<'a> Message<'a> {
    /// `None` until `bytes` holds all of it.
    pub fn parse(bytes: &'a [u8]) -> anyhow::Result<Option<Self>> {
        let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else {
            return Ok(None);
        };
        let (head, rest) = bytes.split_at(end);
        let message = Self {
            head: std::str::from_utf8(head)?,
            body: rest.get(4..).unwrap_or_default(),
        };
        let length: usize = message
            .field("content-length")
            .map_or(Ok(0), str::parse)
            .context("Content-Length")?;
        Ok(message
            .body
            .get(..length)
            .map(|body| Self { body, ..message }))
    }

    /// With the head's empty line.
    pub fn length(&self) -> usize {
        self.head.len() + 4 + self.body.len()
    }

    /// The first line.
    pub fn start(&self) -> &'a str {
        self.head.lines().next().unwrap_or_default()
    }

    pub fn field(&self, name: &str) -> Option<&'a str> {
        self.fields(name).next()
    }

    pub fn fields(&self, name: &str) -> impl Iterator<Item = &'a str> {
        let fields = self
            .head
            .lines()
            .skip(1)
            .filter_map(|line| line.split_once(':'));
        fields
            .filter(move |(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
    }
}

/// A client's connection.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: Vec::with_capacity(64 * 1024),
        })
    }

    /// Sends a request and waits for the last byte of its response.
    pub async fn exchange(&mut self, request: &[u8]) -> anyhow::Result<Message<'_>> {
        self.buffer.clear();
        self.stream.write_all(request).await?;
        loop {
            let read = self.stream.read_buf(&mut self.buffer).await?;
            ensure!(read > 0, "the connection was closed within a response");
            ensure!(self.buffer.len() <= LONGEST, "a response without an end");
            // Parsed again below: the borrow must not outlive a loop that goes on.
            if Message::parse(&self.buffer)?.is_some() {
                break;
            }
        }
        let message =
            Message::parse(&self.buffer)?.context("a response that was whole a moment ago")?;
        ensure!(
            message.length() == self.buffer.len(),
            "bytes behind the end of a response"
        );
        Ok(message)
    }
}
