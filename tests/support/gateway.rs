//! The real gateway as a child process, in a directory of its own.

use super::browser::Browser;
use super::config::Config;
use std::fs::{self, File, OpenOptions};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore};

const BINARY: &str = env!("CARGO_BIN_EXE_stepgate");
const START_TIMEOUT: Duration = Duration::from_secs(30);

/// A running `stepgate run`; killed when dropped.
pub struct Gateway {
    directory: TempDir,
    child: Option<Child>,
    pub addr: SocketAddr,
    pub config: Config,
    /// Shell commands that run before the gateway in its process: limits, variables.
    pub before: String,
    tls: Option<Arc<ClientConfig>>,
}

/// How a command of the binary ended.
#[derive(Debug)]
pub struct Exit {
    pub code: Option<i32>,
    pub output: String,
}

impl Gateway {
    /// Plain HTTP on loopback in front of `upstream`, the base configuration changed by `change`.
    pub async fn start(upstream: SocketAddr, change: impl FnOnce(&mut Config)) -> Self {
        let mut gateway = Self::prepare(upstream, false, change);
        gateway.spawn().await;
        gateway
    }

    /// HTTPS with a certificate of its own, so that HTTP/2 is offered too.
    pub async fn start_tls(upstream: SocketAddr, change: impl FnOnce(&mut Config)) -> Self {
        let mut gateway = Self::prepare(upstream, true, change);
        gateway.spawn().await;
        gateway
    }

    /// Everything but the process: the directory, the free port, the certificate.
    pub fn prepare(upstream: SocketAddr, tls: bool, change: impl FnOnce(&mut Config)) -> Self {
        let directory = tempfile::Builder::new()
            .prefix("stepgate-test-")
            .tempdir()
            .unwrap();
        let addr = free_addr();
        let scheme = if tls { "https" } else { "http" };
        let data = directory.path().join("data");
        fs::create_dir(&data).unwrap();
        let mut config = Config::base(
            &format!("{scheme}://localhost:{}", addr.port()),
            &addr.to_string(),
            &upstream.to_string(),
            &data,
        );
        let tls = tls.then(|| certificate(directory.path(), &mut config));
        change(&mut config);
        Self {
            directory,
            child: None,
            addr,
            config,
            before: String::new(),
            tls,
        }
    }

