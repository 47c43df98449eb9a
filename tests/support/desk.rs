//! A mock application whose users have passwords of their own, and whose sign-in asks for more than a
//! name and a password: what its page says, and a session that the page has made.

use super::origin::{Answer, App};
use super::people::Person;
use super::reply::{Reply, Response};
use super::request::Request;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// The start of every session id that this application makes.
pub const DESK_ID: &str = "DESKID-";

/// Ada's password; nothing else in any test reads like it.
pub const PASSWORD: &str = "Quartz&Vellum 7719";

/// The application; clones share their sessions.
#[derive(Clone, Default)]
pub struct Desk {
    /// Sign-in is JSON to `/api/session`.
    pub json: bool,
    /// A sign-in ends the user's other sessions.
    pub one_session: bool,
    /// `GET /logout` asks whether one is sure, and ends nothing.
    pub asks_before_signing_out: bool,
    /// A sign-out ends all sessions of its user.
    pub signs_out_everywhere: bool,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    sessions: HashMap<String, Option<Person>>,
    made: u64,
    /// The sessions that a sign-in has made, right or wrong.
    tried: HashSet<String>,
    /// Name and password of each user.
    users: HashMap<String, (String, Person)>,
    faults: Faults,
}

/// What does not work at the moment.
#[derive(Clone, Copy, Default)]
pub struct Faults {
    /// It cannot be said who is signed in, once a sign-in was tried.
    pub whoami: bool,
    pub page: bool,
    /// What stands before the form of the sign-in page.
    pub before_form: &'static str,
    /// What stands in it.
    pub in_form: &'static str,
    /// The status with which a sign-in is turned away.
    pub turned_away: Option<u16>,
    /// Where a sign-in leads, instead of to the start.
    pub leads_to: Option<&'static str>,
    /// Who somebody without a session is: the application knows the address.
    pub at_the_desk: Option<Person>,
    /// How long the answer to a sign-in takes.
    pub slow: Duration,
    /// How long the answer to a sign-out takes.
    pub slow_sign_out: Duration,
}

impl Desk {
    pub fn with(change: impl FnOnce(&mut Self)) -> Self {
        let mut desk = Self::default();
        change(&mut desk);
        desk.name("ada", PASSWORD, Person(1));
        desk.name("eve", "eve's own", Person(2));
        desk
    }

    /// From now on this name and password are this user's.
    pub fn name(&self, name: &str, password: &str, person: Person) {
        let entry = (password.to_owned(), person);
        self.state
            .lock()
            .unwrap()
            .users
            .insert(name.to_owned(), entry);
    }

    pub fn set_faults(&self, faults: Faults) {
        self.state.lock().unwrap().faults = faults;
    }

    /// The ids of the sessions of this user.
    pub fn sessions_of(&self, person: Person) -> Vec<String> {
        let state = self.state.lock().unwrap();
        let of = state.sessions.iter().filter(|(_, it)| **it == Some(person));
        of.map(|(id, _)| id.clone()).collect()
    }

    fn open(&self, person: Option<Person>) -> String {
        let mut state = self.state.lock().unwrap();
        if self.one_session && person.is_some() {
            state.sessions.retain(|_, owner| *owner != person);
        }
        state.made += 1;
        let id = format!("{DESK_ID}{:06}-{}", state.made, std::process::id());
        state.sessions.insert(id.clone(), person);
        id
    }

    /// The same, as the outcome of a sign-in.
    fn tried(&self, person: Option<Person>) -> String {
        let id = self.open(person);
        self.state.lock().unwrap().tried.insert(id.clone());
        id
    }

    fn was_tried(&self, id: Option<&str>) -> bool {
        id.is_some_and(|id| self.state.lock().unwrap().tried.contains(id))
    }

    fn session(&self, request: &Request) -> Option<(String, Option<Person>)> {
        let id = request.cookie("sessionid")?;
        let person = *self.state.lock().unwrap().sessions.get(&id)?;
        Some((id, person))
    }

