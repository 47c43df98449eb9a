//! A mock application with the side doors that a reviewer went through: cookies without a path,
//! sign-ins that nobody declared, generous parsers, streams without an end.

use crate::support::origin::{Answer, App};
use crate::support::reply::{Reply, Response};
use crate::support::request::Request;
use crate::support::{Config, Gateway, Origin, Person};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::mpsc;

/// The start of every session id that this application makes.
pub const DOOR_ID: &str = "DOORID-";
/// How often its streams say something.
pub const TICK: Duration = Duration::from_millis(50);
/// The body of `/sso/big`, in MiB: more than the buffers of two connections.
const BIG: usize = 40;

/// The application; clones share their sessions.
#[derive(Clone)]
pub struct SideDoors {
    /// A sign-in makes a new id; else it keeps the one that is there.
    pub rotates: bool,
    /// Cookies say `Path=/`; else the path of the request chooses.
    pub rooted: bool,
    /// A longer `Cookie` field is answered with 400.
    pub longest_cookie: usize,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    sessions: HashMap<String, Option<Person>>,
    whoami_fails: bool,
    next: u64,
    crossed: Vec<String>,
}

/// The application, its server and the gateway in front.
pub struct Scene {
    pub app: SideDoors,
    pub origin: Origin,
    pub gateway: Gateway,
}

impl Scene {
    pub async fn start(app: SideDoors, change: impl FnOnce(&mut Config)) -> Self {
        let origin = Origin::start(Arc::new(app.clone())).await;
        let gateway = Gateway::start(origin.addr, change).await;
        Self {
            app,
            origin,
            gateway,
        }
    }

    /// No request told the application of one user and opened the session of another.
    pub fn assert_nobody_crossed(&self, how: &str) {
        let crossed = self.app.state.lock().unwrap().crossed.clone();
        assert!(crossed.is_empty(), "{how}: {crossed:?}");
    }

    /// No request carried a session that is this user's now.
    pub fn assert_not_carried(&self, person: Person, how: &str) {
        for id in self.app.sessions_of(person) {
            let carried = self.origin.requests().into_iter().find(|it| it.holds(&id));
            assert!(carried.is_none(), "{how}: {carried:?}");
        }
    }
}

impl Default for SideDoors {
    fn default() -> Self {
        Self {
            rotates: false,
            rooted: true,
            longest_cookie: usize::MAX,
            state: Arc::default(),
        }
    }
}

impl SideDoors {
    /// The application with some of its options changed.
    pub fn with(change: impl FnOnce(&mut Self)) -> Self {
        let mut app = Self::default();
        change(&mut app);
        app
    }

    /// Whether `/api/me` answers 429 from now on.
    pub fn fail_whoami(&self, fails: bool) {
        self.state.lock().unwrap().whoami_fails = fails;
    }

    /// Makes this session this user's, as if somebody had signed in with it elsewhere.
    pub fn plant(&self, id: &str, person: Option<Person>) {
        let mut state = self.state.lock().unwrap();
        state.sessions.insert(id.to_owned(), person);
    }

    /// The ids of the sessions of this user, or of nobody.
    pub fn sessions_of(&self, person: impl Into<Option<Person>>) -> Vec<String> {
        let (state, person) = (self.state.lock().unwrap(), person.into());
        let of = state.sessions.iter().filter(|(_, owner)| **owner == person);
        of.map(|(id, _)| id.clone()).collect()
    }

    fn new_id(&self, person: Option<Person>) -> String {
        let mut state = self.state.lock().unwrap();
        state.next += 1;
        let id = format!("{DOOR_ID}{:06}-{}", state.next, std::process::id());
        state.sessions.insert(id.clone(), person);
        id
    }

    fn session(&self, request: &Request) -> Option<(String, Option<Person>)> {
        let id = request.cookie("sessionid")?;
        let person = *self.state.lock().unwrap().sessions.get(&id)?;
        Some((id, person))
    }

    fn with_cookie(&self, response: Response, id: &str) -> Response {
        let path = if self.rooted { "; Path=/" } else { "" };
        response.header("Set-Cookie", &format!("sessionid={id}{path}; HttpOnly"))
    }

