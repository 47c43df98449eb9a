//! T1: every answer to somebody who is not signed in replaces the session and kills the one before; a
//! question in between would take the visitor's form away. Who is signed in is readable in a cookie.

use super::Ledger;
use super::pages::{form_for, home, token_of, typed};
use crate::support::origin::{Answer, App};
use crate::support::people::Person;
use crate::support::reply::Response;
use crate::support::request::Request;

/// The application; clones share their sessions.
#[derive(Clone, Default)]
pub struct ReplacedSession {
    pub ledger: Ledger,
    /// T25: a sign-out gives the visitor's value to the session cookie and leaves it set.
    pub keeps_cookie_at_sign_out: bool,
}

impl ReplacedSession {
    /// A cookie that names the user, as `name|number`.
    fn signed_in(&self, response: Response, person: Person) -> Response {
        let id = self.ledger.open(Some(person));
        let named = format!("{}%7C{}", person.email(), person.id());
        response.cookie("sid", &id).cookie("auth_user", &named)
    }

    fn visitor(&self, old: Option<String>, page: impl Fn(&str) -> Response) -> Response {
        if let Some(old) = old {
            self.ledger.end(&old);
        }
        let id = self.ledger.open(None);
        page(&id).cookie("sid", &id)
    }

    fn reply(&self, request: &Request) -> Response {
        let session = self.ledger.find(request, "sid");
        let (old, person) = session.map_or((None, None), |(id, person)| (Some(id), person));
        let token = old.is_some() && request.form("token") == old.as_deref().map(token_of);
        match (request.path(), person, typed(request)) {
            ("/login", _, Some(typed)) if token => {
                self.ledger.end(&old.unwrap_or_default());
                self.signed_in(Response::redirect("/"), typed)
            }
            // Somebody else signs in, by a way that nobody declared.
            ("/switch", _, Some(typed)) => self.signed_in(home(typed), typed),
            ("/logout", Some(person), _) => {
                self.ledger.end(&old.unwrap_or_default());
                let bye = Response::html(200, format!("<p>bye {}</p>", person.email()));
                if self.keeps_cookie_at_sign_out {
                    self.visitor(None, |_| bye.clone())
                        .without_cookie("auth_user")
                } else {
                    bye.without_cookie("auth_user")
                }
            }
            (_, Some(person), _) => home(person),
            _ => self.visitor(old, form_for),
        }
    }
}

impl App for ReplacedSession {
    fn answer(&self, request: Request) -> Answer {
        let reply = self.reply(&request);
        Box::pin(async move { reply.into() })
    }
}
