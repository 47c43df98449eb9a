//! Applications whose API tells in different ways that nobody is signed in, one of them with a challenge
//! that makes browsers ask for a password.

use super::{Ledger, pages};
use crate::support::origin::{Answer, App};
use crate::support::people::Person;
use crate::support::reply::Response;
use crate::support::request::Request;
use serde_json::json;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Out {
    Status(u16),
    /// `200` with an error inside.
    ErrorInside,
    /// `401` with `WWW-Authenticate: Basic`.
    Basic,
}

pub struct SignedOutAnswers {
    pub out: Out,
    pub ledger: Ledger,
}

impl SignedOutAnswers {
    pub fn new(out: Out) -> Self {
        let ledger = Ledger::default();
        Self { out, ledger }
    }

    fn api(&self, user: Option<Person>) -> Response {
        let error = json!({ "error": { "code": "not_signed_in" } });
        match (user, self.out) {
            (Some(user), _) => {
                let data = json!({ "id": user.id(), "email": user.email(), "data": user.marker() });
                Response::json(200, &data)
            }
            (None, Out::Status(status)) => Response::json(status, &error),
            (None, Out::ErrorInside) => Response::json(200, &error),
            (None, Out::Basic) => {
                Response::json(401, &error).header("WWW-Authenticate", "Basic realm=\"crm\"")
            }
        }
    }
}

impl App for SignedOutAnswers {
    fn answer(&self, request: Request) -> Answer {
        let user = self.ledger.user(&request, "sessionid");
        let reply = match (
            request.method.as_str(),
            request.path(),
            pages::typed(&request),
        ) {
            ("POST", "/login", Some(person)) => {
                Response::redirect("/private").cookie("sessionid", &self.ledger.open(Some(person)))
            }
            (_, "/login", _) => pages::form("").cookie("sessionid", &self.ledger.open(None)),
            (_, path, _) if path.starts_with("/api/") => self.api(user),
            (_, "/logout", _) => Response::redirect("/login").without_cookie("sessionid"),
            _ => pages::home_or_form(user),
        };
        Box::pin(async move { reply.into() })
    }
}