    /// Signs in under a new id or the present one, and says hello.
    fn sign_in(&self, request: &Request, person: Person, rotates: bool) -> Response {
        let hello = Response::redirect("/")
            .header("Content-Type", "text/html")
            .body(format!("<p>welcome {}</p>", person.marker()));
        match self.session(request) {
            Some((id, _)) if !rotates => {
                self.plant(&id, Some(person));
                hello.header("Set-Cookie", "flash=welcome-back; Path=/")
            }
            _ => self.with_cookie(hello, &self.new_id(Some(person))),
        }
    }

    /// Notes where the gateway speaks of one user and opens the session of another.
    fn note(&self, request: &Request, person: Option<Person>) {
        let told = request.header("x-mfa-user").map(str::to_owned);
        if let (Some(told), Some(person)) = (told, person)
            && told != person.id().to_string()
        {
            let line = format!("{} {} as {told}", request.method, request.target);
            self.state.lock().unwrap().crossed.push(line);
        }
    }

    fn reply(&self, request: &Request) -> Reply {
        let cookies: usize = request.all("cookie").map(str::len).sum();
        if cookies > self.longest_cookie {
            return Response::html(400, "<p>Request Header Or Cookie Too Large</p>").into();
        }
        let session = self.session(request);
        let (path, person) = (request.path(), session.as_ref().and_then(|(_, it)| *it));
        self.note(request, person);
        let typed = typed(request);
        match (path, typed, person) {
            ("/api/me", ..) => self.who_am_i(person).into(),
            ("/sso", Some(typed), _) => {
                self.sign_in(request, typed, false);
                Response::html(200, "<p>done</p>").into()
            }
            ("/sso/big", Some(typed), _) => {
                self.sign_in(request, typed, false);
                big()
            }
            ("/sso/forget", Some(typed), _) => {
                self.sign_in(request, typed, false);
                bye(Some(typed)).into()
            }
            (path, Some(typed), _) if path.starts_with("/sso/new") => {
                self.sign_in(request, typed, true).into()
            }
            (path, Some(typed), _) if path.starts_with("/login") => {
                self.sign_in(request, typed, self.rotates).into()
            }
            ("/rpc" | "/form" | "/php" | "/round", Some(typed), _) if says_login(request) => {
                self.sign_in(request, typed, self.rotates).into()
            }
            ("/logout", ..) => {
                if let Some((id, _)) = session {
                    self.state.lock().unwrap().sessions.remove(&id);
                }
                bye(person).into()
            }
            ("/rotate", _, Some(person)) => {
                let rotated = Response::html(200, "<p>rotated</p>");
                self.with_cookie(rotated, &self.new_id(Some(person))).into()
            }
            ("/events", _, Some(person)) => ticks(EVENTS, person, true),
            ("/ws", _, Some(person)) => ticks(SOCKET, person, false),
            ("/hints", _, Some(_)) => early_hints(&session.unwrap_or_default().0),
            ("/ids", ..) => ids(request, &session.unwrap_or_default().0).into(),
            (_, _, Some(person)) => {
                Response::html(200, format!("<p>{}</p>", person.marker())).into()
            }
            _ => {
                let form = "<form method=\"post\" action=\"/login\"><input name=\"email\"><input name=\"password\"></form>";
                let page = Response::html(200, form);
                match session {
                    Some(_) => page.into(),
                    None => self.with_cookie(page, &self.new_id(None)).into(),
                }
            }
        }
    }

    fn who_am_i(&self, person: Option<Person>) -> Response {
        let fails = self.state.lock().unwrap().whoami_fails;
        match person {
            _ if fails => Response::json(429, &serde_json::json!({ "error": "later" })),
            Some(person) => Response::json(
                200,
                &serde_json::json!({ "id": person.id(), "email": person.email() }),
            ),
            None => Response::json(401, &serde_json::json!({ "error": "signed out" })),
        }
    }
}

impl App for SideDoors {
    fn answer(&self, request: Request) -> Answer {
        let app = self.clone();
        Box::pin(async move { app.reply(&request) })
    }
}

const EVENTS: &str =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
const SOCKET: &str = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

/// The answer of a user who is gone: the last page and the deletion of the cookie.
fn bye(person: Option<Person>) -> Response {
    let marker = person.map(Person::marker).unwrap_or_default();
    let page = Response::html(200, format!("<p>bye {marker}</p>"));
    page.header("Set-Cookie", "sessionid=; Path=/; Max-Age=0")
}

