//! Requests of a settled session: their credentials opened, the answer's sealed, nothing held back.

use std::sync::atomic::Ordering;

use http::header;
use pingora::http::{RequestHeader, ResponseHeader};
use pingora::{Error, ErrorType};

use super::context::Settled;
use super::facts::Facts;
use super::gateway::Parts;
use super::headers::{self, Forwarded};
use super::jar::{Jar, ResponseCookies, Sealing, expire};
use super::mask::Mask;
use super::reply::Reply;
use crate::domain::credentials::{LiveSet, Standing};
use crate::domain::evidence::Evidence;
use crate::domain::session::{Asked, Record};
use crate::flows::FlowError;
use crate::portal::views::texts::PageProblem;
use crate::stores::Held;

/// What was learned about a settled session before its request goes on.
pub enum Ready {
    /// With the record as it is now, and lines that a probe brought.
    Go(Held, Vec<Vec<u8>>),
    /// The session is gone; the request goes on as a stranger's.
    Gone,
    Refused(Reply),
}

impl Parts {
    /// Makes sure that the evidence covers exactly what this request carries.
    pub async fn ready(
        &self,
        held: Held,
        jar: &Jar,
        facts: &Facts,
        head: &RequestHeader,
    ) -> Result<Ready, FlowError> {
        if !self.must_ask(&held, jar, facts) {
            return Ok(Ready::Go(held, Vec::new()));
        }
        let flight = self.flights.of(held.record.id);
        let _turn = flight.lock().await;
        let Some(held) = self
            .flows
            .sessions
            .read(held.record.id, self.flows.clock.now())
            .await?
        else {
            return Ok(Ready::Gone);
        };
        if !held.record.state.is_settled() {
            return Ok(Ready::Gone);
        }
        if !self.must_ask(&held, jar, facts) {
            return Ok(Ready::Go(held, Vec::new()));
        }
        self.ask_again(held, jar.clone(), facts, head).await
    }

    fn must_ask(&self, held: &Held, jar: &Jar, facts: &Facts) -> bool {
        let record = &held.record;
        let pending = jar
            .credentials()
            .iter()
            .any(|credential| record.live.standing(credential, record.epoch) != Standing::Asked);
        // An unsafe request is the change itself: it makes the question due for the next one.
        let due = facts.is_safe() && held.recheck_due.load(Ordering::Acquire);
        let old = self.flows.clock.now().since(record.asked_at) >= self.guard.recheck;
        pending || due || old
    }

    async fn ask_again(
        &self,
        held: Held,
        mut jar: Jar,
        facts: &Facts,
        head: &RequestHeader,
    ) -> Result<Ready, FlowError> {
        let record = &held.record;
        // Lowered before the question is put: what changes while it is under way is due once more.
        held.recheck_due.store(false, Ordering::Release);
        let asked = self.ask(&mut jar, facts, head, &[]).await;
        match asked.evidence {
            Evidence::User { id, .. }
                if record.state.signed_in().is_some_and(|who| who.user == id) =>
            {
                jar.stamp(record.epoch);
                let sealer = self.sealer(record.id);
                let sealing = Sealing {
                    sealer: &sealer,
                    epoch: record.epoch,
                    secure: self.guard.https,
                    random: &*self.flows.random,
                };
                let Ok(lines) = sealing.lines(&asked.cookies, &Jar::default()) else {
                    return Ok(Ready::Refused(
                        self.refusal(facts, PageProblem::ApplicationDown),
                    ));
                };
                let held = self.renew(held, &jar).await?;
                Ok(held.map_or(Ready::Gone, |held| Ready::Go(held, lines)))
            }
            Evidence::Unknown(why) => {
                held.recheck_due.store(true, Ordering::Release);
                tracing::warn!(
                    request_id = facts.request_id,
                    why,
                    "guard.identity.whoami gave no clear answer; the request is refused"
                );
                Ok(Ready::Refused(
                    self.refusal(facts, PageProblem::IdentityUnknown),
                ))
            }
            Evidence::User { .. } | Evidence::SignedOut => {
                tracing::info!(session = %record.id, "the application's session is no longer this user's; the gateway's session ends");
                self.flows.sessions.end(record.id).await?;
                Ok(Ready::Gone)
            }
        }
    }

