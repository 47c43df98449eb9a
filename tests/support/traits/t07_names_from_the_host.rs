//! An application that calls its cookies after the address that it was asked by, one by the address as it
//! is and one by a hash of it, with values of every character that servers put into them, and with two
//! spaces after `Set-Cookie:`.

use super::{Ledger, pages};
use crate::support::origin::{Answer, App};
use crate::support::people::Person;
use crate::support::reply::Response;
use crate::support::request::Request;

#[derive(Default)]
pub struct NamesFromTheHost(pub Ledger);

/// `username-localhost-8888`
pub fn by_name(host: &str) -> String {
    format!("username-{}", host.replace(':', "-"))
}

/// `site_` and sixteen digits.
pub fn by_hash(host: &str) -> String {
    let hash = host.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("site_{hash:016x}")
}

/// The two values of one session.
pub fn values(id: &str) -> [String; 2] {
    [
        format!("\"2|1:0|10:{id}|8:user|44:YWJj==\""),
        format!("{id}%7C1893456000%7Cab%2Bcd:=+/"),
    ]
}

impl NamesFromTheHost {
    /// The user of a session both of whose cookies came back byte for byte.
    fn user(&self, request: &Request) -> Option<Person> {
        let host = request.header("host")?;
        let named = request.cookie(&by_name(host))?;
        let id = named.split('|').nth(2)?.strip_prefix("10:")?;
        let [name, hash] = values(id);
        let whole = named == name && request.cookie(&by_hash(host))? == hash;
        whole.then(|| self.0.owner(id)).flatten()
    }

    fn sign_in(&self, host: &str, person: Person) -> Response {
        let [named, hashed] = values(&self.0.open(Some(person)));
        let line = |name: &str, value: &str| format!(" {name}={value}; Path=/; HttpOnly");
        Response::redirect("/private")
            .header("Set-Cookie", &line(&by_name(host), &named))
            .header("Set-Cookie", &line(&by_hash(host), &hashed))
    }
}

impl App for NamesFromTheHost {
    fn answer(&self, request: Request) -> Answer {
        let (user, host) = (
            self.user(&request),
            request.header("host").unwrap_or_default(),
        );
        let reply = match (
            request.method.as_str(),
            request.path(),
            pages::typed(&request),
        ) {
            ("POST", "/login", Some(person)) => self.sign_in(host, person),
            (_, "/login", _) => pages::form(""),
            (_, "/api/me", _) => pages::who(user),
            (_, "/logout", _) => Response::redirect("/login")
                .without_cookie(&by_name(host))
                .without_cookie(&by_hash(host)),
            _ => pages::home_or_form(user),
        };
        Box::pin(async move { reply.into() })
    }
}
