//! Applications of the Python package index: an environment with pinned packages, made once and kept
//! below `target/`, and their servers as child processes.

use crate::support::gateway::free_addr;
use ring::digest::{SHA256, digest};
use std::fs::{self, File};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// What to do where there is no Python for the tests. They fail then: an application that was not
/// started says nothing about the gateway.
const NO_PYTHON: &str = "these tests run applications from the Python package index: they need \
    python3 (3.10 or later) with its venv module, and the index within reach. `scripts/prepare \
    test` installs python3 and python3-venv on Debian and Ubuntu.";

/// An environment that has these packages and nothing else.
pub struct Environment {
    directory: PathBuf,
}

impl Environment {
    /// Makes the environment, or takes the one that an earlier run made. The files of requirements
    /// are installed one after the other, so that one can have what builds the next. `finish` adds
    /// what else can be made once, out of the text `recipe`.
    pub fn of(
        name: &str,
        requirements: &[PathBuf],
        recipe: &str,
        finish: impl FnOnce(&Self),
    ) -> Self {
        let version = output(Command::new("python3").arg("--version"), NO_PYTHON);
        let pinned = requirements
            .iter()
            .map(|file| fs::read_to_string(file).unwrap());
        let pinned: String = pinned.collect();
        let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("apps");
        fs::create_dir_all(&cache).unwrap();
        let key = format!("{version}\n{pinned}\n{recipe}\n{}", cache.display());
        let key = digest(&SHA256, key.as_bytes()).as_ref()[..6]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>();
        let directory = cache.join(format!("{name}-{key}"));

        // Tests run as processes of their own, at the same time: one makes it, the others wait.
        let lock = File::create(cache.join(format!("{name}-{key}.lock"))).unwrap();
        lock.lock().unwrap();
        let environment = Self { directory };
        let complete = environment.directory.join("complete");
        if !complete.exists() {
            let _ = fs::remove_dir_all(&environment.directory);
            let mut venv = Command::new("python3");
            venv.args(["-m", "venv"]).arg(&environment.directory);
            output(&mut venv, NO_PYTHON);
            for file in requirements {
                environment.install(file);
            }
            finish(&environment);
            File::create(complete).unwrap();
        }
        environment
    }

    fn install(&self, requirements: &Path) {
        // The requirements are complete. So --no-deps leaves out what only other uses of a package
        // need, and nothing is fetched, to build with either, whose version is not pinned.
        let mut pip = self.python();
        pip.args(["-m", "pip", "install", "--quiet", "--no-input", "--no-deps"])
            .args(["--no-build-isolation", "--disable-pip-version-check"])
            .arg("--requirement")
            .arg(requirements);
        output(&mut pip, NO_PYTHON);
    }

    /// The interpreter of the environment, about to be run.
    pub fn python(&self) -> Command {
        let mut python = Command::new(self.directory.join("bin/python"));
        python.env("PYTHONUNBUFFERED", "1").env("NO_COLOR", "1");
        python
    }

    pub fn directory(&self) -> &Path {
        &self.directory
    }
}

/// Runs a command to its end; panics with all that it wrote when it fails.
pub fn output(command: &mut Command, advice: &str) -> String {
    let ended = command.stdin(Stdio::null()).output();
    let ended = ended.unwrap_or_else(|error| panic!("{command:?}: {error}\n{advice}"));
    let stdout = String::from_utf8_lossy(&ended.stdout).into_owned();
    let stderr = String::from_utf8_lossy(&ended.stderr);
    assert!(
        ended.status.success(),
        "{command:?} ended with {}:\n{stdout}{stderr}\n{advice}",
        ended.status
    );
    stdout
}

/// A running application; stopped when dropped.
pub struct Server {
    child: Child,
    pub addr: SocketAddr,
    log: PathBuf,
}

impl Server {
    /// Starts what `command` makes for a free address, and waits until it accepts.
    pub async fn start(directory: &Path, command: impl FnOnce(SocketAddr) -> Command) -> Self {
        let addr = free_addr();
        Self::start_at(addr, directory, command(addr)).await
    }

    /// The same for a command that is about to listen on `addr`.
    pub async fn start_at(addr: SocketAddr, directory: &Path, mut command: Command) -> Self {
        let log = directory.join("server.log");
        let file = File::create(&log).unwrap();
        command
            .current_dir(directory)
            .stdin(Stdio::null())
            .stdout(file.try_clone().unwrap())
            .stderr(file);
        let child = command
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let mut server = Self { child, addr, log };
        let started = Instant::now();
        while TcpStream::connect(addr).is_err() {
            let ended = server.child.try_wait().unwrap();
            assert!(
                ended.is_none() && started.elapsed() < Duration::from_secs(60),
                "the application does not listen on {addr} ({ended:?}):\n{}",
                server.log()
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        server
    }

    pub fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.log).unwrap_or_default()).into_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = self.log();
            let tail: Vec<&str> = log.lines().rev().take(30).collect();
            eprintln!("---- the last lines of the application's log ----");
            tail.iter().rev().for_each(|line| eprintln!("{line}"));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Copies a directory with all that is in it.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
