//! Fields that only HTTP/2 can have: names and values with any byte, pseudo-fields, trailers.

use super::spellings::SPOOF;
use crate::support::raw_h2::Field;

/// What happens to the fields of a usual GET.
pub enum Trick {
    /// They come after.
    After(Vec<Field>),
    /// They come before the pseudo-fields.
    Before(Vec<Field>),
    /// The value of a pseudo-field is this; `{path}` stands for what it was.
    Instead(&'static str, String),
    /// They come at the end of a body.
    Trailers(Vec<Field>),
}

fn fields(pairs: &[(&str, &str)]) -> Vec<Field> {
    let fill = |text: &str| text.replace("{}", SPOOF).into_bytes();
    pairs
        .iter()
        .map(|(name, value)| (fill(name), fill(value)))
        .collect()
}

const AFTER: &[&[(&str, &str)]] = &[
    &[("connection", "x-mfa-user"), ("x-mfa-user", "{}")],
    &[("connection", "x-mfa-user, x-mfa-verified, x-mfa-factor")],
    &[("proxy-connection", "x-mfa-user"), ("x-mfa-user", "{}")],
    &[("keep-alive", "x-mfa-user")],
    &[("te", "trailers"), ("trailer", "x-mfa-user")],
    &[("te", "x-mfa-user"), ("x-mfa-user", "{}")],
    &[("transfer-encoding", "chunked"), ("x-mfa-user", "{}")],
    &[("upgrade", "h2c"), ("x-mfa-user", "{}")],
    &[("x-mfa-user", "{}"), ("x-mfa-user", "{}")],
    &[
        ("x-mfa-user", "1001"),
        ("x_mfa_user", "{}"),
        ("x.mfa.user", "{}"),
    ],
    &[("x-mfa-user ", "{}")],
    &[(" x-mfa-user", "{}")],
    &[("x-mfa-user\t", "{}")],
    &[("x-mfa user", "{}")],
    &[("x-mfa-user:", "{}")],
    &[("x-mfa-user: {}\r\nx-other", "a")],
    &[("x-other\r\nx-mfa-user", "{}")],
    &[("x-other\nx-mfa-user", "{}")],
    &[("x-other: a\r\nx-mfa-user", "{}")],
    &[("x-mfa-user\0", "{}")],
    &[("\0x-mfa-user", "{}")],
    &[("x-mfa-user\u{a0}", "{}")],
    &[("x\u{2010}mfa\u{2010}user", "{}")],
    &[("X-MFA-USER", "{}")],
    &[("X-Mfa-User", "{}"), ("x-mfa-user", "{}")],
    &[("", "{}")],
    &[("x-other", "a\r\nX-MFA-User: {}")],
    &[("x-other", "a\nX-MFA-User: {}")],
    &[("x-other", "a\rX-MFA-User: {}")],
    &[("x-other", "a\0X-MFA-User: {}")],
    &[("x-other", "\r\n X-MFA-User: {}")],
    &[(
        "x-other",
        "a\r\n\r\nGET /echo/raw HTTP/1.1\r\nX-MFA-User: {}\r\n\r\n",
    )],
    &[("cookie", "x=1\r\nX-MFA-User: {}")],
    &[("cookie", "x={}"), ("cookie", "y=1\nx-mfa-user: {}")],
    &[("host", "localhost\r\nX-MFA-User: {}")],
    &[("host", "{}")],
    &[(":x-mfa-user", "{}")],
    &[(":path", "/echo/raw"), ("x-mfa-user", "{}")],
    &[(":method", "POST"), ("x-mfa-user", "{}")],
    &[(":authority", "{}")],
    &[(":status", "200"), ("x-mfa-user", "{}")],
    &[(":protocol", "websocket"), ("x-mfa-user", "{}")],
    &[("content-length", "0\r\nX-MFA-User: {}")],
    &[("content-length", "5"), ("x-mfa-user", "{}")],
    &[("forwarded", "for={};host={}")],
    &[("expect", "100-continue"), ("x-mfa-user", "{}")],
];

const INSTEAD: &[(&str, &str)] = &[
    (":path", "{path} HTTP/1.1\r\nX-MFA-User: {}\r\nX-Other: a"),
    (":path", "{path}\r\nX-MFA-User: {}"),
    (":path", "{path}\nX-MFA-User: {}"),
    (":path", "{path} HTTP/1.0\nX-MFA-User: {}\n"),
    (":path", "{path}\0X-MFA-User: {}"),
    (":path", "{path}\tHTTP/1.1"),
    (":path", "http://{}/echo/raw"),
    (":path", "{}"),
    (
        ":method",
        "GET {path} HTTP/1.1\r\nX-MFA-User: {}\r\nX-Other: a",
    ),
    (":method", "GET\r\nX-MFA-User: {}"),
    (":method", "GET "),
    (":method", "CONNECT"),
    (":scheme", "https\r\nX-MFA-User: {}"),
    (":scheme", "http://{}/?"),
    (":authority", "{}"),
    (":authority", "localhost\r\nX-MFA-User: {}"),
    (":authority", "{}@localhost"),
    (":authority", ""),
];

const TRAILERS: &[&[(&str, &str)]] = &[
    &[("x-mfa-user", "{}")],
    &[("x_mfa_user", "{}"), ("x-mfa-verified", "{}")],
    &[("x-forwarded-for", "{}")],
    &[(":path", "/echo/raw"), ("x-mfa-user", "{}")],
    &[("x-other", "a\r\nX-MFA-User: {}")],
    &[("cookie", "x={}")],
];

pub fn tricks() -> Vec<Trick> {
    let after = AFTER.iter().map(|pairs| Trick::After(fields(pairs)));
    let instead = INSTEAD.iter().map(|(name, value)| {
        let value = value.replace("{}", SPOOF);
        Trick::Instead(name, value)
    });
    let trailers = TRAILERS.iter().map(|pairs| Trick::Trailers(fields(pairs)));
    let before = Trick::Before(fields(&[("x-mfa-user", "{}")]));
    after
        .chain(instead)
        .chain(trailers)
        .chain([before])
        .collect()
}
