//! The application behind both proxies: a password form, a whoami, a page for whoever is signed
//! in, and the same page for anybody. As little work as possible, for it shares the machine's cores with what is measured.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::wire::Message;

pub const COOKIE: &str = "sessionid";
pub const EMAIL: &str = "user@example.com";
pub const PASSWORD: &str = "pw";
/// The response of `/page`, head and body.
const PAGE_LENGTH: usize = 464;

/// Sessions are numbered; a number that is in the set is signed in.
#[derive(Default)]
struct Sessions {
    last: u64,
    signed_in: HashSet<String>,
}

struct Application {
    sessions: Mutex<Sessions>,
    page: Vec<u8>,
}

pub fn serve(listen: SocketAddr) -> anyhow::Result<()> {
    let application = Arc::new(Application {
        sessions: Mutex::default(),
        page: page(),
    });
    anyhow::ensure!(
        application.page.len() == PAGE_LENGTH,
        "the page has {} bytes",
        application.page.len()
    );
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(async {
            let listener = TcpListener::bind(listen).await?;
            loop {
                let (stream, _) = listener.accept().await?;
                stream.set_nodelay(true)?;
                tokio::spawn(converse(stream, Arc::clone(&application)));
            }
        })
}

/// The body of `/page`, which clients compare with what they get.
pub fn page_body() -> Vec<u8> {
    Message::parse(&page())
        .ok()
        .flatten()
        .map(|message| message.body.to_vec())
        .unwrap_or_default()
}

async fn converse(mut stream: TcpStream, application: Arc<Application>) -> anyhow::Result<()> {
    let mut buffer = Vec::with_capacity(16 * 1024);
    while stream.read_buf(&mut buffer).await? > 0 {
        while let Some(request) = Message::parse(&buffer)? {
            let (length, response) = (request.length(), application.answer(request));
            stream.write_all(&response).await?;
            buffer.drain(..length);
        }
    }
    Ok(())
}

impl Application {
    fn answer(&self, request: Message<'_>) -> Vec<u8> {
        let target = request
            .start()
            .rsplit_once(' ')
            .map_or("", |(target, _)| target);
        match target {
            "GET /page" if self.knows(request) => self.page.clone(),
            "GET /static/page" | "GET /open" => self.page.clone(),
            "GET /page" => response("403 Forbidden", "", "text/plain", "sign in first"),
            "GET /api/me" if self.knows(request) => {
                let body = format!("{{\"id\":7,\"email\":\"{EMAIL}\"}}");
                response("200 OK", "", "application/json", &body)
            }
            "GET /api/me" => response(
                "401 Unauthorized",
                "",
                "application/json",
                "{\"error\":\"nobody\"}",
            ),
            "GET /verified" => response(
                "200 OK",
                "",
                "text/plain",
                request.field("x-mfa-verified").unwrap_or("unsaid"),
            ),
            "GET /login" => {
                let form = "<form method=post><input name=email><input name=password type=password></form>";
                response("200 OK", &self.new_session(false), "text/html", form)
            }
            "POST /login" if has_password(request.body) => {
                let fields = format!("{}Location: /\r\n", self.new_session(true));
                response("303 See Other", &fields, "text/plain", "")
            }
            "POST /login" => response("200 OK", "", "text/html", "wrong"),
            _ => response("404 Not Found", "", "text/plain", "no such page"),
        }
    }

    /// A `Set-Cookie` field with a session of its own.
    fn new_session(&self, signed_in: bool) -> String {
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.last += 1;
        let id = format!("{:032x}", sessions.last);
        if signed_in {
            sessions.signed_in.insert(id.clone());
        }
        format!("Set-Cookie: {COOKIE}={id}; Path=/; HttpOnly; SameSite=Lax\r\n")
    }

    /// Whether somebody is signed in. What stands behind a dot in the cookie does not count: a client
    /// of the bare proxy fills it up there to the length that a sealed one has.
    fn knows(&self, request: Message<'_>) -> bool {
        let cookies = request.fields("cookie").flat_map(|field| field.split("; "));
        let mut values = cookies
            .filter_map(|pair| pair.split_once('='))
            .filter(|(name, _)| *name == COOKIE);
        let sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        values.any(|(_, value)| {
            sessions
                .signed_in
                .contains(value.split('.').next().unwrap_or_default())
        })
    }
}

fn has_password(body: &[u8]) -> bool {
    let field = |name: &str| {
        form_urlencoded::parse(body)
            .find(|(known, _)| known == name)
            .map(|(_, value)| value)
    };
    field("email").as_deref() == Some(EMAIL) && field("password").as_deref() == Some(PASSWORD)
}

/// `fields` are whole lines.
fn response(status: &str, fields: &str, content_type: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\nServer: application\r\nDate: Mon, 05 Jan 2026 08:00:00 GMT\r\nCache-Control: private, no-cache\r\n\
         {fields}Content-Type: {content_type}; charset=utf-8\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

fn page() -> Vec<u8> {
    let of = |filling: usize| {
        response(
            "200 OK",
            "",
            "text/html",
            &format!("<p>{}</p>", "x".repeat(filling)),
        )
    };
    // From a hundred bytes on, `Content-Length` has three digits and does not change with the filling.
    let rest = PAGE_LENGTH.saturating_sub(of(100).len());
    of(100 + rest)
}
