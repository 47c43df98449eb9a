//! An application that deletes, on every response, cookies that were never there: the session of whoever
//! brings none, and the remember-me cookie of everybody.

use super::{Ledger, pages};
use crate::support::origin::{Answer, App};
use crate::support::reply::Response;
use crate::support::request::Request;

/// Bytes of `/download`: more than the gateway holds back.
pub const DOWNLOAD: usize = 9 << 20;

#[derive(Default)]
pub struct DeletesOnEveryPage(pub Ledger);

impl App for DeletesOnEveryPage {
    fn answer(&self, request: Request) -> Answer {
        let user = self.0.user(&request, "sessionid");
        let reply = match (
            request.method.as_str(),
            request.path(),
            pages::typed(&request),
        ) {
            ("POST", "/login", Some(person)) => {
                Response::redirect("/private").cookie("sessionid", &self.0.open(Some(person)))
            }
            (_, "/login", _) => pages::form(""),
            (_, "/api/me", _) => pages::who(user),
            (_, "/logout", _) => Response::redirect("/login").without_cookie("sessionid"),
            (_, "/download", _) => Response::new(200).body(vec![b'd'; DOWNLOAD]),
            (_, "/public" | "/static/app.css", _) => Response::html(200, "<h1>WELCOME</h1>"),
            _ => pages::home_or_form(user),
        };
        let reply = reply.header(
            "Set-Cookie",
            "remember_me=deleteMe; Path=/; Max-Age=0; Expires=Mon, 01-Jan-2001 00:00:00 GMT",
        );
        let signed_in = user.is_some() || request.method == "POST";
        let reply = if signed_in {
            reply
        } else {
            reply.without_cookie("sessionid")
        };
        Box::pin(async move { reply.into() })
    }
}
