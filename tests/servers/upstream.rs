//! The four kinds of server behind the gateway, each with the ways in which it shows its headers.

use super::server::{Server, directory, free, program};
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

const APACHE_MODULES: [&str; 3] = [
    "/usr/lib/apache2/modules",
    "/usr/lib64/httpd/modules",
    "/usr/libexec/apache2",
];

/// Names that the variables of nginx are asked for.
const VARIABLES: [&str; 32] = [
    "x_mfa_user",
    "x_mfa_verified",
    "x_mfa_factor",
    "x_mfa_amr",
    "x_mfa_acr",
    "x_mfa_auth_time",
    "x_mfa_step_up_expires",
    "x_mfa_assertion",
    "x_forwarded_for",
    "x_forwarded_proto",
    "x_forwarded_host",
    "x_forwarded_port",
    "x_forwarded_prefix",
    "x_forwarded_server",
    "x_forwarded_user",
    "x_forwarded_uri",
    "x_forwarded_method",
    "x_request_id",
    "forwarded",
    "forwarded_for",
    "proxy",
    "x_real_ip",
    "client_ip",
    "true_client_ip",
    "cf_connecting_ip",
    "x_cluster_client_ip",
    "x_http_method",
    "x_http_method_override",
    "x_method_override",
    "x_original_url",
    "x_rewrite_url",
    "x_override_url",
];

/// An application behind a real server.
pub struct Upstream {
    pub name: &'static str,
    pub addr: SocketAddr,
    /// Paths that answer with what was seen.
    pub views: &'static [&'static str],
    /// In the order in which they end: the front before what it leads to, the directory last.
    _servers: Vec<Server>,
    _directory: TempDir,
}

impl Upstream {
    pub fn python() -> Self {
        let directory = directory();
        let (server, _) = application(directory.path());
        Self::of(
            "Python",
            &["/echo/wsgi", "/echo/raw"],
            vec![server],
            directory,
        )
    }

    pub fn node() -> Self {
        let directory = directory();
        let file = file(directory.path(), "app.js", include_str!("files/app.js"));
        let addr = free();
        let mut command = Command::new(program("node"));
        command.arg(file).arg(addr.port().to_string());
        let server = Server::start(&mut command, addr, directory.path());
        Self::of(
            "Node",
            &["/echo/raw", "/echo/joined"],
            vec![server],
            directory,
        )
    }

    pub fn nginx() -> Self {
        let directory = directory();
        let (behind, scgi) = application(directory.path());
        let addr = free();
        let show = |name: &str| format!("HTTP_{}\\t$http_{name}\\n", name.to_ascii_uppercase());
        let text = include_str!("files/nginx.conf")
            .replace("{variables}", &VARIABLES.map(show).concat())
            .replace("{scgi}", &scgi.to_string());
        let text = fill(&text, directory.path(), addr, behind.addr);
        let file = file(directory.path(), "nginx.conf", &text);
        let mut command = Command::new(program("nginx"));
        command.arg("-p").arg(directory.path()).arg("-c").arg(file);
        let front = Server::start(&mut command, addr, directory.path());
        let views = &["/echo/variables", "/echo/scgi", "/echo/wsgi"];
        Self::of("nginx", views, vec![front, behind], directory)
    }

    pub fn apache() -> Self {
        let directory = directory();
        let (behind, _) = application(directory.path());
        let addr = free();
        let script = file(directory.path(), "echo.cgi", include_str!("files/echo.cgi"));
        let runnable = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(script, runnable).unwrap();
        let mut modules = APACHE_MODULES
            .iter()
            .filter(|path| Path::new(path).is_dir());
        let modules = modules.next().expect("Apache's modules");
        let text = include_str!("files/apache.conf").replace("{modules}", modules);
        let text = fill(&text, directory.path(), addr, behind.addr);
        let file = file(directory.path(), "apache.conf", &text);
        let mut command = Command::new(program("apache2"));
        command.arg("-DFOREGROUND").arg("-f").arg(file);
        let front = Server::start(&mut command, addr, directory.path());
        let views = &["/echo/cgi", "/echo/wsgi"];
        Self::of("Apache", views, vec![front, behind], directory)
    }

    fn of(
        name: &'static str,
        views: &'static [&'static str],
        servers: Vec<Server>,
        directory: TempDir,
    ) -> Self {
        Self {
            name,
            addr: servers[0].addr,
            views,
            _servers: servers,
            _directory: directory,
        }
    }
}

/// The Python application, and the address of its SCGI.
fn application(directory: &Path) -> (Server, SocketAddr) {
    let file = file(directory, "app.py", include_str!("files/app.py"));
    let (addr, scgi) = (free(), free());
    let mut command = Command::new(program("python3"));
    command.arg(file).arg(addr.port().to_string());
    command.arg(scgi.port().to_string());
    (Server::start(&mut command, addr, directory), scgi)
}

fn file(directory: &Path, name: &str, text: &str) -> std::path::PathBuf {
    let path = directory.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

fn fill(text: &str, directory: &Path, addr: SocketAddr, application: SocketAddr) -> String {
    text.replace("{directory}", directory.to_str().unwrap())
        .replace("{addr}", &addr.to_string())
        .replace("{application}", &application.to_string())
}
