//! The real gateway, as somebody would run it, but for one thread and no admin listener.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use super::application::COOKIE;

const BINARY: &str = env!("CARGO_BIN_EXE_stepgate");

/// `stepgate run` on a configuration that is written to `directory`.
pub fn command(
    directory: &Path,
    listen: SocketAddr,
    upstream: SocketAddr,
) -> anyhow::Result<Command> {
    let file = directory.join("stepgate.toml");
    std::fs::write(&file, config(directory, listen, upstream))?;
    let mut command = Command::new(BINARY);
    command
        .arg("run")
        .arg("--config")
        .arg(file)
        .current_dir(directory);
    // The caller's own settings must not change what is measured.
    for (key, _) in
        std::env::vars_os().filter(|(key, _)| key.to_string_lossy().starts_with("STEPGATE_"))
    {
        command.env_remove(key);
    }
    Ok(command)
}

/// Everything that is not here has its default, `guard.identity.recheck` above all.
fn config(directory: &Path, listen: SocketAddr, upstream: SocketAddr) -> String {
    let (port, directory) = (listen.port(), directory.display());
    format!(
        r#"
[app]
name = "Comparison"
public_url = "http://localhost:{port}"

[listen]
addr = ["{listen}"]
threads = 1
admin = ""

[upstream]
servers = ["{upstream}"]

[guard]
session_cookies = ["{COOKIE}"]
no_credentials = ["/static/**"]

[guard.identity]
whoami = {{ path = "/api/me", id = "json:/id", name = "json:/email", signed_out = {{ status = [401] }} }}

[[guard.sign_in]]
path = "/login"
username = "form:email"
password = "form:password"
page = "/login"

[[guard.sign_out]]
path = "/logout"

[store]
database = "sqlite:{directory}/stepgate.db"

[keys]
file = "{directory}/keys.toml"
"#
    )
}
