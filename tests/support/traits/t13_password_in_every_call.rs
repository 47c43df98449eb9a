//! An application with two interfaces that take the password in every call, answer with data and set no
//! cookie: XML-RPC, and an API with Basic authentication.

use super::t12_basic_sets_cookies::authenticated;
use super::{Ledger, pages};
use crate::support::origin::{Answer, App};
use crate::support::people::Person;
use crate::support::reply::Response;
use crate::support::request::Request;

#[derive(Default)]
pub struct PasswordInEveryCall(pub Ledger);

/// A call with this user's password.
pub fn call(person: Person) -> String {
    format!(
        "<methodCall><methodName>wp.getUsersBlogs</methodName><params><param>{}</param>\
         <param>pw</param></params></methodCall>",
        person.email()
    )
}

fn caller(request: &Request) -> Option<Person> {
    let text = String::from_utf8_lossy(&request.body).into_owned();
    let email = text.split("<param>").nth(1)?.split('<').next()?.to_owned();
    let password = text.split("<param>").nth(2)?.split('<').next()?.to_owned();
    Person::of(&email, &password)
}

impl App for PasswordInEveryCall {
    fn answer(&self, request: Request) -> Answer {
        let user = self.0.user(&request, "sessionid");
        let path = request.path().to_ascii_lowercase().replace("//", "/");
        let called = match path.as_str() {
            "/xmlrpc.php" | "/xmlrpc.php/" => caller(&request),
            path if path.starts_with("/api/v1/") => authenticated(&request),
            _ => None,
        };
        let reply = match (
            request.method.as_str(),
            path.as_str(),
            pages::typed(&request),
        ) {
            _ if called.is_some() => pages::home_or_form(called),
            ("POST", "/login", Some(person)) => {
                Response::redirect("/private").cookie("sessionid", &self.0.open(Some(person)))
            }
            (_, "/login", _) => pages::form(""),
            (_, "/api/me", _) => pages::who(user),
            (_, "/logout", _) => Response::redirect("/login").without_cookie("sessionid"),
            _ => pages::home_or_form(user),
        };
        Box::pin(async move { reply.into() })
    }
}
