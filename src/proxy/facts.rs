//! What a request is, gathered once from its head.

use std::net::IpAddr;

use http::HeaderMap;
use http::header::{self, HeaderName};
use pingora::http::RequestHeader;

use super::cookies::RequestCookies;
use super::guard::Guard;
use super::target::Target;
use crate::domain::cookie_names::CookieNames;
use crate::domain::return_address::{safe_return, same_origin_path};
use crate::domain::source::TokenInput;
use crate::portal::languages::{Language, Reader};

/// A head that has more bytes than this is refused.
const LARGEST_HEAD: usize = 64 * 1024;

/// What kind of answer the sender can use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A person's browser goes to a page.
    Navigation,
    /// A page in a frame.
    Framed,
    /// A style, script, image or font.
    SubResource,
    EventStream,
    /// A `fetch`, an API client, anything else.
    Call,
}

/// A request's head, in the gateway's words.
#[derive(Clone, Debug)]
pub struct Facts {
    pub method: http::Method,
    pub target: Target,
    pub kind: Kind,
    pub cookies: RequestCookies,
    pub client: IpAddr,
    pub request_id: String,
    /// What the gateway's own pages speak to this visitor; English for programs.
    pub language: Language,
    pub upgrade: bool,
    pub expects_continue: bool,
    /// The script of a service worker is asked for.
    pub is_service_worker: bool,
    pub content_length: Option<u64>,
    pub content_type: String,
    pub content_encoding: String,
    /// The path and query of a same-origin `Referer`.
    pub referer: Option<String>,
    /// A page of this origin led here, as far as the browser tells.
    pub from_here: bool,
    /// The page that was remembered is not wanted any more; the answer makes the browser forget it.
    pub forgets: bool,
}

/// Why a head is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadHead {
    Malformed(&'static str),
    WrongHost,
    TooLarge,
}

impl Facts {
    pub fn gather(
        head: &RequestHeader,
        peer: IpAddr,
        request_id: String,
        guard: &Guard,
    ) -> Result<Self, BadHead> {
        let size: usize = head
            .headers
            .iter()
            .map(|(name, value)| name.as_str().len() + value.len() + 4)
            .sum();
        if size + head.raw_path().len() > LARGEST_HEAD {
            return Err(BadHead::TooLarge);
        }
        check_host(head, guard)?;
        check_framing(&head.headers)?;
        check_media_type(&head.headers)?;
        let raw = if head.method == http::Method::OPTIONS && head.raw_path() == b"*" {
            b"/"
        } else {
            head.raw_path()
        };
        let target = Target::parse(raw).map_err(|ambiguous| BadHead::Malformed(ambiguous.0))?;
        let fields = head
            .headers
            .get_all(header::COOKIE)
            .iter()
            .map(http::HeaderValue::as_bytes);
        let cookies = RequestCookies::parse(fields, guard.own_cookie(), &guard.names);
        let text = |name: HeaderName| {
            head.headers
                .get(name)
                .and_then(|value| value.to_str().ok())
                .unwrap_or_default()
        };
        let kind = kind(&head.method, &head.headers);
        Ok(Self {
            // Nobody else gets a page.
            language: match kind {
                Kind::Navigation | Kind::Framed => language_of(head),
                Kind::SubResource | Kind::EventStream | Kind::Call => Language::English,
            },
            kind,
            target,
            cookies,
            client: client(&head.headers, peer, guard),
            request_id,
            upgrade: is_websocket(head),
            is_service_worker: text(SERVICE_WORKER).eq_ignore_ascii_case("script"),
            expects_continue: text(header::EXPECT).eq_ignore_ascii_case("100-continue"),
            content_length: text(header::CONTENT_LENGTH).parse().ok(),
            content_type: text(header::CONTENT_TYPE).to_owned(),
            content_encoding: text(header::CONTENT_ENCODING).to_owned(),
            referer: same_origin_path(text(header::REFERER), &guard.origin),
            from_here: matches!(text(SEC_FETCH_SITE), "same-origin" | ""),
            forgets: false,
            method: head.method.clone(),
        })
    }

