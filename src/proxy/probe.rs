//! Asking the application who is signed in.

use bytes::{Bytes, BytesMut};
use http::header::{self, HeaderName, HeaderValue};
use http::{HeaderMap, Method};
use pingora::ErrorType::InvalidHTTPHeader;
use pingora::OrErr;
use pingora::http::RequestHeader;

use super::facts::Facts;
use super::gateway::Parts;
use super::headers;
use super::jar::{Jar, ResponseCookies, plain_after};
use super::outgoing::Outgoing;
use crate::domain::evidence::{Answer, Evidence};
use crate::domain::return_address::same_origin_path;

/// The largest answer that is read.
const LARGEST: usize = 512 * 1024;

/// In how many ways an application may read a set in which names have several values.
const MOST_CHOICES: usize = 4;

/// What the application said, and the cookies it set while saying it.
pub struct AskedAnswer {
    pub evidence: Evidence,
    pub cookies: ResponseCookies,
}

impl AskedAnswer {
    fn unknown(why: &'static str) -> Self {
        Self {
            evidence: Evidence::Unknown(why),
            cookies: ResponseCookies::default(),
        }
    }
}

impl Parts {
    /// Asks with every protected cookie of `jar`, and with the visitor's own headers as far as a
    /// session may be bound to them. `plain_set` are unprotected lines that a response has just set.
    /// What the answer sets is applied to `jar`. Without any credential nobody is signed in.
    pub async fn ask(
        &self,
        jar: &mut Jar,
        facts: &Facts,
        head: &RequestHeader,
        plain_set: &[Vec<u8>],
    ) -> AskedAnswer {
        if jar.is_empty() {
            return AskedAnswer {
                evidence: Evidence::SignedOut,
                cookies: ResponseCookies::default(),
            };
        }
        let Some(choices) = jar.choices(MOST_CHOICES) else {
            return AskedAnswer::unknown("too many values of one protected cookie");
        };
        let mut asked = self.ask_with(jar, facts, head, plain_set).await;
        for mut choice in choices {
            // Only the whole set is what a browser sends: what this answer sets is not for it.
            let alone = self.ask_with(&mut choice, facts, head, plain_set).await;
            asked.evidence = asked.evidence.whichever(alone.evidence);
        }
        asked
    }

    async fn ask_with(
        &self,
        jar: &mut Jar,
        facts: &Facts,
        head: &RequestHeader,
        plain_set: &[Vec<u8>],
    ) -> AskedAnswer {
        let request = self.probe(jar, facts, head, plain_set);
        let answer = match request {
            Ok(request) => {
                tokio::time::timeout(self.guard.limits.whoami_timeout, self.answer(&request)).await
            }
            Err(_) => return AskedAnswer::unknown("the question could not be put"),
        };
        let answer = match answer {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => {
                tracing::warn!(request_id = facts.request_id, %error, "guard.identity.whoami failed");
                return AskedAnswer::unknown("the exchange failed");
            }
            Err(_) => return AskedAnswer::unknown("no answer in time"),
        };
        jar.apply(&answer.cookies);
        match answer.evidence {
            Evidence::User { .. } => self.seen.note_user(),
            Evidence::SignedOut => self.seen.note_nobody(self.flows.clock.now()),
            Evidence::Unknown(_) => {}
        }
        answer
    }

    fn probe(
        &self,
        jar: &Jar,
        facts: &Facts,
        head: &RequestHeader,
        plain_set: &[Vec<u8>],
    ) -> pingora::Result<Outgoing> {
        let whoami = &self.guard.whoami;
        let mut headers = HeaderMap::new();
        let listed = whoami.headers.iter().map(String::as_str);
        for name in ["user-agent", "accept-language"].into_iter().chain(listed) {
            let name: HeaderName = name.parse().or_err(InvalidHTTPHeader, "whoami.headers")?;
            if headers::is_ours(&name) {
                continue;
            }
            for value in head.headers.get_all(&name) {
                headers.append(name.clone(), value.clone());
            }
        }
        let cookies = jar.cookie_field(&plain_after(&facts.cookies.plain, plain_set));
        self.add_own(&mut headers, facts, cookies)?;
        headers.insert(header::ACCEPT, HeaderValue::from_static(whoami.accept));
        let uri = whoami
            .path
            .parse()
            .or_err(InvalidHTTPHeader, "whoami.path")?;
        Ok(Outgoing {
            method: Method::GET,
            uri,
            headers,
        })
    }

    async fn answer(&self, request: &Outgoing) -> pingora::Result<AskedAnswer> {
        let mut incoming = self
            .origin
            .exchange(&|| Ok(request.clone()), &Bytes::new(), false)
            .await?;
        let mut body = BytesMut::new();
        while let Some(chunk) = incoming.next().await? {
            if body.len() + chunk.len() > LARGEST {
                return Ok(AskedAnswer::unknown("the answer is too large"));
            }
            body.extend_from_slice(&chunk);
        }
        let head = self.origin.release(incoming).await;
        let now = self.flows.clock.now();
        let cookies = ResponseCookies::read(&head, &self.guard.whoami.path, &self.guard.names, now);
        let headers: Vec<(String, Vec<u8>)> = head
            .headers
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec()))
            .collect();
        let location = head
            .headers
            .get(header::LOCATION)
            .and_then(|value| value.to_str().ok());
        let location = location.and_then(|location| resolve(location, &self.guard.origin));
        let location = location
            .as_deref()
            .map(|path| path.split('?').next().unwrap_or_default());
        let answer = Answer {
            status: head.status.as_u16(),
            headers: &headers,
            body: &body,
            location,
        };
        Ok(AskedAnswer {
            evidence: self.guard.whoami.rules.judge(answer),
            cookies,
        })
    }
}

/// The path on this origin that a `Location` leads to; `None` for another origin.
pub fn resolve(location: &str, origin: &str) -> Option<String> {
    if location.starts_with('/') {
        return crate::domain::return_address::safe_return(location);
    }
    if location.contains("://") {
        return same_origin_path(location, origin);
    }
    // A relative reference: applications that send one mean the root's neighbour.
    crate::domain::return_address::safe_return(&format!("/{location}"))
}
