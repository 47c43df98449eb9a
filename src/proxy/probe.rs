//! The question to the application: who is signed in?

use bytes::{Bytes, BytesMut};
use http::header::{self, HeaderName, HeaderValue};
use http::{HeaderMap, Method};
use pingora::ErrorType::InvalidHTTPHeader;
use pingora::OrErr;
use pingora::http::{RequestHeader, ResponseHeader};

use super::asking::{About, AskedAnswer};
use super::gateway::Parts;
use super::guard::WhoamiRequest;
use super::headers;
use super::jar::{Jar, ResponseCookies, plain_after};
use super::outgoing::Outgoing;
use crate::domain::evidence::Answer;
use crate::domain::return_address::same_origin_path;

/// The largest answer that is read.
const LARGEST: usize = 512 * 1024;

impl Parts {
    /// Puts the question with every protected cookie of `jar`, and with the visitor's own headers as far
    /// as a session may be bound to them. What the answer sets is applied to `jar`.
    pub(super) async fn probe(
        &self,
        whoami: &WhoamiRequest,
        jar: &mut Jar,
        about: &About<'_>,
    ) -> AskedAnswer {
        let Ok(request) = self.question(whoami, jar, about) else {
            return AskedAnswer::unknown("the question could not be put");
        };
        let patience = self.guard.limits.whoami_timeout;
        let heard = match tokio::time::timeout(patience, self.hear_answer(&request)).await {
            Ok(Ok(Some(heard))) => heard,
            Ok(Ok(None)) => return AskedAnswer::unknown("the answer is too large"),
            Ok(Err(error)) => {
                let request_id = &about.facts.request_id;
                tracing::warn!(request_id, %error, "guard.identity.whoami failed");
                return AskedAnswer::unknown("the exchange failed");
            }
            Err(_) => return AskedAnswer::unknown("no answer in time"),
        };
        let (head, body) = heard;
        let now = self.flows.clock.now();
        let cookies = ResponseCookies::read(&head, &whoami.path, &self.guard.names, now);
        jar.apply(&cookies);
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
        AskedAnswer {
            evidence: whoami.rules.judge(answer, &about.known(jar)),
            cookies,
        }
    }

    fn question(
        &self,
        whoami: &WhoamiRequest,
        jar: &Jar,
        about: &About<'_>,
    ) -> pingora::Result<Outgoing> {
        let facts = about.facts;
        let mut headers = visitor_fields(about.head, &whoami.headers)?;
        let cookies = jar.cookie_field(&plain_after(&facts.cookies.plain, about.plain_set));
        self.add_own(&mut headers, facts, cookies)?;
        headers.insert(header::ACCEPT, HeaderValue::from_static(whoami.accept));
        let uri = whoami.path.parse();
        Ok(Outgoing {
            method: Method::GET,
            uri: uri.or_err(InvalidHTTPHeader, "whoami.path")?,
            headers,
        })
    }

    /// Head and body of the answer; `None` where it is too large.
    async fn hear_answer(
        &self,
        request: &Outgoing,
    ) -> pingora::Result<Option<(ResponseHeader, BytesMut)>> {
        let mut incoming = self
            .origin
            .exchange(&|| Ok(request.clone()), &Bytes::new(), false)
            .await?;
        let mut body = BytesMut::new();
        while let Some(chunk) = incoming.next().await? {
            if body.len() + chunk.len() > LARGEST {
                return Ok(None);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Some((self.origin.release(incoming).await, body)))
    }
}

/// The visitor's own headers, as far as a session may be bound to them; `listed` are further ones.
pub fn visitor_fields(head: &RequestHeader, listed: &[String]) -> pingora::Result<HeaderMap> {
    let mut fields = HeaderMap::new();
    let listed = listed.iter().map(String::as_str);
    for name in ["user-agent", "accept-language"].into_iter().chain(listed) {
        let name: HeaderName = name.parse().or_err(InvalidHTTPHeader, "whoami.headers")?;
        if headers::is_ours(&name) {
            continue;
        }
        for value in head.headers.get_all(&name) {
            fields.append(name.clone(), value.clone());
        }
    }
    Ok(fields)
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
