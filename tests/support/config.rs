//! A configuration file in the making: sections of keys in order, and blocks of tables.

use std::fmt::Write as _;
use std::path::Path;
use toml::{Table, Value};

/// The file that a gateway is started with. Values are TOML text: strings need their quotes.
#[derive(Clone, Debug, Default)]
pub struct Config {
    sections: Vec<(String, Vec<(String, String)>)>,
    blocks: Vec<(String, String)>,
    sample: &'static str,
}

impl Config {
    /// One CRM with a form sign-in, a JSON whoami and a sign-out, all stores in `data`.
    pub fn base(public_url: &str, listen: &str, upstream: &str, data: &Path) -> Self {
        let data = data.display();
        let mut config = Self::default();
        config
            .set("app", "name", "\"Acme CRM\"")
            .set("app", "public_url", &format!("\"{public_url}\""))
            .set("listen", "addr", &format!("[\"{listen}\"]"))
            .set("listen", "admin", "\"\"")
            .set("upstream", "servers", &format!("[\"{upstream}\"]"))
            .set("guard", "session_cookies", "[\"sessionid\"]")
            .set(
                "guard.identity",
                "whoami",
                "{ path = \"/api/me\", id = \"json:/id\", name = \"json:/email\", signed_out = { status = [401] } }",
            )
            .set("store", "database", &format!("\"sqlite:{data}/stepgate.db\""))
            .set("keys", "file", &format!("\"{data}/keys.toml\""))
            .append(
                "guard.sign_in",
                "path = \"/login\"\nmethod = \"POST\"\nusername = \"form:email\"\npassword = \"form:password\"\npage = \"/login\"",
            )
            .append("guard.sign_out", "path = \"/logout\"");
        config
    }

    /// Sets `key` of `[section]` to the TOML text `value`, replacing what it was.
    pub fn set(&mut self, section: &str, key: &str, value: &str) -> &mut Self {
        let found = self.sections.iter().position(|(name, _)| name == section);
        let index = found.unwrap_or_else(|| {
            self.sections.push((section.to_owned(), Vec::new()));
            self.sections.len() - 1
        });
        let keys = &mut self.sections[index].1;
        match keys.iter_mut().find(|(name, _)| name == key) {
            Some(entry) => entry.1 = value.to_owned(),
            None => keys.push((key.to_owned(), value.to_owned())),
        }
        self
    }

    /// Leaves `key` of `[section]` out.
    pub fn unset(&mut self, section: &str, key: &str) -> &mut Self {
        for (_, keys) in self.sections.iter_mut().filter(|(name, _)| name == section) {
            keys.retain(|(name, _)| name != key);
        }
        self
    }

    /// Adds one `[[table]]` with the lines of `body`.
    pub fn append(&mut self, table: &str, body: &str) -> &mut Self {
        self.blocks.push((table.to_owned(), body.to_owned()));
        self
    }

    /// Leaves out every `[[table]]` so far.
    pub fn clear(&mut self, table: &str) -> &mut Self {
        self.blocks.retain(|(name, _)| name != table);
        self
    }

    /// Takes everything from a sample but the addresses and files, which stay this gateway's own.
    pub fn take_sample(&mut self, sample: &'static str) -> &mut Self {
        self.sections.retain(|(name, _)| !name.starts_with("guard"));
        self.blocks.clear();
        self.unset("app", "name");
        self.sample = sample;
        self
    }

    /// Requires a factor of everybody.
    pub fn mfa_required(&mut self) -> &mut Self {
        self.set("policy", "mfa", "\"required\"")
    }

    /// The text of the file.
    pub fn render(&self) -> String {
        let mut text = String::new();
        for (section, keys) in &self.sections {
            let _ = writeln!(text, "[{section}]");
            for (key, value) in keys {
                let _ = writeln!(text, "{key} = {value}");
            }
            text.push('\n');
        }
        for (table, body) in &self.blocks {
            let _ = writeln!(text, "[[{table}]]\n{body}\n");
        }
        if self.sample.is_empty() {
            return text;
        }
        let mut file: Table = self.sample.parse().expect("a sample in TOML");
        merge(&mut file, text.parse().expect("sections in TOML"));
        file.to_string()
    }
}

/// Lays one file over another, key by key.
fn merge(file: &mut Table, over: Table) {
    for (key, value) in over {
        match (file.get_mut(&key), value) {
            (Some(Value::Table(section)), Value::Table(over)) => merge(section, over),
            (_, value) => {
                file.insert(key, value);
            }
        }
    }
}
