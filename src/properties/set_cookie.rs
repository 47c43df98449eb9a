//! A `Set-Cookie` line: whatever a browser makes of it, it gets no credential but sealed, and the cookie
//! that it then has is the one that the application meant.

use super::{GUARD, cookie_header};
use crate::domain::clock::UnixTime;
use crate::proxy::inside::{Line, deletion, parse_set_cookie};

const NOW: UnixTime = UnixTime(1_800_000_000);
const SEAL: &str = "sg1.k1.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Bytes that no field can hold are left out before.
pub fn holds_for(bytes: &[u8]) -> Line {
    let field = |byte: &u8| matches!(byte, b'\t' | 0x20..=0x7e | 0x80..);
    let line: Vec<u8> = bytes.iter().copied().filter(field).collect();
    let read = |line: &[u8]| parse_set_cookie(line, "/app/page", &GUARD.names, NOW);
    let found = read(&line);
    match &found {
        Line::Drop => {}
        Line::Plain => {
            let back = browser(&line);
            let kept = cookie_header::holds_for(&back);
            assert_eq!(kept.token, None);
            assert!(kept.protected.is_empty(), "{}", shown(&line));
            for name in cookie_header::names(&back) {
                assert!(
                    !cookie_header::is_credential(&name),
                    "{name} in {}",
                    shown(&line)
                );
            }
        }
        Line::Set(cookie) => {
            assert!(!cookie.value.is_empty());
            let sealed = cookie.sealed(SEAL, true);
            let Line::Set(again) = read(sealed.as_bytes()) else {
                panic!("{sealed} of {} sets nothing", shown(&line));
            };
            assert_eq!(again.value, SEAL.as_bytes());
            assert_eq!(
                (&again.key, again.expires),
                (&cookie.key, cookie.expires),
                "{sealed}"
            );
            assert_eq!(flags(&sealed, "httponly"), 1, "{sealed}");
            assert_eq!(flags(&sealed, "secure"), 1, "{sealed}");
            let back = browser(sealed.as_bytes());
            let presented = cookie_header::holds_for(&back).protected;
            let values: Vec<&[u8]> = presented.iter().map(|cookie| &*cookie.value).collect();
            assert_eq!(values, [SEAL.as_bytes()], "{sealed}");
        }
        Line::Delete(key) => {
            let again = deletion(key, true);
            assert_eq!(read(again.as_bytes()), Line::Delete(key.clone()), "{again}");
        }
    }
    found
}

/// What a browser sends back (RFC 6265bis, section 5.6): name and value around the first `=`, both
/// trimmed; a cookie without a name is its value.
fn browser(line: &[u8]) -> Vec<u8> {
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let trim = |part: &[u8]| -> Vec<u8> {
        let start = part
            .iter()
            .position(|byte| !blank(byte))
            .unwrap_or(part.len());
        let end = part
            .iter()
            .rposition(|byte| !blank(byte))
            .map_or(start, |last| last + 1);
        part.get(start..end).unwrap_or_default().to_vec()
    };
    let pair = line.split(|byte| *byte == b';').next().unwrap_or_default();
    let mut parts = pair.splitn(2, |byte| *byte == b'=');
    let first = trim(parts.next().unwrap_or_default());
    match parts.next() {
        Some(value) if !first.is_empty() => [first.as_slice(), b"=", &trim(value)].concat(),
        Some(value) => trim(value),
        None => first,
    }
}

fn flags(line: &str, name: &str) -> usize {
    let attributes = line.split(';').skip(1);
    let names = attributes.map(|attribute| attribute.split('=').next().unwrap_or_default().trim());
    names
        .filter(|known| known.eq_ignore_ascii_case(name))
        .count()
}

fn shown(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ATTRIBUTE: &str = "( ?(Path|path|PATH|Domain|Expires|Max-Age|HttpOnly|Secure|SameSite|Partitioned|x) ?(=[ a-z0-9/.:,-]{0,12})?)";

    proptest! {
        #[test]
        fn no_line_gives_a_browser_a_credential(
            name in "([ \t]{0,2}(sessionid|SessionID|session%69d|remember_me|my.app-id|my_app_id|theme|stepgate|)[ \t]{0,2})",
            value in "=?[ -:<-~]{0,20}",
            attributes in proptest::collection::vec(ATTRIBUTE, 0..5),
        ) {
            holds_for(format!("{name}={value};{}", attributes.join(";")).as_bytes());
        }

        #[test]
        fn no_bytes_do(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            holds_for(&bytes);
            holds_for(&[b"sessionid=secret".as_slice(), &bytes].concat());
            holds_for(&[bytes.as_slice(), b"sessionid=secret; Path=/"].concat());
        }

        #[test]
        fn a_protected_name_is_never_plain(spaces in "[ \t]{0,3}", value in "[!-:<-~]{1,20}") {
            let line = format!("{spaces}sessionid{spaces}={spaces}{value}");
            prop_assert!(matches!(holds_for(line.as_bytes()), Line::Set(_)), "{}", line);
        }
    }
}
