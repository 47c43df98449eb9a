//! `stepgate demo`: the gateway in front of the built-in CRM, nothing else needed.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::thread;

use anyhow::Context;
use clap::Args;

use super::Failure;
use crate::app::App;
use crate::demo::{USERS, serve};
use crate::domain::ids::UserId;

#[derive(Debug, Args)]
pub struct Options {
    /// Where browsers reach it.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Where keys and database are kept; without it they go when the demo ends.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

pub fn run(options: &Options) -> Result<(), Failure> {
    let scratch = Scratch::new(options)?;
    let crm = start_crm().context("the built-in CRM cannot start")?;
    let text = configuration(options.listen, crm, scratch.path());
    let config = crate::config::parse(Path::new("the demo's configuration"), &text, Vec::new())?;
    crate::observe::start_logging();
    let app = App::build(&config)?;
    let enrolled = USERS.get(1).context("the demo has two users")?;
    let user = UserId::new(enrolled.id).context("the demo's user id")?;
    let secret = app
        .enrol_for_demo(&user, "Demo authenticator")
        .context("the demo's authenticator cannot be enrolled")?;
    announce(options.listen, secret.as_str(), options.data.as_deref());
    app.serve()?;
    Ok(())
}

/// The data directory: the one that was named, or one of our own that is removed at the end.
struct Scratch {
    path: PathBuf,
    ours: bool,
}

impl Scratch {
    fn new(options: &Options) -> anyhow::Result<Self> {
        let ours = options.data.is_none();
        let path = options.data.clone().unwrap_or_else(|| {
            std::env::temp_dir().join(format!("stepgate-demo-{}", std::process::id()))
        });
        crate::app::make_private_dir(&path)?;
        Ok(Self { path, ours })
    }

    fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if self.ours {
            // Nothing to be done about a directory that cannot be removed.
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }
}

/// Runs the CRM on a free loopback port, in a thread that ends with the process.
fn start_crm() -> anyhow::Result<SocketAddr> {
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    thread::Builder::new()
        .name("demo-crm".to_owned())
        .spawn(move || {
            let served = runtime
                .block_on(async move { serve(tokio::net::TcpListener::from_std(listener)?).await });
            if let Err(error) = served {
                tracing::error!(%error, "the built-in CRM stopped");
            }
        })?;
    Ok(address)
}

fn configuration(listen: SocketAddr, crm: SocketAddr, data: &Path) -> String {
    let data = data.display();
    let port = listen.port();
    format!(
        r#"
[app]
name = "Acme CRM"
public_url = "http://localhost:{port}"

[listen]
addr = ["{listen}"]
admin = ""

[upstream]
servers = ["{crm}"]

[guard]
session_cookies = ["crm_session"]
no_credentials = ["/static/**", "/favicon.ico"]

[[guard.sign_in]]
path = "/login"
username = "form:email"
password = "form:password"
page = "/login"

[guard.identity]
whoami = {{ path = "/api/me", id = "json:/id", name = "json:/email", signed_out = {{ status = [401] }} }}

[[guard.sign_out]]
path = "/logout"
method = "POST"

[store]
database = "sqlite:{data}/stepgate.db"

[keys]
file = "{data}/keys.toml"
"#
    )
}

#[expect(clippy::print_stdout, reason = "what the demo is for")]
fn announce(listen: SocketAddr, secret: &str, data: Option<&Path>) {
    println!(
        "\n  Stepgate demo: Acme CRM at http://localhost:{}\n",
        listen.port()
    );
    for (place, user) in USERS.iter().enumerate() {
        let factor = if place == 1 {
            "has an authenticator app"
        } else {
            "has no second factor yet"
        };
        println!(
            "  {:<18} password {:<20} {factor}",
            user.email, user.password
        );
    }
    println!("\n  The authenticator's secret: {secret}");
    println!(
        "  Type it into an authenticator app, or get a code with:  oathtool --totp -b {secret}"
    );
    match data {
        Some(path) => println!("\n  Keys and database are kept in {}", path.display()),
        None => println!("\n  Nothing is kept when the demo ends (use --data DIR)."),
    }
    println!("  Ctrl-C ends it.\n");
}
