//! The protected cookies that one exchange is about: opened from the request, changed by responses,
//! sealed again for the browser.

use bytes::Bytes;
use http::header;
use memchr::memmem;
use pingora::http::ResponseHeader;

use super::cookies::{Presented, split_pair};
use super::set_cookie::{self, Line, SetCookie};
use crate::crypto::seal::Sealer;
use crate::domain::clock::UnixTime;
use crate::domain::cookie_names::CookieNames;
use crate::domain::credentials::{CookieKey, Credential, LiveSet, Secret, Standing, path_matches};
use crate::domain::ids::Epoch;
use crate::domain::session::Record;

/// One credential, with the seal that it was presented in.
#[derive(Clone, Debug)]
struct Entry {
    credential: Credential,
    seal: Option<Vec<u8>>,
    /// Set by a response of this exchange: its seal is yet to be made.
    fresh: bool,
}

/// Credentials of one browser during one exchange.
#[derive(Clone, Debug, Default)]
pub struct Jar(Vec<Entry>);

/// The `Set-Cookie` lines of one response, taken apart.
#[derive(Clone, Debug, Default)]
pub struct ResponseCookies {
    /// Lines that concern no protected cookie, byte for byte.
    pub plain: Vec<Vec<u8>>,
    /// The last line for each protected cookie.
    pub protected: Vec<Line>,
    /// The path that was asked for.
    asked_for: String,
}

impl ResponseCookies {
    pub fn read(
        head: &ResponseHeader,
        request_path: &str,
        names: &CookieNames,
        now: UnixTime,
    ) -> Self {
        let mut cookies = Self {
            asked_for: request_path.to_owned(),
            ..Self::default()
        };
        for line in head.headers.get_all(header::SET_COOKIE) {
            match set_cookie::parse(line.as_bytes(), request_path, names, now) {
                Line::Plain => cookies.plain.push(line.as_bytes().to_vec()),
                Line::Drop => {}
                protected => cookies.put(protected),
            }
        }
        cookies
    }

    /// The lines of a later response win.
    pub fn then(&mut self, later: Self) {
        self.plain.extend(later.plain);
        later.protected.into_iter().for_each(|line| self.put(line));
    }

    fn put(&mut self, line: Line) {
        let of = key(&line).cloned();
        self.protected.retain(|known| key(known) != of.as_ref());
        self.protected.push(line);
    }

    pub fn is_empty(&self) -> bool {
        self.plain.is_empty() && self.protected.is_empty()
    }

    /// Whether a credential comes with it; deletions bring none.
    pub fn bring_a_credential(&self) -> bool {
        self.protected
            .iter()
            .any(|line| matches!(line, Line::Set(_)))
    }

    /// Whether a credential comes with it, or one of these is taken away.
    pub fn concern(&self, jar: &Jar) -> bool {
        let taken = |line: &Line| matches!(line, Line::Delete(key) if jar.has(key));
        self.bring_a_credential() || self.protected.iter().any(taken)
    }

    /// Whether a protected cookie gets a value that is neither the one presented nor the newest known.
    pub fn change_a_credential(&self, presented: &Jar, live: &LiveSet) -> bool {
        self.protected.iter().any(|line| match line {
            Line::Set(set) => {
                presented.seal_of(set).is_none() && !live.is_newest(&set.key, &set.value)
            }
            Line::Delete(_) | Line::Plain | Line::Drop => false,
        })
    }

    /// Whether a line sets or deletes this cookie.
    pub fn speak_of(&self, cookie: &CookieKey) -> bool {
        self.protected.iter().any(|line| key(line) == Some(cookie))
    }

    fn names(&self, name: &str, path: &str) -> bool {
        self.protected
            .iter()
            .filter_map(key)
            .any(|key| key.name == name && key.path == path)
    }
}

fn key(line: &Line) -> Option<&CookieKey> {
    match line {
        Line::Set(set) => Some(&set.key),
        Line::Delete(key) => Some(key),
        Line::Plain | Line::Drop => None,
    }
}

impl Jar {
    /// Opens what belongs to `record`; the names of what does not open come back, to be expired.
    /// Cookies that a browser would not send to `path` count as absent, and the order is a browser's
    /// (RFC 6265, section 5.4): a client chooses neither.
    pub fn open(
        presented: &[Presented],
        sealer: &Sealer,
        record: &Record,
        path: &str,
    ) -> (Self, Vec<String>) {
        let (mut jar, mut dead) = (Self::default(), Vec::new());
        for cookie in presented {
            let opened = open(cookie, sealer, record);
            let usable = opened.filter(|credential| {
                // A seal of an earlier epoch counts only with a value that was asked about.
                credential.epoch == record.epoch
                    || record.live.standing(credential, record.epoch) != Standing::Dead
            });
            if usable
                .as_ref()
                .is_some_and(|credential| !path_matches(&credential.key.path, path))
            {
                continue;
            }
            match usable {
                Some(credential) if !jar.has(&credential.key) => jar.0.push(Entry {
                    credential,
                    seal: Some(cookie.value.clone()),
                    fresh: false,
                }),
                Some(_) => {}
                None => dead.push(cookie.name.clone()),
            }
        }
        jar.sort();
        (jar, dead)
    }

