//! What is sent over HTTP/2, where the length of a body is that of its frames.

use super::SMUGGLED;
use crate::support::Browser;
use crate::support::raw_h2::{self, Field};

/// Fields beside the usual ones, for a request with the smuggled one as its body.
const BESIDE: &[&[(&str, &str)]] = &[
    &[],
    &[("content-length", "0")],
    &[("content-length", "5")],
    &[("content-length", "{n}")],
    &[("content-length", "500")],
    &[("content-length", "0"), ("content-length", "{n}")],
    &[("content-length", "{n}"), ("content-length", "0")],
    &[("content-length", "0, {n}")],
    &[("content-length", "+{n}")],
    &[("content-length", "-1")],
    &[("content-length", "0{n}")],
    &[("content-length", "0x1")],
    &[("content-length", "")],
    &[("content-length", "18446744073709551616")],
    &[("content-length", "0\r\nTransfer-Encoding: chunked")],
    &[("transfer-encoding", "chunked")],
    &[("transfer-encoding", "chunked"), ("content-length", "{n}")],
    &[("transfer-encoding", "identity")],
    &[("transfer-encoding ", "chunked")],
    &[("transfer_encoding", "chunked")],
    &[("Transfer-Encoding", "chunked")],
    &[
        ("connection", "transfer-encoding"),
        ("transfer-encoding", "chunked"),
    ],
    &[("connection", "content-length"), ("content-length", "{n}")],
    &[("te", "trailers, chunked")],
    &[("expect", "100-continue"), ("content-length", "{n}")],
    &[("expect", "100-continue"), ("content-length", "5")],
    &[("upgrade", "websocket"), ("connection", "upgrade")],
    &[("upgrade", "h2c"), ("http2-settings", "AAMAAABkAAQAAP__")],
    &[("x", "y\r\n\r\n{S}")],
    &[("x", "y\n\n{S}")],
    &[("x", "y\r\nTransfer-Encoding: chunked")],
    &[("x", "y\r\nContent-Length: 0\r\n\r\n{S}")],
    &[("x\r\ncontent-length: 0\r\n\r\n{S}", "y")],
    &[("x: y\r\ncontent-length", "0")],
    &[("cookie", "a=b\r\n\r\n{S}")],
    &[("host", "localhost\r\n\r\n{S}")],
    &[("content-type", "text/plain\r\nContent-Length: 0\r\n\r\n{S}")],
    &[(":path", "/smuggled")],
    &[(":method", "GET")],
];

/// A pseudo-field with more in it.
const INSTEAD: &[(usize, &str)] = &[
    (0, "POST {P} HTTP/1.1\r\nHost: localhost\r\n\r\n{S}"),
    (0, "GET"),
    (0, "HEAD"),
    (0, "CONNECT"),
    (0, "POST\r\n"),
    (1, "https\r\n\r\n{S}"),
    (2, "localhost\r\n\r\n{S}"),
    (
        3,
        "{P} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n{S}",
    ),
    (3, "{P}\r\n\r\n{S}"),
    (3, "{P}\n\n{S}"),
    (3, "{P} HTTP/1.1\n"),
    (3, "{P}?x={S}"),
];

const TRAILERS: &[&[(&str, &str)]] = &[
    &[("content-length", "0")],
    &[("transfer-encoding", "chunked")],
    &[("x-smuggled", "1")],
    &[("x", "y\r\n\r\n{S}")],
    &[(":path", "/smuggled")],
    &[(":method", "GET"), (":path", "/smuggled")],
];

pub fn variants(visitor: &Browser, path: &str) -> Vec<Vec<u8>> {
    let fill = |text: &str| {
        text.replace("{n}", &SMUGGLED.len().to_string())
            .replace("{S}", SMUGGLED)
            .replace("{P}", path)
            .into_bytes()
    };
    let fields = |pairs: &[(&str, &str)]| -> Vec<Field> {
        let pairs = pairs.iter();
        pairs
            .map(|(name, value)| (fill(name), fill(value)))
            .collect()
    };
    let mut usual = raw_h2::get(visitor, path);
    usual[0].1 = b"POST".to_vec();
    let body = SMUGGLED.as_bytes();
    let with_body =
        |head: &[Field]| [raw_h2::headers(head, false), raw_h2::data(body, true)].concat();
    let mut variants = Vec::new();
    for pairs in BESIDE {
        let head = [usual.clone(), fields(pairs)].concat();
        variants.push(with_body(&head));
        // The same without a body.
        variants.push(raw_h2::headers(&head, true));
    }
    for (place, value) in INSTEAD {
        let mut head = usual.clone();
        head[*place].1 = fill(value);
        variants.push(with_body(&head));
    }
    let open = raw_h2::headers(&usual, false);
    for pairs in TRAILERS {
        let end = raw_h2::headers(&fields(pairs), true);
        variants.push([open.clone(), raw_h2::data(body, false), end].concat());
    }
    // A second head in the middle, and more after the end.
    let head = raw_h2::headers(&raw_h2::get(visitor, "/smuggled"), false);
    variants.push([open.clone(), head, raw_h2::data(b"", true)].concat());
    let after_end = [raw_h2::data(b"abcde", true), raw_h2::data(body, true)];
    variants.push([open, after_end.concat()].concat());
    variants
}
