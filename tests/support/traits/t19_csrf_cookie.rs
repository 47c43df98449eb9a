//! An application whose forms carry the value of a cookie that is no secret and rotates at sign-in, and
//! that compares `Origin` with `Host`.

use super::{Ledger, pages};
use crate::support::origin::{Answer, App};
use crate::support::people::Person;
use crate::support::reply::Response;
use crate::support::request::Request;
use std::collections::HashMap;
use std::sync::Mutex;

#[derive(Default)]
pub struct CsrfCookie {
    pub ledger: Ledger,
    /// The token that each session expects.
    tokens: Mutex<HashMap<String, String>>,
    next: Mutex<u32>,
}

impl CsrfCookie {
    fn new_token(&self) -> String {
        let mut next = self.next.lock().unwrap();
        *next += 1;
        format!("csrf-{:06}", *next)
    }

    fn sign_in(&self, request: &Request) -> Response {
        let Some(person) = pages::typed(request).filter(|_| is_good(request)) else {
            return Response::html(403, "<p>CSRF verification failed</p>");
        };
        let (id, token) = (self.ledger.open(Some(person)), self.new_token());
        self.tokens
            .lock()
            .unwrap()
            .insert(id.clone(), token.clone());
        Response::redirect("/private")
            .cookie("sessionid", &id)
            .header(
                "Set-Cookie",
                &format!("csrftoken={token}; Path=/; SameSite=Lax"),
            )
    }

    fn write(&self, request: &Request, person: Person) -> Response {
        let id = request.cookie("sessionid").unwrap_or_default();
        let expected = self.tokens.lock().unwrap().get(&id).cloned();
        if !is_good(request) || request.form("token") != expected {
            return Response::html(403, "<p>CSRF verification failed</p>");
        }
        Response::html(200, format!("<p>written by {}</p>", person.marker()))
    }
}

/// The form's token is the cookie's, and the form comes from this host.
fn is_good(request: &Request) -> bool {
    let host = request.header("host").unwrap_or_default();
    let origin = request.header("origin").unwrap_or_default();
    let same =
        request.form("token").is_some() && request.form("token") == request.cookie("csrftoken");
    same && origin == format!("http://{host}")
}

fn form(action: &str, token: &str) -> String {
    format!(
        "<form method=post action={action}><input type=hidden name=token value={token}>\
         <input name=email><input name=password type=password></form>"
    )
}

impl App for CsrfCookie {
    fn answer(&self, request: Request) -> Answer {
        let user = self.ledger.user(&request, "sessionid");
        let token = request.cookie("csrftoken").unwrap_or_default();
        let reply = match (request.method.as_str(), request.path(), user) {
            ("POST", "/login", _) => self.sign_in(&request),
            (_, "/login", _) => {
                let token = self.new_token();
                let page = Response::html(200, form("/login", &token));
                page.header(
                    "Set-Cookie",
                    &format!("csrftoken={token}; Path=/; SameSite=Lax"),
                )
            }
            (_, "/api/me", _) => pages::who(user),
            (_, "/logout", _) => Response::redirect("/login").without_cookie("sessionid"),
            ("POST", "/notes", Some(user)) => self.write(&request, user),
            (_, "/notes", Some(_)) => Response::html(200, form("/notes", &token)),
            _ => pages::home_or_form(user),
        };
        Box::pin(async move { reply.into() })
    }
}
