//! A mock application whose users have passwords of their own, and whose sign-in asks for more than a
//! name and a password: what its page says, and a session that the page has made.

use super::browser::{Browser, Call};
use super::config::Config;
use super::gateway::Gateway;
use super::origin::{Answer, App, Origin};
use super::page::Page;
use super::people::Person;
use super::reply::{Reply, Response};
use super::request::Request;
use super::totp::{self, Authenticator};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

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
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    sessions: HashMap<String, Option<Person>>,
    made: u64,
    /// Name and password of each user.
    users: HashMap<String, (String, Person)>,
    faults: Faults,
}

/// What does not work at the moment.
#[derive(Clone, Copy, Default)]
pub struct Faults {
    pub whoami: bool,
    pub page: bool,
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
        let user = self.state.lock().unwrap().users.get(&name).cloned();
        let Some((_, person)) = user.filter(|(right, _)| *right == password) else {
            let page = Response::html(401, "Wrong name or password");
            return with_cookie(page, &self.open(None));
        };
        with_cookie(Response::redirect("/"), &self.open(Some(person)))
    }

    fn reply(&self, request: &Request) -> Response {
        let faults = self.state.lock().unwrap().faults;
        let session = self.session(request);
        let person = session.as_ref().and_then(|(_, person)| *person);
        let id = session.map(|(id, _)| id);
        match (request.method.as_str(), request.path(), person) {
            ("POST", "/login" | "/api/session", _) => self.sign_in(request, id),
            (_, "/login", _) if faults.page => Response::html(503, "<p>down</p>"),
            (_, "/login", _) => {
                let id = self.open(None);
                let (token, script) = (token(&id), script(&id));
                let page = format!(
                    "<form method=post action=/login><input type=hidden name=token value='{token}'>\
                     <input type=hidden name=csrf><input name=name><input type=password name=password></form>\
                     <script>let csrf = '{script}';</script>"
                );
                with_cookie(Response::html(200, page), &id)
                    .header("Set-Cookie", "theme=dark; Path=/")
            }
            (_, "/api/me", _) if faults.whoami => Response::json(500, &serde_json::json!({})),
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
                self.state.lock().unwrap().sessions.remove(&id);
                Response::redirect("/login").header("Set-Cookie", "sessionid=; Path=/; Max-Age=0")
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
        let reply: Reply = self.reply(&request).into();
        Box::pin(async move { reply })
    }
}

/// Both belong to the session that the page has made.
fn token(id: &str) -> String {
    format!("t-{}", super::traits::token_of(id))
}

fn script(id: &str) -> String {
    format!("s-{}", super::traits::token_of(id))
}

fn with_cookie(response: Response, id: &str) -> Response {
    response.header("Set-Cookie", &format!("sessionid={id}; Path=/; HttpOnly"))
}

/// The application, its server and the gateway in front.
pub struct Office {
    pub desk: Desk,
    pub origin: Origin,
    pub gateway: Gateway,
}

/// A step-up, and the time since a sign-in in which none is asked for.
pub const WINDOW: std::time::Duration = std::time::Duration::from_secs(3);

impl Office {
    pub async fn open(desk: Desk, change: impl FnOnce(&mut Config)) -> Self {
        let origin = Origin::start(Arc::new(desk.clone())).await;
        let (path, parts) = match desk.json {
            true => ("/api/session", ["json:/user/name", "json:/user/password"]),
            false => ("/login", ["form:name", "form:password"]),
        };
        let rule = format!(
            "path = \"{path}\"\nusername = \"{}\"\npassword = \"{}\"\npage = \"/login\"\n\
             fields = {{ csrf = \"text:csrf = '([^']+)'\" }}",
            parts[0], parts[1]
        );
        let gateway = Gateway::start(origin.addr, |config| {
            config.clear("guard.sign_in").append("guard.sign_in", &rule);
            config.set("step_up", "window", &format!("\"{}s\"", WINDOW.as_secs()));
            change(config);
        })
        .await;
        Self {
            desk,
            origin,
            gateway,
        }
    }

    /// Ada, signed in a while ago.
    pub async fn ada(&self) -> Browser {
        let mut browser = self.gateway.browser();
        self.sign_in(&mut browser).await;
        tokio::time::sleep(WINDOW).await;
        browser
    }

    /// Ada with an authenticator, signed in with it a while ago.
    pub async fn ada_enrolled(&self) -> (Browser, Authenticator) {
        let mut browser = self.gateway.browser();
        self.sign_in(&mut browser).await;
        let phone = totp::enrol(&mut browser).await;
        tokio::time::sleep(WINDOW).await;
        (browser, phone)
    }

    /// Types Ada's password into the application's own page; the answer is not followed.
    pub async fn sign_in(&self, browser: &mut Browser) -> Page {
        let page = browser.get("/login").await;
        let script = page.text().split("csrf = '").nth(1).unwrap().to_owned();
        let script = script.split('\'').next().unwrap();
        let signed_in = if self.desk.json {
            let body = serde_json::json!({ "csrf": script, "user": { "name": "ada", "password": PASSWORD } });
            let body = Some(("application/json", body.to_string().into_bytes()));
            browser
                .send(Call::Navigation, "POST", "/api/session", body)
                .await
        } else {
            let form = page.form_with("password").set("csrf", script);
            browser
                .submit(&form.set("name", "ada").set("password", PASSWORD))
                .await
        };
        assert!(signed_in.is_redirect(), "{signed_in:?}");
        signed_in
    }

    /// The sign-ins that the application has seen, whoever made them.
    pub fn sign_ins(&self) -> Vec<Request> {
        let requests = self.origin.requests().into_iter();
        let sign_in =
            |it: &Request| it.method == "POST" && matches!(it.path(), "/login" | "/api/session");
        requests.filter(sign_in).collect()
    }
}

/// The page that a password opens.
pub const NEW: &str = "/settings/security/authenticators/new";

/// Opens the step-up before `target` and types this password; the answer is not followed.
pub async fn confirm(browser: &mut Browser, target: &str, password: &str) -> Page {
    let asked = browser.get(target).await;
    assert!(asked.leads_to("/.mfa/step-up"), "no step-up: {asked:?}");
    let question = browser
        .click(&format!("{}&with=password", asked.location()))
        .await;
    assert!(
        question.has_field("password"),
        "no password asked: {question:?}"
    );
    browser
        .submit(&question.form_with("password").set("password", password))
        .await
}
