//! Fields that end at the next hop (RFC 9110, section 7.6.1), and what a hop may nominate.
//!
//! One pass over the names that are there costs less than asking for a dozen that are not.

use http::HeaderMap;
use http::header::{self, HeaderName};
use pingora::http::ResponseHeader;

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

fn those(headers: &HeaderMap, unwanted: impl Fn(&HeaderName) -> bool) -> Vec<HeaderName> {
    headers
        .keys()
        .filter(|name| unwanted(name))
        .cloned()
        .collect()
}

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

/// Takes them off a response, and what would let a service worker reach out of its folder, over the
/// gateway's pages.
pub fn strip_response(response: &mut ResponseHeader) {
    for name in nominated(&response.headers).0 {
        if name != header::SET_COOKIE {
            response.remove_header(&name);
        }
    }
    let worker = |name: &HeaderName| name.as_str() == "service-worker-allowed";
    for name in those(&response.headers, |name| ends_here(name) || worker(name)) {
        response.remove_header(&name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        strip_response(&mut response);
        let left: Vec<&str> = response.headers.keys().map(HeaderName::as_str).collect();
        assert_eq!(left, ["set-cookie"]);
    }
}
