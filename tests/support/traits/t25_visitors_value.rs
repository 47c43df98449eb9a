//! T25: a sign-out does not delete the session cookie, it gives it the value of a visitor's session.

use super::Ledger;
use super::pages::{form, home_or_form, typed, who};
use crate::support::origin::{Answer, App};
use crate::support::reply::Response;
use crate::support::request::Request;

#[derive(Default)]
pub struct VisitorsValue(pub Ledger);

impl VisitorsValue {
    fn reply(&self, request: &Request) -> Response {
        let user = self.0.user(request, "sessionid");
        match (request.path(), typed(request)) {
            ("/login", Some(person)) => {
                let id = self.0.open(Some(person));
                Response::redirect("/private").cookie("sessionid", &id)
            }
            ("/login", None) if user.is_none() => form("").cookie("sessionid", &self.0.open(None)),
            // `/bye` does the same where nobody declared a sign-out. What it ends is only this cookie.
            ("/logout" | "/bye", _) => {
                let visitor = self.0.open(None);
                Response::redirect("/login").cookie("sessionid", &visitor)
            }
            ("/api/me", _) => who(user),
            _ => home_or_form(user),
        }
    }
}

impl App for VisitorsValue {
    fn answer(&self, request: Request) -> Answer {
        let reply = self.reply(&request);
        Box::pin(async move { reply.into() })
    }
}
