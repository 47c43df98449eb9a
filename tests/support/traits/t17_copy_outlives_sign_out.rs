//! An application whose sign-out deletes the cookie and nothing else: a copy of it goes on working.

use super::{Ledger, pages};
use crate::support::origin::{Answer, App};
use crate::support::reply::Response;
use crate::support::request::Request;

#[derive(Default)]
pub struct CopyOutlivesSignOut(pub Ledger);

impl App for CopyOutlivesSignOut {
    fn answer(&self, request: Request) -> Answer {
        let user = self.0.user(&request, "sessionid");
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
        Box::pin(async move { reply.into() })
    }
}
