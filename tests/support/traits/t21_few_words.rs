//! T21: the only page that says who is signed in is HTML and has no name on it, in both cases with 200.
//! The name is readable in a cookie, or there is nothing but a random one.

use super::Ledger;
use super::pages::{form, home, typed};
use crate::support::origin::{Answer, App};
use crate::support::reply::Response;
use crate::support::request::Request;

/// The application; clones share their sessions.
#[derive(Clone, Default)]
pub struct FewWords {
    pub ledger: Ledger,
    /// The cookie `auth_user` names the user.
    pub names_in_cookie: bool,
}

impl FewWords {
    fn reply(&self, request: &Request) -> Response {
        let session = self.ledger.find(request, "sid");
        let person = session.as_ref().and_then(|(_, person)| *person);
        match (request.path(), person, typed(request)) {
            // `/sso` is a sign-in that nobody declared.
            (path @ ("/login" | "/sso"), _, Some(typed)) => {
                let welcome = match path {
                    "/sso" => home(typed),
                    _ => Response::redirect("/"),
                };
                let response = welcome.cookie("sid", &self.ledger.open(Some(typed)));
                let named = format!("{}%7C{}", typed.email(), typed.id());
                match self.names_in_cookie {
                    true => response.cookie("auth_user", &named),
                    false => response,
                }
            }
            ("/account", Some(_), _) => Response::html(200, "<a href=\"/logout\">Sign out</a>"),
            ("/logout", Some(_), _) => {
                self.ledger.end(&session.unwrap_or_default().0);
                Response::redirect("/login")
                    .without_cookie("sid")
                    .without_cookie("auth_user")
            }
            (_, Some(person), _) => home(person),
            (path, None, _) => {
                // A wrong password is answered with the form and 200, too.
                let (id, set) = match session {
                    Some((id, _)) => (id, false),
                    None => (self.ledger.open(None), path != "/account"),
                };
                match set {
                    true => form("").cookie("sid", &id),
                    false => form(""),
                }
            }
        }
    }
}

impl App for FewWords {
    fn answer(&self, request: Request) -> Answer {
        let reply = self.reply(&request);
        Box::pin(async move { reply.into() })
    }
}
