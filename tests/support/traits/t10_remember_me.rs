//! An application whose remember-me cookie makes a new session on any request that brings no good one,
//! also on an API call, also on the question who is signed in.

use super::{Ledger, pages};
use crate::support::origin::{Answer, App};
use crate::support::reply::{Reply, Response};
use crate::support::request::Request;

#[derive(Default)]
pub struct RememberMe {
    pub sessions: Ledger,
    pub remembered: Ledger,
}

impl App for RememberMe {
    fn answer(&self, request: Request) -> Answer {
        let mut user = self.sessions.user(&request, "sessionid");
        let mut minted = None;
        let remembered = self.remembered.user(&request, "remember_me");
        if let (None, Some(person)) = (user, remembered) {
            minted = Some(self.sessions.open(Some(person)));
            user = Some(person);
        }
        let reply = match (
            request.method.as_str(),
            request.path(),
            pages::typed(&request),
        ) {
            ("POST", "/login", Some(person)) => {
                minted = None;
                let remember = self.remembered.open(Some(person));
                Response::redirect("/private")
                    .cookie("sessionid", &self.sessions.open(Some(person)))
                    .header(
                        "Set-Cookie",
                        &format!("remember_me={remember}; Path=/; Max-Age=2592000"),
                    )
            }
            (_, "/login", _) => pages::form(""),
            (_, "/api/me", _) => pages::who(user),
            (_, "/logout", _) => {
                minted = None;
                Response::redirect("/login")
                    .without_cookie("sessionid")
                    .without_cookie("remember_me")
            }
            _ => pages::home_or_form(user),
        };
        let reply = minted
            .iter()
            .fold(reply, |reply, id| reply.cookie("sessionid", id));
        Box::pin(async move { Reply::from(reply) })
    }
}
