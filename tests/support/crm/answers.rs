//! What the CRM answers in detail: its form, its sign-in, who it says is there, its events.

use super::super::people::Person;
use super::super::reply::{Reply, Response};
use super::super::request::Request;
use super::{Bind, CrmApp, Ids, Whoami};
use std::sync::Arc;
use tokio::sync::mpsc;

impl CrmApp {
    pub(super) fn form(&self, id: &str, next: Option<String>, message: &str) -> String {
        let next = next.unwrap_or_else(|| "/".to_owned());
        format!(
            "<!doctype html><title>Sign in</title><p>{message}</p><form method=\"post\" action=\"/login\">\
             <input type=\"hidden\" name=\"token\" value=\"{}\"><input type=\"hidden\" name=\"next\" value=\"{next}\">\
             <input name=\"email\"><input type=\"password\" name=\"password\"><button>Sign in</button></form>",
            Self::csrf_of(id)
        )
    }

    pub(super) async fn sign_in(&self, request: &Request) -> Reply {
        let session = self.session(request);
        let known = session.as_ref().map(|(id, _)| Self::csrf_of(id));
        if self.csrf && (known.is_none() || known != request.form("token")) {
            return Response::html(403, "<p>This form has expired</p>").into();
        }
        let email = request.form("email").unwrap_or_default();
        let Some(person) = Person::of(&email, &request.form("password").unwrap_or_default()) else {
            let id = session.map_or_else(|| self.new_session(None), |(id, _)| id);
            let page = Response::html(200, self.form(&id, None, "Wrong email or password"));
            return page.header("Set-Cookie", &self.set_cookie(&id)).into();
        };
        let old = session.map(|(id, _)| id);
        let (id, set) = match (self.ids, old) {
            (Ids::Rotates, old) => {
                old.and_then(|old| self.state.lock().unwrap().sessions.remove(&old));
                (self.new_session(None), true)
            }
            (ids, Some(old)) => (old, ids == Ids::Repeated),
            (_, None) => (self.new_session(None), true),
        };
        let json = request
            .header("accept")
            .is_some_and(|accept| accept.starts_with("application/json"));
        let mut response = if json {
            Response::json(
                200,
                &serde_json::json!({ "ok": true, "contacts": person.marker() }),
            )
        } else {
            let next = request.form("next").unwrap_or_else(|| "/".to_owned());
            Response::redirect(&next)
                .header("Content-Type", "text/html")
                .body("<p>signed in</p>")
        };
        if set {
            response = response.header("Set-Cookie", &self.set_cookie(&id));
        }
        if self.bind == Bind::Early {
            self.plant(&id, Some(person));
            tokio::time::sleep(self.login_delay).await;
            return response.into();
        }
        self.bind_last(id, person, &response)
    }

    /// Sends all but the last byte, signs the session in after the delay, and sends that byte.
    fn bind_last(&self, id: String, person: Person, response: &Response) -> Reply {
        let mut bytes = response.head();
        bytes.extend_from_slice(&response.body);
        let last = bytes.split_off(bytes.len() - 1);
        let (sender, receiver) = mpsc::channel(4);
        let app = self.clone();
        tokio::spawn(async move {
            let _ = sender.send(bytes).await;
            tokio::time::sleep(app.login_delay).await;
            app.plant(&id, Some(person));
            let _ = sender.send(last).await;
        });
        Reply::Stream(receiver)
    }

    pub(super) fn who_am_i(&self, person: Option<Person>) -> Reply {
        let whoami = self.state.lock().unwrap().whoami;
        match whoami {
            Whoami::Ok => match person {
                Some(person) => Response::json(
                    200,
                    &serde_json::json!({ "id": person.id(), "email": person.email() }),
                )
                .into(),
                None => Response::json(401, &serde_json::json!({ "error": "signed out" })).into(),
            },
            Whoami::Status(status) => {
                Response::json(status, &serde_json::json!({ "error": "later" })).into()
            }
            Whoami::Garbage => Response::new(200)
                .header("Content-Type", "application/json")
                .body("{\"id\": 10")
                .into(),
            Whoami::Empty => Response::new(200)
                .header("Content-Type", "application/json")
                .into(),
            Whoami::Hang => Reply::Hang,
            Whoami::Cut => Reply::Cut,
        }
    }

    pub(super) fn stream_events(&self, person: Person) -> Reply {
        let (sender, receiver) = mpsc::channel(4);
        let events = Arc::clone(&self.events);
        tokio::spawn(async move {
            let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
            let _ = sender
                .send(
                    [
                        head.as_bytes(),
                        &chunk(&format!("data: first {}\n\n", person.marker())),
                    ]
                    .concat(),
                )
                .await;
            events.notified().await;
            let _ = sender
                .send([chunk("data: second\n\n"), b"0\r\n\r\n".to_vec()].concat())
                .await;
        });
        Reply::Stream(receiver)
    }
}

fn chunk(text: &str) -> Vec<u8> {
    format!("{:x}\r\n{text}\r\n", text.len()).into_bytes()
}
