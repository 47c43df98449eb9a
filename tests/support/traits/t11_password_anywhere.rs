//! An application in which any request signs in that carries name and password, in its query, in a form
//! or in JSON, and answers with the page at once. With `keeps_id` no cookie moves where there is one.

use super::{Ledger, pages};
use crate::support::origin::{Answer, App};
use crate::support::people::Person;
use crate::support::reply::{Reply, Response};
use crate::support::request::Request;

#[derive(Default)]
pub struct PasswordAnywhere {
    pub keeps_id: bool,
    pub ledger: Ledger,
}

fn typed_anywhere(request: &Request) -> Option<Person> {
    let json: serde_json::Value = serde_json::from_slice(&request.body).unwrap_or_default();
    let field = |name: &str| {
        let in_json = json[name].as_str().map(str::to_owned);
        request.query(name).or(request.form(name)).or(in_json)
    };
    Person::of(&field("email")?, &field("password")?)
}

impl App for PasswordAnywhere {
    fn answer(&self, request: Request) -> Answer {
        let present = request.cookie("sessionid");
        let present = present.filter(|id| self.ledger.has(id));
        let mut user = present.as_ref().and_then(|id| self.ledger.owner(id));
        let mut set = None;
        if let Some(person) = typed_anywhere(&request) {
            user = Some(person);
            match present.filter(|_| self.keeps_id) {
                Some(id) => self.ledger.give(&id, person),
                None => set = Some(self.ledger.open(user)),
            }
        }
        let reply = match request.path() {
            "/cut" => return Box::pin(async { Reply::Cut }),
            "/login" if user.is_none() => {
                set = Some(self.ledger.open(None));
                pages::form("")
            }
            "/api/me" => pages::who(user),
            "/logout" => Response::redirect("/login").without_cookie("sessionid"),
            _ => pages::home_or_form(user),
        };
        let reply = set
            .iter()
            .fold(reply, |reply, id| reply.cookie("sessionid", id));
        Box::pin(async move { reply.into() })
    }
}