    /// Starts the process and waits until its port accepts.
    pub async fn spawn(&mut self) {
        assert!(self.child.is_none(), "the gateway runs already");
        self.write_config();
        let log = self.log_file();
        self.child = Some(
            command_after(&self.before, &self.config_path(), "run")
                .current_dir(self.directory.path())
                .stdin(Stdio::null())
                .stdout(log.try_clone().unwrap())
                .stderr(log)
                .spawn()
                .unwrap_or_else(|error| panic!("{BINARY} does not start: {error}")),
        );
        let started = Instant::now();
        while TcpStream::connect(self.addr).is_err() {
            if let Some(status) = self
                .child
                .as_mut()
                .and_then(|child| child.try_wait().unwrap())
            {
                panic!("the gateway ended at its start ({status}):\n{}", self.log());
            }
            assert!(
                started.elapsed() < START_TIMEOUT,
                "the gateway does not listen on {} after {START_TIMEOUT:?}:\n{}",
                self.addr,
                self.log()
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// `kill -9`: no handler of the process runs.
    pub fn kill9(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// `kill -9` and a new process over the same directory and port.
    pub async fn restart(&mut self) {
        self.kill9();
        self.spawn().await;
    }

    /// Runs `stepgate run` on the present configuration where it is expected to refuse.
    pub fn run_refused(&mut self, patience: Duration) -> Exit {
        self.write_config();
        run_to_end(
            command(&self.config_path(), "run").current_dir(self.directory.path()),
            patience,
        )
    }

    /// Runs `stepgate check` on the present configuration.
    pub fn check(&mut self) -> Exit {
        self.write_config();
        run_to_end(
            command(&self.config_path(), "check").current_dir(self.directory.path()),
            Duration::from_secs(20),
        )
    }

    /// Runs `stepgate users enrolment-token` beside the gateway: the code for this user.
    pub fn enrolment_code(&self, user: impl std::fmt::Display, valid: &str) -> String {
        let user = user.to_string();
        let mut command = Command::new(BINARY);
        command
            .args(["users", "enrolment-token", "--json", "--config"])
            .arg(self.config_path())
            .args(["--user", &user, "--valid", valid])
            .current_dir(self.directory.path());
        let output = command.output().unwrap();
        assert!(output.status.success(), "{output:?}");
        let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(
            answer["user"].as_str().unwrap().to_lowercase(),
            user.to_lowercase()
        );
        answer["code"].as_str().unwrap().to_owned()
    }

    /// Runs `stepgate factors …` beside the gateway, with its configuration.
    pub fn factors(&self, arguments: &[&str]) -> std::process::Output {
        let mut command = Command::new(BINARY);
        command.arg("factors").args(arguments).arg("--config");
        command.arg(self.config_path()).env("NO_COLOR", "1");
        command.current_dir(self.directory.path());
        command.output().unwrap()
    }

    /// The same, where it is expected to succeed: its answer in JSON.
    pub fn factors_json(&self, arguments: &[&str]) -> serde_json::Value {
        let output = self.factors(&[arguments, &["--json"]].concat());
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Imports passkeys from a file.
    pub fn import(&self, file: &serde_json::Value, more: &[&str]) -> std::process::Output {
        let path = self.directory.path().join("passkeys.json");
        fs::write(&path, file.to_string()).unwrap();
        let path = path.to_str().unwrap();
        self.factors(&[&["import", "--json", "--file", path], more].concat())
    }

    /// Whether the process still runs.
    pub fn is_alive(&mut self) -> bool {
        self.child
            .as_mut()
            .is_some_and(|child| child.try_wait().unwrap().is_none())
    }

    /// What the process has written so far.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(
            &fs::read(self.directory.path().join("gateway.log")).unwrap_or_default(),
        )
        .into_owned()
    }

    /// The directory with the configuration, the log and `data/`.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// `scheme://localhost:port`, as the configuration says it.
    pub fn url(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://localhost:{}", self.addr.port())
    }

    /// What a `Host` header must say.
    pub fn host(&self) -> String {
        format!("localhost:{}", self.addr.port())
    }

    /// A fresh browser on this gateway, HTTP/1.1.
    pub fn browser(&self) -> Browser {
        Browser::new(self.addr, self.tls.clone(), false)
    }

    /// A fresh browser that speaks HTTP/2; only over TLS.
    pub fn browser_h2(&self) -> Browser {
        assert!(self.tls.is_some(), "HTTP/2 is offered over TLS only");
        Browser::new(self.addr, self.tls.clone(), true)
    }

    fn config_path(&self) -> PathBuf {
        self.directory.path().join("stepgate.toml")
    }

    fn write_config(&self) {
        fs::write(self.config_path(), self.config.render()).unwrap();
    }

    fn log_file(&self) -> File {
        let path = self.directory.path().join("gateway.log");
        OpenOptions::new()
            .create(true)
            .append(true)
            .open(path)
            .unwrap()
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = self.log();
            let tail: Vec<&str> = log.lines().rev().take(60).collect();
            eprintln!("---- the last lines of the gateway's log ----");
            tail.iter().rev().for_each(|line| eprintln!("{line}"));
        }
        self.kill9();
    }
}

/// A loopback address that nothing listens on, below the range of outgoing ports.
pub fn free_addr() -> SocketAddr {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let process = (std::process::id() % 1_000) as u16 * 12;
    for _ in 0..10_000 {
        let port = 20_000 + (process + NEXT.fetch_add(1, Ordering::Relaxed)) % 12_000;
        let addr = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        if TcpListener::bind(addr).is_ok() {
            return addr;
        }
    }
    panic!("no free port between 20000 and 32000");
}

fn command(config: &Path, name: &str) -> Command {
    command_after("", config, name)
}

fn command_after(before: &str, config: &Path, name: &str) -> Command {
    let mut command = if before.is_empty() {
        Command::new(BINARY)
    } else {
        let mut shell = Command::new("sh");
        let script = format!("{before}; exec \"$0\" \"$@\"");
        shell.args(["-c", &script, BINARY]);
        shell
    };
    command
        .arg(name)
        .arg("--config")
        .arg(config)
        .env("NO_COLOR", "1");
    for (key, _) in std::env::vars_os() {
        if key.to_string_lossy().starts_with("STEPGATE_") {
            command.env_remove(key);
        }
    }
    command
}

fn run_to_end(command: &mut Command, patience: Duration) -> Exit {
    let output = tempfile::NamedTempFile::new().unwrap();
    let file = output.reopen().unwrap();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(file.try_clone().unwrap())
        .stderr(file)
        .spawn()
        .unwrap();
    let started = Instant::now();
    let status: Option<ExitStatus> = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break Some(status);
        }
        if started.elapsed() > patience {
            child.kill().unwrap();
            child.wait().unwrap();
            break None;
        }
        std::thread::sleep(Duration::from_millis(10));
    };
    let output = String::from_utf8_lossy(&fs::read(output.path()).unwrap()).into_owned();
    Exit {
        code: status.and_then(|status| status.code()),
        output,
    }
}

/// Writes a certificate for `localhost` and makes the client that trusts it.
fn certificate(directory: &Path, config: &mut Config) -> Arc<ClientConfig> {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let cert = directory.join("cert.pem");
    let key = directory.join("key.pem");
    fs::write(&cert, made.cert.pem()).unwrap();
    fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    config.set(
        "listen",
        "tls",
        &format!(
            "{{ cert = \"{}\", key = \"{}\" }}",
            cert.display(),
            key.display()
        ),
    );
    let mut roots = RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let client = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    Arc::new(client)
}
