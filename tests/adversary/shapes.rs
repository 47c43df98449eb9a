//! Responses that bring a session cookie, in every shape that a server was ever seen to send.

/// Stands for the raw session id.
const CANARY: &str = "{CANARY}";
/// What the body of every shape holds.
pub const BODY: &str = "SHAPE-BODY";

/// A name, the method to ask with, and the bytes of the answer.
pub struct Shape {
    pub name: &'static str,
    pub method: &'static str,
    bytes: String,
}

impl Shape {
    /// The answer with this id in it.
    pub fn with(&self, id: &str) -> Vec<u8> {
        // One byte that is no UTF-8, where a shape wants it.
        let text = self.bytes.replace(CANARY, id);
        let mut bytes = Vec::with_capacity(text.len());
        for character in text.chars() {
            if character == '\u{fffd}' {
                bytes.push(0xff);
            } else {
                bytes.extend(character.encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
        bytes
    }
}

fn whole(status: &str, headers: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html\r\nContent-Length: {}\r\n{headers}Connection: close\r\n\r\n{BODY}",
        BODY.len()
    )
}

fn ok(headers: &str) -> String {
    whole("200 OK", headers)
}

const COOKIE: &str = "Set-Cookie: sessionid={CANARY}; Path=/; HttpOnly\r\n";

/// Every shape.
pub fn all() -> Vec<Shape> {
    let mut shapes = Vec::new();
    let mut add = |name, bytes: String| {
        shapes.push(Shape {
            name,
            method: "GET",
            bytes,
        })
    };
    add("a plain cookie", ok(COOKIE));
    add(
        "no space after the colon",
        ok("Set-Cookie:sessionid={CANARY};path=/\r\n"),
    );
    add(
        "many spaces and tabs",
        ok("Set-Cookie: \t  sessionid\t = {CANARY}  ;  Path = /\r\n"),
    );
    add(
        "an upper-case field name",
        ok("SET-COOKIE: sessionid={CANARY}; PATH=/\r\n"),
    );
    add(
        "a lower-case field name",
        ok("set-cookie: sessionid={CANARY}\r\n"),
    );
    add(
        "an upper-case cookie name",
        ok("Set-Cookie: SESSIONID={CANARY}; Path=/\r\n"),
    );
    add(
        "a percent-encoded cookie name",
        ok("Set-Cookie: session%69d={CANARY}; Path=/\r\n"),
    );
    add(
        "a quoted value",
        ok("Set-Cookie: sessionid=\"{CANARY}|a:b=c%7C\"; Path=/\r\n"),
    );
    add("the same cookie twice", ok(&COOKIE.repeat(2)));
    add(
        "the same cookie at two paths",
        ok(&format!(
            "{COOKIE}Set-Cookie: sessionid={CANARY}; Path=/shape\r\n"
        )),
    );
    add(
        "set and then deleted",
        ok(&format!(
            "{COOKIE}Set-Cookie: sessionid=deleted; Path=/; Max-Age=0\r\n"
        )),
    );
    add(
        "deleted and then set",
        ok(&format!(
            "Set-Cookie: sessionid=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT\r\n{COOKIE}"
        )),
    );
    add(
        "a deletion that repeats the value",
        ok("Set-Cookie: sessionid={CANARY}; Path=/; Max-Age=0\r\n"),
    );
    let many: String = (0..17)
        .map(|number| format!("Set-Cookie: c{number}=v; Path=/\r\n"))
        .collect();
    add("the last of eighteen", ok(&format!("{many}{COOKIE}")));
    add(
        "a domain attribute",
        ok("Set-Cookie: sessionid={CANARY}; Domain=localhost; Path=/\r\n"),
    );
    add(
        "odd attributes",
        ok("Set-Cookie: sessionid={CANARY}; Path=; Foo=\u{fffd}; ;; Secure=1; Expires=x\r\n"),
    );
    add(
        "joined with a comma",
        ok("Set-Cookie: a=b, sessionid={CANARY}; Path=/\r\n"),
    );
    add(
        "on a folded line",
        ok("Set-Cookie: a=b;\r\n sessionid={CANARY}\r\n"),
    );
    add(
        "a second kind of field",
        ok("Set-Cookie2: sessionid={CANARY}; Version=1\r\n"),
    );
    add(
        "an informational response",
        format!(
            "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n{COOKIE}\r\n{}",
            ok("")
        ),
    );
    add(
        "a continue and a cookie",
        format!("HTTP/1.1 100 Continue\r\n{COOKIE}\r\n{}", ok(COOKIE)),
    );
    add(
        "two informational responses",
        format!(
            "HTTP/1.1 102 Processing\r\n{COOKIE}\r\nHTTP/1.1 103 Early Hints\r\n{COOKIE}\r\n{}",
            ok(COOKIE)
        ),
    );
    add(
        "a redirect",
        whole("302 Found", &format!("Location: /next\r\n{COOKIE}")),
    );
    add(
        "a redirect with the id in its target",
        whole(
            "302 Found",
            &format!("Location: /next;sessionid={CANARY}?a=b\r\n{COOKIE}"),
        ),
    );
    add(
        "a redirect with the id in its query",
        whole(
            "302 Found",
            &format!("Location: /next?sessionid={CANARY}\r\n{COOKIE}"),
        ),
    );
    add(
        "not modified",
        format!("HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n{COOKIE}Connection: close\r\n\r\n"),
    );
    add(
        "no content",
        format!("HTTP/1.1 204 No Content\r\n{COOKIE}Connection: close\r\n\r\n"),
    );
    add(
        "partial content",
        whole(
            "206 Partial Content",
            &format!("Content-Range: bytes 0-9/100\r\n{COOKIE}"),
        ),
    );
    add("not found", whole("404 Not Found", COOKIE));
    add(
        "unauthorised",
        whole(
            "401 Unauthorized",
            &format!("WWW-Authenticate: Basic realm=\"crm\"\r\n{COOKIE}"),
        ),
    );
    add("too many requests", whole("429 Too Many Requests", COOKIE));
    add(
        "a server's error",
        whole("500 Internal Server Error", COOKIE),
    );
    add("unavailable", whole("503 Service Unavailable", COOKIE));
    add(
        "an upgrade that nobody asked for",
        format!(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n{COOKIE}\r\n{BODY}"
        ),
    );
    add(
        "HTTP/1.0 to the end of the connection",
        format!("HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n{COOKIE}\r\n{BODY}"),
    );
    add(
        "bare line feeds",
        format!(
            "HTTP/1.1 200 OK\nContent-Length: 10\n{}\n{BODY}",
            COOKIE.replace("\r\n", "\n")
        ),
    );
    add(
        "chunks and a trailer",
        format!(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: Set-Cookie\r\nConnection: close\r\n\r\na\r\n{BODY}\r\n0\r\n{COOKIE}\r\n"
        ),
    );
    add(
        "chunks, a cookie and a trailer",
        format!(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n{COOKIE}Connection: close\r\n\r\na\r\n{BODY}\r\n0\r\n{COOKIE}\r\n"
        ),
    );
    add(
        "a body that breaks off",
        format!(
            "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n{COOKIE}Connection: close\r\n\r\n{BODY}"
        ),
    );
    add(
        "a chunk that breaks off",
        format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n{COOKIE}\r\nfff\r\n{BODY}"),
    );
    add(
        "two lengths",
        format!(
            "HTTP/1.1 200 OK\r\nContent-Length: 10\r\nContent-Length: 12\r\n{COOKIE}\r\n{BODY}xx"
        ),
    );
    add(
        "a second response behind the first",
        format!("{}{}", ok(COOKIE), ok(COOKIE)),
    );
    shapes.push(Shape {
        name: "an answer to HEAD",
        method: "HEAD",
        bytes: format!(
            "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n{COOKIE}Connection: close\r\n\r\n"
        ),
    });
    shapes.push(Shape {
        name: "an answer to HEAD with a body",
        method: "HEAD",
        bytes: ok(COOKIE),
    });
    shapes.push(Shape {
        name: "an answer to OPTIONS",
        method: "OPTIONS",
        bytes: ok(COOKIE),
    });
    shapes.push(Shape {
        name: "an answer to DELETE",
        method: "DELETE",
        bytes: ok(COOKIE),
    });
    shapes
}
