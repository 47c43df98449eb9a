//! A mock CRM with a form sign-in, in the variants that real applications show.

use super::origin::{Answer, App};
use super::people::Person;
use super::reply::{Reply, Response};
use super::request::Request;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Notify;

mod answers;

/// What sign-in does to the session id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ids {
    /// A new id, the old one dies.
    Rotates,
    /// The id stays and the sign-in sets no cookie.
    Kept,
    /// The id stays and every response sets it again.
    Repeated,
}

/// When a sign-in that takes its time becomes effective.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bind {
    /// Before the delay: the session is signed in while its answer is still out.
    Early,
    /// After the head and most of the body: as frameworks do that save the session last.
    Late,
}

/// How `/api/me` answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whoami {
    Ok,
    Status(u16),
    Garbage,
    Empty,
    Hang,
    Cut,
}

/// The application; clones share their sessions.
#[derive(Clone)]
pub struct CrmApp {
    pub cookie: String,
    pub ids: Ids,
    pub bind: Bind,
    pub login_delay: Duration,
    /// The sign-in form carries a token that is tied to the anonymous session.
    pub csrf: bool,
    /// Any request that carries `email` and `password` in its query signs in.
    pub query_sign_in: bool,
    state: Arc<Mutex<State>>,
    events: Arc<Notify>,
}

struct State {
    sessions: HashMap<String, Option<Person>>,
    shapes: HashMap<String, Vec<u8>>,
    whoami: Whoami,
    next: u64,
}

/// The start of every session id that this application makes.
pub const RAW_ID: &str = "RAWSID-";

impl Default for CrmApp {
    fn default() -> Self {
        let state = State {
            sessions: HashMap::new(),
            shapes: HashMap::new(),
            whoami: Whoami::Ok,
            next: 0,
        };
        Self {
            cookie: "sessionid".to_owned(),
            ids: Ids::Rotates,
            bind: Bind::Early,
            login_delay: Duration::ZERO,
            csrf: true,
            query_sign_in: false,
            state: Arc::new(Mutex::new(state)),
            events: Arc::new(Notify::new()),
        }
    }
}

impl CrmApp {
    /// The application with some of its options changed.
    pub fn with(change: impl FnOnce(&mut Self)) -> Self {
        let mut app = Self::default();
        change(&mut app);
        app
    }

    /// Changes what `/api/me` answers from now on.
    pub fn set_whoami(&self, whoami: Whoami) {
        self.state.lock().unwrap().whoami = whoami;
    }

    /// Makes a session of that id, of a user or of nobody.
    pub fn plant(&self, id: &str, person: Option<Person>) {
        self.state
            .lock()
            .unwrap()
            .sessions
            .insert(id.to_owned(), person);
    }

    /// The ids of the sessions that this user is signed in with.
    pub fn sessions_of(&self, person: Person) -> Vec<String> {
        let state = self.state.lock().unwrap();
        state
            .sessions
            .iter()
            .filter(|(_, owner)| **owner == Some(person))
            .map(|(id, _)| id.clone())
            .collect()
    }

    /// The ids of the sessions of nobody.
    pub fn anonymous_sessions(&self) -> Vec<String> {
        let state = self.state.lock().unwrap();
        state
            .sessions
            .iter()
            .filter(|(_, owner)| owner.is_none())
            .map(|(id, _)| id.clone())
            .collect()
    }

    /// Answers `path` with these bytes.
    pub fn shape(&self, path: &str, bytes: impl Into<Vec<u8>>) {
        self.state
            .lock()
            .unwrap()
            .shapes
            .insert(path.to_owned(), bytes.into());
    }

    /// Lets one open `/events` stream send its next event.
    pub fn release_event(&self) {
        self.events.notify_one();
    }

    fn new_session(&self, person: Option<Person>) -> String {
        let mut state = self.state.lock().unwrap();
        state.next += 1;
        let id = format!("{RAW_ID}{:06}-{}", state.next, std::process::id());
        state.sessions.insert(id.clone(), person);
        id
    }

    /// The known session that the request presents, and its user.
    fn session(&self, request: &Request) -> Option<(String, Option<Person>)> {
        let id = request.cookie(&self.cookie)?;
        let person = *self.state.lock().unwrap().sessions.get(&id)?;
        Some((id, person))
    }

    fn set_cookie(&self, id: &str) -> String {
        format!("{}={id}; Path=/; HttpOnly; SameSite=Lax", self.cookie)
    }

    fn csrf_of(id: &str) -> String {
        id.bytes()
            .rev()
            .map(|byte| format!("{byte:02x}"))
            .take(12)
            .collect()
    }