    /// Who reads the answer, if it is a page of ours.
    pub fn reader(&self) -> Reader<'_> {
        Reader {
            request_id: &self.request_id,
            language: self.language,
        }
    }

    /// A credential that the gateway did not seal, in a place where applications look for one: the
    /// place, for the log and the page.
    pub fn raw_credential(&self, headers: &HeaderMap, guard: &Guard) -> Option<&'static str> {
        if headers.contains_key(header::AUTHORIZATION) {
            return Some("the Authorization header");
        }
        let listed = |folded: &str| {
            guard.token_inputs.iter().any(|input| match input {
                TokenInput::Query(listed) => folded == CookieNames::fold(listed.as_bytes()),
                TokenInput::Header(_) => false,
            })
        };
        let is_token = |name: &Vec<u8>| {
            let folded = CookieNames::fold(name);
            folded == "access_token" || listed(&folded)
        };
        let in_header = |input: &TokenInput| matches!(input, TokenInput::Header(name) if has_folded(headers, name));
        if guard.token_inputs.iter().any(in_header) {
            return Some("a header of guard.token_inputs");
        }
        let names: Vec<Vec<u8>> = self.target.parameter_names().collect();
        if names.iter().any(is_token) {
            return Some("a query parameter that carries a token");
        }
        names
            .iter()
            .any(|name| guard.names.is_protected(name))
            .then_some("a parameter with a protected cookie's name")
    }

    /// The client's network, for caps: an IPv4 address, or the /64 of an IPv6 one.
    pub fn network(&self) -> String {
        match self.client {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => ipnet::Ipv6Net::new(address, 64)
                .map_or_else(|_| address.to_string(), |net| net.trunc().to_string()),
        }
    }

    /// Names of the protected cookies that came along, whatever they hold.
    pub fn presented_names(&self) -> Vec<String> {
        let presented = self.cookies.protected.iter();
        presented.map(|cookie| cookie.name.clone()).collect()
    }

    /// Path and query, as they came, for a browser to come back to; the root where a browser could
    /// take them for another site's (`//elsewhere`).
    pub fn own_address(&self) -> String {
        let address = match self.target.query.as_str() {
            "" => self.target.path.clone(),
            query => format!("{}?{query}", self.target.path),
        };
        safe_return(&address).unwrap_or_else(|| "/".to_owned())
    }

    pub fn is_safe(&self) -> bool {
        matches!(
            self.method,
            http::Method::GET | http::Method::HEAD | http::Method::OPTIONS
        )
    }
}

/// The language in which pages are shown to the sender.
pub fn language_of(head: &RequestHeader) -> Language {
    let fields = head.headers.get_all(header::ACCEPT_LANGUAGE);
    Language::wanted(fields.iter().map(http::HeaderValue::as_bytes))
}

fn has_folded(headers: &HeaderMap, name: &str) -> bool {
    let folded = super::fold_name(name);
    headers
        .keys()
        .any(|known| super::fold_name(known.as_str()) == folded)
}

/// The one upgrade there is: a WebSocket over HTTP/1.1 (RFC 6455, section 4.1), without a body. Any
/// other `Upgrade` is nothing but a header.
fn is_websocket(head: &RequestHeader) -> bool {
    let headers = &head.headers;
    if !headers.contains_key(header::UPGRADE) {
        return false;
    }
    let only = |name: HeaderName| {
        let mut fields = headers.get_all(name).iter();
        let field = fields.next().and_then(|field| field.to_str().ok())?;
        fields.next().is_none().then_some(field)
    };
    let named = only(header::UPGRADE).is_some_and(|to| to.trim().eq_ignore_ascii_case("websocket"));
    let mut hops = headers.get_all(header::CONNECTION).iter();
    let nominated = hops.any(|field| {
        let mut words = field.to_str().unwrap_or_default().split(',');
        words.any(|word| word.trim().eq_ignore_ascii_case("upgrade"))
    });
    let length = headers.get(header::CONTENT_LENGTH);
    let bodiless = length.is_none_or(|length| length == "0")
        && !headers.contains_key(header::TRANSFER_ENCODING);
    head.method == http::Method::GET
        && head.version == http::Version::HTTP_11
        && named
        && nominated
        && bodiless
}

/// One host, ours, and the same in both places where HTTP/2 has it.
fn check_host(head: &RequestHeader, guard: &Guard) -> Result<(), BadHead> {
    let mut hosts = head.headers.get_all(header::HOST).iter();
    let host = hosts
        .next()
        .map(|host| {
            host.to_str()
                .map_err(|_| BadHead::Malformed("an unreadable Host"))
        })
        .transpose()?;
    if hosts.next().is_some() {
        return Err(BadHead::Malformed("more than one Host"));
    }
    let authority = head.uri.authority().map(http::uri::Authority::as_str);
    match (authority, host) {
        (Some(authority), Some(host)) if !authority.eq_ignore_ascii_case(host) => {
            Err(BadHead::Malformed("Host and :authority differ"))
        }
        (Some(name), _) | (None, Some(name)) if guard.is_our_host(name) => Ok(()),
        (None, None) => Err(BadHead::Malformed("no Host")),
        _ => Err(BadHead::WrongHost),
    }
}

