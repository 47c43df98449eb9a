//! Fields that end at the next hop (RFC 9110, section 7.6.1), and what a hop may nominate.
//!
//! One pass over the names that are there costs less than asking for a dozen that are not.

use http::HeaderMap;
use http::header::{self, HeaderName};
use pingora::http::{RequestHeader, ResponseHeader};

fn ends_here(name: &HeaderName) -> bool {
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

fn nominated(headers: &HeaderMap) -> Vec<HeaderName> {
    let fields = headers.get_all(header::CONNECTION).iter();
    let fields = fields.filter_map(|field| field.to_str().ok());
    let names = fields.flat_map(|field| field.split(','));
    names.filter_map(|name| name.trim().parse().ok()).collect()
}

/// Takes them off a request, with what speaks of the body's framing: that is made anew. What a client
/// nominates must not take the gateway's own headers away, nor cookies and host.
pub fn strip_request(request: &mut RequestHeader) {
    for name in nominated(&request.headers) {
        let ours = name == header::COOKIE
            || name == header::HOST
            || super::fold_name(name.as_str()).starts_with('x');
        if !ours {
            request.remove_header(&name);
        }
    }
    let framing = |name: &HeaderName| *name == header::EXPECT || *name == header::CONTENT_LENGTH;
    for name in those(&request.headers, |name| ends_here(name) || framing(name)) {
        request.remove_header(&name);
    }
}

/// Takes them off a response, and what would let a service worker reach out of its folder, over the
/// gateway's pages.
pub fn strip_response(response: &mut ResponseHeader) {
    for name in nominated(&response.headers) {
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
    fn hop_by_hop_fields_end_here_and_nominated_ones_with_them() {
        let mut request = RequestHeader::build("GET", b"/", None).unwrap();
        for (name, value) in [
            ("Connection", "close, x-mfa-user, cookie, prefer"),
            ("Keep-Alive", "timeout=5"),
            ("TE", "trailers"),
            ("Transfer-Encoding", "chunked"),
            ("Content-Length", "7"),
            ("Expect", "100-continue"),
            ("Upgrade", "h2c"),
            ("HTTP2-Settings", "AAAA"),
            ("Prefer", "x"),
            ("X-MFA-User", "7"),
            ("Cookie", "a=1"),
            ("Accept", "*/*"),
        ] {
            request.append_header(name, value).unwrap();
        }
        strip_request(&mut request);
        let mut left: Vec<&str> = request.headers.keys().map(HeaderName::as_str).collect();
        left.sort_unstable();
        assert_eq!(left, ["accept", "cookie", "x-mfa-user"]);
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
        strip_response(&mut response);
        let left: Vec<&str> = response.headers.keys().map(HeaderName::as_str).collect();
        assert_eq!(left, ["set-cookie"]);
    }
}
