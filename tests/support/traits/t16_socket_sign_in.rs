//! T16: a whole sign-in happens inside a WebSocket, which needs no session and hands out a refresh
//! token. Where no socket opens, the same conversation goes by long poll.

use super::pages::{form, home_or_form, typed, who};
use super::{Ledger, TRAIT_ID};
use crate::support::origin::{Answer, App};
use crate::support::people::Person;
use crate::support::reply::{Reply, Response};
use crate::support::request::Request;
use serde_json::{Value, json};

/// What a refresh token is called in what comes.
pub const REFRESH: &str = "refresh_token";

#[derive(Default)]
pub struct SocketSignIn {
    /// A long poll belongs to the session of its cookie, and else to a number in its query.
    pub polls_by_cookie: bool,
    pub ledger: Ledger,
}

const HEAD: &[u8] =
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                      Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

/// The message that signs in.
pub fn login(person: Person) -> Vec<u8> {
    json!({ "msg": "login", "email": person.email(), "password": "pw" })
        .to_string()
        .into_bytes()
}

fn speaker(message: &[u8]) -> Option<Person> {
    let message: Value = serde_json::from_slice(message).ok()?;
    let field = |name: &str| message[name].as_str();
    Person::of(field("email")?, field("password")?)
}

/// The answer to that message: a page of the user, and a token for the next time.
fn welcome(ledger: &Ledger, message: &[u8]) -> Value {
    match speaker(message) {
        Some(person) => {
            json!({ "user": person.marker(), REFRESH: ledger.open(Some(person)) })
        }
        None => json!({ "error": "who are you?" }),
    }
}

impl SocketSignIn {
    fn socket(&self) -> Reply {
        let ledger = self.ledger.clone();
        Reply::Upgrade {
            head: HEAD.to_vec(),
            greeting: b"hello, who are you?".to_vec(),
            hear: Box::new(move |message| welcome(&ledger, message).to_string().into_bytes()),
        }
    }

    fn poll(&self, request: &Request) -> Response {
        let of_cookie = || request.cookie("sessionid").filter(|_| self.polls_by_cookie);
        let Some(channel) = request.query("channel").or_else(of_cookie) else {
            let channel = self.ledger.open(None).replace(TRAIT_ID, "channel-");
            return Response::json(200, &json!({ "channel": channel }));
        };
        if let ("POST", Some(person)) = (request.method.as_str(), speaker(&request.body)) {
            self.ledger.give(&channel, person);
            return Response::json(200, &welcome(&self.ledger, &request.body));
        }
        let user = self.ledger.owner(&channel).map(Person::marker);
        Response::json(200, &json!({ "user": user }))
    }

    fn reply(&self, request: &Request) -> Response {
        let user = self.ledger.user(request, "sessionid");
        match (request.path(), typed(request)) {
            ("/poll", _) => self.poll(request),
            ("/login", Some(person)) => {
                let id = self.ledger.open(Some(person));
                Response::redirect("/private").cookie("sessionid", &id)
            }
            ("/login", None) => form("").cookie("sessionid", &self.ledger.open(None)),
            ("/api/me", _) => who(user),
            ("/logout", _) => Response::redirect("/login").without_cookie("sessionid"),
            _ => home_or_form(user),
        }
    }
}

impl App for SocketSignIn {
    fn answer(&self, request: Request) -> Answer {
        let reply = match request.path() {
            "/socket" => self.socket(),
            _ => self.reply(&request).into(),
        };
        Box::pin(async move { reply })
    }
}