    async fn handle(self, request: Request) -> Reply {
        let shape = self
            .state
            .lock()
            .unwrap()
            .shapes
            .get(request.path())
            .cloned();
        if let Some(bytes) = shape {
            return Reply::Raw(bytes);
        }
        let lenient = lenient_path(&request);
        if lenient == "/login" && request.method == "POST" {
            return self.sign_in(&request).await;
        }
        let mut session = self.session(&request);
        let mut set = None;
        if self.query_sign_in
            && let (Some(email), Some(password)) =
                (request.query("email"), request.query("password"))
            && let Some(person) = Person::of(&email, &password)
        {
            let id = self.new_session(Some(person));
            set = Some(id.clone());
            session = Some((id, Some(person)));
        }
        let person = session.as_ref().and_then(|(_, person)| *person);
        let reply = self.page(&request, &lenient, session.clone(), person, &mut set);
        let repeated = (self.ids == Ids::Repeated)
            .then(|| session.map(|(id, _)| id))
            .flatten();
        match (reply, set.or(repeated)) {
            (Reply::Whole(response), Some(id)) if response.header_is_free() => {
                Reply::Whole(response.header("Set-Cookie", &self.set_cookie(&id)))
            }
            (reply, _) => reply,
        }
    }

    fn page(
        &self,
        request: &Request,
        path: &str,
        session: Option<(String, Option<Person>)>,
        person: Option<Person>,
        set: &mut Option<String>,
    ) -> Reply {
        match (path, person) {
            ("/login", _) => {
                let id = session.map_or_else(|| self.new_session(None), |(id, _)| id);
                *set = set.take().or_else(|| {
                    request
                        .cookie(&self.cookie)
                        .is_none_or(|it| it != id)
                        .then(|| id.clone())
                });
                Response::html(200, self.form(&id, request.query("next"), "")).into()
            }
            ("/api/me", _) => self.who_am_i(person),
            ("/logout", _) => {
                if let Some((id, _)) = session {
                    self.state.lock().unwrap().sessions.remove(&id);
                }
                let gone = format!("{}=; Path=/; Max-Age=0", self.cookie);
                Response::redirect("/login")
                    .header("Set-Cookie", &gone)
                    .into()
            }
            ("/public", _) => Response::html(200, "<h1>WELCOME</h1>").into(),
            ("/static/app.css", _) => Response::new(200)
                .header("Content-Type", "text/css")
                .body("body { color: #123 }")
                .into(),
            ("/echo-headers", _) => {
                let list: Vec<_> = request
                    .headers
                    .iter()
                    .map(|(name, value)| serde_json::json!([name, value]))
                    .collect();
                Response::json(200, &serde_json::Value::from(list)).into()
            }
            ("/rotate" | "/switch", Some(person)) => {
                let to = request
                    .form("email")
                    .and_then(|email| Person::of(&email, "pw"))
                    .unwrap_or(person);
                let (old, _) = session.unwrap_or_default();
                self.state.lock().unwrap().sessions.remove(&old);
                *set = Some(self.new_session(Some(to)));
                Response::html(200, "<p>changed</p>").into()
            }
            ("/ws", Some(person)) => {
                let head = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n".to_vec();
                Reply::Upgrade {
                    head,
                    greeting: person.marker().into_bytes(),
                    hear: Box::new(<[u8]>::to_vec),
                }
            }
            ("/events", Some(person)) => self.stream_events(person),
            ("/ws" | "/events" | "/api/contacts", None) => {
                Response::json(401, &serde_json::json!({ "error": "signed out" })).into()
            }
            ("/upload", None) => Response::html(403, "<p>signed out</p>").into(),
            (_, Some(person)) => {
                let body = format!(
                    "<h1>Contacts</h1><p>{} {}</p>",
                    person.marker(),
                    request.body.len()
                );
                Response::html(200, body).into()
            }
            (_, None) => Response::redirect(&format!("/login?next={}", request.path())).into(),
        }
    }
}

impl App for CrmApp {
    fn answer(&self, request: Request) -> Answer {
        Box::pin(self.clone().handle(request))
    }
}

impl Response {
    /// No cookie has been set yet: nothing to repeat over a deletion.
    fn header_is_free(&self) -> bool {
        !self
            .headers
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case("set-cookie"))
    }
}

/// The path as a lenient router sees it: decoded, folded, without parameters and trailing slash.
fn lenient_path(request: &Request) -> String {
    let path = request.path().split(';').next().unwrap_or_default();
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let digits = (first == b'%').then(|| tail.get(..2)).flatten();
        let decoded = digits
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(decoded.unwrap_or(first));
        rest = if decoded.is_some() { &tail[2..] } else { tail };
    }
    let text = String::from_utf8_lossy(&bytes).to_ascii_lowercase();
    match text.trim_end_matches('/') {
        "" => "/".to_owned(),
        path => path.to_owned(),
    }
}
