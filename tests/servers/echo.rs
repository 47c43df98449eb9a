//! What a server says that it saw, and the judgement on it: independent of how the gateway compares
//! names, and at least as wide as any server's.

use super::spellings::SPOOF;
use crate::support::Person;

/// Names and values as the server has them.
pub struct Seen(Vec<(String, String)>);

/// Reduced names that an application takes for who the client is, where it is, or what it asks for.
const RESERVED: [&str; 18] = [
    "xrealip",
    "clientip",
    "xclientip",
    "trueclientip",
    "cfconnectingip",
    "xclusterclientip",
    "xoriginalurl",
    "xoriginaluri",
    "xoriginalhost",
    "xrewriteurl",
    "xoverrideurl",
    "xhost",
    "xhttpmethod",
    "xhttpmethodoverride",
    "xmethodoverride",
    "remoteaddr",
    "xrequestid",
    "proxy",
];

impl Seen {
    /// Reads `name TAB value` lines, or a process environment with a NUL after each entry.
    pub fn read(body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body);
        let (end, between) = if text.contains('\0') {
            ('\0', '=')
        } else {
            ('\n', '\t')
        };
        let entries = text.split(end).filter_map(|line| line.split_once(between));
        let entries = entries.map(|(name, value)| (name.to_owned(), value.to_owned()));
        // A variable that nginx knows nothing for is empty.
        Self(entries.filter(|(_, value)| !value.is_empty()).collect())
    }

    /// Entries that hold what a client made up, under a name that means something.
    pub fn taken_in(&self) -> Vec<&(String, String)> {
        let made_up = self.0.iter().filter(|(_, value)| value.contains(SPOOF));
        made_up.filter(|(name, _)| means_something(name)).collect()
    }

    fn values(&self, reduced_name: &str) -> Vec<&str> {
        let named = self
            .0
            .iter()
            .filter(|(name, _)| reduced(name) == reduced_name);
        named.map(|(_, value)| value.as_str()).collect()
    }

    /// The gateway's own headers are there once each, and true.
    pub fn assert_own(&self, person: Person, host: &str, how: &str) {
        let id = person.id().to_string();
        for (name, value) in [
            ("xmfauser", id.as_str()),
            ("xmfaverified", "true"),
            ("xmfafactor", "totp"),
            ("xmfaamr", "pwd otp mfa"),
            ("xmfaacr", "aal2"),
        ] {
            assert_eq!(self.values(name), [value], "{how}: {name}");
        }
        assert_eq!(self.values("xmfaauthtime").len(), 1, "{how}");
        for fixed in self.values("fixedxmfauser") {
            assert_eq!(fixed, id, "{how}");
        }
        self.assert_forwarded(host, how);
    }

    /// Nothing says that somebody is signed in.
    pub fn assert_nobody(&self, host: &str, how: &str) {
        let claims = |name: &str| reduced(name).contains("xmfa");
        let claim = self.0.iter().find(|(name, _)| claims(name));
        assert_eq!(claim, None, "{how}");
        self.assert_forwarded(host, how);
    }

    fn assert_forwarded(&self, host: &str, how: &str) {
        for (name, value) in [
            ("xforwardedfor", "127.0.0.1"),
            ("xforwardedproto", "https"),
            ("xforwardedhost", host),
        ] {
            assert_eq!(self.values(name), [value], "{how}: {name}");
        }
        assert_eq!(self.values("xrequestid").len(), 1, "{how}");
    }
}

/// Letters and digits in lower case, without the prefix that variables have.
fn reduced(name: &str) -> String {
    let letters = name.chars().filter(char::is_ascii_alphanumeric);
    let letters: String = letters.map(|letter| letter.to_ascii_lowercase()).collect();
    letters
        .strip_prefix("http")
        .map(str::to_owned)
        .unwrap_or(letters)
}

fn means_something(name: &str) -> bool {
    let name = reduced(name);
    // What was added for a second value of a folded name.
    let name = name.strip_suffix("again").unwrap_or(&name);
    name.contains("xmfa")
        || name.starts_with("xforwarded")
        || name.contains("forwardedfor")
        || name.starts_with("forwarded")
        || RESERVED.contains(&name)
}
