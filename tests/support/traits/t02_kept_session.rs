//! T2: the session id stays at every sign-in, and no cookie moves. A page that takes its time shows
//! whoever is signed in by then.

use super::Ledger;
use super::pages::{self, chunk, chunked_head, form, form_for, home, typed};
use crate::support::origin::{Answer, App};
use crate::support::people::Person;
use crate::support::reply::{Reply, Response};
use crate::support::request::Request;
use std::time::Duration;

/// The application; clones share their sessions.
#[derive(Clone, Default)]
pub struct KeptSession {
    pub ledger: Ledger,
}

impl KeptSession {
    fn reply(&self, request: &Request) -> Reply {
        let session = self.ledger.find(request, "sid");
        let person = session.as_ref().and_then(|(_, person)| *person);
        let linked = request.query("u").and_then(|number| number.parse().ok());
        let signs_in = typed(request).or(linked.map(Person));
        match (request.path(), signs_in, session) {
            ("/login" | "/sso", Some(person), Some((id, _))) => {
                self.ledger.give(&id, person);
                Response::html(200, "<p>done</p>").into()
            }
            ("/late", _, Some((id, _))) => self.late(id),
            ("/api/me", ..) => pages::who(person).into(),
            (_, _, Some((id, None))) => form_for(&id).into(),
            (_, _, None) => {
                let id = self.ledger.open(None);
                form_for(&id).cookie("sid", &id).into()
            }
            _ => person.map_or_else(|| form(""), home).into(),
        }
    }

    /// A line every tenth of a second: who is signed in now.
    fn late(&self, id: String) -> Reply {
        let (sender, receiver) = tokio::sync::mpsc::channel(1);
        let ledger = self.ledger.clone();
        tokio::spawn(async move {
            let _ = sender.send(chunked_head("")).await;
            for _ in 0..20 {
                let owner = ledger
                    .owner(&id)
                    .map_or("nobody".to_owned(), Person::marker);
                let _ = sender.send(chunk(&owner)).await;
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            let _ = sender.send(chunk("")).await;
        });
        Reply::Stream(receiver)
    }
}

impl App for KeptSession {
    fn answer(&self, request: Request) -> Answer {
        let app = self.clone();
        Box::pin(async move {
            if request.path() == "/later" {
                // It looks at its session last.
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            app.reply(&request)
        })
    }
}
