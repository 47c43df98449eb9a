//! An application that keeps its whole session in the cookie: long, and written anew by every page.

use super::origin::{Answer, App};
use super::people::Person;
use super::reply::Response;
use super::request::Request;
use std::sync::atomic::{AtomicU32, Ordering};

/// Bytes of one cookie value; a browser keeps 4096 of name and value.
pub const LENGTH: usize = 3_600;
/// What every value begins with.
pub const MARK: &str = "RAWSID-big-";

#[derive(Default)]
pub struct BigCookie(AtomicU32);

impl BigCookie {
    fn with_session(&self, response: Response, person: Option<Person>) -> Response {
        let number = self.0.fetch_add(1, Ordering::Relaxed);
        let person = person.map_or(0, |person| person.0);
        let value = format!("{MARK}{person}.{number:06}.{}", "x".repeat(LENGTH));
        response.header("Set-Cookie", &format!("session={value}; Path=/; HttpOnly"))
    }
}

fn signed_in(request: &Request) -> Option<Person> {
    let value = request.cookie("session")?;
    assert!(value.len() > LENGTH, "a value was cut: {}", value.len());
    let number = value.strip_prefix(MARK)?.split('.').next()?.parse().ok()?;
    (number > 0).then_some(Person(number))
}

impl App for BigCookie {
    fn answer(&self, request: Request) -> Answer {
        let person = signed_in(&request);
        let form = "<form method=post action=/login><input name=email><input name=password type=password></form>";
        let typed = |name| request.form(name).unwrap_or_default();
        let reply = match (request.path(), request.method.as_str(), person) {
            ("/api/me", _, Some(person)) => Response::json(
                200,
                &serde_json::json!({ "id": person.id(), "email": person.email() }),
            ),
            ("/api/me", ..) => Response::new(401),
            ("/login", "POST", _) => match Person::of(&typed("email"), &typed("password")) {
                Some(person) => self.with_session(Response::redirect("/private"), Some(person)),
                None => Response::html(200, form),
            },
            ("/login", ..) => self.with_session(Response::html(200, form), person),
            (_, _, Some(person)) => {
                self.with_session(Response::html(200, person.marker()), Some(person))
            }
            _ => Response::redirect("/login"),
        };
        Box::pin(async move { reply.into() })
    }
}
