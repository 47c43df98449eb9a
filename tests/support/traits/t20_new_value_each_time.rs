//! An application that gives the session a new value on every response; the one before stays good for
//! requests that are on their way.

use super::book::{self, Book};
use crate::support::origin::{Answer, App};
use crate::support::reply::Response;
use crate::support::request::Request;

#[derive(Default)]
pub struct NewValueEachTime(pub Book);

impl App for NewValueEachTime {
    fn answer(&self, request: Request) -> Answer {
        let user = self.0.user(&request, "sessionid");
        let reply = match (
            request.method.as_str(),
            request.path(),
            book::typed(&request),
        ) {
            ("POST", "/login", Some(person)) => {
                Response::redirect("/private").cookie("sessionid", &self.0.open(Some(person)))
            }
            (_, "/login", _) => Response::html(200, book::form("")),
            (_, "/api/me", _) => book::who(user),
            (_, "/logout", _) => Response::redirect("/login").without_cookie("sessionid"),
            _ => match user {
                Some(user) => book::page(user).cookie("sessionid", &self.0.open(Some(user))),
                None => Response::redirect("/login"),
            },
        };
        Box::pin(async move { reply.into() })
    }
}
