//! Fields that end at the next hop (RFC 9110, section 7.6.1), and what a hop may nominate.
//!
//! One pass over the names that are there costs less than asking for a dozen that are not.

use http::HeaderMap;
use http::header::{self, HeaderName, HeaderValue};
use pingora::http::ResponseHeader;
use pingora::{Error, ErrorType};

pub fn ends_here(name: &HeaderName) -> bool {
    matches!(
        name.as_str(),
        "connection"
            | "keep-alive"
            | "proxy-connection"
            | "proxy-authenticate"
            | "proxy-authorization"
            | "te"
            | "trailer"
            | "transfer-encoding"
            | "upgrade"
            | "http2-settings"
    )
}

/// Fields that are added to a response on its way: request id, date, connection, cookies.
const ADDED: usize = 6;

/// Names that a `Connection` field nominates, beyond those that end here anyway.
#[derive(Debug, Default)]
pub struct Nominated(Vec<HeaderName>);

impl Nominated {
    /// What a client nominates must not take the gateway's own headers away.
    pub fn holds(&self, name: &HeaderName) -> bool {
        self.0.contains(name) && !super::fold_name(name.as_str()).starts_with('x')
    }
}

pub fn nominated(headers: &HeaderMap) -> Nominated {
    let fields = headers.get_all(header::CONNECTION).iter();
    let fields = fields.filter_map(|field| field.to_str().ok());
    let names = fields.flat_map(|field| field.split(',')).map(str::trim);
    let usual = |name: &&str| !["keep-alive", "close"].contains(name);
    let names = names.filter(usual).filter_map(|name| name.parse().ok());
    Nominated(names.collect())
}

/// Refuses a response whose length two clients would read differently. Pingora takes `2, 2` and `+2` for
/// no length, reads to the end of the connection and sends the field on: what is more than two bytes
/// would be a response of its own to the client.
pub fn check_length(response: &ResponseHeader) -> pingora::Result<()> {
    let mut lengths = response.headers.get_all(header::CONTENT_LENGTH).iter();
    let Some(length) = lengths.next() else {
        return Ok(());
    };
    let digits = length.as_bytes().iter().all(u8::is_ascii_digit);
    let number = length
        .to_str()
        .ok()
        .and_then(|text| text.parse::<u64>().ok());
    if digits && number.is_some() && lengths.next().is_none() {
        return Ok(());
    }
    Err(Error::explain(
        ErrorType::InvalidHTTPHeader,
        "a response with a Content-Length that is no number, or with several",
    ))
}

/// Whether a challenge makes browsers ask for a password in a box of their own. What is typed there is
/// refused by the gateway, so nobody shall be asked.
fn asks_in_a_box(name: &HeaderName, value: &HeaderValue) -> bool {
    *name == header::WWW_AUTHENTICATE
        && value
            .as_bytes()
            .split(|byte| !byte.is_ascii_alphanumeric())
            .any(|word| {
                let schemes: [&[u8]; 4] = [b"basic", b"digest", b"ntlm", b"negotiate"];
                schemes
                    .iter()
                    .any(|scheme| word.eq_ignore_ascii_case(scheme))
            })
}

/// A response without them, nor what would let a service worker reach out of its folder, over the
/// gateway's pages. Made anew: that is one pass, and leaves room for what is added.
pub fn end_to_end(response: &ResponseHeader) -> pingora::Result<ResponseHeader> {
    let nominated = nominated(&response.headers);
    let mut headers = HeaderMap::with_capacity(response.headers.len() + ADDED);
    for (name, value) in &response.headers {
        let ends = ends_here(name)
            || name.as_str() == "service-worker-allowed"
            || asks_in_a_box(name, value)
            || (*name != header::SET_COOKIE && nominated.0.contains(name));
        if !ends {
            headers.append(name.clone(), value.clone());
        }
    }
    let (mut parts, ()) = http::Response::new(()).into_parts();
    parts.status = response.status;
    parts.version = response.version;
    parts.headers = headers;
    let mut head = ResponseHeader::from(parts);
    head.set_reason_phrase(response.get_reason_phrase())?;
    Ok(head)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_that_clients_read_differently_is_refused() {
        let with = |lengths: &[&str]| {
            let mut response = ResponseHeader::build(200, None).unwrap();
            for length in lengths {
                response.append_header("Content-Length", *length).unwrap();
            }
            check_length(&response)
        };
        for good in [&[] as &[&str], &["0"], &["2"], &["0002"]] {
            assert!(with(good).is_ok(), "{good:?}");
        }
        let huge = "18446744073709551616";
        for bad in [
            &["2, 2"] as &[&str],
            &["+2"],
            &["-2"],
            &[""],
            &["2 "],
            &["0x2"],
            &[huge],
            &["2", "2"],
        ] {
            assert!(with(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn no_browser_is_made_to_ask_for_a_password_that_is_then_refused() {
        let mut response = ResponseHeader::build(401, None).unwrap();
        for challenge in [
            "Basic realm=\"crm\"",
            "bearer, BASIC realm=x",
            "Negotiate",
            "NTLM",
            "Digest qop=\"auth\"",
            "Bearer realm=\"api\"",
        ] {
            response
                .append_header("WWW-Authenticate", challenge)
                .unwrap();
        }
        let response = end_to_end(&response).unwrap();
        let left: Vec<_> = response
            .headers
            .get_all("www-authenticate")
            .iter()
            .collect();
        assert_eq!(left, ["Bearer realm=\"api\""]);
    }

    #[test]
    fn a_response_cannot_nominate_its_cookies_away() {
        let mut response = ResponseHeader::build(200, None).unwrap();
        for (name, value) in [
            ("Connection", "set-cookie, x-debug"),
            ("Set-Cookie", "a=1"),
            ("X-Debug", "1"),
            ("Service-Worker-Allowed", "/"),
        ] {
            response.append_header(name, value).unwrap();
        }
        let response = end_to_end(&response).unwrap();
        let left: Vec<&str> = response.headers.keys().map(HeaderName::as_str).collect();
        assert_eq!(left, ["set-cookie"]);
    }
}
