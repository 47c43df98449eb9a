//! The desk behind the gateway, and people who confirm changes there with their password.

use super::browser::{Browser, Call};
use super::cases::eventually;
use super::config::Config;
use super::desk::{Desk, PASSWORD};
use super::gateway::Gateway;
use super::origin::Origin;
use super::page::Page;
use super::people::Person;
use super::request::Request;
use super::totp::{self, Authenticator};
use std::sync::Arc;
use std::time::Duration;

/// The application, its server and the gateway in front.
pub struct Office {
    pub desk: Desk,
    pub origin: Origin,
    pub gateway: Gateway,
}

/// A step-up, and the time since a sign-in in which none is asked for.
pub const WINDOW: Duration = Duration::from_secs(3);

impl Office {
    pub async fn open(desk: Desk, change: impl FnOnce(&mut Config)) -> Self {
        let origin = Origin::start(Arc::new(desk.clone())).await;
        let (path, parts) = match desk.json {
            true => ("/api/session", ["json:/user/name", "json:/user/password"]),
            false => ("/login", ["form:name", "form:password"]),
        };
        let rule = format!(
            "path = \"{path}\"\nusername = \"{}\"\npassword = \"{}\"\npage = \"/login\"\n\
             fields = {{ csrf = \"text:csrf = '([^']+)'\" }}",
            parts[0], parts[1]
        );
        let gateway = Gateway::start(origin.addr, |config| {
            config.clear("guard.sign_in").append("guard.sign_in", &rule);
            config.set("step_up", "window", &format!("\"{}s\"", WINDOW.as_secs()));
            change(config);
        })
        .await;
        Self {
            desk,
            origin,
            gateway,
        }
    }

    /// Ada, signed in a while ago.
    pub async fn ada(&self) -> Browser {
        let mut browser = self.gateway.browser();
        self.sign_in(&mut browser).await;
        tokio::time::sleep(WINDOW).await;
        browser
    }

    /// Ada with an authenticator, signed in with it a while ago.
    pub async fn ada_enrolled(&self) -> (Browser, Authenticator) {
        let mut browser = self.gateway.browser();
        self.sign_in(&mut browser).await;
        let phone = totp::enrol(&mut browser).await;
        tokio::time::sleep(WINDOW).await;
        (browser, phone)
    }

    /// Types Ada's password into the application's own page; the answer is not followed.
    pub async fn sign_in(&self, browser: &mut Browser) -> Page {
        let page = browser.get("/login").await;
        let script = page.text().split("csrf = '").nth(1).unwrap().to_owned();
        let script = script.split('\'').next().unwrap();
        let signed_in = if self.desk.json {
            let body = serde_json::json!({ "csrf": script, "user": { "name": "ada", "password": PASSWORD } });
            let body = Some(("application/json", body.to_string().into_bytes()));
            browser
                .send(Call::Navigation, "POST", "/api/session", body)
                .await
        } else {
            let form = page.form_with("password").set("csrf", script);
            browser
                .submit(&form.set("name", "ada").set("password", PASSWORD))
                .await
        };
        assert!(signed_in.is_redirect(), "{signed_in:?}");
        signed_in
    }

    /// What a check has signed in is gone soon; what the user had is there.
    pub async fn assert_signed_out(&self, person: Person, own: &[String]) {
        let gone = eventually(Duration::from_secs(5), || async {
            self.desk.sessions_of(person) == own
        });
        assert!(gone.await, "the session of the check was not signed out");
    }

    /// The sign-ins that the application has seen, whoever made them.
    pub fn sign_ins(&self) -> Vec<Request> {
        let requests = self.origin.requests().into_iter();
        let sign_in =
            |it: &Request| it.method == "POST" && matches!(it.path(), "/login" | "/api/session");
        requests.filter(sign_in).collect()
    }
}

/// The page that a password opens.
pub const NEW: &str = "/settings/security/authenticators/new";

/// Opens the step-up before `target` and types this password; the answer is not followed.
pub async fn confirm(browser: &mut Browser, target: &str, password: &str) -> Page {
    let asked = browser.get(target).await;
    assert!(asked.leads_to("/.mfa/step-up"), "no step-up: {asked:?}");
    let question = browser
        .click(&format!("{}&with=password", asked.location()))
        .await;
    assert!(
        question.has_field("password"),
        "no password asked: {question:?}"
    );
    browser
        .submit(&question.form_with("password").set("password", password))
        .await
}