/// Framing that two servers could read differently. (Pingora refuses most of it before.)
fn check_framing(headers: &HeaderMap) -> Result<(), BadHead> {
    if headers.get_all(header::CONTENT_LENGTH).iter().count() > 1 {
        return Err(BadHead::Malformed("more than one Content-Length"));
    }
    let mut codings = headers.get_all(header::TRANSFER_ENCODING).iter();
    let Some(coding) = codings.next() else {
        return Ok(());
    };
    let chunked = coding.as_bytes().eq_ignore_ascii_case(b"chunked") && codings.next().is_none();
    if !chunked || headers.contains_key(header::CONTENT_LENGTH) {
        return Err(BadHead::Malformed(
            "a Transfer-Encoding other than chunked, or beside a Content-Length",
        ));
    }
    Ok(())
}

/// What says how a body is to be read, once and readable: an application that takes the other one of
/// two, or reads what we cannot, would find a sign-in where the gateway finds none.
fn check_media_type(headers: &HeaderMap) -> Result<(), BadHead> {
    for name in [header::CONTENT_TYPE, header::CONTENT_ENCODING] {
        let mut fields = headers.get_all(name).iter();
        let readable = fields.next().is_none_or(|field| field.to_str().is_ok());
        if !readable || fields.next().is_some() {
            return Err(BadHead::Malformed(
                "an unreadable or repeated Content-Type or Content-Encoding",
            ));
        }
    }
    Ok(())
}

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const SERVICE_WORKER: HeaderName = HeaderName::from_static("service-worker");
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
const SEC_FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");
const X_REQUESTED_WITH: HeaderName = HeaderName::from_static("x-requested-with");

fn kind(method: &http::Method, headers: &HeaderMap) -> Kind {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let accept = text(header::ACCEPT).unwrap_or_default();
    if accept.trim_start().starts_with("text/event-stream") {
        return Kind::EventStream;
    }
    match (text(SEC_FETCH_MODE), text(SEC_FETCH_DEST)) {
        (Some("navigate"), Some("iframe" | "frame" | "embed" | "object")) => Kind::Framed,
        (Some("navigate"), _) => Kind::Navigation,
        (_, Some("style" | "script" | "image" | "font")) => Kind::SubResource,
        (Some(_), _) | (_, Some(_)) => Kind::Call,
        (None, None) if headers.contains_key(X_REQUESTED_WITH) => Kind::Call,
        (None, None) => {
            let form = text(header::CONTENT_TYPE)
                .unwrap_or_default()
                .starts_with("application/x-www-form-urlencoded");
            let page = accept.contains("text/html") || (method == http::Method::POST && form);
            if page { Kind::Navigation } else { Kind::Call }
        }
    }
}

/// The address that counts: the peer's, or the last one that a trusted proxy vouches for.
fn client(headers: &HeaderMap, peer: IpAddr, guard: &Guard) -> IpAddr {
    if !guard.trusts(peer) {
        return peer;
    }
    let fields = headers
        .get_all(FORWARDED_FOR)
        .iter()
        .filter_map(|field| field.to_str().ok());
    let hops: Vec<IpAddr> = fields
        .flat_map(|field| field.split(','))
        .filter_map(|hop| hop.trim().parse().ok())
        .collect();
    hops.iter()
        .rev()
        .find(|hop| !guard.trusts(**hop))
        .copied()
        .unwrap_or(peer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_that_can_be_read_in_two_ways_is_refused() {
        let of = |values: &[&[u8]]| {
            let mut headers = HeaderMap::new();
            for value in values {
                let value = http::HeaderValue::from_bytes(value).unwrap();
                headers.append(header::CONTENT_TYPE, value);
            }
            check_media_type(&headers).is_ok()
        };
        let (form, parts) = (b"application/x-www-form-urlencoded", b"multipart/form-data");
        assert!(of(&[]) && of(&[form]));
        assert!(!of(&[form, parts]) && !of(&[b"multipart/form-data; x=\xe9"]));
    }

    #[test]
    fn what_answer_a_sender_can_use_is_told_by_its_headers() {
        let of = |pairs: &[(&'static str, &str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.insert(*name, value.parse().unwrap());
            }
            kind(&http::Method::GET, &headers)
        };
        assert_eq!(
            of(&[
                ("sec-fetch-mode", "navigate"),
                ("sec-fetch-dest", "document")
            ]),
            Kind::Navigation
        );
        assert_eq!(
            of(&[("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "iframe")]),
            Kind::Framed
        );
        assert_eq!(
            of(&[("sec-fetch-mode", "no-cors"), ("sec-fetch-dest", "image")]),
            Kind::SubResource
        );
        assert_eq!(
            of(&[("sec-fetch-mode", "cors"), ("sec-fetch-dest", "empty")]),
            Kind::Call
        );
        assert_eq!(of(&[("accept", "text/html,*/*")]), Kind::Navigation);
        assert_eq!(
            of(&[
                ("accept", "text/html"),
                ("x-requested-with", "XMLHttpRequest")
            ]),
            Kind::Call
        );
        assert_eq!(of(&[("accept", "application/json")]), Kind::Call);
        assert_eq!(of(&[("accept", "text/event-stream")]), Kind::EventStream);
    }
}
