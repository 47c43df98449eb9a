//! Which cookies are the application's credentials.
//!
//! Servers disagree about what a cookie is called: PHP takes `.`, `[` and space for `_`, some
//! decode percent signs, some ignore case, and old parsers end a pair at a comma or a quote.
//! Whatever *some* server would take for a protected cookie counts as one, so every comparison
//! is between folded names.

use percent_encoding::percent_decode;
use regex::Regex;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::cookie_glob::CookieGlob;

/// An entry of the list that is no name, glob or `!name`.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("cookie names, globs or \"!name\"; {0:?} is none")]
pub struct MalformedCookieName(pub String);

/// The names of the protected cookies: exact names, globs (`remember_*`), and `!name` for what
/// the globs leave out.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct CookieNames {
    written: Vec<String>,
    #[schemars(skip)]
    exact: Vec<String>,
    #[schemars(skip)]
    globs: Vec<Regex>,
    #[schemars(skip)]
    left_out: Vec<regex::bytes::Regex>,
}

/// Rounds of percent-decoding: one more than any chain of servers is known to do.
const DECODING_ROUNDS: usize = 3;

/// How far before a name its spaces are followed, in bytes. Bounds the work on a hostile header.
const SPACED_NAME: usize = 128;

impl CookieNames {
    /// The entries as they were written.
    pub fn written(&self) -> &[String] {
        &self.written
    }

    /// Whether the list protects nothing.
    pub fn is_empty(&self) -> bool {
        self.exact.is_empty() && self.globs.is_empty()
    }

    /// The spelling in which names are compared: percent-decoded, trimmed, in ASCII lower case,
    /// with `.`, `[`, `-`, `+` and space as `_`.
    pub fn fold(raw: &[u8]) -> String {
        let decoded = decode(raw);
        let text = String::from_utf8_lossy(&decoded);
        folded(text.trim_matches(is_blank))
    }

    /// Whether some server would take a cookie of this name for a protected one.
    pub fn is_protected(&self, raw_name: &[u8]) -> bool {
        if let Some(name) = already_folded(raw_name) {
            return self.holds(name, raw_name);
        }
        if self.holds(&Self::fold(raw_name), raw_name) {
            return true;
        }
        // Some trim the start only, and spaces at the end become part of what a star stands for.
        let text = decode(raw_name);
        let text = String::from_utf8_lossy(&text);
        if text.ends_with(is_blank)
            && self.holds(&folded(text.trim_start_matches(is_blank)), raw_name)
        {
            return true;
        }
        // `name[x]` is an element of `name` in PHP; a name ends at a NUL where C reads it.
        let decoded = decode(raw_name);
        decoded
            .iter()
            .position(|byte| matches!(byte, b'[' | 0))
            .and_then(|end| decoded.get(..end))
            .is_some_and(|start| self.holds(&Self::fold(start), start))
    }

    /// Whether the bytes hold, anywhere, a protected name followed by `=`: a cookie smuggled in
    /// another one's value. A `$Version` (RFC 2965) counts too, as it makes some servers read
    /// quoted values as further cookies.
    pub fn holds_protected_pair(&self, raw: &[u8]) -> bool {
        let mut start = 0;
        for (at, _) in raw.iter().enumerate().filter(|(_, byte)| **byte == b'=') {
            let before = raw.get(start..at).unwrap_or_default();
            if candidates(before).any(|name| is_rfc2965(name) || self.is_protected(name)) {
                return true;
            }
            start = at + 1;
        }
        false
    }

    /// Whether every cookie that the glob means is protected, but for those that `!name` leaves out.
    pub fn covers(&self, glob: &CookieGlob) -> bool {
        // A star of the glob is a character that only a star of the list takes.
        let folded = glob.folded();
        self.exact.iter().any(|name| name == folded)
            || self.globs.iter().any(|known| known.is_match(folded))
    }

    /// What is left out is so in its own spelling only: another one may be another cookie to a server.
    fn holds(&self, folded: &str, raw_name: &[u8]) -> bool {
        // A handful of names: comparing lengths first costs less than hashing.
        self.exact.iter().any(|name| name == folded)
            || (self.globs.iter().any(|glob| glob.is_match(folded))
                && !self.left_out.iter().any(|glob| glob.is_match(raw_name)))
    }
}

/// U+FFFD stands for bytes such as 0x85 and 0xA0, which are space in Latin-1 and which a server that
/// reads headers as Latin-1 trims.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || c.is_control() || c == '\u{fffd}'
}

fn folded(text: &str) -> String {
    let letters = text.chars().map(|c| match c {
        '.' | '[' | '-' | '+' => '_',
        c if c.is_whitespace() => '_',
        c => c.to_ascii_lowercase(),
    });
    letters.collect()
}