    fn sign_in(&self, request: &Request, session: Option<String>) -> Response {
        let json: serde_json::Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let field = |name: &str| match self.json {
            true => json
                .pointer(name)
                .and_then(|it| it.as_str())
                .map(str::to_owned),
            false => request.form(name.rsplit('/').next().unwrap()),
        };
        let texts = ["/csrf", "/user/name", "/user/password"].map(field);
        let [Some(csrf), Some(name), Some(password)] = texts else {
            return Response::html(400, "incomplete");
        };
        // All of it: the page's session, what a script adds, the hidden field, the origin.
        let hidden = self.json || request.form("token") == session.as_deref().map(token);
        let here = request.header("origin").is_some() && request.header("referer").is_some();
        if session.as_deref().map(script) != Some(csrf) || !hidden || !here {
            return Response::html(403, "This form has expired");
        }
        let faults = self.state.lock().unwrap().faults;
        if let Some(status) = faults.turned_away {
            return Response::html(status, "not now");
        }
        let user = self.state.lock().unwrap().users.get(&name).cloned();
        let Some((_, person)) = user.filter(|(right, _)| *right == password) else {
            let page = Response::html(401, "Wrong name or password");
            return with_cookie(page, &self.tried(None));
        };
        let to = faults.leads_to.unwrap_or("/");
        with_cookie(Response::redirect(to), &self.tried(Some(person)))
    }

    fn reply(&self, request: &Request) -> Response {
        let faults = self.state.lock().unwrap().faults;
        let session = self.session(request);
        let person = session.as_ref().and_then(|(_, person)| *person);
        let person = person.or(faults.at_the_desk);
        let id = session.map(|(id, _)| id);
        match (request.method.as_str(), request.path(), person) {
            ("POST", "/login" | "/api/session", _) => self.sign_in(request, id),
            (_, "/login", _) if faults.page => Response::html(503, "<p>down</p>"),
            (_, "/login", _) => {
                let id = self.open(None);
                let (token, script) = (token(&id), script(&id));
                let page = format!(
                    "{}<form method=post action=/login><input type=hidden name=token value='{token}'>{}\
                     <input type=hidden name=csrf><input name=name><input type=password name=password></form>\
                     <script>let csrf = '{script}';</script>",
                    faults.before_form, faults.in_form
                );
                with_cookie(Response::html(200, page), &id)
                    .header("Set-Cookie", "theme=dark; Path=/")
            }
            (_, "/api/me", _) if faults.whoami && self.was_tried(id.as_deref()) => {
                Response::json(500, &serde_json::json!({}))
            }
            (_, "/api/me", Some(person)) => {
                let who = serde_json::json!({ "id": person.id(), "name": "Someone" });
                Response::json(200, &who)
            }
            (_, "/api/me", None) => Response::json(401, &serde_json::json!({})),
            // By the button of a page; where scripts sign in, by them.
            ("POST", "/logout", _)
                if !self.json && request.form("out") != id.as_deref().map(token) =>
            {
                Response::html(403, "This form has expired")
            }
            ("POST", "/logout", _) => {
                let id = id.unwrap_or_default();
                let everywhere = |owner: Option<Person>| {
                    self.signs_out_everywhere && owner.is_some() && owner == person
                };
                let mut state = self.state.lock().unwrap();
                state
                    .sessions
                    .retain(|known, owner| *known != id && !everywhere(*owner));
                Response::redirect("/login").header("Set-Cookie", "sessionid=; Path=/; Max-Age=0")
            }
            ("GET", "/logout", _) if self.asks_before_signing_out => {
                Response::html(200, "Are you sure?")
            }
            (_, "/logout", _) => Response::html(405, "by POST only"),
            // A sign-in that no rule declares.
            ("POST", "/reset", _) => {
                with_cookie(Response::html(200, "done"), &self.open(Some(Person(1))))
            }
            (_, "/", Some(_)) => Response::redirect("/home"),
            (_, _, Some(person)) => {
                let (marker, out) = (person.marker(), token(&id.unwrap_or_default()));
                let form = format!(
                    "<form method=post action=/logout><input type=hidden name=out value='{out}'></form>"
                );
                let form = if self.json { String::new() } else { form };
                Response::html(200, format!("<p>{marker}</p>{form}"))
            }
            (_, _, None) => Response::redirect("/login"),
        }
    }
}

impl App for Desk {
    fn answer(&self, request: Request) -> Answer {
        let faults = self.state.lock().unwrap().faults;
        let wait = match (request.method.as_str(), request.path()) {
            ("POST", "/login" | "/api/session") => faults.slow,
            (_, "/logout") => faults.slow_sign_out,
            _ => Duration::ZERO,
        };
        let desk = self.clone();
        Box::pin(async move {
            tokio::time::sleep(wait).await;
            desk.reply(&request).into()
        })
    }
}

/// Both belong to the session that the page has made.
fn token(id: &str) -> String {
    format!("t-{}", super::traits::pages::token_of(id))
}

fn script(id: &str) -> String {
    format!("s-{}", super::traits::pages::token_of(id))
}

fn with_cookie(response: Response, id: &str) -> Response {
    response.header("Set-Cookie", &format!("sessionid={id}; Path=/; HttpOnly"))
}