/// A body as a generous application reads it: unpacked, and without a look at its type.
fn body_text(request: &Request) -> String {
    let packed = request.header("content-encoding") == Some("gzip");
    let body = if packed {
        unpack(&request.body)
    } else {
        &request.body
    };
    // Without the zeros that UTF-16 puts between.
    let text = String::from_utf8_lossy(body).replace('\0', "");
    // As much of UTF-7 as an attacker needs.
    let text = match request.header("content-type") {
        Some(kind) if kind.contains("utf-7") => text.replace("+AGwAbwBnAGkAbg-", "login"),
        _ => text,
    };
    text.replace("%40", "@")
}

/// Who types the right password anywhere in the body of a POST.
fn typed(request: &Request) -> Option<Person> {
    let text = (request.method == "POST").then(|| body_text(request))?;
    let at = text.find("@example.com")?;
    let from = text[..at].rfind("user")?;
    Person::of(&format!("{}@example.com", &text[from..at]), "pw").filter(|_| text.contains("pw"))
}

fn says_login(request: &Request) -> bool {
    body_text(request).contains("login") || request.target.contains("task=login")
}

/// A gzip of one stored block around these bytes; the sums at its end are of no interest here.
pub fn packed(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).unwrap();
    let mut gzip = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 1];
    gzip.extend_from_slice(&length.to_le_bytes());
    gzip.extend_from_slice(&(!length).to_le_bytes());
    gzip.extend_from_slice(bytes);
    gzip.extend_from_slice(&[0; 8]);
    gzip
}

fn unpack(gzip: &[u8]) -> &[u8] {
    gzip.get(15..gzip.len().saturating_sub(8))
        .unwrap_or_default()
}

/// A head, then the user's bytes again and again for a minute.
fn ticks(head: &'static str, person: Person, chunked: bool) -> Reply {
    let (sender, receiver) = mpsc::channel(1);
    tokio::spawn(async move {
        // As in `Origin`: a 101 that comes too fast closes the tunnel.
        tokio::time::sleep(Duration::from_millis(30)).await;
        let _ = sender.send(head.as_bytes().to_vec()).await;
        for number in 0..1_200 {
            let text = format!("data: {} {number}\n\n", person.marker());
            let bytes = match chunked {
                true => format!("{:x}\r\n{text}\r\n", text.len()),
                false => text,
            };
            if sender.send(bytes.into_bytes()).await.is_err() {
                return;
            }
            tokio::time::sleep(TICK).await;
        }
    });
    Reply::Stream(receiver)
}

fn big() -> Reply {
    let (sender, receiver) = mpsc::channel(1);
    tokio::spawn(async move {
        let length = BIG << 20;
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {length}\r\n\r\n"
        );
        let _ = sender.send(head.into_bytes()).await;
        for _ in 0..BIG {
            if sender.send(vec![b'k'; 1 << 20]).await.is_err() {
                return;
            }
        }
    });
    Reply::Stream(receiver)
}

fn early_hints(id: &str) -> Reply {
    let (sender, receiver) = mpsc::channel(1);
    let hints = format!(
        "HTTP/1.1 103 Early Hints\r\nLink: </x;sid={id}>; rel=preload\r\nX-Debug: {id}\r\nSet-Cookie: sessionid={id}\r\n\r\n"
    );
    tokio::spawn(async move {
        let last =
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 11\r\n\r\nafter hints";
        for part in [hints.as_str(), last] {
            tokio::time::sleep(TICK).await;
            let _ = sender.send(part.as_bytes().to_vec()).await;
        }
    });
    Reply::Stream(receiver)
}

/// A page with the session id in it, or the range of it that was asked for.
fn ids(request: &Request, id: &str) -> Response {
    let page = format!("<a href=\"/x;sessionid={id}\">x</a>");
    // Apache httpd takes the older name too.
    let asked = request.header("range").or(request.header("request-range"));
    let range = asked.and_then(|it| {
        let (from, to) = it.strip_prefix("bytes=")?.split_once('-')?;
        let from: usize = from.parse().ok()?;
        let to = to.parse().map_or(page.len(), |to: usize| to + 1);
        page.get(from..to.min(page.len()))
    });
    match range {
        Some(part) => Response::html(206, part),
        None => Response::html(200, page),
    }
}
