//! A running tracker with its gateway, and the people in it.

use crate::python::{self, Environment, Server};
use crate::samples;
use crate::support::gateway::free_addr;
use crate::support::{Authenticator, Browser, Gateway, Page, totp};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Row};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const HERE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/apps/roundup");

/// What stands on every page for those who are signed in, and on no other.
pub const INSIDE: &str = "Your Details";

pub struct Site {
    directory: TempDir,
    pub server: Server,
    pub gateway: Gateway,
}

/// Somebody in the tracker, with the number of their record.
#[derive(Clone, Copy)]
pub struct User(pub &'static str, pub u32);

pub const ADA: User = User("ada", 3);
pub const GRACE: User = User("grace", 4);

impl User {
    pub fn password(self) -> String {
        format!("{}-right-horse", self.0)
    }

    /// What only this user's pages have.
    pub fn greeting(self) -> String {
        format!("<b>Hello, {}</b>", self.0)
    }
}

impl Site {
    pub async fn start() -> Self {
        let environment = environment();
        let directory = tempfile::Builder::new()
            .prefix("stepgate-roundup-")
            .tempdir()
            .unwrap();
        let tracker = directory.path().join("tracker");
        python::copy(&environment.directory().join("tracker"), &tracker);
        let addr = free_addr();
        let mut gateway = Gateway::prepare(addr, false, |config| {
            config.take_sample(samples::ROUNDUP);
        });
        // The tracker makes its links out of the address that people see.
        set(&tracker, "web = ", &format!("web = {}/", gateway.url()));
        let mut command = environment.python();
        command
            .arg(Path::new(HERE).join("serve.py"))
            .arg(addr.port().to_string());
        let server = Server::start_at(addr, directory.path(), command).await;
        gateway.spawn().await;
        Self {
            directory,
            server,
            gateway,
        }
    }

    /// Every session id that is alive in the tracker.
    pub async fn ids(&self) -> Vec<String> {
        let file = self.directory.path().join("tracker/db/db-session");
        let options = SqliteConnectOptions::new().filename(file);
        let mut database = options.connect().await.unwrap();
        let rows = sqlx::query("SELECT session_key FROM sessions")
            .fetch_all(&mut database)
            .await;
        let rows = rows.unwrap();
        let keys = rows.iter().map(|row| row.get::<String, _>(0));
        // The tracker keeps its own notes in the same table.
        keys.filter(|key| key.len() > 30).collect()
    }

    /// No browser has received a byte sequence that is a session id.
    pub async fn assert_no_raw_id(&self, browsers: &[&Browser]) {
        let ids = self.ids().await;
        assert!(!ids.is_empty(), "Roundup has no session");
        for id in ids {
            for browser in browsers {
                assert!(!browser.saw(&id), "{id} reached a browser");
            }
        }
    }
}

/// Roundup with a tracker that is ready to be copied.
fn environment() -> Environment {
    let requirements = [Path::new(HERE).join("requirements.txt")];
    let people = [ADA, GRACE].map(|user| user.0).concat();
    Environment::of("roundup", &requirements, &people, |environment| {
        let admin = |arguments: &[&str]| {
            let mut command = environment.python();
            command.args(["-m", "roundup.scripts.roundup_admin", "-i", "tracker"]);
            command.args(arguments).current_dir(environment.directory());
            python::output(&mut command, "");
        };
        admin(&["install", "classic", "sqlite"]);
        let tracker = environment.directory().join("tracker");
        set(&tracker, "#web = ", "web = http://localhost/");
        set(&tracker, "#domain = ", "domain = example.com");
        set(&tracker, "#host = ", "host = localhost");
        admin(&["initialise", "admin-right-horse"]);
        for user in [ADA, GRACE] {
            let name = format!("username={}", user.0);
            let password = format!("password={}", user.password());
            let address = format!("address={}@example.com", user.0);
            admin(&["create", "user", &name, &password, &address, "roles=User"]);
        }
    })
}

/// Replaces the line of the tracker's configuration that begins like this.
fn set(tracker: &Path, begin: &str, line: &str) {
    let file = tracker.join("config.ini");
    let text = fs::read_to_string(&file).unwrap();
    let changed: Vec<&str> = text
        .lines()
        .map(|old| if old.starts_with(begin) { line } else { old })
        .collect();
    assert!(changed.contains(&line), "{begin} is not in {file:?}");
    fs::write(file, changed.join("\n") + "\n").unwrap();
}

/// Sends the form of a page; the answer is not followed.
pub async fn sign_in(browser: &mut Browser, page: &str, user: User, password: &str) -> Page {
    let page = browser.get_following(page).await;
    let form = page
        .form_with("__login_name")
        .set("__login_name", user.0)
        .set("__login_password", password)
        .without("remember");
    browser.submit(&form).await
}

/// Password, and a first authenticator on the security page.
pub async fn enrolled(site: &Site, user: User) -> (Browser, Authenticator) {
    let mut browser = site.gateway.browser();
    let opened = sign_in(&mut browser, "/", user, &user.password()).await;
    assert!(opened.is_redirect(), "{opened:?}");
    assert_open(&mut browser, user).await;
    let phone = totp::enrol(&mut browser).await;
    assert_open(&mut browser, user).await;
    (browser, phone)
}

/// The tracker knows this user.
pub async fn assert_open(browser: &mut Browser, user: User) {
    let page = browser.get("/").await;
    assert!(page.holds(INSIDE), "{page:?}");
    assert!(page.holds(&user.greeting()), "{page:?}");
    assert!(page.holds(&format!("user{}", user.1)), "{page:?}");
}
