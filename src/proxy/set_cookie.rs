//! A `Set-Cookie` line of the application: which cookie it speaks of, and the line to send on.
//!
//! Read as browsers read it (RFC 6265, section 5.2), because it is a browser that must not get the
//! value. What a browser would take differently from us is dropped, not guessed at.

use std::time::Duration;

use super::cookies::{is_reserved, split_pair};
use crate::domain::clock::UnixTime;
use crate::domain::cookie_names::CookieNames;
use crate::domain::credentials::CookieKey;

/// What a line does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// Sets a protected cookie.
    Set(SetCookie),
    /// Deletes a protected cookie.
    Delete(CookieKey),
    /// Concerns no protected cookie: passes untouched.
    Plain,
    /// Must not reach a browser.
    Drop,
}

/// A protected cookie as the application set it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetCookie {
    pub key: CookieKey,
    pub value: Vec<u8>,
    pub expires: Option<UnixTime>,
    /// The attributes as they came, to be sent on.
    attributes: Vec<String>,
}

/// Reads a line that answers a request for `request_path`.
pub fn parse(line: &[u8], request_path: &str, names: &CookieNames, now: UnixTime) -> Line {
    let mut parts = line.split(|byte| *byte == b';');
    let pair = parts.next().unwrap_or_default().trim_ascii();
    let (name, value) = split_pair(pair);
    // A browser sends a cookie without a name back as its value, `=stepgate=x` as `stepgate=x`.
    if is_reserved(name) || (name.is_empty() && is_reserved(split_pair(value).0)) {
        return Line::Drop;
    }
    if !names.is_protected(name) {
        // A nameless cookie comes back as its value, and that may look like a protected one.
        return if names.holds_protected_pair(line) {
            Line::Drop
        } else {
            Line::Plain
        };
    }
    let (Ok(name), Some(attributes)) = (std::str::from_utf8(name), texts(parts)) else {
        return Line::Drop;
    };
    let mut read = Attributes::default();
    for attribute in &attributes {
        read.take(attribute, now);
    }
    let path = read
        .path
        .filter(|path| path.starts_with('/'))
        .unwrap_or_else(|| default_path(request_path));
    let key = CookieKey {
        name: name.to_owned(),
        path,
        domain: read.domain,
    };
    let expires = read.max_age.or(read.expires);
    if value.is_empty() || expires.is_some_and(|at| at <= now) {
        return Line::Delete(key);
    }
    Line::Set(SetCookie {
        key,
        value: value.to_vec(),
        expires,
        attributes,
    })
}

impl SetCookie {
    /// The line with `sealed` in the place of the value; `Secure` (where `secure`) and `HttpOnly` added.
    pub fn sealed(&self, sealed: &str, secure: bool) -> String {
        let mut line = format!("{}={sealed}", self.key.name);
        let kept = self
            .attributes
            .iter()
            .filter(|attribute| !is_flag(attribute, "httponly") && !is_flag(attribute, "secure"));
        for attribute in kept {
            line.push_str("; ");
            line.push_str(attribute);
        }
        line.push_str("; HttpOnly");
        if secure {
            line.push_str("; Secure");
        }
        line
    }
}

/// A line that makes a browser forget a cookie.
pub fn deletion(key: &CookieKey, secure: bool) -> String {
    let domain = key
        .domain
        .as_ref()
        .map(|domain| format!("; Domain={domain}"))
        .unwrap_or_default();
    let secure = if secure { "; Secure" } else { "" };
    format!(
        "{}=; Path={}{domain}; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly{secure}",
        key.name, key.path
    )
}

#[derive(Default)]
struct Attributes {
    path: Option<String>,
    domain: Option<String>,
    max_age: Option<UnixTime>,
    expires: Option<UnixTime>,
}

impl Attributes {
    /// The last attribute of a name counts.
    fn take(&mut self, attribute: &str, now: UnixTime) {
        let (name, value) = attribute
            .split_once('=')
            .map_or((attribute, ""), |(name, value)| (name.trim(), value.trim()));
        match name.to_ascii_lowercase().as_str() {
            "path" => self.path = Some(value.to_owned()),
            "domain" => {
                let blank = |c: char| c == '.' || c.is_whitespace();
                self.domain = Some(value.trim_start_matches(blank).to_ascii_lowercase())
                    .filter(|d| !d.is_empty())
            }
            "max-age" => {
                if let Ok(seconds) = value.parse::<i64>() {
                    let life = u64::try_from(seconds).ok().map(Duration::from_secs);
                    self.max_age = Some(
                        life.filter(|life| !life.is_zero())
                            .map_or(now, |life| now.plus(life)),
                    );
                }
            }
            "expires" => self.expires = parse_date(value),
            _ => {}
        }
    }
}

