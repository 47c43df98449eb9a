//! An application that keeps the session id when the user of the session signs in once more, and makes
//! a new one for everybody else. It takes the password at `/login` and, declared to nobody, at `/again`.

use super::{Ledger, pages};
use crate::support::origin::{Answer, App};
use crate::support::reply::Response;
use crate::support::request::Request;

#[derive(Default)]
pub struct KeepsForSameUser(pub Ledger);

impl KeepsForSameUser {
    fn sign_in(&self, request: &Request) -> Response {
        let Some(person) = pages::typed(request) else {
            return pages::form("Wrong email or password");
        };
        let welcome = Response::redirect("/private").body(person.marker());
        if self.0.user(request, "sessionid") == Some(person) {
            return welcome;
        }
        welcome.cookie("sessionid", &self.0.open(Some(person)))
    }
}

impl App for KeepsForSameUser {
    fn answer(&self, request: Request) -> Answer {
        let user = self.0.user(&request, "sessionid");
        let reply = match (request.method.as_str(), request.path()) {
            ("POST", "/login" | "/again") => self.sign_in(&request),
            (_, "/login") => pages::form("").cookie("sessionid", &self.0.open(None)),
            (_, "/api/me") => pages::who(user),
            (_, "/logout") => Response::redirect("/login").without_cookie("sessionid"),
            _ => pages::home_or_form(user),
        };
        Box::pin(async move { reply.into() })
    }
}
