//! An application that sets one cookie with the same value at two paths, and another for the whole
//! site; its back office wants both.

use super::{Ledger, pages};
use crate::support::origin::{Answer, App};
use crate::support::people::Person;
use crate::support::reply::Response;
use crate::support::request::Request;

/// The paths of `auth`.
pub const OFFICES: [&str; 2] = ["/admin", "/plugins"];

#[derive(Default)]
pub struct OneValueAtTwoPaths(pub Ledger);

impl OneValueAtTwoPaths {
    fn sign_in(&self, person: Person) -> Response {
        let auth = self.0.open(Some(person));
        let welcome =
            Response::redirect("/private").cookie("logged_in", &self.0.open(Some(person)));
        OFFICES.iter().fold(welcome, |welcome, path| {
            welcome.header("Set-Cookie", &format!("auth={auth}; Path={path}; HttpOnly"))
        })
    }
}

impl App for OneValueAtTwoPaths {
    fn answer(&self, request: Request) -> Answer {
        let user = self.0.user(&request, "logged_in");
        let office = OFFICES.iter().any(|path| request.path().starts_with(path));
        let reply = match (
            request.method.as_str(),
            request.path(),
            pages::typed(&request),
        ) {
            ("POST", "/login", Some(person)) => self.sign_in(person),
            (_, "/login", _) => pages::form(""),
            (_, "/api/me", _) => pages::who(user),
            (_, "/logout", _) => OFFICES.iter().fold(
                Response::redirect("/login").without_cookie("logged_in"),
                |reply, path| reply.header("Set-Cookie", &format!("auth=; Path={path}; Max-Age=0")),
            ),
            _ if office => pages::home_or_form(self.0.user(&request, "auth").and(user)),
            _ => pages::home_or_form(user),
        };
        Box::pin(async move { reply.into() })
    }
}