/// A name that folds to itself, as nearly every one does: nothing needs to be allocated for it.
pub fn already_folded(raw_name: &[u8]) -> Option<&str> {
    let plain = |byte: &u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_');
    if !raw_name.iter().all(plain) {
        return None;
    }
    std::str::from_utf8(raw_name).ok()
}

impl TryFrom<Vec<String>> for CookieNames {
    type Error = MalformedCookieName;

    fn try_from(written: Vec<String>) -> Result<Self, Self::Error> {
        let mut names = Self::default();
        for entry in &written {
            let (pattern, left_out) = match entry.strip_prefix('!') {
                Some(rest) => (rest, true),
                None => (entry.as_str(), false),
            };
            let malformed = || MalformedCookieName(entry.clone());
            let bytes = pattern.bytes();
            if pattern.is_empty() || !bytes.clone().all(|b| is_token(b) || b == b' ') {
                return Err(malformed());
            }
            let folded = Self::fold(pattern.as_bytes());
            if left_out {
                let glob = regex::bytes::Regex::new(&anchored(pattern));
                names.left_out.push(glob.map_err(|_| malformed())?);
            } else if folded.contains('*') {
                let glob = Regex::new(&anchored(&folded));
                names.globs.push(glob.map_err(|_| malformed())?);
            } else {
                names.exact.push(folded);
            }
        }
        names.written = written;
        Ok(names)
    }
}

fn anchored(glob: &str) -> String {
    let parts = glob.split('*').map(regex::escape).collect::<Vec<_>>();
    format!("(?s)^{}$", parts.join(".*"))
}

impl From<CookieNames> for Vec<String> {
    fn from(names: CookieNames) -> Self {
        names.written
    }
}

/// What a cookie name may consist of (RFC 9110 token), and the brackets that PHP users write.
pub(super) fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~[]".contains(&byte)
}

fn is_rfc2965(name: &[u8]) -> bool {
    already_folded(name).is_none()
        && matches!(
            CookieNames::fold(name).as_str(),
            "$version" | "$path" | "$domain" | "$port"
        )
}

fn decode(raw: &[u8]) -> Vec<u8> {
    let mut decoded = raw.to_vec();
    for _ in 0..DECODING_ROUNDS {
        if !decoded.contains(&b'%') {
            break;
        }
        decoded = percent_decode(&decoded).collect();
    }
    decoded
}

/// The names that may be meant right before a `=`: the longest run of token characters, and, as names
/// may hold spaces where they are folded, every longer run that begins after a space, and all since the
/// last character at which some server begins a pair.
fn candidates(before: &[u8]) -> impl Iterator<Item = &[u8]> {
    let end = before
        .iter()
        .rposition(|byte| is_token(*byte))
        .map_or(0, |last| last + 1);
    let name = before.get(..end).unwrap_or_default();
    let nearest = name
        .iter()
        .rposition(|byte| !is_token(*byte))
        .map_or(0, |at| at + 1);
    // Some begin a pair at a comma, some at a quote; and what stands behind a name is looked at as well:
    // `remember_lang` with a byte more may be another name.
    let after = |sign: u8| {
        let last = name.iter().rposition(|byte| *byte == sign);
        last.map_or(0, |at| at + 1)
    };
    let whole =
        [nearest, after(b','), after(b'"')].map(move |at| before.get(at..).unwrap_or_default());
    (nearest.saturating_sub(SPACED_NAME)..=nearest)
        .rev()
        .filter(move |&at| at == nearest || begins_token(name, at))
        .filter_map(move |at| name.get(at..))
        .chain(whole)
        .filter(|name| !name.is_empty())
}

