//! An application whose API sign-in answers with a token in JSON, alone or beside a session cookie; the
//! token works as header, as query parameter and as cookie alike.

use super::{Ledger, pages};
use crate::support::origin::{Answer, App};
use crate::support::people::Person;
use crate::support::reply::Response;
use crate::support::request::Request;
use serde_json::json;

#[derive(Default)]
pub struct TokenInBody {
    /// `/api/login` sets the session cookie too.
    pub with_cookie: bool,
    pub ledger: Ledger,
}

impl TokenInBody {
    fn user(&self, request: &Request) -> Option<Person> {
        let header = |name| request.header(name).map(str::to_owned);
        let bearer = header("authorization")
            .and_then(|value| value.strip_prefix("Bearer ").map(str::to_owned));
        let places = [
            bearer,
            header("x-api-key"),
            request.query("api_key"),
            request.query("access_token"),
            request.cookie("token"),
            request.cookie("sessionid"),
        ];
        places
            .into_iter()
            .flatten()
            .find_map(|value| self.ledger.owner(&value))
    }

    fn api_sign_in(&self, request: &Request) -> Response {
        let json: serde_json::Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let field = |name: &str| json[name].as_str().unwrap_or_default().to_owned();
        let Some(person) = Person::of(&field("email"), &field("password")) else {
            return Response::json(401, &json!({ "error": "wrong" }));
        };
        let (access, refresh) = (
            self.ledger.open(Some(person)),
            self.ledger.open(Some(person)),
        );
        let answer = json!({ "data": { "access_token": access, "refresh_token": refresh } });
        let answer = Response::json(200, &answer);
        if self.with_cookie {
            return answer.cookie("sessionid", &self.ledger.open(Some(person)));
        }
        answer
    }
}

impl App for TokenInBody {
    fn answer(&self, request: Request) -> Answer {
        let user = self.user(&request);
        let reply = match (
            request.method.as_str(),
            request.path(),
            pages::typed(&request),
        ) {
            ("POST", "/api/login", _) => self.api_sign_in(&request),
            ("POST", "/login", Some(person)) => {
                Response::redirect("/private").cookie("sessionid", &self.ledger.open(Some(person)))
            }
            (_, "/login", _) => pages::form(""),
            (_, "/api/me", _) => pages::who(user),
            (_, "/logout", _) => Response::redirect("/login").without_cookie("sessionid"),
            _ => pages::home_or_form(user),
        };
        Box::pin(async move { reply.into() })
    }
}
