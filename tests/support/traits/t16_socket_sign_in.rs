//! An application whose WebSocket needs no session: the sign-in is inside, and it hands out a token.

use super::book::{self, Book};
use crate::support::origin::{Answer, App};
use crate::support::reply::{Reply, Response};
use crate::support::request::Request;

#[derive(Default)]
pub struct SocketSignIn(pub Book);

const HEAD: &[u8] =
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                      Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

impl App for SocketSignIn {
    fn answer(&self, request: Request) -> Answer {
        let user = self.0.user(&request, "sessionid");
        let reply = match (
            request.method.as_str(),
            request.path(),
            book::typed(&request),
        ) {
            (_, "/socket", _) => {
                // Whoever is there may say name and password now, and is given this.
                let token = self.0.open(user);
                let greeting = format!("hello, your refresh token is {token}");
                let greeting = greeting.into_bytes();
                let head = HEAD.to_vec();
                return Box::pin(async move { Reply::Upgrade { head, greeting } });
            }
            ("POST", "/login", Some(person)) => {
                Response::redirect("/private").cookie("sessionid", &self.0.open(Some(person)))
            }
            (_, "/login", _) => {
                Response::html(200, book::form("")).cookie("sessionid", &self.0.open(None))
            }
            (_, "/api/me", _) => book::who(user),
            (_, "/logout", _) => Response::redirect("/login").without_cookie("sessionid"),
            _ => book::page_or_form(user),
        };
        Box::pin(async move { reply.into() })
    }
}
