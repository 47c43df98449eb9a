//! T20: every answer to somebody who is signed in sets the session cookie, to a new value, with the ones
//! before staying good, or to the value that it has.

use super::Ledger;
use super::pages::{self, chunk, chunked_head, form, home, typed};
use crate::support::origin::{Answer, App};
use crate::support::people::Person;
use crate::support::reply::{Reply, Response};
use crate::support::request::Request;
use std::time::Duration;

/// The application; clones share their sessions.
#[derive(Clone, Default)]
pub struct ChangingCookie {
    pub ledger: Ledger,
    /// The value is the same each time.
    pub same: bool,
}

impl ChangingCookie {
    /// Sets the cookie of this request's session once more.
    fn again(&self, response: Response, request: &Request, person: Person) -> Response {
        let same = request.cookie("sid").filter(|_| self.same);
        let id = same.filter(|id| self.ledger.owner(id) == Some(person));
        response.cookie("sid", &id.unwrap_or_else(|| self.ledger.open(Some(person))))
    }

    fn reply(&self, request: &Request) -> Reply {
        let person = self.ledger.user(request, "sid");
        // `/sso?u=7` signs in by a way that nobody declared, and says hello.
        let linked = request.query("u").and_then(|number| number.parse().ok());
        match (request.path(), person, typed(request)) {
            ("/login", _, Some(typed)) => {
                self.again(Response::redirect("/"), request, typed).into()
            }
            ("/logout", ..) => Response::redirect("/login").without_cookie("sid").into(),
            ("/sso", ..) if linked.is_some() => {
                let person = Person(linked.unwrap_or_default());
                self.again(home(person), request, person).into()
            }
            ("/api/me", Some(person), _) => {
                self.again(pages::who(Some(person)), request, person).into()
            }
            ("/api/me", None, _) => pages::who(None).into(),
            ("/slow", Some(person), _) => self.slow(person),
            ("/events", Some(person), _) => {
                let kind = ("Content-Type".to_owned(), "text/event-stream".to_owned());
                let mut events = self.again(home(person), request, person);
                events.headers.retain(|(name, _)| name != "Content-Type");
                events.headers.push(kind);
                events.into()
            }
            (_, Some(person), _) => self.again(home(person), request, person).into(),
            (_, None, _) => form("").cookie("sid", &self.ledger.open(None)).into(),
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
