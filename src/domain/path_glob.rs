//! Patterns of paths, and the ways in which an application may read a path.
//!
//! A rule that takes something away (a sign-in ends the session) matches *leniently*: whatever
//! some application would accept as this path. A rule that grants something (no credentials on
//! a static route) matches *exactly*, and only a path that nobody could read in two ways.

use std::fmt;
use std::str::FromStr;

use globset::{GlobBuilder, GlobMatcher, GlobSet, GlobSetBuilder};
use percent_encoding::percent_decode_str;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::rules::MalformedRule;

/// A pattern of paths: `*` stands for anything inside a segment, `**` for any number of
/// segments. It is written decoded and clean.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub struct PathGlob {
    #[schemars(skip)]
    written: String,
    #[schemars(skip)]
    exact: GlobMatcher,
    #[schemars(skip)]
    lenient: GlobSet,
}

impl PathGlob {
    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// Whether some application would accept the path, or a path that it is appended to
    /// (`/login/extra`, `/login.php/x`), as one of these. For rules that take something away.
    pub fn matches_lenient(&self, raw_path: &str) -> bool {
        self.matches_any(&LenientPath::new(raw_path))
    }

    /// As [`Self::matches_lenient`], for a path that several patterns are compared with.
    pub fn matches_any(&self, path: &LenientPath) -> bool {
        path.spellings
            .iter()
            .any(|spelling| self.lenient.is_match(spelling))
    }

    /// Whether the path is one of these and has only one reading. For rules that relax.
    pub fn matches_exact(&self, path: &str) -> bool {
        is_clean(path) && self.exact.is_match(path)
    }
}

impl PartialEq for PathGlob {
    fn eq(&self, other: &Self) -> bool {
        self.written == other.written
    }
}

impl Eq for PathGlob {}

impl FromStr for PathGlob {
    type Err = MalformedRule;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if !(text.starts_with('/') || text == "**" || text.starts_with("**/")) {
            return Err(MalformedRule("a path that begins with / or **".into()));
        }
        if text.contains("//") || text.contains(['?', '#', '%', ';', '\\']) {
            return Err(MalformedRule(
                "a clean path: decoded, without a query, parameters or empty segments".into(),
            ));
        }
        let mut segments = text.split('/');
        if segments
            .clone()
            .any(|segment| matches!(segment, "." | ".."))
        {
            return Err(MalformedRule("a path without . and .. segments".into()));
        }
        if segments.any(|segment| segment.contains("**") && segment != "**") {
            return Err(MalformedRule("a path where ** is a whole segment".into()));
        }
        let unusable = |problem: globset::Error| MalformedRule(format!("a glob ({problem})"));
        let folded = match fold_case(text.trim_end_matches('/')) {
            folded if folded.is_empty() => "/".to_owned(),
            folded => folded,
        };
        let mut lenient = GlobSetBuilder::new();
        lenient.add(glob(&folded).map_err(unusable)?);
        // Everything is appended to the root, so the root takes no appended path.
        if folded != "/" {
            lenient.add(glob(&format!("{folded}/**")).map_err(unusable)?);
        }
        // `/admin/` is lenient for `/admin`, and belongs to `/admin/**`.
        if let Some(parent) = folded.strip_suffix("/**") {
            lenient.add(glob(if parent.is_empty() { "/" } else { parent }).map_err(unusable)?);
        }
        Ok(Self {
            written: text.into(),
            exact: glob(text).map_err(unusable)?.compile_matcher(),
            lenient: lenient.build().map_err(unusable)?,
        })
    }
}

impl fmt::Display for PathGlob {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.written)
    }
}

impl TryFrom<String> for PathGlob {
    type Error = MalformedRule;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<PathGlob> for String {
    fn from(glob: PathGlob) -> Self {
        glob.to_string()
    }
}

/// Compiles a pattern in which only the star is special.
fn glob(pattern: &str) -> Result<globset::Glob, globset::Error> {
    let mut escaped = String::with_capacity(pattern.len());
    for c in pattern.chars() {
        match c {
            '[' | ']' | '{' | '}' => escaped.extend(['[', c, ']']),
            _ => escaped.push(c),
        }
    }
    GlobBuilder::new(&escaped)
        .literal_separator(true)
        .backslash_escape(false)
        .build()
}

/// Every way in which an application may read a path; one for a clean path.
#[derive(Debug, Clone)]
pub struct LenientPath {
    spellings: Vec<String>,
}

/// Rounds of percent-decoding: one more than any chain of servers is known to do.
const DECODING_ROUNDS: usize = 3;

impl LenientPath {
    /// Collects the readings of a raw path (a query is cut off).
    pub fn new(raw_path: &str) -> Self {
        if is_plain(raw_path) {
            return Self {
                spellings: vec![raw_path.to_owned()],
            };
        }
        let mut spellings: Vec<String> = Vec::with_capacity(1);
        let raw_path = raw_path.split(['?', '#']).next().unwrap_or_default();
        let mut decoded = raw_path.to_owned();
        for _ in 0..=DECODING_ROUNDS {
            // An encoded `?` ends a path where it is decoded once too often.
            let cut = decoded.split(['?', '#']).next().unwrap_or_default();
            for path in [decoded.as_str(), cut] {
                for way in Way::all(path) {
                    let spelling = spelling(path, way);
                    if !spellings.contains(&spelling) {
                        spellings.push(spelling);
                    }
                }
            }
            if !decoded.contains('%') {
                break;
            }
            decoded = percent_decode_str(&decoded)
                .decode_utf8_lossy()
                .into_owned();
        }
        Self { spellings }
    }

