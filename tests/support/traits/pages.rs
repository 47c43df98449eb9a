//! What the mock applications show: a form, a page for the user, an answer to who is signed in.

use crate::support::people::Person;
use crate::support::reply::Response;
use crate::support::request::Request;
use serde_json::json;
use unicode_normalization::UnicodeNormalization;

/// Who signs in with this form. Names are taken as people write them: with spaces around, in capitals,
/// in full width.
pub fn typed(request: &Request) -> Option<Person> {
    if request.method != "POST" {
        return None;
    }
    let email: String = request.form("email")?.nfkc().collect();
    Person::of(&email.trim().to_lowercase(), &request.form("password")?)
}

/// The sign-in form at `/login`, with a message above it.
pub fn form(message: &str) -> Response {
    form_to("/login", message)
}

/// A sign-in form that is sent to this path.
pub fn form_to(action: &str, message: &str) -> Response {
    form_with("", action, message)
}

/// A sign-in form with a token that is tied to a session.
pub fn form_for(id: &str) -> Response {
    let token = token_of(id);
    let field = format!("<input type=hidden name=token value={token}>");
    form_with(&field, "/login", "")
}

fn form_with(field: &str, action: &str, message: &str) -> Response {
    let page = format!(
        "<!doctype html><title>Sign in</title><p>{message}</p>\
         <form id=login method=post action={action}>{field}<input name=email>\
         <input name=password type=password><button>Sign in</button></form>"
    );
    Response::html(200, page)
}

/// What a form carries that belongs to this session; the id itself would be withheld.
pub fn token_of(id: &str) -> String {
    id.bytes().rev().map(|byte| format!("{byte:02x}")).collect()
}

/// What a user sees.
pub fn home(person: Person) -> Response {
    let marker = person.marker();
    Response::html(200, format!("<a href=\"/logout\">out</a><p>{marker}</p>"))
}

/// The page of a user; the way to the form for everybody else.
pub fn home_or_form(person: Option<Person>) -> Response {
    person.map_or_else(|| Response::redirect("/login"), home)
}

/// What `/api/me` says.
pub fn who(person: Option<Person>) -> Response {
    match person {
        Some(person) => Response::json(200, &json!({ "id": person.id(), "email": person.email() })),
        None => Response::json(401, &json!({ "error": "signed out" })),
    }
}

impl Response {
    /// Sets a cookie for the whole site.
    pub fn cookie(self, name: &str, value: &str) -> Self {
        self.header("Set-Cookie", &format!("{name}={value}; Path=/; HttpOnly"))
    }

    /// Takes a cookie of the whole site away.
    pub fn without_cookie(self, name: &str) -> Self {
        self.header("Set-Cookie", &format!("{name}=; Path=/; Max-Age=0"))
    }
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
