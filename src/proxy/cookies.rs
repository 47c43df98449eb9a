//! The `Cookie` fields of a request, taken apart by what each pair may do.

use crate::domain::cookie_names::{CookieNames, already_folded};
use crate::domain::return_address::safe_return;

/// One pair whose name is protected, as it was presented.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presented {
    pub name: String,
    pub value: Vec<u8>,
}

/// A request's cookies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestCookies {
    /// The gateway's own cookie, if there is exactly one.
    pub token: Option<Vec<u8>>,
    /// The browser was sent to the same address again a moment ago.
    pub again: bool,
    /// Where the user wanted to go before signing in again, a path on this origin.
    pub return_to: Option<String>,
    /// Pairs whose name is protected: sealed, raw or rubbish.
    pub protected: Vec<Presented>,
    /// Everything else, byte for byte, as it goes upstream.
    pub plain: Vec<Vec<u8>>,
}

impl RequestCookies {
    /// `own` is the name of the gateway's cookie, `fields` the values of all `Cookie` fields.
    pub fn parse<'a>(
        fields: impl Iterator<Item = &'a [u8]>,
        own: &str,
        names: &CookieNames,
    ) -> Self {
        let mut cookies = Self::default();
        let mut tokens = Vec::new();
        for pair in fields.flat_map(|field| field.split(|byte| *byte == b';')) {
            let pair = pair.trim_ascii();
            if pair.is_empty() {
                continue;
            }
            let (name, value) = split_pair(pair);
            if is_reserved(name) {
                if name == own.as_bytes() {
                    tokens.push(value.to_vec());
                }
                cookies.again |= name == AGAIN.as_bytes();
                if name == RETURN.as_bytes() {
                    let address = percent_encoding::percent_decode(value).decode_utf8();
                    cookies.return_to = address.ok().and_then(|address| safe_return(&address));
                }
            } else if names.is_protected(name) {
                // A name that is no text cannot have been sealed; it is dropped.
                if let Ok(name) = std::str::from_utf8(name) {
                    cookies.protected.push(Presented {
                        name: name.to_owned(),
                        value: value.to_vec(),
                    });
                }
            } else if !names.holds_protected_pair(pair) {
                cookies.plain.push(pair.to_vec());
            }
        }
        // Two tokens are one too many: somebody planted one, and nobody can tell which.
        cookies.token = if tokens.len() == 1 {
            tokens.pop()
        } else {
            None
        };
        cookies
    }
}

/// Marks a redirect to the same address, so that there is one and no loop.
pub const AGAIN: &str = "stepgate-again";

/// Remembers a page of the gateway's own through a sign-in.
pub const RETURN: &str = "stepgate-return";

/// Name and value around the first `=`, without the white space around them.
pub fn split_pair(pair: &[u8]) -> (&[u8], &[u8]) {
    match pair.iter().position(|byte| *byte == b'=') {
        Some(at) => {
            let (name, rest) = pair.split_at(at);
            (
                name.trim_ascii(),
                rest.get(1..).unwrap_or_default().trim_ascii(),
            )
        }
        None => (b"", pair),
    }
}

/// Whether only the gateway may use this cookie name, in whichever spelling.
pub fn is_reserved(name: &[u8]) -> bool {
    already_folded(name).map_or_else(|| is_own(&CookieNames::fold(name)), is_own)
}

fn is_own(folded: &str) -> bool {
    let bare = folded
        .strip_prefix("__host_")
        .or_else(|| folded.strip_prefix("__secure_"))
        .unwrap_or(folded);
    matches!(bare, "stepgate" | "stepgate_again" | "stepgate_return")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(fields: &[&str]) -> RequestCookies {
        let names: CookieNames = serde_json::from_str(r#"["sessionid"]"#).unwrap();
        RequestCookies::parse(
            fields.iter().map(|field| field.as_bytes()),
            "stepgate",
            &names,
        )
    }

    fn plain(cookies: &RequestCookies) -> Vec<String> {
        cookies
            .plain
            .iter()
            .map(|pair| String::from_utf8_lossy(pair).into_owned())
            .collect()
    }

    #[test]
    fn pairs_are_sorted_by_what_they_may_do() {
        let cookies = parse(&["a=1; sessionid=x; stepgate=T", "theme=dark"]);
        assert_eq!(cookies.token.as_deref(), Some(b"T".as_slice()));
        assert_eq!(
            cookies.protected,
            [Presented {
                name: "sessionid".into(),
                value: b"x".to_vec()
            }]
        );
        assert_eq!(plain(&cookies), ["a=1", "theme=dark"]);
    }

    #[test]
    fn no_spelling_of_a_protected_name_goes_upstream() {
        for smuggled in [
            "SessionID=x",
            "session%69d=x",
            " sessionid =x",
            "a=1,sessionid=x",
            "a=\"sessionid=x\"",
            "=sessionid=x",
        ] {
            assert!(plain(&parse(&[smuggled])).is_empty(), "{smuggled}");
        }
    }

    #[test]
    fn the_gateways_own_cookie_never_goes_upstream_and_two_are_none() {
        let cookies = parse(&["stepgate=A; stepgate=B; __Host-stepgate=C; STEPGATE=D"]);
        assert_eq!(cookies.token, None);
        assert!(cookies.plain.is_empty());
    }

    proptest::proptest! {
        #[test]
        fn whatever_comes_no_protected_pair_is_left(field in proptest::collection::vec(proptest::num::u8::ANY, 0..120)) {
            let names: CookieNames = serde_json::from_str(r#"["sessionid"]"#).unwrap();
            let field = [field.as_slice(), b"; x=sessionid=1"].concat();
            let cookies = RequestCookies::parse(std::iter::once(field.as_slice()), "stepgate", &names);
            for pair in &cookies.plain {
                proptest::prop_assert!(!names.holds_protected_pair(pair));
            }
        }
    }
}