/// Dates as applications write them; one that nobody can read is no expiry.
fn parse_date(text: &str) -> Option<UnixTime> {
    // RFC 6265 takes dashes in the date as well: `Thu, 01-Jan-1970 00:00:00 GMT`.
    let spaced = text.replace('-', " ");
    let time = httpdate::parse_http_date(text)
        .or_else(|_| httpdate::parse_http_date(&spaced))
        .ok()?;
    match time.duration_since(std::time::UNIX_EPOCH) {
        Ok(since) => Some(UnixTime(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))),
        Err(_) => Some(UnixTime(0)),
    }
}

fn texts<'a>(parts: impl Iterator<Item = &'a [u8]>) -> Option<Vec<String>> {
    let parts = parts
        .map(<[u8]>::trim_ascii)
        .filter(|part| !part.is_empty());
    parts
        .map(|part| std::str::from_utf8(part).ok().map(str::to_owned))
        .collect()
}

fn is_flag(attribute: &str, name: &str) -> bool {
    attribute
        .split('=')
        .next()
        .unwrap_or_default()
        .trim()
        .eq_ignore_ascii_case(name)
}

/// RFC 6265, section 5.1.4.
fn default_path(request_path: &str) -> String {
    match request_path.rsplit_once('/') {
        Some((directory, _)) if !directory.is_empty() => directory.to_owned(),
        _ => "/".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixTime = UnixTime(1_800_000_000);

    fn read(line: &str) -> Line {
        let names: CookieNames = serde_json::from_str(r#"["sessionid"]"#).unwrap();
        parse(line.as_bytes(), "/app/page", &names, NOW)
    }

    fn set(line: &str) -> SetCookie {
        match read(line) {
            Line::Set(set) => set,
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn a_deletion_of_any_domain_is_read_back_as_that_deletion() {
        let names = CookieNames::try_from(vec!["sessionid".to_owned()]).unwrap();
        let read = |line: &str| parse(line.as_bytes(), "/", &names, UnixTime(1));
        for domain in [".example.com", ". example.com", "..\u{a0}. a", "."] {
            let Line::Delete(key) = read(&format!("sessionid=; Domain={domain}")) else {
                panic!("{domain}");
            };
            assert_eq!(read(&deletion(&key, true)), Line::Delete(key), "{domain}");
        }
    }

    #[test]
    fn every_spelling_of_a_protected_name_is_sealed() {
        for line in [
            "sessionid=abc",
            "  sessionid = abc ; Path=/",
            "SESSIONID=abc",
            "session.id=abc; path=/".replace('.', "").as_str(),
        ] {
            assert_eq!(set(line).value, b"abc", "{line}");
        }
    }

    #[test]
    fn values_are_opaque_and_attributes_are_kept() {
        let cookie = set(
            "sessionid=\"a|b:c=%7C\"; Path=/x; Domain=.Example.COM; SameSite=None; Partitioned",
        );
        assert_eq!(cookie.value, b"\"a|b:c=%7C\"");
        assert_eq!(
            cookie.key,
            CookieKey {
                name: "sessionid".into(),
                path: "/x".into(),
                domain: Some("example.com".into())
            }
        );
        let line = cookie.sealed("sg1.k1.x", true);
        assert_eq!(
            line,
            "sessionid=sg1.k1.x; Path=/x; Domain=.Example.COM; SameSite=None; Partitioned; HttpOnly; Secure"
        );
    }

    #[test]
    fn every_form_of_deletion_is_one_and_nothing_else_is() {
        for line in [
            "sessionid=deleted; expires=Thu, 01-Jan-1970 00:00:01 GMT; Max-Age=0; path=/",
            "sessionid=; Max-Age=3600",
            "sessionid=x; Max-Age=-1",
            "sessionid=-del-; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
            "sessionid=%20; expires=Mon, 01-Jan-2001 00:00:00 GMT",
        ] {
            assert!(matches!(read(line), Line::Delete(_)), "{line}");
        }
        for line in [
            "sessionid=deleted",
            "sessionid=x; Expires=rubbish",
            "sessionid=x; Max-Age=rubbish",
            "sessionid=x; Max-Age=60",
        ] {
            assert!(matches!(read(line), Line::Set(_)), "{line}");
        }
    }

    #[test]
    fn what_would_come_back_as_a_protected_cookie_is_dropped() {
        for line in [
            "=sessionid=abc",
            "x=1,sessionid=abc",
            "stepgate=x",
            "__Host-stepgate=x",
            "=stepgate=x",
            " = __Host-stepgate = x; Path=/",
            "=STEPGATE-return=x",
        ] {
            assert_eq!(read(line), Line::Drop, "{line}");
        }
        assert_eq!(read("theme=dark; Path=/"), Line::Plain);
    }

    #[test]
    fn a_cookie_without_a_path_belongs_to_the_directory() {
        assert_eq!(set("sessionid=x").key.path, "/app");
        assert_eq!(set("sessionid=x; path=relative").key.path, "/app");
    }
}