    /// Leaves what a browser sends to this path, in a browser's order.
    pub fn keep_for(&mut self, path: &str) {
        let is_sent = |entry: &Entry| path_matches(&entry.credential.key.path, path);
        self.0.retain(is_sent);
        self.sort();
    }

    fn sort(&mut self) {
        self.0
            .sort_by_key(|entry| std::cmp::Reverse(entry.credential.key.path.len()));
    }

    /// Where one name has several values (at two paths, or with and without a domain), the sets with
    /// one of them each: applications differ in which value they read, so the evidence must hold for
    /// whichever it is. Empty where there is nothing to choose; `None` for more than `most`.
    pub fn choices(&self, most: usize) -> Option<Vec<Self>> {
        let mut names: Vec<(String, Vec<&Secret>)> = Vec::new();
        for Credential { key, value, .. } in self.iter() {
            let name = CookieNames::fold(key.name.as_bytes());
            match names.iter_mut().find(|(known, _)| *known == name) {
                Some((_, values)) if values.contains(&value) => {}
                Some((_, values)) => values.push(value),
                None => names.push((name, vec![value])),
            }
        }
        names.retain(|(_, values)| values.len() > 1);
        let mut choices = vec![self.clone()];
        for (name, values) in &names {
            if choices.len() * values.len() > most {
                return None;
            }
            let with = |value: &&Secret| {
                choices
                    .iter()
                    .map(|set| set.reduced(name, value))
                    .collect::<Vec<_>>()
            };
            choices = values.iter().flat_map(with).collect();
        }
        Some(if names.is_empty() {
            Vec::new()
        } else {
            choices
        })
    }

