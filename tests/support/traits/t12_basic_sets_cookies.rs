//! An application that takes Basic authentication on every page, and answers with a session cookie that
//! works without it from then on.

use super::{Ledger, pages};
use crate::support::origin::{Answer, App};
use crate::support::people::Person;
use crate::support::reply::Response;
use crate::support::request::Request;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

#[derive(Default)]
pub struct BasicSetsCookies(pub Ledger);

/// The value of `Authorization` that this user's password makes.
pub fn basic(person: Person) -> String {
    format!(
        "Basic {}",
        STANDARD.encode(format!("{}:pw", person.email()))
    )
}

/// Who authenticates by it.
pub fn authenticated(request: &Request) -> Option<Person> {
    let value = request.header("authorization")?.strip_prefix("Basic ")?;
    let pair = String::from_utf8(STANDARD.decode(value).ok()?).ok()?;
    let (email, password) = pair.split_once(':')?;
    Person::of(email, password)
}

impl App for BasicSetsCookies {
    fn answer(&self, request: Request) -> Answer {
        let basic = authenticated(&request);
        let user = basic.or_else(|| self.0.user(&request, "sessionid"));
        let reply = match (
            request.method.as_str(),
            request.path(),
            pages::typed(&request),
        ) {
            ("POST", "/login", Some(person)) => {
                Response::redirect("/private").cookie("sessionid", &self.0.open(Some(person)))
            }
            (_, "/login", _) => pages::form(""),
            (_, "/api/me", _) => pages::who(user),
            (_, "/logout", _) => Response::redirect("/login").without_cookie("sessionid"),
            _ => pages::home_or_form(user),
        };
        let reply = basic.iter().fold(reply, |reply, person| {
            reply.cookie("sessionid", &self.0.open(Some(*person)))
        });
        Box::pin(async move { reply.into() })
    }
}