    async fn renew(&self, held: Held, jar: &Jar) -> Result<Option<Held>, FlowError> {
        let credentials = jar.credentials();
        let mut current = held;
        for _ in 0..8 {
            let asked = Asked {
                jar: &credentials,
                at: self.flows.clock.now(),
            };
            let next = Record::clone(&current.record).asked_again(asked)?;
            if let Some(held) = self.flows.sessions.transition(next).await? {
                return Ok(Some(held));
            }
            let read = self
                .flows
                .sessions
                .read(current.record.id, asked.at)
                .await?;
            match read.filter(|read| read.record.state.is_settled()) {
                Some(read) => current = read,
                None => return Ok(None),
            }
        }
        Err(FlowError::Contended)
    }

    /// Strip, then set: what the application receives of a settled request.
    pub fn settled_request(
        &self,
        request: &mut RequestHeader,
        settled: &Settled,
        facts: &Facts,
    ) -> pingora::Result<()> {
        let client = facts.client.to_string();
        let pairs = [settled.jar.pairs(), facts.cookies.plain.clone()].concat();
        self.upstream_head(request, facts, &client, &pairs)?;
        headers::apply_identity(request, &settled.held.record, settled.step_up)
    }

    /// What every request to the application has in common. Call it on a copy of the client's head.
    pub fn upstream_head(
        &self,
        request: &mut RequestHeader,
        facts: &Facts,
        client: &str,
        pairs: &[Vec<u8>],
    ) -> pingora::Result<()> {
        headers::strip(request);
        request.remove_header(&header::COOKIE);
        request.remove_header(&header::AUTHORIZATION);
        if !pairs.is_empty() {
            request.insert_header(header::COOKIE, pairs.join(b"; ".as_slice()))?;
        }
        request.insert_header(header::HOST, self.guard.authority.as_str())?;
        let proto = if self.guard.https { "https" } else { "http" };
        let forwarded = Forwarded {
            client,
            proto,
            host: &self.guard.authority,
            request_id: &facts.request_id,
        };
        headers::apply_forwarded(request, &forwarded)
    }

    /// Seals what the answer sets. A session whose every cookie the application deletes is over.
    pub async fn settled_response(
        &self,
        response: &mut ResponseHeader,
        settled: &mut Settled,
        facts: &Facts,
    ) -> pingora::Result<()> {
        let record = &settled.held.record;
        let mut lines = std::mem::take(&mut settled.extra);
        let now = self.flows.clock.now();
        let cookies = ResponseCookies::read(response, &facts.target.path, &self.guard.names, now);
        let mut after = settled.jar.clone();
        if !cookies.is_empty() {
            let sealing = Sealing {
                sealer: &settled.sealer,
                epoch: record.epoch,
                secure: self.guard.https,
                random: &*self.flows.random,
            };
            let unsealed = |error| {
                let what = "a cookie could not be sealed";
                Error::because(ErrorType::InternalError, what, error)
            };
            lines.extend(sealing.lines(&cookies, &settled.jar).map_err(unsealed)?);
            after.apply(&cookies);
        }
        lines.extend(expire(
            &settled.dead,
            &settled.jar,
            &cookies,
            self.guard.https,
        ));
        if after.is_empty() {
            // The application signed the user out. Its answer may still be shown.
            settled.over = true;
            self.end_quietly(record.id).await;
            lines.push(self.guard.token_deletion().into_bytes());
        }
        scrub(response, &after);
        response.insert_header("X-Request-Id", facts.request_id.as_str())?;
        let plain = response
            .headers
            .get(header::CONTENT_ENCODING)
            .is_none_or(|coding| coding == "identity");
        if plain && response.status.as_u16() != 101 {
            settled.mask = Mask::new(after.values_to_blot());
        }
        replace_cookies(response, lines)
    }

    pub async fn end_quietly(&self, id: crate::domain::ids::RecordId) {
        if let Err(error) = self.flows.sessions.end(id).await {
            tracing::error!(session = %id, %error, "a session that is over could not be ended in the store; it will be tried again");
        }
    }
}

/// Puts exactly these `Set-Cookie` lines into a response.
pub fn replace_cookies(response: &mut ResponseHeader, lines: Vec<Vec<u8>>) -> pingora::Result<()> {
    response.remove_header(&header::SET_COOKIE);
    response.remove_header("set-cookie2");
    for line in lines {
        response.append_header(header::SET_COOKIE, line)?;
    }
    Ok(())
}

/// Takes raw credential values out of the other fields: `;jsessionid=` in a `Location`, a debug header.
pub fn scrub(response: &mut ResponseHeader, jar: &Jar) {
    let leaks = |name: &header::HeaderName, value: &header::HeaderValue| {
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
pub fn is_whole(
    live: &LiveSet,
    jar: &Jar,
    path: &str,
    now: crate::domain::clock::UnixTime,
) -> bool {
    !jar.is_empty() && live.is_complete(&jar.credentials(), path, now)
}