    /// The set without every other value of a name.
    fn reduced(&self, name: &str, value: &Secret) -> Self {
        let stays = |entry: &&Entry| {
            let Credential {
                key, value: held, ..
            } = &entry.credential;
            held == value || CookieNames::fold(key.name.as_bytes()) != name
        };
        Self(self.0.iter().filter(stays).cloned().collect())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn credentials(&self) -> Vec<Credential> {
        self.0
            .iter()
            .map(|entry| entry.credential.clone())
            .collect()
    }

    pub fn iter(&self) -> impl Iterator<Item = &Credential> {
        self.0.iter().map(|entry| &entry.credential)
    }

    /// What the browser has after these lines.
    pub fn apply(&mut self, cookies: &ResponseCookies) {
        for line in &cookies.protected {
            if let Some(key) = key(line) {
                self.0.retain(|entry| entry.credential.key != *key);
            }
            if let Line::Set(set) = line {
                let (key, value) = (set.key.clone(), Secret::new(set.value.as_slice()));
                let credential = Credential {
                    key,
                    value,
                    expires: set.expires,
                    epoch: Epoch::default(),
                };
                self.0.push(Entry {
                    credential,
                    seal: None,
                    fresh: true,
                });
            }
        }
    }

    /// Says in which epoch the seals of fresh credentials are made.
    pub fn stamp(&mut self, epoch: Epoch) {
        self.0
            .iter_mut()
            .filter(|entry| entry.fresh)
            .for_each(|entry| entry.credential.epoch = epoch);
    }

    /// The `Cookie` field for the application: the credentials, then these unprotected pairs.
    pub fn cookie_field(&self, plain: &[Vec<u8>]) -> Vec<u8> {
        let mut field = Vec::with_capacity(256);
        for Credential { key, value, .. } in self.iter() {
            join(&mut field, &[key.name.as_bytes(), b"=", value.expose()]);
        }
        plain.iter().for_each(|pair| join(&mut field, &[pair]));
        field
    }

    /// Whether `bytes` hold a raw value; short ones prove nothing.
    pub fn has_value_in(&self, bytes: &[u8]) -> bool {
        self.telling_values()
            .any(|(_, value)| memmem::find(bytes, value).is_some())
    }

    /// A text without raw values: `;name=value` goes from links, what is left of a value is blotted out.
    pub fn without_values(&self, text: &Bytes) -> Bytes {
        let mut text = text.clone();
        for (name, value) in self.telling_values() {
            let parameter = [b";", name.as_bytes(), b"=", value].concat();
            text = replace(text, &parameter, b"");
            text = replace(text, value, b"withheld");
        }
        text
    }

    /// The values that must not be seen in a body.
    pub fn values_to_blot(&self) -> Vec<Vec<u8>> {
        self.telling_values()
            .map(|(_, value)| value.to_vec())
            .collect()
    }

    /// Names and values that are long enough not to occur by chance.
    fn telling_values(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.0
            .iter()
            .map(|entry| {
                (
                    entry.credential.key.name.as_str(),
                    entry.credential.value.expose(),
                )
            })
            .filter(|(_, value)| value.len() >= 8)
    }

    pub fn has(&self, key: &CookieKey) -> bool {
        self.0.iter().any(|entry| entry.credential.key == *key)
    }

    /// Whether a cookie of this name is here, at whatever path.
    pub fn has_named(&self, name: &str) -> bool {
        self.iter().any(|credential| credential.key.name == name)
    }

    /// The seal that the browser holds already, if it is for exactly this cookie and value.
    pub fn seal_of(&self, set: &SetCookie) -> Option<String> {
        let same = self.0.iter().find(|entry| {
            entry.credential.key == set.key && entry.credential.value.expose() == set.value
        });
        String::from_utf8(same?.seal.clone()?).ok()
    }
}

/// What a presented seal holds, or the seal that the session keeps for it.
fn open(cookie: &Presented, sealer: &Sealer, record: &Record) -> Option<Credential> {
    let (name, epoch, live) = (cookie.name.as_str(), record.epoch, &record.live);
    let opened = sealer.open(name, &cookie.value, epoch, live);
    if opened.is_some() || record.kept.is_empty() {
        return opened;
    }
    let id = sealer.open_reference(name, &cookie.value, epoch, live)?;
    sealer.open(name, record.kept(id)?.as_bytes(), epoch, live)
}

fn join(field: &mut Vec<u8>, pair: &[&[u8]]) {
    if !field.is_empty() {
        field.extend_from_slice(b"; ");
    }
    pair.iter().for_each(|part| field.extend_from_slice(part));
}

fn replace(text: Bytes, old: &[u8], new: &[u8]) -> Bytes {
    let found: Vec<usize> = memmem::find_iter(&text, old).collect();
    if found.is_empty() {
        return text;
    }
    let mut replaced = Vec::with_capacity(text.len());
    let mut from = 0;
    for at in found {
        replaced.extend_from_slice(text.get(from..at).unwrap_or_default());
        replaced.extend_from_slice(new);
        from = at + old.len();
    }
    replaced.extend_from_slice(text.get(from..).unwrap_or_default());
    replaced.into()
}

/// How deep in the site a left-over may lie that is expired.
const DEEPEST: usize = 4;

/// Lines that make a browser forget cookies that open nothing: left-overs of another session, raw
/// ones from before the gateway. A browser does not say at which path it has them, so they are expired
/// at each that sends them along.
pub fn expire(dead: &[String], jar: &Jar, cookies: &ResponseCookies, secure: bool) -> Vec<Vec<u8>> {
    let mut lines: Vec<Vec<u8>> = Vec::new();
    for name in dead {
        for path in paths_above(&cookies.asked_for) {
            let key = CookieKey {
                name: name.clone(),
                path: path.to_owned(),
                domain: None,
            };
            // A good cookie of the same name and path must not go with it.
            let good = cookies.names(name, path) || jar.has(&key);
            let line = set_cookie::deletion(&key, secure).into_bytes();
            if !good && !lines.contains(&line) {
                lines.push(line);
            }
        }
    }
    lines
}

/// The paths of cookies that a browser sends to `path`, the root first.
fn paths_above(path: &str) -> Vec<&str> {
    let mut paths = vec!["/"];
    let folders = path.match_indices('/').skip(1).take(DEEPEST);
    for (at, _) in folders {
        // Without the slash and with it: two different cookies.
        paths.extend(path.get(..at));
        paths.extend(path.get(..=at));
    }
    if path.len() > 1 && !path.ends_with('/') && path.matches('/').count() <= DEEPEST {
        paths.push(path);
    }
    paths
}

/// The visitor's unprotected cookies after a response, for a probe that follows it.
pub fn plain_after(pairs: &[Vec<u8>], lines: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let mut pairs = pairs.to_vec();
    for line in lines {
        let pair = line
            .split(|byte| *byte == b';')
            .next()
            .unwrap_or_default()
            .trim_ascii();
        let (name, value) = split_pair(pair);
        pairs.retain(|known| split_pair(known).0 != name);
        if !value.is_empty() {
            pairs.push(pair.to_vec());
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_left_over_may_lie_at_every_folder_above_and_at_the_page_itself() {
        assert_eq!(paths_above("/"), ["/"]);
        assert_eq!(paths_above(""), ["/"]);
        assert_eq!(paths_above("/a"), ["/", "/a"]);
        assert_eq!(paths_above("/a/"), ["/", "/a", "/a/"]);
        assert_eq!(paths_above("/a/b"), ["/", "/a", "/a/", "/a/b"]);
        assert_eq!(paths_above("/1/2/3/4/5/6/7").len(), 1 + 2 * DEEPEST);
    }

    #[test]
    fn what_a_question_brought_goes_on_where_a_browser_would_send_it() {
        let names = CookieNames::try_from(vec!["sid".to_owned()]).unwrap();
        let mut head = ResponseHeader::build(200, None).unwrap();
        for line in ["sid=1; Path=/", "sid=2; Path=/office", "sid=3; Path=/a"] {
            head.append_header(header::SET_COOKIE, line).unwrap();
        }
        let set = ResponseCookies::read(&head, "/api/me", &names, UnixTime(0));
        let mut jar = Jar::default();
        jar.apply(&set);
        jar.keep_for("/a/b");
        assert_eq!(jar.cookie_field(&[]), b"sid=3; sid=1");
    }
}
