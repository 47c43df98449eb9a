//! T20: every answer to somebody who is signed in sets the session cookie to a new value; the ones
//! before stay good.

use super::{Ledger, chunk, chunked_head, cookie, form, home, typed};
use crate::support::origin::{Answer, App};
use crate::support::people::Person;
use crate::support::reply::{Reply, Response};
use crate::support::request::Request;
use std::time::Duration;

/// The application; clones share their sessions.
#[derive(Clone, Default)]
pub struct ChangingCookie {
    pub ledger: Ledger,
}

impl ChangingCookie {
    fn again(&self, response: Response, person: Person) -> Response {
        cookie(response, "sid", &self.ledger.open(Some(person)))
    }

    fn reply(&self, request: &Request) -> Reply {
        let session = self.ledger.find(request, "sid");
        let person = session.as_ref().and_then(|(_, person)| *person);
        // `/sso?u=7` signs in by a way that nobody declared, and says hello.
        let linked = request.query("u").and_then(|number| number.parse().ok());
        match (request.path(), person, typed(request)) {
            ("/login", _, Some(typed)) => self.again(Response::redirect("/"), typed).into(),
            ("/sso", ..) if linked.is_some() => {
                let person = Person(linked.unwrap_or_default());
                self.again(home(person), person).into()
            }
            ("/api/me", Some(person), _) => {
                let who = serde_json::json!({ "id": person.id() });
                self.again(Response::json(200, &who), person).into()
            }
            ("/api/me", None, _) => Response::json(401, &serde_json::json!({})).into(),
            ("/slow", Some(person), _) => self.slow(person),
            ("/events", Some(person), _) => {
                let kind = ("Content-Type".to_owned(), "text/event-stream".to_owned());
                let mut events = self.again(home(person), person);
                events.headers.retain(|(name, _)| name != "Content-Type");
                events.headers.push(kind);
                events.into()
            }
            (_, Some(person), _) => self.again(home(person), person).into(),
            (_, None, _) => cookie(form(""), "sid", &self.ledger.open(None)).into(),
        }
    }

    /// Half of the page at once, the rest a second later.
    fn slow(&self, person: Person) -> Reply {
        let (sender, receiver) = tokio::sync::mpsc::channel(1);
        let id = self.ledger.open(Some(person));
        tokio::spawn(async move {
            let set = format!("Set-Cookie: sid={id}; Path=/\r\n");
            let _ = sender.send(chunked_head(&set)).await;
            for text in ["the first half", &person.marker(), ""] {
                let _ = sender.send(chunk(text)).await;
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        });
        Reply::Stream(receiver)
    }
}

impl App for ChangingCookie {
    fn answer(&self, request: Request) -> Answer {
        let reply = self.reply(&request);
        Box::pin(async move { reply })
    }
}
