//! The head of a request to the application, made anew from the client's in one pass: first what the
//! client may say, then what only the gateway says.

use http::header::{self, HeaderValue};
use http::{HeaderMap, Method, Uri, Version};
use pingora::http::RequestHeader;

use super::facts::Facts;
use super::gateway::Parts;
use super::headers;
use super::hop_by_hop::{self, Nominated};
use crate::domain::session::Record;
use crate::domain::step_up::FactorWindow;

/// Who sends the head on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// An exchange: fields of one hop end here, and who sends it frames the body.
    Exchange,
    /// Pingora's proxy, which has dealt with those fields already.
    Proxy,
}

/// Fields that the gateway adds, at most.
const OWN_FIELDS: usize = 14;

/// A head whose fields are final, without framing.
#[derive(Clone, Debug)]
pub struct Outgoing {
    pub method: Method,
    pub uri: Uri,
    pub headers: HeaderMap,
}

impl Outgoing {
    /// What of a client's head goes on. Ranges only where a route is `public`.
    pub fn carried(client: &RequestHeader, way: Way, public: impl Fn() -> bool) -> Self {
        let nominated = match way {
            Way::Exchange => hop_by_hop::nominated(&client.headers),
            Way::Proxy => Nominated::default(),
        };
        let mut headers = HeaderMap::with_capacity(client.headers.len() + OWN_FIELDS);
        for (name, value) in &client.headers {
            let ends = match name.as_str() {
                "cookie" | "authorization" | "host" => true,
                // Two ranges can cut a session id in two, and neither half would be recognised.
                "range" | "if-range" => !public(),
                "expect" | "content-length" => way == Way::Exchange,
                _ => way == Way::Exchange && hop_by_hop::ends_here(name),
            };
            if !ends && !headers::is_ours(name) && !nominated.holds(name) {
                headers.append(name.clone(), value.clone());
            }
        }
        Self {
            method: client.method.clone(),
            uri: client.uri.clone(),
            headers,
        }
    }

    pub fn into_head(self) -> RequestHeader {
        let (mut parts, ()) = http::Request::new(()).into_parts();
        parts.method = self.method;
        parts.uri = self.uri;
        parts.version = Version::HTTP_11;
        parts.headers = self.headers;
        parts.into()
    }
}

impl Parts {
    /// A visitor's request as the application receives it, with exactly these cookies.
    pub fn outgoing(
        &self,
        client: &RequestHeader,
        way: Way,
        facts: &Facts,
        cookies: Vec<u8>,
    ) -> pingora::Result<Outgoing> {
        let public = || self.guard.is_public(&facts.target.path);
        let mut outgoing = Outgoing::carried(client, way, public);
        self.add_own(&mut outgoing.headers, facts, cookies)?;
        Ok(outgoing)
    }

    /// A settled request: with the verified-factor headers, which come last.
    pub fn outgoing_settled(
        &self,
        client: &RequestHeader,
        way: Way,
        facts: &Facts,
        cookies: Vec<u8>,
        (record, step_up): (&Record, Option<FactorWindow>),
    ) -> pingora::Result<Outgoing> {
        let mut outgoing = self.outgoing(client, way, facts, cookies)?;
        headers::apply_identity(&mut outgoing.headers, record, step_up)?;
        Ok(outgoing)
    }

    /// What every request to the application has in common.
    pub fn add_own(
        &self,
        headers: &mut HeaderMap,
        facts: &Facts,
        cookies: Vec<u8>,
    ) -> pingora::Result<()> {
        if !cookies.is_empty() {
            headers.insert(header::COOKIE, headers::value(cookies)?);
        }
        headers.insert(header::HOST, self.guard.host_field.clone());
        let proto = if self.guard.https { "https" } else { "http" };
        headers::apply_forwarded(
            headers,
            headers::value(facts.client.to_string())?,
            HeaderValue::from_static(proto),
            self.guard.host_field.clone(),
            headers::value(facts.request_id.as_str())?,
        );
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(fields: &[(&'static str, &str)]) -> RequestHeader {
        let mut request = RequestHeader::build("GET", b"/", None).unwrap();
        for (name, value) in fields {
            request.append_header(*name, *value).unwrap();
        }
        request
    }

    fn left(outgoing: &Outgoing) -> Vec<&str> {
        let mut left: Vec<&str> = outgoing.headers.keys().map(|name| name.as_str()).collect();
        left.sort_unstable();
        left
    }

    #[test]
    fn hop_by_hop_fields_end_here_and_nominated_ones_with_them() {
        let client = client(&[
            ("Connection", "close, x-custom, accept, prefer"),
            ("Keep-Alive", "timeout=5"),
            ("TE", "trailers"),
            ("Transfer-Encoding", "chunked"),
            ("Content-Length", "7"),
            ("Expect", "100-continue"),
            ("Upgrade", "h2c"),
            ("HTTP2-Settings", "AAAA"),
            ("Prefer", "x"),
            ("X-Custom", "7"),
            ("Accept-Language", "de"),
        ]);
        let outgoing = Outgoing::carried(&client, Way::Exchange, || false);
        assert_eq!(left(&outgoing), ["accept-language", "x-custom"]);
    }

    #[test]
    fn what_pingora_needs_for_an_upgrade_stays_in_its_way() {
        let client = client(&[
            ("Connection", "upgrade"),
            ("Upgrade", "websocket"),
            ("X-MFA-User", "spoof"),
            ("Cookie", "a=1"),
            ("Authorization", "Bearer x"),
        ]);
        let outgoing = Outgoing::carried(&client, Way::Proxy, || false);
        assert_eq!(left(&outgoing), ["connection", "upgrade"]);
    }

    #[test]
    fn ranges_go_on_only_where_nothing_is_secret() {
        let client = client(&[("Range", "bytes=0-5"), ("If-Range", "x")]);
        let kept = |public| Outgoing::carried(&client, Way::Exchange, || public);
        assert!(kept(false).headers.is_empty());
        assert_eq!(kept(true).headers.len(), 2);
    }
}