fn begins_token(name: &[u8], at: usize) -> bool {
    let here = name.get(at).is_some_and(|byte| is_token(*byte));
    let before = at.checked_sub(1).and_then(|at| name.get(at));
    here && before.is_none_or(|byte| !is_token(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn names(entries: &[&str]) -> CookieNames {
        let entries: Vec<String> = entries.iter().map(|entry| entry.to_string()).collect();
        CookieNames::try_from(entries).unwrap()
    }

    #[test]
    fn every_spelling_that_a_server_takes_for_the_name_is_protected() {
        let protected = names(&["my-session.id", "remember_*", "!remember_lang"]);
        for spelling in [
            "my-session.id",
            "MY_SESSION_ID",
            "my session.id",
            " my_session[id",
            "my%2Dsession%2eid",
            "my%252dsession_id",
            "my+session+id",
            "my_session_id[0]",
            "my_session_id%00x",
            "\tmy_session_id\u{a0}",
            "remember_web_59ba",
            "Remember.me",
            "remember[lang]",
        ] {
            assert!(protected.is_protected(spelling.as_bytes()), "{spelling}");
        }
        assert!(protected.is_protected(b"\xa0my_session_id\x85"));
        assert!(protected.is_protected(b"remember  %1F   "));
        // Only `remember_lang` itself is left out, not what some server would take for another name.
        for other in [
            b"remember_lang\xff".as_slice(),
            b"remember_lan%67",
            b"REMEMBER_LANG",
        ] {
            assert!(protected.is_protected(other), "{other:?}");
        }
        for other in [
            "my_session",
            "xmy_session_id",
            "remember_lang",
            "csrftoken",
            "",
        ] {
            assert!(!protected.is_protected(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn an_exact_name_outweighs_an_exception() {
        let protected = names(&["auth_*", "auth_id", "!auth_i*"]);
        assert!(protected.is_protected(b"auth_id"));
        assert!(!protected.is_protected(b"auth_it"));
    }

    #[test]
    fn a_glob_is_covered_where_all_that_it_means_is_protected() {
        let protected = names(&["auth_*", "sid", "!auth_lang"]);
        for (glob, covered) in [
            ("auth_*", true),
            ("AUTH-token_*", true),
            ("sid", true),
            ("auth*", false),
            ("sid*", false),
            ("*", false),
            ("other", false),
        ] {
            assert_eq!(protected.covers(&glob.parse().unwrap()), covered, "{glob}");
        }
    }

    #[test]
    fn smuggled_pairs_are_found() {
        let protected = names(&["sessionid", "remember_*", "my app"]);
        for pair in [
            "x=1,sessionid=abc",
            "x=\"sessionid=abc\"",
            "x=1, sessionid = abc",
            "x=a b sessionid=abc",
            "x=1,SESSIONID%5f=1,session%69d=abc",
            "x=1,remember_me=abc",
            "x=1 my app=2",
            "x=1,sessionid==",
            "$Version=1",
            "x=1; $path=/",
        ] {
            assert!(protected.holds_protected_pair(pair.as_bytes()), "{pair}");
        }
        for pair in [
            "x=1",
            "x=sessionid",
            "x=crm_sessionid=1",
            "xsessionid=1",
            "",
            "=",
            "x=not_remember_me=1",
            "$Versions=1",
        ] {
            assert!(!protected.holds_protected_pair(pair.as_bytes()), "{pair}");
        }
    }

    #[test]
    fn a_smuggled_name_may_be_long() {
        let protected = names(&["sessionid", "remember_*"]);
        for before in ["x=\"", "x=1,", "x=1, ", "x="] {
            let name = [b"remember_".as_slice(), &b"\xad".repeat(300), b"n=1"].concat();
            let pair = [before.as_bytes(), &name].concat();
            assert!(protected.holds_protected_pair(&pair), "{before}");
        }
        assert!(protected.holds_protected_pair(b"x=\"remember_lang\xdd=0e"));
        let commas = [b"x=\"remember_me[a".as_slice(), &b",".repeat(200), b"b=1"].concat();
        assert!(protected.holds_protected_pair(&commas));
        let lang = names(&["remember_*", "!remember_lang"]);
        assert!(lang.holds_protected_pair(b"x=\"remember_lang\xdd=0e"));
        assert!(!lang.holds_protected_pair(b"x=\"remember_lang=0e"));
    }

    #[test]
    fn a_header_full_of_spaces_costs_little() {
        let protected = names(&["sessionid"]);
        let hostile = [b"a ".repeat(40_000), b"=".to_vec()].concat();
        assert!(!protected.holds_protected_pair(&hostile));
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for entry in ["", "!", "a=b", "a;b", "a\"b"] {
            assert!(CookieNames::try_from(vec![entry.to_string()]).is_err());
        }
        assert!(names(&["!x"]).is_empty());
    }

    proptest! {
        #[test]
        fn folding_is_idempotent(raw in "[a-zA-Z0-9._ \\[\\]-]{0,20}") {
            let once = CookieNames::fold(raw.as_bytes());
            prop_assert_eq!(CookieNames::fold(once.as_bytes()), once);
        }

        #[test]
        fn a_protected_pair_is_found_behind_any_separator(
            before in "[ -~]{0,30}",
            separator in "[,;\" (){}<>@:?/]",
            after in "[ -~]{0,30}",
        ) {
            let raw = format!("{before}{separator}sessionid={after}");
            prop_assert!(names(&["sessionid"]).holds_protected_pair(raw.as_bytes()));
        }

        #[test]
        fn any_bytes_are_read_without_a_fault(raw in proptest::collection::vec(any::<u8>(), 0..200)) {
            let protected = names(&["sessionid", "r*"]);
            protected.is_protected(&raw);
            protected.holds_protected_pair(&raw);
        }
    }
}
