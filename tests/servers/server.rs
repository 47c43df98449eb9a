//! A server as a child process in a directory of its own, ended when dropped.

use crate::support::gateway;
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const START_TIMEOUT: Duration = Duration::from_secs(20);

/// Where Debian puts servers, beside `PATH`.
const FURTHER: [&str; 3] = ["/usr/sbin", "/usr/local/sbin", "/usr/bin"];

/// A directory that a server's own user may read too.
pub fn directory() -> TempDir {
    let directory = tempfile::Builder::new()
        .prefix("stepgate-server-")
        .tempdir()
        .unwrap();
    let open = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(directory.path(), open).unwrap();
    directory
}

/// The program of that name.
pub fn program(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(FURTHER.map(PathBuf::from))
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
        .unwrap_or_else(|| panic!("{name} is not installed: run scripts/prepare test"))
}

/// A running server.
pub struct Server {
    pub addr: SocketAddr,
    child: Child,
}

impl Server {
    /// Starts `command`, which listens on `addr`, in a process group of its own.
    pub fn start(command: &mut Command, addr: SocketAddr, directory: &Path) -> Self {
        let log = std::fs::File::create(directory.join(format!("{}.log", addr.port()))).unwrap();
        let child = command
            .current_dir(directory)
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .process_group(0)
            .spawn()
            .unwrap();
        let mut server = Self { addr, child };
        let started = Instant::now();
        while TcpStream::connect(addr).is_err() {
            let ended = server.child.try_wait().unwrap();
            if ended.is_some() || started.elapsed() > START_TIMEOUT {
                panic!("{command:?} does not listen: {}", logs(directory));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        server
    }
}

impl Drop for Server {
    /// Apache's parent takes its children with it when it is asked to end; the rest need no goodbye.
    fn drop(&mut self) {
        let group = format!("-{}", self.child.id());
        let signal = |name| {
            let mut kill = Command::new("kill");
            kill.args([name, "--", &group])
                .stderr(Stdio::null())
                .status()
        };
        let _ = signal("-TERM");
        let asked = Instant::now();
        while matches!(self.child.try_wait(), Ok(None)) && asked.elapsed() < Duration::from_secs(3)
        {
            std::thread::sleep(Duration::from_millis(10));
        }
        let _ = signal("-KILL");
        let _ = self.child.wait();
    }
}

/// A free loopback address.
pub fn free() -> SocketAddr {
    gateway::free_addr()
}

fn logs(directory: &Path) -> String {
    let files = std::fs::read_dir(directory).unwrap();
    files
        .filter_map(|file| Some(file.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|ending| ending == "log"))
        .filter_map(|path| std::fs::read_to_string(path).ok())
        .collect()
}
