//! An application whose password-reset link gives a session of nobody in which the new password is
//! chosen: the same cookie as a signed-in one. With `signs_in` the new password signs in at once.

use super::{Ledger, TRAIT_ID, pages};
use crate::support::origin::{Answer, App};
use crate::support::people::Person;
use crate::support::reply::Response;
use crate::support::request::Request;
use std::collections::HashMap;
use std::sync::Mutex;

#[derive(Default)]
pub struct ResetLink {
    pub signs_in: bool,
    pub ledger: Ledger,
    /// Whose password may be chosen in which session.
    resets: Mutex<HashMap<String, Person>>,
}

/// The link in the mail.
pub fn link_for(person: Person) -> String {
    format!("/reset?link={}", person.email())
}

impl ResetLink {
    pub fn new(signs_in: bool) -> Self {
        Self {
            signs_in,
            ..Self::default()
        }
    }

    fn open(&self, request: &Request) -> Response {
        let person = request
            .query("link")
            .and_then(|email| Person::of(&email, "pw"));
        let Some(person) = person else {
            return Response::html(404, "<p>No such link</p>");
        };
        let id = self.ledger.open(None);
        self.resets.lock().unwrap().insert(id.clone(), person);
        Response::redirect("/reset/form").cookie("sessionid", &id)
    }

    fn change(&self, id: &str, person: Person) -> Response {
        self.resets.lock().unwrap().remove(id);
        if self.signs_in {
            self.ledger.give(id, person);
            return Response::redirect("/private").body(person.marker());
        }
        Response::html(200, "<p>Your password has been changed</p>")
    }
}

impl App for ResetLink {
    fn answer(&self, request: Request) -> Answer {
        let id = request.cookie("sessionid").unwrap_or_default();
        let reset = self.resets.lock().unwrap().get(&id).copied();
        let user = self.ledger.owner(&id);
        let reply = match (request.method.as_str(), request.path(), reset) {
            ("POST", "/login", _) => match pages::typed(&request) {
                Some(person) => Response::redirect("/private")
                    .cookie("sessionid", &self.ledger.open(Some(person))),
                None => pages::form("Wrong"),
            },
            (_, "/login", _) => pages::form(""),
            (_, "/api/me", _) => pages::who(user),
            (_, "/logout", _) => Response::redirect("/login").without_cookie("sessionid"),
            (_, "/reset", _) => self.open(&request),
            ("POST", "/reset/form", Some(person)) => self.change(&id, person),
            (_, "/reset/form", Some(_)) => Response::html(
                200,
                "<form method=post action=/reset/form><input name=new_password type=password></form>",
            ),
            (_, "/reset/form", None) => Response::html(403, "<p>This link has expired</p>"),
            _ => pages::home_or_form(user),
        };
        debug_assert!(
            id.is_empty() || id.starts_with(TRAIT_ID),
            "a seal arrived: {id}"
        );
        Box::pin(async move { reply.into() })
    }
}
