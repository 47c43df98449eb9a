//! T24: a session belongs to one client. Another User-Agent, another forwarded address or a missing
//! `browser-id` destroys it on the server.

use super::Ledger;
use super::pages::{self, form, home, typed};
use crate::support::origin::{Answer, App};
use crate::support::reply::Response;
use crate::support::request::Request;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// The application; clones share their sessions.
#[derive(Clone, Default)]
pub struct BoundSession {
    pub ledger: Ledger,
    clients: Arc<Mutex<HashMap<String, Vec<String>>>>,
}

const BOUND_TO: [&str; 3] = ["user-agent", "x-forwarded-for", "browser-id"];

impl BoundSession {
    fn open(&self, request: &Request, person: Option<crate::support::Person>) -> String {
        let id = self.ledger.open(person);
        self.clients
            .lock()
            .unwrap()
            .insert(id.clone(), client(request));
        id
    }

    fn reply(&self, request: &Request) -> Response {
        let mut session = self.ledger.find(request, "sid");
        if let Some((id, _)) = &session
            && self.clients.lock().unwrap()[id] != client(request)
        {
            self.ledger.end(id);
            session = None;
        }
        let person = session.as_ref().and_then(|(_, person)| *person);
        match (request.path(), person, typed(request)) {
            ("/login", _, Some(typed)) => {
                let id = self.open(request, Some(typed));
                Response::redirect("/").cookie("sid", &id)
            }
            ("/api/me", ..) => pages::who(person),
            (_, Some(person), _) => home(person),
            (_, None, _) => form("").cookie("sid", &self.open(request, None)),
        }
    }
}

fn client(request: &Request) -> Vec<String> {
    let values = BOUND_TO.iter().map(|name| request.header(name));
    values
        .map(|value| value.unwrap_or_default().to_owned())
        .collect()
}

impl App for BoundSession {
    fn answer(&self, request: Request) -> Answer {
        let reply = self.reply(&request);
        Box::pin(async move { reply.into() })
    }
}
