//! An application whose `GET /logout` answers 405, and whose `POST` signs out only with a token of its
//! own: with a redirect that carries 65 kB of signed-in page. Some delete the cookie, some only forget.

use super::{Ledger, pages};
use crate::support::origin::{Answer, App};
use crate::support::people::Person;
use crate::support::reply::Response;
use crate::support::request::Request;

#[derive(Default)]
pub struct SignOutWithToken {
    /// The session ends on the server, and the cookie stays.
    pub only_forgets: bool,
    pub ledger: Ledger,
}

/// Bytes of the page that comes with the sign-out.
pub const LONG: usize = 65_000;

impl SignOutWithToken {
    fn sign_out(&self, request: &Request, person: Person) -> Response {
        let id = request.cookie("sessionid").unwrap_or_default();
        if request.form("token") != Some(token_of(&id)) {
            return Response::html(403, "<p>No token</p>");
        }
        self.ledger.end(&id);
        let page = format!("<p>{}</p>{}", person.marker(), "x".repeat(LONG));
        let page = Response::redirect("/login")
            .header("Content-Type", "text/html")
            .body(page);
        if self.only_forgets {
            return page;
        }
        page.without_cookie("sessionid")
    }
}

fn token_of(id: &str) -> String {
    let digits: String = id.chars().filter(char::is_ascii_digit).collect();
    format!("out-{digits}")
}

impl App for SignOutWithToken {
    fn answer(&self, request: Request) -> Answer {
        let id = request.cookie("sessionid").unwrap_or_default();
        let user = self.ledger.owner(&id);
        let reply = match (request.method.as_str(), request.path(), user) {
            ("POST", "/login", _) => match pages::typed(&request) {
                Some(person) => Response::redirect("/private")
                    .cookie("sessionid", &self.ledger.open(Some(person))),
                None => pages::form("Wrong"),
            },
            (_, "/login", _) => pages::form(""),
            (_, "/api/me", _) => pages::who(user),
            ("POST", "/logout", Some(user)) => self.sign_out(&request, user),
            (_, "/logout", _) => Response::html(405, "<p>Method Not Allowed</p>"),
            (_, _, Some(user)) => {
                let form = format!(
                    "<p>{}</p><form method=post action=/logout><input name=token value={}></form>",
                    user.marker(),
                    token_of(&id)
                );
                Response::html(200, form)
            }
            _ => Response::redirect("/login"),
        };
        Box::pin(async move { reply.into() })
    }
}