    /// Whether some reading is this clean path, or below it.
    pub fn lie_under(&self, root: &str) -> bool {
        self.spellings.iter().any(|spelling| {
            let start = spelling.get(..root.len());
            start.is_some_and(|start| start.eq_ignore_ascii_case(root))
                && matches!(spelling.as_bytes().get(root.len()), None | Some(b'/'))
        })
    }

    /// Whether some reading is this path, as it is written in the configuration.
    pub fn reads_as(&self, path: &str) -> bool {
        if is_plain(path) {
            return self.spellings.iter().any(|spelling| spelling == path);
        }
        let way = Way {
            resolves: false,
            trims: true,
            parameters: true,
        };
        self.spellings.contains(&spelling(path, way))
    }
}

/// A path that is its own only reading: lower case, digits, `-` and `_`, no empty segment.
fn is_plain(path: &str) -> bool {
    let mut before = b'x';
    let plain = path.bytes().all(|byte| {
        let doubled = byte == b'/' && before == b'/';
        before = byte;
        !doubled && matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'/')
    });
    plain && path.starts_with('/') && path.len() > 1 && before != b'/'
}

/// In what servers differ.
#[derive(Clone, Copy)]
struct Way {
    /// Resolves `..`, or hands it on: `/login/../x` may be either page.
    resolves: bool,
    /// Drops the end of some names, as Windows does: `/...//../login` has one folder less there.
    trims: bool,
    /// Knows parameters, or takes `..;x` for a name.
    parameters: bool,
}

impl Way {
    /// Those that make a difference for this path.
    fn all(path: &str) -> impl Iterator<Item = Self> {
        let choices =
            |differ: bool| -> &'static [bool] { if differ { &[true, false] } else { &[true] } };
        let trims = choices(
            segments(path)
                .flat_map(|name| name.split(';'))
                .any(|name| trimmed(name) != name),
        );
        let parameters = choices(path.contains(';'));
        let resolves = choices(path.contains(".."));
        resolves.iter().flat_map(move |&resolves| {
            trims.iter().flat_map(move |&trims| {
                parameters.iter().map(move |&parameters| Self {
                    resolves,
                    trims,
                    parameters,
                })
            })
        })
    }
}

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split(['/', '\\'])
}

fn is_blank(c: char) -> bool {
    // The byte order mark is white space to JavaScript.
    c.is_whitespace() || c.is_control() || matches!(c, '\u{fffd}' | '\u{feff}')
}

/// A name without what Windows servers drop from its end.
fn trimmed(name: &str) -> &str {
    match name.trim_end_matches(is_blank) {
        dots @ ("." | "..") => dots,
        name => name.trim_end_matches(|c: char| c == '.' || is_blank(c)),
    }
}

/// One reading: folded in case, slashes merged, without trailing slash.
fn spelling(path: &str, way: Way) -> String {
    let mut names: Vec<&str> = Vec::new();
    for mut name in segments(path) {
        if way.parameters {
            name = name.split(';').next().unwrap_or_default();
        }
        if way.trims {
            name = trimmed(name);
        }
        match name {
            "" | "." => {}
            ".." if way.resolves => {
                names.pop();
            }
            name => names.push(name),
        }
    }
    fold_case(&format!("/{}", names.join("/")))
}

/// Upper case first, as some letters only meet there (the long s and s, the Kelvin sign and k).
fn fold_case(text: &str) -> String {
    if text.is_ascii() {
        text.to_ascii_lowercase()
    } else {
        text.to_uppercase().to_lowercase()
    }
}

