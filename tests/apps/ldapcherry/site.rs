//! A running LdapCherry with its gateway, and the people in it.

use crate::python::{Environment, Server};
use crate::samples;
use crate::support::{Authenticator, Browser, Gateway, Page, totp};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const HERE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/apps/ldapcherry");

/// What stands on every page for those who are signed in, and on no other.
pub const INSIDE: &str = "href='/logout'";

/// Pages that a stranger must not see.
pub const PAGES: [&str; 5] = [
    "/",
    "/selfmodify",
    "/searchuser?searchstring=a",
    "/adduser",
    "/x",
];

pub struct Site {
    directory: TempDir,
    pub server: Server,
    pub gateway: Gateway,
}

/// Somebody in the directory.
#[derive(Clone, Copy)]
pub struct User(pub &'static str);

/// May add people.
pub const ADA: User = User("ada");
pub const GRACE: User = User("grace");

impl User {
    pub fn password(self) -> String {
        format!("{}-right-horse", self.0)
    }

    /// What only this user's first page has.
    pub fn row(self) -> String {
        format!("<td>{}</td>", self.0)
    }
}

impl Site {
    pub async fn start() -> Self {
        Self::start_with(false).await
    }

    /// Over HTTPS if wanted.
    pub async fn start_with(tls: bool) -> Self {
        let requirements = ["build.txt", "requirements.txt"].map(|name| Path::new(HERE).join(name));
        let environment = Environment::of("ldapcherry", &requirements, "", |_| {});
        let directory = tempfile::Builder::new()
            .prefix("stepgate-ldapcherry-")
            .tempdir()
            .unwrap();
        for file in ["attributes.yml", "roles.yml"] {
            fs::copy(Path::new(HERE).join(file), directory.path().join(file)).unwrap();
        }
        fs::create_dir(directory.path().join("sessions")).unwrap();
        let server = Server::start(directory.path(), |addr| {
            let ini = directory.path().join("server.ini");
            fs::write(&ini, settings(environment.directory(), addr.port())).unwrap();
            let mut command = environment.python();
            command.args(["-m", "ldapcherry.cli", "--config"]).arg(ini);
            command
        })
        .await;
        let mut gateway = Gateway::prepare(server.addr, tls, |config| {
            config.take_sample(samples::LDAPCHERRY);
        });
        gateway.spawn().await;
        Self {
            directory,
            server,
            gateway,
        }
    }

    /// Every session id that LdapCherry has given out: it keeps them for ten minutes.
    pub fn ids(&self) -> Vec<String> {
        let files = fs::read_dir(self.directory.path().join("sessions")).unwrap();
        let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
        names
            .filter(|name| !name.ends_with(".lock"))
            .filter_map(|name| Some(name.strip_prefix("session-")?.to_owned()))
            .collect()
    }

    /// No browser has received a byte sequence that is a session id.
    pub fn assert_no_raw_id(&self, browsers: &[&Browser]) {
        let ids = self.ids();
        assert!(!ids.is_empty(), "LdapCherry gave no session id out");
        for id in ids {
            for browser in browsers {
                assert!(!browser.saw(&id), "{id} reached a browser");
            }
        }
    }

    /// How many of LdapCherry's sessions are this user's, when asked without the gateway.
    pub async fn sessions_of(&self, user: User) -> usize {
        let mut open = 0;
        for id in self.ids() {
            let mut direct = Browser::new(self.server.addr, None, false);
            direct.jar.plant("session_id", &id);
            open += usize::from(direct.get("/").await.holds(&user.row()));
        }
        open
    }
}

/// The settings with what depends on this machine filled in.
fn settings(environment: &Path, port: u16) -> String {
    let resources = find(environment, "share/ldapcherry").expect("LdapCherry's templates");
    let resources = resources.display();
    let text = fs::read_to_string(Path::new(HERE).join("server.ini")).unwrap();
    let text = text.replace(
        "[attributes]",
        &format!("server.socket_port = {port}\n\n[attributes]"),
    );
    format!(
        "{text}tools.staticdir.dir = '{resources}/static'\n\n\
         [resources]\ntemplates.dir = '{resources}/templates'\n"
    )
}

/// The directory below that ends like this: where it is depends on where the package was built.
fn find(directory: &Path, end: &str) -> Option<PathBuf> {
    let entries = fs::read_dir(directory).ok()?.flatten();
    let directories = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    directories.map(|entry| entry.path()).find_map(|path| {
        if path.ends_with(end) {
            Some(path)
        } else {
            find(&path, end)
        }
    })
}

/// Opens a page, lands at the form, and sends it; the answer is not followed.
pub async fn sign_in(browser: &mut Browser, wanted: &str, user: User, password: &str) -> Page {
    let login = browser.get_following(wanted).await;
    assert!(login.target.starts_with("/signin"), "{login:?}");
    let form = login
        .form_with("password")
        .set("login", user.0)
        .set("password", password);
    browser.submit(&form).await
}

/// Password, and a first authenticator on the security page.
pub async fn enrolled(site: &Site, user: User) -> (Browser, Authenticator) {
    let mut browser = site.gateway.browser();
    let opened = sign_in(&mut browser, "/", user, &user.password()).await;
    assert!(opened.leads_to("/"), "{opened:?}");
    assert_open(&mut browser, user).await;
    let phone = totp::enrol(&mut browser).await;
    assert_open(&mut browser, user).await;
    (browser, phone)
}

/// The first page is open, and knows this user.
pub async fn assert_open(browser: &mut Browser, user: User) {
    let page = browser.get("/").await;
    assert!(page.status == 200 && page.holds(INSIDE), "{page:?}");
    assert!(page.holds(&user.row()), "{page:?}");
}
