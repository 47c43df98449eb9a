//! What the application receives of a settled session's request, and the browser of its answer:
//! credentials opened on the way in, sealed on the way out.

use http::header::{self, HeaderName};
use pingora::http::{RequestHeader, ResponseHeader};
use pingora::{Error, ErrorType};

use super::context::Settled;
use super::facts::Facts;
use super::gateway::Parts;
use super::headers;
use super::jar::{Jar, ResponseCookies, expire};
use super::mask::Mask;
use super::outgoing::{Outgoing, Way};
use crate::domain::clock::UnixTime;
use crate::domain::credentials::LiveSet;
use crate::domain::ids::RecordId;

impl Parts {
    /// What the application receives of a settled request.
    pub fn settled_request(
        &self,
        client: &RequestHeader,
        way: Way,
        settled: &Settled,
        facts: &Facts,
    ) -> pingora::Result<Outgoing> {
        let cookies = settled.jar.cookie_field(&facts.cookies.plain);
        let proof = (&*settled.held.record, settled.step_up);
        self.outgoing_settled(client, way, facts, cookies, proof)
    }

    /// What the answer to this request sets.
    pub fn cookies_of(&self, response: &ResponseHeader, facts: &Facts) -> ResponseCookies {
        let (path, now) = (&facts.target.path, self.flows.clock.now());
        ResponseCookies::read(response, path, &self.guard.names, now)
    }

    /// Seals what the answer sets. A session whose every cookie the application deletes is over.
    pub async fn settled_response(
        &self,
        response: &mut ResponseHeader,
        settled: &mut Settled,
        facts: &Facts,
        cookies: ResponseCookies,
    ) -> pingora::Result<()> {
        let record = &settled.held.record;
        let mut lines = std::mem::take(&mut settled.extra);
        let mut changed = None;
        if !cookies.is_empty() {
            let unsealed = |error| {
                let what = "a cookie could not be sealed";
                Error::because(ErrorType::InternalError, what, error)
            };
            let sealed = self.sealed_lines(record.id, record.epoch, &cookies, &settled.jar);
            lines.extend(sealed.await.map_err(unsealed)?);
            let mut jar = settled.jar.clone();
            jar.apply(&cookies);
            changed = Some(jar);
        }
        lines.extend(expire(
            &settled.dead,
            &settled.jar,
            &cookies,
            self.guard.https,
        ));
        let after = changed.as_ref().unwrap_or(&settled.jar);
        if self.guard.identity.is_lost(&settled.jar, after) {
            // The application signed the user out. Its answer may still be shown.
            settled.over = true;
            self.end_quietly(record.id).await;
            lines.push(self.guard.token_deletion().into_bytes());
        }
        scrub(response, after);
        response.insert_header(headers::name::REQUEST_ID, facts.request_id.as_str())?;
        let plain = response
            .headers
            .get(header::CONTENT_ENCODING)
            .is_none_or(|coding| coding == "identity");
        if plain && response.status.as_u16() != 101 {
            settled.mask = Mask::new(after.values_to_blot());
        }
        replace_cookies(response, lines)
    }

    pub async fn end_quietly(&self, id: RecordId) {
        if let Err(error) = self.flows.sessions.end(id).await {
            tracing::error!(session = %id, %error, "a session that is over could not be ended in the store; it will be tried again");
        }
    }
}

/// RFC 2965, which some servers still speak.
const SET_COOKIE_2: HeaderName = HeaderName::from_static("set-cookie2");

/// Puts exactly these `Set-Cookie` lines into a response.
pub fn replace_cookies(response: &mut ResponseHeader, lines: Vec<Vec<u8>>) -> pingora::Result<()> {
    response.remove_header(&header::SET_COOKIE);
    response.remove_header(&SET_COOKIE_2);
    for line in lines {
        response.append_header(header::SET_COOKIE, line)?;
    }
    Ok(())
}

/// Takes raw credential values out of the other fields: `;jsessionid=` in a `Location`, a debug header.
pub fn scrub(response: &mut ResponseHeader, jar: &Jar) {
    let leaks = |name: &HeaderName, value: &header::HeaderValue| {
        *name != header::SET_COOKIE && jar.has_value_in(value.as_bytes())
    };
    let names: Vec<_> = response
        .headers
        .iter()
        .filter(|(name, value)| leaks(name, value))
        .map(|(name, _)| name.clone())
        .collect();
    for name in names {
        let cut = response
            .headers
            .get(&name)
            .and_then(|value| value.to_str().ok())
            .map(without_parameters);
        response.remove_header(&name);
        if let (true, Some(cut)) = (name == header::LOCATION, cut) {
            let clean = !jar.has_value_in(cut.as_bytes());
            // A redirect that cannot be cleaned leads home rather than nowhere.
            let _ = response.insert_header(name, if clean { cut } else { "/".to_owned() });
        }
    }
}

/// A URL without the `;parameters` of its path segments.
fn without_parameters(url: &str) -> String {
    let (path, query) = url
        .split_once('?')
        .map_or((url, None), |(path, query)| (path, Some(query)));
    let path: Vec<&str> = path
        .split('/')
        .map(|segment| segment.split(';').next().unwrap_or_default())
        .collect();
    let path = path.join("/");
    query.map_or_else(|| path.clone(), |query| format!("{path}?{query}"))
}

/// Whether the live set, for `path`, came along whole.
pub fn is_whole(live: &LiveSet, jar: &Jar, path: &str, now: UnixTime) -> bool {
    !jar.is_empty() && live.is_complete(|key| jar.has(key), path, now)
}
