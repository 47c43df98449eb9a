//! What must hold for any bytes whatever, each property in a function of bytes. Tests beside them try
//! bytes of some shape; the targets in `fuzz/` let a fuzzer look for those that nobody thought of.
//!
//! The other side of every comparison is written anew here, as some server, browser or framework
//! reads the same bytes, and shares no code with what it judges. Not part of the program: compiled for
//! tests and with `--cfg fuzzing` only.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a property that does not hold ends the run"
)]

pub mod config;
pub mod cookie_header;
pub mod form;
pub mod readings;
pub mod request_target;
pub mod seal_open;
pub mod set_cookie;
#[cfg(test)]
mod targets;

use std::sync::LazyLock;

use crate::proxy::Guard;

/// A deployment with every kind of rule that speaks of paths, and names that servers fold.
const CONFIG: &str = r#"
[app]
name = "Acme CRM"
public_url = "https://crm.example.com"

[upstream]
servers = ["127.0.0.1:8000"]

[guard]
session_cookies = ["sessionid", "remember_*", "!remember_lang", "my.app-id"]
no_credentials = ["/static/**", "/img/*.png", "/robots.txt"]
refuse = ["/xmlrpc.php", "/api/*/token"]
identity.whoami = { path = "/api/me", id = "json:/id", signed_out = { status = [401] } }

[[guard.sign_in]]
path = "/login"
method = "*"

[[guard.sign_in]]
path = "/users/*/sign-in"
method = "*"

[listen]
trusted_proxies = ["127.0.0.0/8"]
"#;

static GUARD: LazyLock<Guard> = LazyLock::new(|| {
    let config = crate::config::parse("stepgate.toml".as_ref(), CONFIG, Vec::new());
    let config = config.expect("the configuration of the properties");
    crate::app::guard_of(&config).expect("the guard of the properties")
});
