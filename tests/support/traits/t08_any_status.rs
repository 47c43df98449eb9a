//! Applications that answer a wrong and a right password with any status.

use super::{Ledger, pages};
use crate::support::origin::{Answer, App};
use crate::support::people::Person;
use crate::support::reply::{Reply, Response};
use crate::support::request::Request;

/// The answer to a wrong password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fails {
    Page(u16),
    /// As the right one, with a new session of nobody; only `Location` differs.
    Redirect,
    /// `401`, with `HTTP/1.0` in the status line.
    OldProtocol,
}

/// The answer to the right one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Succeeds {
    Redirect,
    /// `200` with the first page of the user.
    Page,
    /// `200` with an error page; the cookies are good all the same.
    ErrorPage,
}

pub struct AnyStatus {
    pub fails: Fails,
    pub succeeds: Succeeds,
    pub ledger: Ledger,
}

/// What the user is told about a wrong password.
pub const WRONG: &str = "Wrong email or password";

impl AnyStatus {
    pub fn new(fails: Fails, succeeds: Succeeds) -> Self {
        let ledger = Ledger::default();
        Self {
            fails,
            succeeds,
            ledger,
        }
    }

    fn fail(&self) -> Reply {
        let page = pages::form(WRONG).body;
        match self.fails {
            Fails::Page(status) => Response::html(status, "").body(page).into(),
            Fails::Redirect => Response::redirect("/login?failed")
                .cookie("sessionid", &self.ledger.open(None))
                .into(),
            Fails::OldProtocol => {
                let head = b"HTTP/1.0 401 Unauthorized\r\nContent-Type: text/html\r\n\r\n";
                Reply::Raw([head.to_vec(), page].concat())
            }
        }
    }

    fn succeed(&self, person: Person) -> Response {
        let page = match self.succeeds {
            Succeeds::Redirect => Response::redirect("/private"),
            Succeeds::Page => pages::home(person),
            Succeeds::ErrorPage => {
                let error = format!("<h1>Plugin failed</h1><p>at {}</p>", person.marker());
                Response::html(200, error)
            }
        };
        page.cookie("sessionid", &self.ledger.open(Some(person)))
    }
}

impl App for AnyStatus {
    fn answer(&self, request: Request) -> Answer {
        let user = self.ledger.user(&request, "sessionid");
        let reply = match (request.method.as_str(), request.path()) {
            ("POST", "/login") => match pages::typed(&request) {
                Some(person) => self.succeed(person).into(),
                None => self.fail(),
            },
            (_, "/login") => {
                let message = if request.target.ends_with("failed") {
                    WRONG
                } else {
                    ""
                };
                let page = pages::form(message);
                page.cookie("sessionid", &self.ledger.open(None)).into()
            }
            (_, "/api/me") => pages::who(user).into(),
            (_, "/logout") => Response::redirect("/login")
                .without_cookie("sessionid")
                .into(),
            _ => pages::home_or_form(user).into(),
        };
        Box::pin(async move { reply })
    }
}
