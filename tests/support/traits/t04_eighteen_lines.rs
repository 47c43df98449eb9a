//! An application whose sign-in answers with eighteen `Set-Cookie` lines: it deletes the session cookie,
//! sets one of nobody, sets the user's, and fifteen that are no secret. The sign-out sets and deletes.

use super::{Ledger, pages};
use crate::support::origin::{Answer, App};
use crate::support::people::Person;
use crate::support::reply::Response;
use crate::support::request::Request;

/// How many cookies of the sign-in are no secret.
pub const PLAIN: usize = 15;

#[derive(Default)]
pub struct EighteenLines(pub Ledger);

impl EighteenLines {
    fn sign_in(&self, person: Person) -> Response {
        let welcome = Response::redirect("/private")
            .header(
                "Set-Cookie",
                "sessionid=deleted; Path=/; Expires=Thu, 01-Jan-1970 00:00:01 GMT; Max-Age=0",
            )
            .cookie("sessionid", &self.0.open(None));
        let welcome = (0..PLAIN).fold(welcome, |welcome, number| {
            welcome.header("Set-Cookie", &format!("pref{number:02}=v{number}; Path=/"))
        });
        welcome.cookie("sessionid", &self.0.open(Some(person)))
    }
}

impl App for EighteenLines {
    fn answer(&self, request: Request) -> Answer {
        let user = self.0.user(&request, "sessionid");
        let reply = match (
            request.method.as_str(),
            request.path(),
            pages::typed(&request),
        ) {
            ("POST", "/login", Some(person)) => self.sign_in(person),
            (_, "/login", _) => pages::form("").cookie("sessionid", &self.0.open(None)),
            (_, "/api/me", _) => pages::who(user),
            (_, "/logout", _) => Response::redirect("/login")
                .cookie("sessionid", &self.0.open(None))
                .without_cookie("sessionid"),
            _ => pages::home_or_form(user),
        };
        Box::pin(async move { reply.into() })
    }
}
