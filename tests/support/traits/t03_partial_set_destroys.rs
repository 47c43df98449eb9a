//! An application whose session is several cookies, one of them not secret: a request that brings some
//! of them and not the others destroys the session on the server.

use super::{Ledger, TRAIT_ID, pages};
use crate::support::origin::{Answer, App};
use crate::support::people::Person;
use crate::support::reply::Response;
use crate::support::request::Request;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Names of the secret ones; an application uses the first two, three or four.
pub const NAMES: [&str; 4] = ["sess_id", "sess_auth", "sess_check", "sess_app"];

pub struct PartialSetDestroys {
    pub names: usize,
    /// The folder that the application is in, which is the path of its secret cookies too; `""` or `/mail`.
    pub home: &'static str,
    /// The last of the secret cookies goes to `/office` only, and so does the question who is signed in.
    pub office: bool,
    pub ledger: Ledger,
    pub destroyed: AtomicUsize,
}

impl PartialSetDestroys {
    pub fn new(names: usize, home: &'static str) -> Self {
        Self {
            names,
            home,
            office: false,
            ledger: Ledger::default(),
            destroyed: AtomicUsize::new(0),
        }
    }

    pub fn destroyed(&self) -> usize {
        self.destroyed.load(Ordering::Relaxed)
    }

    fn goes_to(&self, number: usize, path: &str) -> bool {
        let last = number + 1 == self.names;
        !(self.office && last) || path.starts_with("/office")
    }

    /// The user of the session, if the set is whole; its end, if it is not.
    fn user(&self, request: &Request) -> Option<Person> {
        let expected = (0..self.names).filter(|number| self.goes_to(*number, request.path()));
        let values: Vec<Option<String>> = expected
            .map(|number| {
                let value = request.cookie(NAMES[number])?;
                value.strip_suffix(&format!(".{number}")).map(str::to_owned)
            })
            .collect();
        let sent: Vec<&String> = values.iter().flatten().collect();
        let id = (*sent.first()?).clone();
        let device = request.cookie("device");
        let whole = sent.len() == values.len()
            && sent.iter().all(|other| **other == id)
            && device == Some(device_of(&id));
        if whole {
            return self.ledger.owner(&id);
        }
        self.destroyed.fetch_add(1, Ordering::Relaxed);
        sent.into_iter().for_each(|id| self.ledger.end(id));
        None
    }

    fn with_session(&self, response: Response, person: Option<Person>) -> Response {
        let id = self.ledger.open(person);
        let device = format!("device={}; Path=/", device_of(&id));
        let response = response.header("Set-Cookie", &device);
        (0..self.names).fold(response, |response, number| {
            let path = match (self.goes_to(number, "/"), self.home) {
                (false, _) => "/office",
                (true, "") => "/",
                (true, home) => home,
            };
            let line = format!("{}={id}.{number}; Path={path}; HttpOnly", NAMES[number]);
            response.header("Set-Cookie", &line)
        })
    }
}

fn device_of(id: &str) -> String {
    id.replace(TRAIT_ID, "device-")
}

impl App for PartialSetDestroys {
    fn answer(&self, request: Request) -> Answer {
        let user = self.user(&request);
        let login = format!("{}/login", self.home);
        let path = request.path().strip_prefix(self.home);
        let reply = match (request.method.as_str(), path.unwrap_or(request.path())) {
            ("POST", "/login") => match pages::typed(&request) {
                Some(person) => self.with_session(Response::redirect("/private"), Some(person)),
                None => pages::form_to(&login, "Wrong"),
            },
            (_, "/login") => self.with_session(pages::form_to(&login, ""), None),
            (_, "/api/me" | "/office/me") => pages::who(user),
            (_, "/logout") => NAMES
                .iter()
                .fold(Response::redirect(&login), |reply, name| {
                    let path = if self.home.is_empty() { "/" } else { self.home };
                    reply.header("Set-Cookie", &format!("{name}=; Path={path}; Max-Age=0"))
                }),
            _ => user.map_or_else(|| Response::redirect(&login), pages::home),
        };
        Box::pin(async move { reply.into() })
    }
}
