//! T26: a link opens a share for anybody, under the very cookie that real sessions have; another, in an
//! invitation, signs in.

use super::Ledger;
use super::pages::{self, form, home, typed};
use crate::support::origin::{Answer, App};
use crate::support::people::Person;
use crate::support::reply::Response;
use crate::support::request::Request;

/// What everybody with the link sees.
pub const SHARED: &str = "SHARED-WITH-EVERYBODY";

/// The link in the mail that invites this user.
pub fn invitation(person: Person) -> String {
    format!("/invitation?of={}", person.0)
}

/// The application; clones share their sessions.
#[derive(Clone, Default)]
pub struct ShareLink {
    pub ledger: Ledger,
}

impl ShareLink {
    fn reply(&self, request: &Request) -> Response {
        let session = self.ledger.find(request, "auth_session");
        let person = session.as_ref().and_then(|(_, person)| *person);
        let invited = request.query("of").and_then(|number| number.parse().ok());
        match (request.path(), person, typed(request)) {
            ("/login", _, Some(typed)) => {
                let id = self.ledger.open(Some(typed));
                Response::redirect("/").cookie("auth_session", &id)
            }
            ("/share/abc", ..) => {
                let id = self.ledger.open(None);
                Response::html(200, SHARED).cookie("auth_session", &id)
            }
            ("/invitation", ..) if invited.is_some() => {
                let person = Person(invited.unwrap_or_default());
                let id = self.ledger.open(Some(person));
                home(person).cookie("auth_session", &id)
            }
            ("/share/abc/file", None, _) if session.is_some() => Response::html(200, SHARED),
            ("/api/me", ..) => pages::who(person),
            (_, Some(person), _) => home(person),
            (_, None, _) => form(""),
        }
    }
}

impl App for ShareLink {
    fn answer(&self, request: Request) -> Answer {
        let reply = self.reply(&request);
        Box::pin(async move { reply.into() })
    }
}
