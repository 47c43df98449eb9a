//! `Cookie` fields: what goes on holds no credential, in whichever way an application takes it apart,
//! and nothing else is lost.

use super::GUARD;
use crate::proxy::inside::RequestCookies;

/// Fields are separated by line feeds, which no field can hold.
pub fn holds_for(bytes: &[u8]) -> RequestCookies {
    let fields: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
    let parse = |fields: &[&[u8]]| {
        RequestCookies::parse(fields.iter().copied(), "__Host-stepgate", &GUARD.names)
    };
    let cookies = parse(&fields);
    let joined = cookies.plain.join(b"; ".as_slice());
    for name in names(&joined) {
        assert!(
            !is_credential(&name),
            "{name} went on in {}",
            shown(&joined)
        );
    }
    for pair in &cookies.plain {
        assert!(!is_own(pair), "{} went on", shown(pair));
    }
    // Taken apart once more nothing is found, and nothing changes.
    let again = parse(&[&joined]);
    assert_eq!(again.plain, cookies.plain);
    assert_eq!((again.token, again.protected.len()), (None, 0));
    for cookie in &cookies.protected {
        assert!(is_part(bytes, &cookie.value), "{cookie:?} was made up");
    }
    for field in &fields {
        for pair in field.split(|byte| *byte == b';').map(<[u8]>::trim_ascii) {
            if is_simple(pair)
                && !is_own(pair)
                && !names(pair).iter().any(|name| is_credential(name))
            {
                assert!(
                    cookies.plain.iter().any(|kept| kept == pair),
                    "{} was lost",
                    shown(pair)
                );
            }
        }
    }
    cookies
}

/// Names as applications read them: by semicolons, by commas (RFC 2109), in and after quotes.
pub fn names(field: &[u8]) -> Vec<String> {
    let text: String = field.iter().map(|byte| char::from(*byte)).collect();
    let mut names = Vec::new();
    for separators in [&[';'][..], &[';', ','], &[';', ',', '"'], &[';', '"']] {
        for pair in text.split(separators) {
            names.extend(pair.split_once('=').map(|(name, _)| php(name)));
        }
    }
    names
}

/// PHP's spelling (`php_register_variable_ex`): decoded, without spaces before it, `.` and space as
/// `_`, up to the first bracket or NUL. Others trim the end and ignore case.
fn php(name: &str) -> String {
    let decoded: Vec<u8> = percent_encoding::percent_decode_str(name).collect();
    let decoded: String = decoded.iter().map(|byte| char::from(*byte)).collect();
    let name = decoded.split(['[', '\0']).next().unwrap_or_default();
    name.trim().replace(['.', ' '], "_").to_ascii_lowercase()
}

/// The names of the configuration, written for the other side.
pub fn is_credential(name: &str) -> bool {
    name == "sessionid"
        || (name.starts_with("remember_") && name != "remember_lang")
        || name == "my_app-id"
}

/// Whether a pair is a cookie of the gateway's own. In the value of another one its name is nothing, and
/// `stepgate[x]`, which PHP takes for it, is none to the gateway.
fn is_own(pair: &[u8]) -> bool {
    let mut parts = pair.splitn(2, |byte| *byte == b'=');
    let name: Vec<u8> =
        percent_encoding::percent_decode(parts.next().unwrap_or_default()).collect();
    let name = name.trim_ascii().to_ascii_lowercase();
    let name = name.strip_prefix(b"__host-").unwrap_or(&name);
    let own: [&[u8]; 3] = [b"stepgate", b"stepgate-again", b"stepgate-return"];
    own.contains(&name) && parts.next().is_some()
}

fn is_simple(pair: &[u8]) -> bool {
    let letters = |text: &[u8]| text.iter().all(u8::is_ascii_lowercase);
    let mut parts = pair.splitn(2, |byte| *byte == b'=');
    let name = parts.next().unwrap_or_default();
    !name.is_empty() && letters(name) && parts.next().is_some_and(letters)
}

fn is_part(whole: &[u8], part: &[u8]) -> bool {
    memchr::memmem::find(whole, part).is_some()
}

fn shown(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_field_carries_a_credential_past_the_gateway(
            field in "([a-z=;,\" %.\\[_$-]|sessionid|session%69d|remember_me|my.app-id|__Host-stepgate|\n){0,24}"
        ) {
            holds_for(field.as_bytes());
        }

        #[test]
        fn no_bytes_do(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            holds_for(&bytes);
            holds_for(&[bytes.as_slice(), b"sessionid=x;", &bytes].concat());
        }

        #[test]
        fn what_concerns_nobody_arrives_as_it_was_sent(pairs in proptest::collection::vec("[a-z]{1,9}=[ -:<-~]{0,12}", 0..6)) {
            prop_assume!(pairs.iter().all(|pair| !pair.contains('"') && !is_own(pair.as_bytes()) && !names(pair.as_bytes()).iter().any(|name| is_credential(name))));
            let sent: Vec<Vec<u8>> = pairs.iter().map(|pair| pair.trim().as_bytes().to_vec()).collect();
            prop_assert_eq!(holds_for(pairs.join("; ").as_bytes()).plain, sent);
        }
    }
}
