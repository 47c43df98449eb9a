//! T26: a link opens a share for anybody, under the very cookie that real sessions have.

use super::{Ledger, cookie, form, home, typed};
use crate::support::origin::{Answer, App};
use crate::support::reply::Response;
use crate::support::request::Request;

/// What everybody with the link sees.
pub const SHARED: &str = "SHARED-WITH-EVERYBODY";

/// The application; clones share their sessions.
#[derive(Clone, Default)]
pub struct ShareLink {
    pub ledger: Ledger,
}

impl ShareLink {
    fn reply(&self, request: &Request) -> Response {
        let session = self.ledger.find(request, "auth_session");
        let person = session.as_ref().and_then(|(_, person)| *person);
        match (request.path(), person, typed(request)) {
            ("/login", _, Some(typed)) => {
                let id = self.ledger.open(Some(typed));
                cookie(Response::redirect("/"), "auth_session", &id)
            }
            ("/share/abc", ..) => {
                let id = self.ledger.open(None);
                cookie(Response::html(200, SHARED), "auth_session", &id)
            }
            ("/share/abc/file", None, _) if session.is_some() => Response::html(200, SHARED),
            ("/api/me", Some(person), _) => {
                Response::json(200, &serde_json::json!({ "id": person.id() }))
            }
            ("/api/me", None, _) => Response::json(401, &serde_json::json!({})),
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
