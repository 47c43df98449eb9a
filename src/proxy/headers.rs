//! Strip first, then set: the headers that only the gateway may send upstream.

use http::HeaderMap;
use http::header::{HeaderName, HeaderValue};

use crate::domain::session::{Record, State};
use crate::domain::step_up::FactorWindow;

/// Exact folded names that never come from a client.
const OURS: &[&str] = &[
    "proxy",
    "xrealip",
    "xclientip",
    "xoriginalurl",
    "xoriginaluri",
    "xrewriteurl",
    "xoverrideurl",
    "xhttpmethodoverride",
    "xhttpmethod",
    "xmethodoverride",
    "xoriginalhost",
    "xhost",
    "xrequestid",
    "requestrange",
];
/// Folded names that begin so never do either.
const OUR_PREFIXES: &[&str] = &["xmfa", "xforwarded", "forwarded"];

/// Names that the gateway sets, made once.
pub mod name {
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
    // `X-Original-Forwarded-For`: what an ingress keeps of the client's own field.
    "forwardedfor",
];

/// Letters and digits of a name, in lower case.
fn folded(name: &str) -> impl DoubleEndedIterator<Item = u8> {
    let letters = name.bytes().filter(u8::is_ascii_alphanumeric);
    letters.map(|byte| byte.to_ascii_lowercase())
}

/// Whether only the gateway may send a header of this name, in whichever spelling.
pub fn is_ours(name: &HeaderName) -> bool {
    let name = name.as_str();
    let exactly = |ours: &&str| folded(name).eq(ours.bytes());
    let begins = |prefix: &&str| {
        let mut letters = folded(name);
        prefix.bytes().all(|byte| letters.next() == Some(byte))
    };
    let ends = |ending: &&str| {
        let mut letters = folded(name).rev();
        let mut ending = ending.bytes().rev();
        ending.all(|byte| letters.next() == Some(byte))
    };
    // Nearly every header differs in its first letter and in its last.
    let first = matches!(folded(name).next(), Some(b'x' | b'f' | b'p' | b'r'));
    let last = matches!(folded(name).next_back(), Some(b'p' | b'r' | b'6' | b's'));
    (first && (OURS.iter().any(exactly) || OUR_PREFIXES.iter().any(begins)))
        || (last && ADDRESS_ENDINGS.iter().any(ends))
}

/// What the application is told of where a request came from.
pub fn apply_forwarded(
    headers: &mut HeaderMap,
    client: HeaderValue,
    proto: HeaderValue,
    host: HeaderValue,
    request_id: HeaderValue,
) {
    headers.insert(name::FORWARDED_FOR, client);
    headers.insert(name::FORWARDED_PROTO, proto);
    headers.insert(name::FORWARDED_HOST, host);
    headers.insert(name::REQUEST_ID, request_id);
}

/// The verified-factor headers of a settled session. They say what the record's [`State`] holds, and
/// a factor only where it holds a `VerifiedFactor` (invariant I4).
pub fn apply_identity(
    headers: &mut HeaderMap,
    record: &Record,
    step_up: Option<FactorWindow>,
) -> pingora::Result<()> {
    let (who, factor) = match &record.state {
        State::Verified(who, factor) => (who, Some(factor)),
        State::PasswordOnly(who) => (who, None),
        State::Anonymous | State::AwaitingFactor(_) | State::AwaitingEnrolment(_) => return Ok(()),
    };
    headers.insert(name::MFA_USER, value(who.user.as_str())?);
    let Some(factor) = factor else {
        headers.insert(name::MFA_VERIFIED, HeaderValue::from_static("false"));
        headers.insert(name::MFA_AMR, HeaderValue::from_static("pwd"));
        headers.insert(name::MFA_ACR, HeaderValue::from_static("aal1"));
        return Ok(());
    };
    headers.insert(name::MFA_VERIFIED, HeaderValue::from_static("true"));
    let method = HeaderValue::from_static(factor.method().as_str());
    headers.insert(name::MFA_FACTOR, method);
    headers.insert(name::MFA_AMR, HeaderValue::from_static(factor.amr()));
    headers.insert(name::MFA_ACR, HeaderValue::from_static(factor.acr()));
    let at = factor.verified_at().as_secs();
    headers.insert(name::MFA_AUTH_TIME, HeaderValue::from(at));
    if let Some(window) = step_up {
        let until = HeaderValue::from(window.until().as_secs());
        headers.insert(name::MFA_STEP_UP_EXPIRES, until);
    }
    Ok(())
}

/// A value as it is; one with bytes that no header may hold is refused rather than changed: two users
/// must not become one.
pub fn value(bytes: impl TryInto<HeaderValue>) -> pingora::Result<HeaderValue> {
    bytes.try_into().map_err(|_| {
        pingora::Error::explain(
            pingora::ErrorType::InvalidHTTPHeader,
            "a user id, or a cookie, that no header can hold",
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
            "Forwarded-For",
            "X-Original-Forwarded-For",
            "X-Override-URL",
            "X-HTTP-Method-Override",
            "X-Original-URL",
            "x.rewrite.url",
            "Proxy",
            "True-Client-IP",
            "X_Cluster_Client_Ip",
            "Fastly.Client.Ip",
            "CF-Connecting-IPv6",
            "Remote-Addr",
        ] {
            assert!(is_ours(&name.parse().unwrap()), "{name}");
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
            "Referer",
            "Upgrade-Insecure-Requests",
            "Ip",
        ] {
            assert!(!is_ours(&name.parse().unwrap()), "{name}");
        }
    }
}