/// Whether a path has one reading only.
fn is_clean(path: &str) -> bool {
    path.starts_with('/')
        && path.bytes().all(|byte| byte.is_ascii_graphic())
        && !path.contains(['%', ';', '\\', '?', '#'])
        && !path.contains("//")
        && !path
            .split('/')
            .any(|segment| !segment.is_empty() && segment.bytes().all(|byte| byte == b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn glob(pattern: &str) -> PathGlob {
        pattern.parse().unwrap()
    }

    #[test]
    fn a_sign_in_is_recognised_in_every_spelling_that_an_application_accepts() {
        let login = glob("/login");
        for path in [
            "/login",
            "/login/",
            "/LOGIN/",
            "/login;x",
            "/login;jsessionid=1/",
            "/%6cogin",
            "/%6Cogin",
            "/%256cogin",
            "/%25256cogin",
            "//login",
            "/./login",
            "/a/../login",
            "/a/..;/login",
            "/%2e%2e/login",
            "/a%2f..%2flogin",
            "\\login",
            "/%5clogin",
            "/login/extra",
            "/login/..",
            "/login%20",
            "/login.",
            "/login%00",
            "/%20/login",
            "/.../login",
            "/a/..%20/login",
            "/a/%2e.%09%20/login",
            "/login%3fx",
            "/login%2523x",
            "/a%2f../login%2f..;/x",
            "/login?next=/",
            "/log\u{131}n",
        ] {
            assert!(login.matches_lenient(path), "{path}");
        }
        assert!(glob("/sign-in").matches_lenient("/%C5%BFign-in"));
        for path in [
            "/",
            "/log",
            "/logins",
            "/a/login",
            "/login.php",
            "/loginx/login",
        ] {
            assert!(!login.matches_lenient(path), "{path}");
        }
        assert!(glob("/login.php").matches_lenient("/Login.php/x"));
    }

    #[test]
    fn the_root_takes_no_appended_path() {
        let root = glob("/");
        assert!(root.matches_lenient("/"));
        assert!(root.matches_lenient("//"));
        assert!(root.matches_lenient(""));
        assert!(!root.matches_lenient("/x"));
        assert!(root.matches_exact("/"));
    }

    #[test]
    fn stars_stay_inside_a_segment_and_double_stars_cross() {
        assert!(glob("/*/login").matches_lenient("/en/login"));
        assert!(!glob("/*/login").matches_lenient("/a/b/login"));
        assert!(glob("/**/login").matches_lenient("/a/b/login"));
        assert!(glob("/**/login").matches_lenient("/login"));
        assert!(glob("**").matches_lenient("/"));
        assert!(glob("**").matches_lenient("/any/thing"));
        assert!(glob("/admin/**").matches_lenient("/admin/"));
        assert!(glob("/**").matches_lenient("/"));
        assert!(glob("/a[b]{c}").matches_exact("/a[b]{c}"));
        assert!(glob("/file-*.css").matches_exact("/file-1.css"));
        assert!(!glob("/file-*.css").matches_exact("/file-/1.css"));
    }

    #[test]
    fn an_exact_match_needs_a_path_with_one_reading() {
        let public = glob("/static/**");
        assert!(public.matches_exact("/static/app.js"));
        assert!(public.matches_exact("/static/a/b/"));
        for path in [
            "/static",
            "/statics/app.js",
            "/STATIC/app.js",
            "/static/../api/me",
            "/static/.../api/me",
            "/static/./app.js",
            "/static//app.js",
            "/static/%2e%2e/api/me",
            "/static/a;b",
            "/static\\..\\api",
            "/static/a?b",
            "/static/a b",
            "/static/\u{e9}",
            "static/app.js",
            "/x/static/app.js",
        ] {
            assert!(!public.matches_exact(path), "{path}");
        }
        assert!(glob("/admin").matches_exact("/admin"));
        assert!(!glob("/admin").matches_exact("/administrator"));
        assert!(!glob("/admin").matches_exact("/admin/"));
    }

    #[test]
    fn patterns_that_could_never_mean_what_they_say_are_refused() {
        for pattern in [
            "", "login", "/a//b", "/a?b=1", "/a%20b", "/a;b", "/a\\b", "/a/../b", "/./a", "/a**",
        ] {
            assert!(pattern.parse::<PathGlob>().is_err(), "{pattern}");
        }
    }

    proptest! {
        #[test]
        fn any_percent_encoding_of_a_sign_in_is_a_sign_in(rounds in 0usize..=3, mask in any::<u8>()) {
            let mut path = "/login".to_owned();
            for _ in 0..rounds {
                let mut encoded = String::new();
                for (at, byte) in path.bytes().enumerate() {
                    if byte == b'%' || (byte != b'/' && mask & (1 << (at % 8)) != 0) {
                        encoded.push_str(&format!("%{byte:02x}"));
                    } else {
                        encoded.push(char::from(byte));
                    }
                }
                path = encoded;
            }
            prop_assert!(glob("/login").matches_lenient(&path), "{}", path);
        }

        #[test]
        fn what_matches_exactly_matches_leniently(path in "/[a-z./%;]{0,12}") {
            for pattern in ["/**", "/a/**", "/*/b", "/a"] {
                let pattern = glob(pattern);
                prop_assert!(!pattern.matches_exact(&path) || pattern.matches_lenient(&path));
            }
        }

        #[test]
        fn any_text_is_read_without_a_fault(path in "\\PC{0,40}") {
            glob("/a/**/b*").matches_lenient(&path);
            glob("/a/**/b*").matches_exact(&path);
        }

        #[test]
        fn an_exact_match_never_leaves_its_folder(path in "/static/[a-zA-Z0-9./%;\\\\_-]{0,20}") {
            if glob("/static/**").matches_exact(&path) {
                let resolved = LenientPath::new(&path);
                prop_assert!(resolved.spellings.iter().all(|s| s.starts_with("/static")));
            }
        }
    }
}
