//! The protected cookies that a browser holds for one session: which exist, not what they say.
//!
//! A record keeps digests only. The values live in the browser, sealed.

use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use super::clock::UnixTime;
use super::ids::{Epoch, SealId};

/// How many values of one cookie stay acceptable: a parallel request may still carry an older one.
const KEPT_VALUES: usize = 4;

/// SHA-256 of a raw credential value.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct ValueDigest([u8; 32]);

impl ValueDigest {
    pub fn of(value: &[u8]) -> Self {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest(&SHA256, value).as_ref());
        Self(bytes)
    }
}

impl PartialEq for ValueDigest {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

/// What makes two `Set-Cookie` lines speak of one cookie (RFC 6265, section 5.3, step 11).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CookieKey {
    pub name: String,
    pub path: String,
    /// The `Domain` attribute, lower-cased, without a leading dot; `None` for a host-only cookie.
    pub domain: Option<String>,
}

/// A protected cookie with its value, as it was taken out of a seal or out of a response.
#[derive(Clone, Debug)]
pub struct Credential {
    pub key: CookieKey,
    pub value: Secret,
    /// When the browser will forget it; `None` at the end of the browser's session.
    pub expires: Option<UnixTime>,
    /// The epoch that its seal carries, or will carry.
    pub epoch: Epoch,
}

/// A seal that is too long for a browser, which holds a reference to it instead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptSeal {
    pub id: SealId,
    /// The cookie's. Sessions of an earlier version do not know it.
    #[serde(default)]
    pub name: String,
    pub text: String,
}

/// Raw bytes of a credential: never printed, wiped when dropped.
#[derive(Clone, PartialEq, Eq, zeroize::ZeroizeOnDrop)]
pub struct Secret(Vec<u8>);

impl Secret {
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(bytes.into())
    }

    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(redacted)")
    }
}

/// A cookie that the browser holds, with the values that evidence was taken with, newest first.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct LiveCookie {
    key: CookieKey,
    expires: Option<UnixTime>,
    asked: Vec<AskedValue>,
}

/// A value that evidence was taken with.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct AskedValue {
    epoch: Epoch,
    digest: ValueDigest,
    at: UnixTime,
}

/// How a presented credential stands to the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The evidence was taken with this value, at this time.
    Asked(UnixTime),
    /// Sealed in the present epoch, but nobody has asked about it yet.
    Pending,
    /// Sealed in an earlier epoch and not a value that was asked about: worthless.
    Dead,
}

/// The protected cookies of one session.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct LiveSet(Vec<LiveCookie>);

impl LiveSet {
    /// The set after evidence was taken with exactly `jar`. Values asked about before stay acceptable,
    /// for as long as their own evidence is fresh.
    #[must_use]
    pub fn asked_with(&self, jar: &[Credential], at: UnixTime) -> Self {
        let cookie = |credential| self.asked_cookie(credential, at);
        Self(jar.iter().map(cookie).collect())
    }

    fn asked_cookie(&self, credential: &Credential, at: UnixTime) -> LiveCookie {
        let digest = ValueDigest::of(credential.value.expose());
        let newest = AskedValue {
            epoch: credential.epoch,
            digest,
            at,
        };
        let same = |old: &&AskedValue| old.epoch == newest.epoch && old.digest == newest.digest;
        let mut asked = vec![newest];
        if let Some(known) = self.0.iter().find(|live| live.key == credential.key) {
            asked.extend(known.asked.iter().filter(|old| !same(old)));
        }
        asked.truncate(KEPT_VALUES);
        let (key, expires) = (credential.key.clone(), credential.expires);
        LiveCookie {
            key,
            expires,
            asked,
        }
    }

