//! Applications that answer a wrong and a right password with any status.

use super::book::{self, Book};
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
    pub book: Book,
}

/// What the user is told about a wrong password.
pub const WRONG: &str = "Wrong email or password";

impl AnyStatus {
    pub fn new(fails: Fails, succeeds: Succeeds) -> Self {
        let book = Book::default();
        Self {
            fails,
            succeeds,
            book,
        }
    }

    fn fail(&self) -> Reply {
        let page = book::form(WRONG);
        match self.fails {
            Fails::Page(status) => Response::html(status, page).into(),
            Fails::Redirect => Response::redirect("/login?failed")
                .cookie("sessionid", &self.book.open(None))
                .into(),
            Fails::OldProtocol => Reply::Raw(
                format!("HTTP/1.0 401 Unauthorized\r\nContent-Type: text/html\r\n\r\n{page}")
                    .into(),
            ),
        }
    }

    fn succeed(&self, person: Person) -> Response {
        let page = match self.succeeds {
            Succeeds::Redirect => Response::redirect("/private"),
            Succeeds::Page => book::page(person),
            Succeeds::ErrorPage => {
                let error = format!("<h1>Plugin failed</h1><p>at {}</p>", person.marker());
                Response::html(200, error)
            }
        };
        page.cookie("sessionid", &self.book.open(Some(person)))
    }
}

impl App for AnyStatus {
    fn answer(&self, request: Request) -> Answer {
        let user = self.book.user(&request, "sessionid");
        let reply = match (request.method.as_str(), request.path()) {
            ("POST", "/login") => match book::typed(&request) {
                Some(person) => self.succeed(person).into(),
                None => self.fail(),
            },
            (_, "/login") => {
                let message = if request.target.ends_with("failed") {
                    WRONG
                } else {
                    ""
                };
                let page = Response::html(200, book::form(message));
                page.cookie("sessionid", &self.book.open(None)).into()
            }
            (_, "/api/me") => book::who(user).into(),
            (_, "/logout") => Response::redirect("/login")
                .without_cookie("sessionid")
                .into(),
            _ => book::page_or_form(user).into(),
        };
        Box::pin(async move { reply })
    }
}
