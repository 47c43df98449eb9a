//! HTTP/2 frames by hand: field names and values that no client library would send.

use super::browser::Browser;
use std::io;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RESET: u8 = 3;
const SETTINGS: u8 = 4;
const GO_AWAY: u8 = 7;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

/// A field in the literal form, name and value as they are.
pub type Field = (Vec<u8>, Vec<u8>);

/// How the gateway ended a hand-made request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Answered,
    Reset,
    Closed,
}

/// The fields that start a GET, with the browser's cookies.
pub fn get(browser: &Browser, target: &str) -> Vec<Field> {
    let cookies = browser
        .jar
        .header(target.split('?').next().unwrap_or_default());
    let mut fields = vec![
        (":method", "GET".to_owned()),
        (":scheme", "https".to_owned()),
        (":authority", browser.host()),
        (":path", target.to_owned()),
        ("accept", "text/html".to_owned()),
    ];
    fields.extend(cookies.map(|cookies| ("cookie", cookies)));
    fields
        .into_iter()
        .map(|(name, value)| (name.as_bytes().to_vec(), value.into_bytes()))
        .collect()
}

/// Sends one request of these fields on a connection of its own and waits for its end.
pub async fn send(browser: &Browser, fields: &[Field]) -> io::Result<End> {
    Ok(talk(browser, &headers(fields, true)).await?.end)
}

/// What came back for frames on a connection of their own.
pub struct Talk {
    pub end: End,
    /// The frames of data of stream 1.
    pub body: Vec<u8>,
    /// Header blocks on stream 1, interim ones and trailers included, and on others.
    pub heads: usize,
}

/// Sends these frames after the preface, and waits for the end of stream 1.
pub async fn talk(browser: &Browser, frames: &[u8]) -> io::Result<Talk> {
    let mut bytes = PREFACE.to_vec();
    bytes.extend(frame(SETTINGS, 0, 0, &[]));
    bytes.extend_from_slice(frames);
    let mut stream = browser.connect("h2").await?;
    stream.write_all(&bytes).await?;
    let mut talk = Talk {
        end: End::Closed,
        body: Vec::new(),
        heads: 0,
    };
    let waiting = wait(&mut stream, &mut talk);
    // A connection that closes, or stays silent, is an end as well.
    let _ = tokio::time::timeout(Duration::from_secs(20), waiting).await;
    Ok(talk)
}

async fn wait(stream: &mut (impl AsyncReadExt + Unpin), talk: &mut Talk) -> io::Result<()> {
    loop {
        let mut head = [0; 9];
        stream.read_exact(&mut head).await?;
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let mut payload = vec![0; length as usize];
        stream.read_exact(&mut payload).await?;
        let (kind, flags) = (head[3], head[4]);
        talk.heads += usize::from(kind == HEADERS);
        if kind == DATA {
            talk.body.extend_from_slice(&payload);
        }
        match kind {
            HEADERS | DATA if flags & END_STREAM != 0 => {
                talk.end = End::Answered;
                return Ok(());
            }
            RESET | GO_AWAY => {
                talk.end = End::Reset;
                return Ok(());
            }
            _ => {}
        }
    }
}

/// A header block on stream 1, which ends the stream or leaves it open for a body.
pub fn headers(fields: &[Field], last: bool) -> Vec<u8> {
    let block: Vec<u8> = fields
        .iter()
        .flat_map(|(name, value)| literal(name, value))
        .collect();
    frame(HEADERS, END_HEADERS | u8::from(last), 1, &block)
}

/// A piece of the body of stream 1.
pub fn data(bytes: &[u8], last: bool) -> Vec<u8> {
    frame(DATA, u8::from(last), 1, bytes)
}

pub fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut bytes = vec![length[1], length[2], length[3], kind, flags];
    bytes.extend(stream.to_be_bytes());
    bytes.extend_from_slice(payload);
    bytes
}

/// RFC 7541 §6.2.2: without indexing, new name, no Huffman coding.
fn literal(name: &[u8], value: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0];
    for text in [name, value] {
        let mut rest = text.len();
        if rest < 127 {
            bytes.push(rest as u8);
        } else {
            bytes.push(127);
            rest -= 127;
            while rest >= 128 {
                bytes.push((rest % 128) as u8 | 128);
                rest /= 128;
            }
            bytes.push(rest as u8);
        }
        bytes.extend_from_slice(text);
    }
    bytes
}
