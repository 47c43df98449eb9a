//! What keys should hold, in words, where a type of the standard library has none that help;
//! and stand-ins for keys that are required and missing.
//!
//! With a stand-in, everything else can still be examined. A configuration that needed one is
//! never returned.

use figment::value::Value;

/// What a key should hold.
pub(super) struct Expectation {
    /// The key; `*` is any item of a list.
    key: &'static str,
    pub words: &'static str,
    /// TOML that passes every check; empty for keys that are not required.
    stand_in: &'static str,
}

const fn required(key: &'static str, words: &'static str, stand_in: &'static str) -> Expectation {
    Expectation {
        key,
        words,
        stand_in,
    }
}

const fn optional(key: &'static str, words: &'static str) -> Expectation {
    required(key, words, "")
}

const ADDRESS: &str = "an IP address and a port, such as \"127.0.0.1:8443\"";
const PATH: &str = "a path such as \"/login\"";
const ORIGIN: &str = "an origin such as https://crm.example.com, without a path";

const EXPECTATIONS: [Expectation; 21] = [
    required(
        "app",
        "a section [app] with name and public_url",
        "{ name = \"-\", public_url = \"http://localhost\" }",
    ),
    required(
        "app.name",
        "the application's name, as people know it",
        "\"-\"",
    ),
    required("app.public_url", ORIGIN, "\"http://localhost\""),
    required(
        "upstream",
        "a section [upstream] with servers",
        "{ servers = [\"localhost:1\"] }",
    ),
    required(
        "upstream.servers",
        "a list of \"host:port\"",
        "[\"localhost:1\"]",
    ),
    required(
        "guard",
        "a section [guard] with session_cookies and identity",
        "{ session_cookies = [\"-\"], identity = { whoami = { path = \"/\", id = \"json:/-\", \
         signed_out = { status = [401] } } } }",
    ),
    required("guard.session_cookies", "a list of cookie names", "[\"-\"]"),
    required(
        "guard.identity",
        "a section [guard.identity] with whoami, or with signed_in_cookie and user",
        "{ whoami = { path = \"/\", id = \"json:/-\", signed_out = { status = [401] } } }",
    ),
    optional(
        "guard.identity.whoami",
        "a table with path, id and signed_out",
    ),
    required(
        "guard.identity.whoami.path",
        "a path such as \"/api/me\"",
        "\"/\"",
    ),
    required("guard.sign_in.*.path", PATH, "\"/-\""),
    required("guard.sign_out.*.path", PATH, "\"/-\""),
    // The checks would miss the files, but what stands here is itself reported.
    required("listen.tls.cert", "the path of a PEM file", "\"/\""),
    required("listen.tls.key", "the path of a PEM file", "\"/\""),
    optional("listen.tls", "{ cert = \"cert.pem\", key = \"key.pem\" }"),
    optional("listen.addr.*", ADDRESS),
    optional("listen.admin", "an IP address and a port, or \"\" for none"),
    optional(
        "listen.trusted_proxies.*",
        "a network such as \"10.0.0.0/8\", or \"10.0.0.7/32\" for one address",
    ),
    optional(
        "guard.sign_in.*.fields",
        "a table such as { csrf_token = \"text:csrf = '([^']+)'\" }",
    ),
    optional("guard.sign_in", "[[guard.sign_in]] sections"),
    optional("guard.sign_out", "[[guard.sign_out]] sections"),
];

/// Keys whose values are words of a list. figment would read a number as a word's place in it.
pub(super) const WORDS: [&str; 9] = [
    "guard.session_id",
    "guard.identity.rotation",
    "policy.mfa",
    "policy.enrolment",
    "policy.minimum",
    "session.same_site",
    "store.sessions",
    "step_up.methods.*",
    "step_up.password",
];

/// Keys whose values are tables. serde would read a list as the members in their order.
pub(super) const TABLES: [&str; 20] = [
    "app",
    "listen",
    "listen.tls",
    "upstream",
    "guard",
    "guard.sign_in.*",
    "guard.sign_out.*",
    "guard.identity",
    "guard.identity.whoami",
    "guard.identity.whoami.signed_out",
    "guard.identity.whoami.present",
    "portal",
    "policy",
    "factors",
    "factors.totp",
    "step_up",
    "session",
    "store",
    "keys",
    "limits",
];

/// What is known about a key.
pub(super) fn of(path: &[String]) -> Option<&'static Expectation> {
    EXPECTATIONS.iter().find(|expectation| {
        let pattern = expectation.key.split('.');
        pattern.clone().count() == path.len()
            && pattern
                .zip(path)
                .all(|(pattern, segment)| pattern == "*" || pattern == segment)
    })
}

impl Expectation {
    pub fn is_required(&self) -> bool {
        !self.stand_in.is_empty()
    }

    /// What to put in the place of a missing value.
    pub fn stand_in(&self) -> Option<Value> {
        let document: toml::Table = toml::from_str(&format!("value = {}", self.stand_in)).ok()?;
        Value::serialize(document.get("value")?).ok()
    }
}

/// What serde calls a type, in words.
pub(super) fn in_words(expected: &str) -> String {
    let words = match expected {
        "a sequence" => "a list",
        "a map" => "a table",
        "a boolean" => "true or false",
        "u16" | "u32" | "u64" | "usize" => "a whole number",
        "path string" => "a path",
        other if other.starts_with("enum ") => "a string",
        other if other.starts_with("struct ") => "a section with keys",
        other => other,
    };
    words.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stand_in_can_be_read() {
        for expectation in EXPECTATIONS {
            let wanted = expectation.is_required();
            assert_eq!(
                expectation.stand_in().is_some(),
                wanted,
                "{}",
                expectation.key
            );
        }
    }
}
