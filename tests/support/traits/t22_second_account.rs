//! T22: a second account signs in over the first, declared or not, and a change of password gives the
//! session a new id and ends every other session of that user.

use super::Ledger;
use super::pages::{form, home, home_or_form, who};
use crate::support::origin::{Answer, App};
use crate::support::people::Person;
use crate::support::reply::Response;
use crate::support::request::Request;
use std::collections::HashMap;
use std::sync::Mutex;

#[derive(Default)]
pub struct SecondAccount {
    pub ledger: Ledger,
    /// Of those who have changed theirs; everybody else has `pw`.
    passwords: Mutex<HashMap<Person, String>>,
}

impl SecondAccount {
    fn typed(&self, request: &Request) -> Option<Person> {
        let person = Person::of(&request.form("email")?, "pw")?;
        let passwords = self.passwords.lock().unwrap();
        let expected = passwords.get(&person).map_or("pw", String::as_str);
        (request.form("password")? == expected).then_some(person)
    }

    /// Another session in the place of the one that this request came with.
    fn renewed(&self, page: Response, request: &Request, person: Person) -> Response {
        if let Some((old, _)) = self.ledger.find(request, "sessionid") {
            self.ledger.end(&old);
        }
        page.cookie("sessionid", &self.ledger.open(Some(person)))
    }

    fn change_password(&self, request: &Request, person: Person) -> Response {
        let new = request.form("new_password").unwrap_or_default();
        self.passwords.lock().unwrap().insert(person, new);
        self.ledger.end_all_of(person);
        self.renewed(home(person), request, person)
    }

    fn reply(&self, request: &Request) -> Response {
        let user = self.ledger.user(request, "sessionid");
        match (request.path(), self.typed(request), user) {
            ("/login", Some(person), _) => {
                self.renewed(Response::redirect("/private"), request, person)
            }
            ("/login", None, None) => form("").cookie("sessionid", &self.ledger.open(None)),
            ("/login", None, _) => form(""),
            // The same without a declaration, and with the page at once.
            ("/accounts/add", Some(person), _) => self.renewed(home(person), request, person),
            ("/password", _, Some(person)) => self.change_password(request, person),
            ("/api/me", ..) => who(user),
            ("/logout", ..) => Response::redirect("/login").without_cookie("sessionid"),
            _ => home_or_form(user),
        }
    }
}

impl App for SecondAccount {
    fn answer(&self, request: Request) -> Answer {
        let reply = self.reply(&request);
        Box::pin(async move { reply.into() })
    }
}
