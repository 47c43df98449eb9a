//! Two contexts of one servlet container (T3): each has its own session under the same cookie name, at
//! its own path. The inner one reads every value that it receives and uses the one that it knows.

use super::origin::{Answer, App};
use super::people::Person;
use super::reply::Response;
use super::request::Request;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

const NAME: &str = "JSESSIONID";

/// Sessions of both contexts, by id.
#[derive(Clone, Default)]
pub struct Contexts(Arc<Mutex<Sessions>>);

#[derive(Default)]
struct Sessions {
    next: u32,
    outer: Vec<String>,
    inner: HashMap<String, Person>,
}

impl Contexts {
    fn new_id(&self) -> (String, std::sync::MutexGuard<'_, Sessions>) {
        let mut sessions = self.0.lock().unwrap();
        sessions.next += 1;
        (format!("RAWSID-context-{:04}", sessions.next), sessions)
    }

    /// The root context gives everybody a session that nobody needs.
    fn outer(&self, values: &[String]) -> Response {
        let page = Response::html(200, "<h1>WELCOME</h1><a href=/app/login>Sign in</a>");
        if values
            .iter()
            .any(|id| self.0.lock().unwrap().outer.contains(id))
        {
            return page;
        }
        let (id, mut sessions) = self.new_id();
        sessions.outer.push(id.clone());
        page.header("Set-Cookie", &format!("{NAME}={id}; Path=/; HttpOnly"))
    }

    fn signed_in(&self, values: &[String]) -> Option<Person> {
        let sessions = self.0.lock().unwrap();
        values.iter().find_map(|id| sessions.inner.get(id).copied())
    }

    fn sign_in(&self, request: &Request) -> Response {
        let typed = |name| request.form(name).unwrap_or_default();
        let Some(person) = Person::of(&typed("email"), &typed("password")) else {
            return Response::html(200, "wrong");
        };
        let (id, mut sessions) = self.new_id();
        sessions.inner.insert(id.clone(), person);
        Response::redirect("/app/private")
            .header("Set-Cookie", &format!("{NAME}={id}; Path=/app; HttpOnly"))
    }
}

impl App for Contexts {
    fn answer(&self, request: Request) -> Answer {
        let values: Vec<String> = request
            .all("cookie")
            .flat_map(|line| line.split("; "))
            .filter_map(|pair| pair.strip_prefix("JSESSIONID=").map(str::to_owned))
            .collect();
        let person = self.signed_in(&values);
        let reply = match (request.path(), request.method.as_str(), person) {
            ("/app/login", "POST", _) => self.sign_in(&request),
            ("/app/login", ..) => Response::html(
                200,
                "<form method=post action=/app/login><input name=email><input name=password type=password></form>",
            ),
            ("/app/api/me", _, Some(person)) => Response::json(
                200,
                &serde_json::json!({ "id": person.id(), "email": person.email() }),
            ),
            ("/app/api/me", ..) => Response::new(401),
            (path, _, Some(person)) if path.starts_with("/app/") => {
                Response::html(200, person.marker())
            }
            (path, ..) if path.starts_with("/app/") => Response::redirect("/app/login"),
            _ => self.outer(&values),
        };
        Box::pin(async move { reply.into() })
    }
}
