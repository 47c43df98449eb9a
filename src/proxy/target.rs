//! Request targets: what is forwarded is what was matched, and what can be read in two ways is
//! refused (invariant I6).

use std::borrow::Cow;

use crate::domain::return_address::has_dot_segments;

/// Why a target is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ambiguous(pub &'static str);

/// A request target in origin form, split as it is forwarded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub path: String,
    pub query: String,
}

impl Target {
    /// `raw` is the target as it came, `/path?query`.
    pub fn parse(raw: &[u8]) -> Result<Self, Ambiguous> {
        let raw = std::str::from_utf8(raw).map_err(|_| Ambiguous("bytes that are not ASCII"))?;
        if raw.bytes().any(|byte| byte <= 0x20 || byte >= 0x7f) {
            return Err(Ambiguous("bytes that must be percent-encoded"));
        }
        if raw.contains(['#', '\\']) {
            return Err(Ambiguous("a fragment or a backslash"));
        }
        let (path, query) = raw.split_once('?').unwrap_or((raw, ""));
        if !path.starts_with('/') {
            return Err(Ambiguous("no absolute path"));
        }
        // Only these two can begin what is looked for, and most paths have neither.
        if path.contains(['%', '.']) {
            refuse_encoded(path)?;
        }
        Ok(Self {
            path: path.to_owned(),
            query: query.to_owned(),
        })
    }

    /// Names of query and path parameters, percent-decoded, as bytes.
    pub fn parameter_names(&self) -> impl Iterator<Item = Vec<u8>> + '_ {
        let in_path = readings(&self.path).flat_map(|path| {
            let parameters = path
                .split('/')
                .flat_map(|segment| segment.split(';').skip(1));
            parameters.map(parameter_name).collect::<Vec<_>>()
        });
        let in_query = self.query.split(['&', ';']).filter(|pair| !pair.is_empty());
        in_path.chain(in_query.map(parameter_name))
    }
}

/// Rounds of percent-decoding: one more than any chain of servers is known to do.
const DECODING_ROUNDS: usize = 3;

/// The path as it came, and decoded as often as a chain of servers may: a proxy that resolves paths
/// hands `%3bsessionid=1` on as `;sessionid=1`.
fn readings(path: &str) -> impl Iterator<Item = Cow<'_, str>> {
    let decoded = |path: &Cow<'_, str>| {
        let again = percent_encoding::percent_decode_str(path).decode_utf8_lossy();
        path.contains('%').then(|| Cow::Owned(again.into_owned()))
    };
    std::iter::successors(Some(Cow::Borrowed(path)), decoded).take(DECODING_ROUNDS + 1)
}

fn parameter_name(pair: &str) -> Vec<u8> {
    let name = pair.split_once('=').map_or(pair, |(name, _)| name);
    percent_encoding::percent_decode_str(&name.replace('+', " ")).collect()
}

fn refuse_encoded(path: &str) -> Result<(), Ambiguous> {
    for path in readings(path) {
        if path.contains(['\0', '\n', '\r', '\\']) {
            return Err(Ambiguous("an encoded backslash or control character"));
        }
        // `%u006c` is a letter to IIS alone, and `%25u006c` behind a proxy that decodes once.
        if path.contains("%u") || path.contains("%U") {
            return Err(Ambiguous("an encoding that only some servers know"));
        }
    }
    if has_dot_segments(path) {
        return Err(Ambiguous("a dot segment"));
    }
    Ok(())
}

#[cfg(test)]
mod bypass;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_read_in_two_ways_is_refused() {
        for raw in [
            "/a/../admin",
            "/a/./b",
            "/a/%2e%2e/b",
            "/a/.%2E/b",
            "/a/..;/b",
            "/a/..;x=1/b",
            "/a\\b",
            "/a%5cb",
            "/a%255cb",
            "/a%2500",
            "/a%00",
            "/a#b",
            "a",
            "",
            "*",
            "http://x/",
            "/\u{e9}",
            "/a b",
            "/a\tb",
            "/a%0d%0ab",
            "/%u006cogin",
            "/%25U006cogin",
            "/%%75006cogin",
        ] {
            assert!(Target::parse(raw.as_bytes()).is_err(), "{raw}");
        }
        for raw in [
            "/",
            "/a//b",
            "/a%2fb",
            "/a;x=1",
            "/...",
            "/.well-known/x",
            "/a.b/..c?../x",
            "/a?b=%00",
        ] {
            assert!(Target::parse(raw.as_bytes()).is_ok(), "{raw}");
        }
    }

    #[test]
    fn parameters_are_found_in_path_and_query() {
        let target = Target::parse(b"/a;jsessionid=1/b;x?access_token=2&%73id=3&flag").unwrap();
        let names: Vec<String> = target
            .parameter_names()
            .map(|n| String::from_utf8(n).unwrap())
            .collect();
        assert_eq!(names, ["jsessionid", "x", "access_token", "sid", "flag"]);
    }

    #[test]
    fn a_parameter_behind_an_encoded_semicolon_is_found() {
        for path in [
            "/a%3bsid=1",
            "/a%3Bs%69d=1/b",
            "/a%253bsid%3d1",
            "/a;%3bsid=1",
        ] {
            let target = Target::parse(path.as_bytes()).unwrap();
            assert!(
                target.parameter_names().any(|name| name == b"sid"),
                "{path}"
            );
        }
    }
}
