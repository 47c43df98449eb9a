//! An application with one path for every call: the sign-in is a method name in the body, its failure
//! `200` with an error inside. The session id of the first page stays.

use super::{Ledger, pages};
use crate::support::origin::{Answer, App};
use crate::support::people::Person;
use crate::support::reply::Response;
use crate::support::request::Request;
use serde_json::{Value, json};

/// The method that signs in.
pub const SIGN_IN: &str = "common.db.login";

#[derive(Default)]
pub struct JsonRpc(pub Ledger);

impl JsonRpc {
    fn call(&self, request: &Request, user: Option<Person>) -> Response {
        let call: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let argument = |number: usize| {
            call["params"][number]
                .as_str()
                .unwrap_or_default()
                .to_owned()
        };
        let error = |what: &str| json!({ "id": call["id"], "error": { "message": what } });
        let answer = match (call["method"].as_str(), user) {
            (Some(SIGN_IN), _) => match Person::of(&argument(0), &argument(1)) {
                Some(person) => {
                    let id = request.cookie("sessionid").unwrap_or_default();
                    if !self.0.has(&id) {
                        let answer = json!({ "id": call["id"], "result": person.marker() });
                        return Response::json(200, &answer)
                            .cookie("sessionid", &self.0.open(Some(person)));
                    }
                    self.0.give(&id, person);
                    json!({ "id": call["id"], "result": person.marker() })
                }
                None => error("AccessDenied"),
            },
            (Some(_), Some(user)) => json!({ "id": call["id"], "result": user.marker() }),
            _ => error("SessionExpired"),
        };
        Response::json(200, &answer)
    }
}

impl App for JsonRpc {
    fn answer(&self, request: Request) -> Answer {
        let id = request.cookie("sessionid").filter(|id| self.0.has(id));
        let user = id.as_ref().and_then(|id| self.0.owner(id));
        let reply = match request.path() {
            "/jsonrpc" => self.call(&request, user),
            "/api/me" => pages::who(user),
            "/logout" => Response::redirect("/").without_cookie("sessionid"),
            "/" if id.is_none() => {
                Response::html(200, "<h1>WELCOME</h1>").cookie("sessionid", &self.0.open(None))
            }
            "/" => Response::html(200, "<h1>WELCOME</h1>"),
            _ => user.map_or_else(|| Response::redirect("/"), pages::home),
        };
        Box::pin(async move { reply.into() })
    }
}
