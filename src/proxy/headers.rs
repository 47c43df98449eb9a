//! Strip first, then set: the headers that only the gateway may send upstream.

use http::header::{HeaderName, HeaderValue};
use pingora::http::RequestHeader;

use crate::domain::clock::UnixTime;
use crate::domain::session::{Record, State};

/// Exact folded names that never come from a client.
const OURS: &[&str] = &[
    "forwarded",
    "proxy",
    "xrealip",
    "xclientip",
    "xoriginalurl",
    "xoriginaluri",
    "xrewriteurl",
    "xhttpmethodoverride",
    "xhttpmethod",
    "xmethodoverride",
    "xoriginalhost",
    "xhost",
    "xrequestid",
    "requestrange",
];
/// Folded names that begin so never do either.
const OUR_PREFIXES: &[&str] = &["xmfa", "xforwarded"];

/// Names that the gateway sets, made once.
mod name {
    use http::header::HeaderName;

    pub const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
    pub const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
    pub const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
    pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
    pub const MFA_USER: HeaderName = HeaderName::from_static("x-mfa-user");
    pub const MFA_VERIFIED: HeaderName = HeaderName::from_static("x-mfa-verified");
    pub const MFA_FACTOR: HeaderName = HeaderName::from_static("x-mfa-factor");
    pub const MFA_AMR: HeaderName = HeaderName::from_static("x-mfa-amr");
    pub const MFA_ACR: HeaderName = HeaderName::from_static("x-mfa-acr");
    pub const MFA_AUTH_TIME: HeaderName = HeaderName::from_static("x-mfa-auth-time");
    pub const MFA_STEP_UP_EXPIRES: HeaderName = HeaderName::from_static("x-mfa-step-up-expires");
}

/// A name with everything but letters and digits removed, in lower case: servers that turn headers
/// into variables take `X_MFA.User` for `X-MFA-User`.
pub fn fold_name(name: &str) -> String {
    name.bytes()
        .filter(u8::is_ascii_alphanumeric)
        .map(|byte| char::from(byte.to_ascii_lowercase()))
        .collect()
}

/// How names end in which proxies tell a client's address.
const ADDRESS_ENDINGS: &[&str] = &[
    "clientip",
    "realip",
    "remoteip",
    "remoteaddr",
    "userip",
    "originatingip",
    "connectingip",
    "connectingipv6",
    "externaladdress",
];

fn is_ours(name: &HeaderName) -> bool {
    let name = name.as_str();
    // Nearly every header fails here, before anything is allocated.
    let first = name.bytes().find(u8::is_ascii_alphanumeric);
    let named = matches!(first, Some(b'x' | b'f' | b'p' | b'r'));
    let address = ["ip", "addr"].iter().any(|part| name.contains(part));
    if !named && !address {
        return false;
    }
    let folded = fold_name(name);
    OURS.contains(&folded.as_str())
        || OUR_PREFIXES.iter().any(|prefix| folded.starts_with(prefix))
        || ADDRESS_ENDINGS
            .iter()
            .any(|ending| folded.ends_with(ending))
}

/// Drops every header that only the gateway sets, in every spelling.
pub fn strip(request: &mut RequestHeader) {
    let ours: Vec<HeaderName> = request
        .headers
        .keys()
        .filter(|name| is_ours(name))
        .cloned()
        .collect();
    for name in ours {
        request.remove_header(&name);
    }
}

/// What the application is told of where a request came from.
#[derive(Clone, Debug)]
pub struct Forwarded<'a> {
    pub client: &'a str,
    pub proto: &'static str,
    pub host: &'a str,
    pub request_id: &'a str,
}

pub fn apply_forwarded(
    request: &mut RequestHeader,
    forwarded: &Forwarded<'_>,
) -> pingora::Result<()> {
    request.insert_header(name::FORWARDED_FOR, forwarded.client)?;
    request.insert_header(
        name::FORWARDED_PROTO,
        HeaderValue::from_static(forwarded.proto),
    )?;
    request.insert_header(name::FORWARDED_HOST, forwarded.host)?;
    request.insert_header(name::REQUEST_ID, forwarded.request_id)
}

/// The verified-factor headers of a settled session. They say what the record's [`State`] holds, and
/// a factor only where it holds a `VerifiedFactor` (invariant I4).
pub fn apply_identity(
    request: &mut RequestHeader,
    record: &Record,
    step_up: Option<UnixTime>,
) -> pingora::Result<()> {
    let (who, factor) = match &record.state {
        State::Verified(who, factor) => (who, Some(factor)),
        State::PasswordOnly(who) => (who, None),
        State::Anonymous | State::AwaitingFactor(_) | State::AwaitingEnrolment(_) => return Ok(()),
    };
    request.insert_header(name::MFA_USER, user_value(who.user.as_str())?)?;
    let Some(factor) = factor else {
        request.insert_header(name::MFA_VERIFIED, HeaderValue::from_static("false"))?;
        request.insert_header(name::MFA_AMR, HeaderValue::from_static("pwd"))?;
        return request.insert_header(name::MFA_ACR, HeaderValue::from_static("aal1"));
    };
    request.insert_header(name::MFA_VERIFIED, HeaderValue::from_static("true"))?;
    request.insert_header(
        name::MFA_FACTOR,
        HeaderValue::from_static(factor.method().as_str()),
    )?;
    request.insert_header(name::MFA_AMR, HeaderValue::from_static(factor.amr()))?;
    request.insert_header(name::MFA_ACR, HeaderValue::from_static(factor.acr()))?;
    request.insert_header(
        name::MFA_AUTH_TIME,
        HeaderValue::from(factor.verified_at().as_secs()),
    )?;
    if let Some(until) = step_up {
        request.insert_header(
            name::MFA_STEP_UP_EXPIRES,
            HeaderValue::from(until.as_secs()),
        )?;
    }
    Ok(())
}

/// An id as it is; one with characters that no header may hold is refused rather than changed, for
/// two users must not become one.
fn user_value(id: &str) -> pingora::Result<HeaderValue> {
    HeaderValue::from_bytes(id.as_bytes()).map_err(|_| {
        pingora::Error::explain(
            pingora::ErrorType::InvalidHTTPHeader,
            "a user id that no header can hold",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_spelling_of_a_gateway_header_survives() {
        for name in [
            "X-MFA-User",
            "x_mfa_user",
            "X.MFA.Verified",
            "X-MFA_Factor",
            "x-mfa-anything",
            "_X-MFA-User",
            "X--MFA--User",
            "xmfauser",
            "X-Forwarded-For",
            "X_Forwarded_Proto",
            "Forwarded",
            "X-HTTP-Method-Override",
            "X-Original-URL",
            "x.rewrite.url",
            "Proxy",
        ] {
            let mut request = RequestHeader::build("GET", b"/", None).unwrap();
            request.append_header(name.to_owned(), "spoof").unwrap();
            request.append_header(name.to_owned(), "again").unwrap();
            strip(&mut request);
            assert_eq!(request.headers.len(), 0, "{name}");
        }
    }

    #[test]
    fn other_headers_stay() {
        for name in [
            "X-Requested-With",
            "X-CSRF-Token",
            "Prefer",
            "Accept",
            "X-Mf",
            "Pragma",
        ] {
            let mut request = RequestHeader::build("GET", b"/", None).unwrap();
            request.append_header(name.to_owned(), "kept").unwrap();
            strip(&mut request);
            assert_eq!(request.headers.len(), 1, "{name}");
        }
    }
}
