//! A running project with its gateway, and the two administrators in it.

use crate::python::{self, Environment, Server};
use crate::samples;
use crate::support::totp::read_secret;
use crate::support::{Authenticator, Browser, Config, Gateway, Page};
use sqlx::sqlite::{SqliteConnectOptions, SqliteRow};
use sqlx::{ConnectOptions, Row};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const HERE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/apps/django");

/// What stands on every page of the admin, and on no page for strangers.
pub const ADMIN: &str = "id=\"user-tools\"";

/// Pages of the admin: everything that a stranger must not see.
pub const PAGES: [&str; 6] = [
    "/admin/",
    "/admin/auth/user/",
    "/admin/auth/user/1/change/",
    "/admin/auth/group/add/",
    "/admin/password_change/",
    "/admin/autocomplete/",
];

pub struct Site {
    directory: TempDir,
    pub server: Server,
    pub gateway: Gateway,
}

/// One of the administrators of `fill.py`.
#[derive(Clone, Copy)]
pub struct Admin(pub &'static str);

pub const ADA: Admin = Admin("ada");
pub const GRACE: Admin = Admin("grace");

impl Admin {
    pub fn password(self) -> String {
        format!("{}-right-horse", self.0)
    }
}

impl Site {
    /// The admin as it comes, with the sample's configuration.
    pub async fn start() -> Self {
        Self::start_with(&[], false, |_| {}).await
    }

    /// The admin with templates of the site's own, over HTTPS if wanted, and a changed configuration.
    pub async fn start_with(
        templates: &[&str],
        tls: bool,
        change: impl FnOnce(&mut Config),
    ) -> Self {
        let environment = environment();
        let directory = tempfile::Builder::new()
            .prefix("stepgate-django-")
            .tempdir()
            .unwrap();
        python::copy(&environment.directory().join("project"), directory.path());
        let own = directory.path().join("templates/admin");
        fs::create_dir_all(&own).unwrap();
        for name in templates {
            fs::copy(Path::new(HERE).join(name), own.join(name)).unwrap();
        }
        let server = Server::start(directory.path(), |addr| {
            let mut command = manage(&environment);
            command.args(["runserver", "--noreload", &addr.to_string()]);
            command
        })
        .await;
        let mut gateway = Gateway::prepare(server.addr, tls, |config| {
            change(config.take_sample(samples::DJANGO));
        });
        gateway.spawn().await;
        Self {
            directory,
            server,
            gateway,
        }
    }

    /// Every session key that Django ever gave out.
    pub async fn keys(&self) -> Vec<String> {
        let rows = self.sql("SELECT session_key FROM seen_key").await;
        rows.iter().map(|row| row.get(0)).collect()
    }

    /// Runs a statement in Django's database.
    pub async fn sql(&self, statement: &'static str) -> Vec<SqliteRow> {
        let file = self.directory.path().join("db.sqlite3");
        let options = SqliteConnectOptions::new().filename(file);
        let mut database = options.connect().await.unwrap();
        let rows = sqlx::query(statement).fetch_all(&mut database).await;
        rows.unwrap()
    }

    /// No browser has received a byte sequence that is a session key.
    pub async fn assert_no_raw_key(&self, browsers: &[&Browser]) {
        let keys = self.keys().await;
        assert!(!keys.is_empty(), "Django gave no session key out");
        for key in keys {
            for browser in browsers {
                assert!(!browser.saw(&key), "{key} reached a browser");
            }
        }
    }

    /// The mails that were sent, oldest first.
    pub fn mails(&self) -> Vec<String> {
        let files = fs::read_dir(self.directory.path().join("mail"));
        let files = files.into_iter().flatten().map(Result::unwrap);
        let mut files: Vec<PathBuf> = files.map(|entry| entry.path()).collect();
        files.sort();
        let mails = files.iter().map(fs::read_to_string);
        mails.map(Result::unwrap).collect()
    }
}

/// Django with a project that is ready to be copied: tables made, administrators in them.
fn environment() -> Environment {
    let files = ["overlay.py", "overlay_urls.py", "fill.py"];
    let read = |name: &&str| fs::read_to_string(Path::new(HERE).join(name)).unwrap();
    let recipe: String = files.iter().map(read).collect();
    let requirements = [Path::new(HERE).join("requirements.txt")];
    Environment::of("django", &requirements, &recipe, |environment| {
        let project = environment.directory().join("project");
        fs::create_dir(&project).unwrap();
        let mut start = environment.python();
        start.args(["-m", "django", "startproject", "site1", "."]);
        python::output(start.current_dir(&project), "");
        for file in ["overlay.py", "overlay_urls.py"] {
            fs::copy(Path::new(HERE).join(file), project.join("site1").join(file)).unwrap();
        }
        let fill = fs::read_to_string(Path::new(HERE).join("fill.py")).unwrap();
        for arguments in [
            ["migrate", "--verbosity=0"].as_slice(),
            &["shell", "--command", &fill],
        ] {
            let mut command = manage(environment);
            python::output(command.args(arguments).current_dir(&project), "");
        }
    })
}

fn manage(environment: &Environment) -> std::process::Command {
    let mut command = environment.python();
    command
        .arg("manage.py")
        .env("DJANGO_SETTINGS_MODULE", "site1.overlay");
    command
}

/// Opens a page of the admin, lands at the form, and sends it; the answer is not followed.
pub async fn sign_in(browser: &mut Browser, wanted: &str, admin: Admin, password: &str) -> Page {
    let login = browser.get_following(wanted).await;
    assert!(login.target.starts_with("/admin/login/"), "{login:?}");
    let form = login
        .form_with("password")
        .set("username", admin.0)
        .set("password", password);
    browser.submit(&form).await
}

/// Adds the first authenticator, where a session is parked before its first page.
pub async fn enrol(browser: &mut Browser) -> (Page, Authenticator) {
    let page = browser.get_following("/.mfa/enrol").await;
    let mut phone = read_secret(&page, "Phone");
    let code = phone.code().await;
    let form = page
        .form_with("code")
        .set("code", &code)
        .set("name", "Phone");
    let saved = browser.submit(&form).await;
    assert_eq!(saved.status, 303, "{saved:?}");
    (saved, phone)
}

/// Password and first authenticator in a new browser.
pub async fn enrolled(site: &Site, admin: Admin) -> (Browser, Authenticator) {
    enrolled_in(site.gateway.browser(), admin).await
}

/// The same in a given browser.
pub async fn enrolled_in(mut browser: Browser, admin: Admin) -> (Browser, Authenticator) {
    let held = sign_in(&mut browser, "/admin/", admin, &admin.password()).await;
    assert!(held.leads_to("/.mfa/enrol"), "{held:?}");
    let (_, phone) = enrol(&mut browser).await;
    assert_open(&mut browser, admin).await;
    (browser, phone)
}

/// The admin is open, and knows this administrator.
pub async fn assert_open(browser: &mut Browser, admin: Admin) {
    let page = browser.get("/admin/").await;
    let greeting = format!("<strong>{}</strong>", admin.0);
    assert!(page.status == 200 && page.holds(ADMIN), "{page:?}");
    assert!(page.holds(&greeting), "{page:?}");
}

/// Signs out by the admin's own button.
pub async fn sign_out(browser: &mut Browser) -> Page {
    let page = browser.get("/admin/").await;
    browser.submit(&page.form_to("/admin/logout/")).await
}
