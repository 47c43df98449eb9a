//! A cookie by name or glob (`auth_*`), and what is read out of a cookie's value.

use std::fmt;
use std::str::FromStr;

use percent_encoding::percent_decode;
use regex::Regex;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::cookie_names::{CookieNames, is_token};
use super::source::{MalformedSource, capturing_regex};

/// The name of a cookie, or a glob of names. Compared folded, like [`CookieNames`].
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub struct CookieGlob {
    written: String,
    #[schemars(skip)]
    folded: String,
    #[schemars(skip)]
    pattern: Regex,
}

impl CookieGlob {
    /// Whether a cookie of this name is meant.
    pub fn matches(&self, raw_name: &str) -> bool {
        self.pattern
            .is_match(&CookieNames::fold(raw_name.as_bytes()))
    }

    /// The spelling in which it is compared; a star is still a star.
    pub fn folded(&self) -> &str {
        &self.folded
    }
}

impl PartialEq for CookieGlob {
    fn eq(&self, other: &Self) -> bool {
        self.written == other.written
    }
}

impl Eq for CookieGlob {}

impl FromStr for CookieGlob {
    type Err = MalformedSource;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let malformed = || MalformedSource("the name of a cookie, or a glob such as auth_*".into());
        if text.is_empty() || !text.bytes().all(is_token) {
            return Err(malformed());
        }
        let folded = CookieNames::fold(text.as_bytes());
        let parts = folded.split('*').map(regex::escape).collect::<Vec<_>>();
        let pattern = Regex::new(&format!("(?s)^{}$", parts.join(".*")));
        Ok(Self {
            written: text.to_owned(),
            pattern: pattern.map_err(|_| malformed())?,
            folded,
        })
    }
}

impl fmt::Display for CookieGlob {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.written)
    }
}

impl TryFrom<String> for CookieGlob {
    type Error = MalformedSource;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<CookieGlob> for String {
    fn from(glob: CookieGlob) -> Self {
        glob.written
    }
}

/// `cookie:name#REGEX`: what the first group of the expression captures in a cookie's value.
#[derive(Debug, Clone)]
pub struct CookiePart {
    cookie: CookieGlob,
    pattern: Regex,
}

impl CookiePart {
    pub fn new(cookie: CookieGlob, pattern: &str) -> Result<Self, MalformedSource> {
        capturing_regex(pattern)?;
        let pattern = Regex::new(pattern).map_err(|error| MalformedSource(error.to_string()))?;
        Ok(Self { cookie, pattern })
    }

    /// Reads it out of names and raw values. A value is percent-decoded once, for that is how the
    /// application wrote it. `None` where nothing is captured, and where two cookies say two things.
    pub fn read<'a>(&self, cookies: impl Iterator<Item = (&'a str, &'a [u8])>) -> Option<String> {
        let mut found: Option<String> = None;
        for (_, value) in cookies.filter(|(name, _)| self.cookie.matches(name)) {
            let decoded: Vec<u8> = percent_decode(value).collect();
            let text = String::from_utf8(decoded).ok()?;
            let part = self.pattern.captures(&text)?.get(1)?.as_str().to_owned();
            if found.as_ref().is_some_and(|known| *known != part) {
                return None;
            }
            found = Some(part);
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(name: &str, pattern: &str) -> CookiePart {
        CookiePart::new(name.parse().unwrap(), pattern).unwrap()
    }

    fn read(part: &CookiePart, cookies: &[(&str, &str)]) -> Option<String> {
        part.read(
            cookies
                .iter()
                .map(|(name, value)| (*name, value.as_bytes())),
        )
    }

    #[test]
    fn a_part_of_a_cookie_names_the_user() {
        let user = part("wp_user", "^([^|]+)\\|");
        assert_eq!(
            read(&user, &[("wp_user", "ada%7C17")]).as_deref(),
            Some("ada")
        );
        assert_eq!(
            read(&user, &[("WP.user", "ada|17")]).as_deref(),
            Some("ada")
        );
        assert_eq!(read(&user, &[("other", "ada|17")]), None);
        assert_eq!(read(&user, &[("wp_user", "ada")]), None, "nothing captured");
        // Twice encoded is another name, and not what the application wrote.
        assert_eq!(read(&user, &[("wp_user", "ada%257C17")]), None);
        assert_eq!(read(&user, &[("wp_user", "%ff%7C17")]), None, "no text");
        assert!(CookiePart::new("wp_user".parse().unwrap(), "^x$").is_err());
    }

    #[test]
    fn two_cookies_that_say_two_things_say_nothing() {
        let user = part("user_*", "^(.+)$");
        assert_eq!(
            read(&user, &[("user_a", "ada"), ("user_b", "ada")]).as_deref(),
            Some("ada")
        );
        assert_eq!(read(&user, &[("user_a", "ada"), ("user_b", "eve")]), None);
        assert_eq!(read(&user, &[("user_a", "eve"), ("user_b", "")]), None);
    }

    #[test]
    fn names_are_compared_folded() {
        let glob: CookieGlob = "Auth-*".parse().unwrap();
        assert!(glob.matches("auth_x") && glob.matches("AUTH.x") && !glob.matches("xauth_"));
        assert!("a b".parse::<CookieGlob>().is_err() && "".parse::<CookieGlob>().is_err());
    }
}
