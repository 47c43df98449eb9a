//! What the mock applications have in common: sessions by the value of their cookie, a form, a page
//! for the user, and an answer to who is signed in.

use crate::support::people::Person;
use crate::support::reply::Response;
use crate::support::request::Request;
use serde_json::json;
use std::collections::HashMap;
use std::sync::Mutex;

/// The start of every credential that these applications make.
pub const RAW: &str = "RAWSID-";

/// Sessions of users and of nobody.
#[derive(Default)]
pub struct Book(Mutex<Sessions>);

#[derive(Default)]
struct Sessions {
    next: u32,
    owners: HashMap<String, Option<Person>>,
}

impl Book {
    /// A new session; its value.
    pub fn open(&self, person: Option<Person>) -> String {
        let mut sessions = self.0.lock().unwrap();
        sessions.next += 1;
        let id = format!("{RAW}{:04}-{}", sessions.next, std::process::id());
        sessions.owners.insert(id.clone(), person);
        id
    }

    /// Makes the session of this value this user's, or nobody's.
    pub fn sign(&self, id: &str, person: Option<Person>) {
        let mut sessions = self.0.lock().unwrap();
        sessions.owners.insert(id.to_owned(), person);
    }

    pub fn close(&self, id: &str) {
        self.0.lock().unwrap().owners.remove(id);
    }

    pub fn close_all_of(&self, person: Person) {
        let mut sessions = self.0.lock().unwrap();
        sessions.owners.retain(|_, owner| *owner != Some(person));
    }

    /// Whether there is such a session, and whose it is.
    pub fn known(&self, id: &str) -> Option<Option<Person>> {
        self.0.lock().unwrap().owners.get(id).copied()
    }

    /// The user of this session.
    pub fn owner(&self, id: &str) -> Option<Person> {
        self.known(id).flatten()
    }

    /// The user of the session in this cookie.
    pub fn user(&self, request: &Request, cookie: &str) -> Option<Person> {
        self.owner(&request.cookie(cookie)?)
    }

    /// The values of this user's sessions.
    pub fn of(&self, person: Person) -> Vec<String> {
        let sessions = self.0.lock().unwrap();
        let theirs = sessions
            .owners
            .iter()
            .filter(|(_, owner)| **owner == Some(person));
        theirs.map(|(id, _)| id.clone()).collect()
    }
}

/// Whoever types the right password into the form.
pub fn typed(request: &Request) -> Option<Person> {
    let field = |name| request.form(name).unwrap_or_default();
    Person::of(&field("email"), &field("password"))
}

/// The sign-in form at `/login`, with a message above it.
pub fn form(message: &str) -> String {
    form_to("/login", message)
}

/// A sign-in form that is sent to this path.
pub fn form_to(action: &str, message: &str) -> String {
    format!(
        "<!doctype html><title>Sign in</title><p>{message}</p><form method=post action={action}>\
         <input name=email><input name=password type=password><button>Sign in</button></form>"
    )
}

/// A page that only this user may see.
pub fn page(person: Person) -> Response {
    Response::html(200, format!("<h1>Contacts</h1><p>{}</p>", person.marker()))
}

/// The page of a user; the way to the form for everybody else.
pub fn page_or_form(person: Option<Person>) -> Response {
    person.map_or_else(|| Response::redirect("/login"), page)
}

/// What `/api/me` says.
pub fn who(person: Option<Person>) -> Response {
    match person {
        Some(person) => Response::json(200, &json!({ "id": person.id(), "email": person.email() })),
        None => Response::json(401, &json!({ "error": "signed out" })),
    }
}

impl Response {
    /// Adds a cookie for the whole site.
    pub fn cookie(self, name: &str, value: &str) -> Self {
        self.header("Set-Cookie", &format!("{name}={value}; Path=/; HttpOnly"))
    }

    /// Takes a cookie of the whole site away.
    pub fn without_cookie(self, name: &str) -> Self {
        self.header("Set-Cookie", &format!("{name}=; Path=/; Max-Age=0"))
    }
}
