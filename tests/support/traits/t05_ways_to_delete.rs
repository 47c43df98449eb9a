//! An application that deletes its cookie in every way there is, without forgetting the session, and that
//! renames a session to words that only look like a deletion.

use super::{Ledger, pages};
use crate::support::origin::{Answer, App};
use crate::support::reply::Response;
use crate::support::request::Request;

/// What comes after `sessionid=` at `/out/0`, `/out/1` and so on.
pub const DELETIONS: [&str; 7] = [
    "x; Path=/; Expires=Thu, 01-Jan-1970 00:00:01 GMT",
    "x; Path=/; Max-Age=0",
    "deleted; expires=Thu, 01 Jan 1970 00:00:01 GMT; Max-Age=0; path=/",
    "-del-; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
    "%20; path=/; expires=Mon, 01-Jan-2001 00:00:00 GMT",
    "; Path=/; Max-Age=31536000",
    "; Path=/; Expires=Thu, 31 Dec 2099 23:59:59 GMT",
];

/// Names of sessions at `/rename/0`, `/rename/1` and so on, set without an expiry.
pub const WORDS: [&str; 3] = ["deleted", "-del-", "%20"];

#[derive(Default)]
pub struct WaysToDelete(pub Ledger);

impl App for WaysToDelete {
    fn answer(&self, request: Request) -> Answer {
        let user = self.0.user(&request, "sessionid");
        let number = || request.path().rsplit('/').next()?.parse::<usize>().ok();
        let reply = match (request.method.as_str(), request.path(), user) {
            ("POST", "/login", _) => match pages::typed(&request) {
                Some(person) => {
                    Response::redirect("/private").cookie("sessionid", &self.0.open(Some(person)))
                }
                None => pages::form("Wrong"),
            },
            (_, "/login", _) => pages::form(""),
            (_, "/api/me", _) => pages::who(user),
            (_, path, _) if path.starts_with("/out/") => {
                let line = format!("sessionid={}", DELETIONS[number().unwrap()]);
                Response::html(200, "<p>bye</p>").header("Set-Cookie", &line)
            }
            (_, "/logout", _) => Response::redirect("/login").without_cookie("sessionid"),
            (_, path, Some(user)) if path.starts_with("/rename/") => {
                let word = WORDS[number().unwrap()];
                self.0.give(word, user);
                Response::html(200, "<p>renamed</p>").cookie("sessionid", word)
            }
            _ => pages::home_or_form(user),
        };
        Box::pin(async move { reply.into() })
    }
}
