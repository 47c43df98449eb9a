//! Small applications, each named after what real ones do (one trait of sixteen that were observed).
//! What all of them have in common is here: who is signed in with which session, and three pages.

pub mod bound_session;
pub mod changing_cookie;
pub mod few_words;
pub mod kept_session;
pub mod replaced_session;
pub mod share_link;

use super::people::Person;
use super::reply::Response;
use super::request::Request;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use unicode_normalization::UnicodeNormalization;

/// The start of every session id that these applications make.
pub const TRAIT_ID: &str = "TRAITID-";

/// Who is signed in with which session; clones share it.
#[derive(Clone, Default)]
pub struct Ledger(Arc<Mutex<Sessions>>);

#[derive(Default)]
struct Sessions {
    made: u64,
    owners: HashMap<String, Option<Person>>,
}

impl Ledger {
    /// A new session, of a user or of nobody.
    pub fn open(&self, person: Option<Person>) -> String {
        let mut ledger = self.0.lock().unwrap();
        ledger.made += 1;
        let id = format!("{TRAIT_ID}{:06}-{}", ledger.made, std::process::id());
        ledger.owners.insert(id.clone(), person);
        id
    }

    /// The session of a request's cookie, and its user.
    pub fn find(&self, request: &Request, cookie: &str) -> Option<(String, Option<Person>)> {
        let id = request.cookie(cookie)?;
        let person = *self.0.lock().unwrap().owners.get(&id)?;
        Some((id, person))
    }

    /// Makes this session this user's.
    pub fn give(&self, id: &str, person: Person) {
        self.0
            .lock()
            .unwrap()
            .owners
            .insert(id.to_owned(), Some(person));
    }

    /// Whose session it is now.
    pub fn owner(&self, id: &str) -> Option<Person> {
        self.0.lock().unwrap().owners.get(id).copied().flatten()
    }

    pub fn end(&self, id: &str) {
        self.0.lock().unwrap().owners.remove(id);
    }

    /// Whether this user has a session.
    pub fn knows(&self, person: Person) -> bool {
        let ledger = self.0.lock().unwrap();
        ledger.owners.values().any(|owner| *owner == Some(person))
    }
}

/// Who signs in with this form. Names are taken as people write them: with spaces around, in capitals,
/// in full width.
pub fn typed(request: &Request) -> Option<Person> {
    if request.method != "POST" {
        return None;
    }
    let email: String = request.form("email")?.nfkc().collect();
    Person::of(&email.trim().to_lowercase(), &request.form("password")?)
}

/// What a form carries that belongs to this session; the id itself would be withheld.
pub fn token_of(id: &str) -> String {
    id.bytes().rev().map(|byte| format!("{byte:02x}")).collect()
}

/// The sign-in form, with a token that is tied to a session.
pub fn form(id: &str) -> Response {
    let token = token_of(id);
    Response::html(
        200,
        format!(
            "<form id=\"login\" method=\"post\" action=\"/login\"><input type=\"hidden\" name=\"token\" value=\"{token}\">\
             <input name=\"email\"><input type=\"password\" name=\"password\"></form>"
        ),
    )
}

/// What a user sees.
pub fn home(person: Person) -> Response {
    let marker = person.marker();
    Response::html(200, format!("<a href=\"/logout\">out</a><p>{marker}</p>"))
}

/// A session cookie for the whole site.
pub fn cookie(response: Response, name: &str, value: &str) -> Response {
    response.header("Set-Cookie", &format!("{name}={value}; Path=/; HttpOnly"))
}

/// What takes it away.
pub fn gone(response: Response, name: &str) -> Response {
    response.header("Set-Cookie", &format!("{name}=; Path=/; Max-Age=0"))
}

/// The head of an answer that comes in [`chunk`]s, and is sent on as they come.
pub fn chunked_head(lines: &str) -> Vec<u8> {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n";
    format!("{head}{lines}\r\n").into_bytes()
}

/// One piece of it; an empty one is the end.
pub fn chunk(text: &str) -> Vec<u8> {
    format!("{:x}\r\n{text}\r\n", text.len()).into_bytes()
}