    /// Epochs other than the present one in which an acceptable seal of `name` may have been made.
    pub fn earlier_epochs<'a>(
        &'a self,
        name: &'a str,
        present: Epoch,
    ) -> impl Iterator<Item = Epoch> + 'a {
        let of_name = self.0.iter().filter(move |live| live.key.name == name);
        let epochs = of_name
            .flat_map(|live| &live.asked)
            .map(|value| value.epoch);
        epochs.filter(move |epoch| *epoch != present)
    }

    pub fn standing(&self, credential: &Credential, present: Epoch) -> Standing {
        let digest = ValueDigest::of(credential.value.expose());
        let known = self.0.iter().filter(|live| live.key == credential.key);
        let mut values = known.flat_map(|live| &live.asked);
        match values.find(|value| value.epoch == credential.epoch && value.digest == digest) {
            Some(value) => Standing::Asked(value.at),
            None if credential.epoch == present => Standing::Pending,
            None => Standing::Dead,
        }
    }

    /// Whether `value` is the newest one of this cookie, so that its seal need not be made anew.
    pub fn is_newest(&self, key: &CookieKey, value: &[u8]) -> bool {
        let digest = ValueDigest::of(value);
        let live = self.0.iter().find(|live| live.key == *key);
        let newest = live.and_then(|live| live.asked.first());
        newest.is_some_and(|newest| newest.digest == digest)
    }

    /// Whether every live cookie that a browser sends to `path` is among `presented`: an
    /// application may destroy a session of which only a part arrives.
    pub fn is_complete(
        &self,
        presented: impl Fn(&CookieKey) -> bool,
        path: &str,
        now: UnixTime,
    ) -> bool {
        self.sent_to(path, now).all(|live| presented(&live.key))
    }

    /// Whether a browser would send any live cookie to `path`.
    pub fn reaches(&self, path: &str, now: UnixTime) -> bool {
        self.sent_to(path, now).next().is_some()
    }

    fn sent_to<'a>(
        &'a self,
        path: &'a str,
        now: UnixTime,
    ) -> impl Iterator<Item = &'a LiveCookie> + 'a {
        let alive = move |live: &&LiveCookie| live.expires.is_none_or(|at| at > now);
        self.0
            .iter()
            .filter(alive)
            .filter(move |live| path_matches(&live.key.path, path))
    }

    /// The cookies that a browser still has.
    pub fn alive(&self, now: UnixTime) -> impl Iterator<Item = &CookieKey> {
        let alive = move |live: &&LiveCookie| live.expires.is_none_or(|at| at > now);
        self.0.iter().filter(alive).map(|live| &live.key)
    }

    pub fn keys(&self) -> impl Iterator<Item = &CookieKey> {
        self.0.iter().map(|live| &live.key)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// RFC 6265, section 5.1.4: whether a cookie of path `cookie` goes to a request for `request`.
pub fn path_matches(cookie: &str, request: &str) -> bool {
    match request.strip_prefix(cookie) {
        Some(rest) => rest.is_empty() || cookie.ends_with('/') || rest.starts_with('/'),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: UnixTime = UnixTime(5);

    fn credential(name: &str, path: &str, value: &str, epoch: u64) -> Credential {
        let key = CookieKey {
            name: name.into(),
            path: path.into(),
            domain: None,
        };
        Credential {
            key,
            value: Secret::new(value),
            expires: None,
            epoch: Epoch(epoch),
        }
    }

    #[test]
    fn a_seal_of_an_older_epoch_counts_only_with_the_value_that_was_asked_about() {
        let kept = credential("sid", "/", "one", 0);
        let live = LiveSet::default().asked_with(std::slice::from_ref(&kept), AT);
        assert_eq!(live.standing(&kept, Epoch(1)), Standing::Asked(AT));
        assert_eq!(
            live.standing(&credential("sid", "/", "other", 0), Epoch(1)),
            Standing::Dead
        );
        assert_eq!(
            live.standing(&credential("sid", "/", "other", 1), Epoch(1)),
            Standing::Pending
        );
        assert_eq!(
            live.standing(&credential("sid", "/a", "one", 0), Epoch(1)),
            Standing::Dead
        );
    }

    #[test]
    fn only_the_last_four_values_stay() {
        let mut live = LiveSet::default();
        for value in ["1", "2", "3", "4", "5"] {
            live = live.asked_with(&[credential("sid", "/", value, 1)], AT);
        }
        assert_eq!(
            live.standing(&credential("sid", "/", "2", 1), Epoch(2)),
            Standing::Asked(AT)
        );
        assert_eq!(
            live.standing(&credential("sid", "/", "1", 1), Epoch(2)),
            Standing::Dead
        );
    }

    #[test]
    fn a_set_is_complete_when_every_cookie_of_that_path_is_there() {
        let root = credential("sid", "/", "x", 0);
        let deep = credential("sid", "/app", "y", 0);
        let live = LiveSet::default().asked_with(&[root.clone(), deep.clone()], AT);
        let now = UnixTime(0);
        let only_root = |key: &CookieKey| key.path == "/";
        assert!(live.is_complete(only_root, "/", now));
        assert!(!live.is_complete(only_root, "/app/x", now));
        assert!(live.is_complete(|_| true, "/app/x", now));
    }

    #[test]
    fn paths_match_as_in_rfc_6265() {
        for (cookie, request, matches) in [
            ("/", "/x", true),
            ("/app", "/app", true),
            ("/app", "/app/x", true),
            ("/app/", "/app/x", true),
            ("/app", "/apple", false),
            ("/app", "/", false),
        ] {
            assert_eq!(path_matches(cookie, request), matches, "{cookie} {request}");
        }
    }
}
