//! What is guarded and how, compiled from the configuration once.

use std::net::IpAddr;
use std::time::Duration;

use http::HeaderValue;
use ipnet::IpNet;

use super::cookies::RETURN;
use super::jar::Jar;
use crate::domain::cookie_glob::CookieGlob;
use crate::domain::cookie_names::CookieNames;
use crate::domain::evidence::{Source, Whoami};
use crate::domain::password_check::PasswordCheck;
use crate::domain::path_glob::{LenientPath, PathGlob};
use crate::domain::rules::{SignInRule, SignOutRule};
use crate::domain::source::TokenInput;
use crate::portal::WELL_KNOWN;

/// Everything that requests are compared with.
#[derive(Debug)]
pub struct Guard {
    pub names: CookieNames,
    pub sign_in: Vec<SignInRule>,
    pub sign_out: Vec<SignOutRule>,
    /// Sign-ins that the gateway makes itself to check a password; none where it may not.
    pub password_checks: Vec<PasswordCheck>,
    /// Public routes: never carry a credential.
    pub no_credentials: Vec<PathGlob>,
    /// Routes that nobody may use.
    pub refuse: Vec<PathGlob>,
    pub token_inputs: Vec<TokenInput>,
    pub identity: Identity,
    /// A sign-in never keeps the id of a visitor's session.
    pub ids_rotate: bool,
    /// How old evidence may be in a settled session.
    pub recheck: Duration,
    /// `https://crm.example.com`
    pub origin: String,
    /// `crm.example.com`, with the port unless it is the scheme's.
    pub authority: String,
    /// The same, as the `Host` that the application receives.
    pub host_field: HeaderValue,
    pub https: bool,
    /// `Lax` or `None`, for the gateway's own cookie.
    pub same_site: &'static str,
    /// The gateway's own pages, `/.mfa`.
    pub portal: String,
    pub security_page: String,
    /// Whose `X-Forwarded-For` counts.
    pub trusted_proxies: Vec<IpNet>,
    pub limits: GuardLimits,
}

/// The evidence of who is signed in.
#[derive(Debug)]
pub struct Identity {
    /// Set while somebody is signed in, and at no other time.
    pub signed_in: Option<CookieGlob>,
    pub question: Question,
    /// A cookie that changes in a settled session is as good as the one before, until the recheck.
    pub trusts_changes: bool,
}

/// Who says who it is.
#[derive(Debug)]
pub enum Question {
    /// The application, when it is asked.
    Whoami(Box<WhoamiRequest>),
    /// What is known without a question. Only beside `signed_in`, which shows that somebody is there.
    Unasked(Source),
}

impl Identity {
    /// Whether `jar` has the cookie that shows a sign-in. `None` where no cookie shows one.
    pub fn shown_by(&self, jar: &Jar) -> Option<bool> {
        let glob = self.signed_in.as_ref()?;
        Some(jar.iter().any(|held| glob.matches(&held.key.name)))
    }

    /// Whether a change from one jar to the other signs the user out.
    pub fn is_lost(&self, before: &Jar, after: &Jar) -> bool {
        after.is_empty()
            || (self.shown_by(before) == Some(true) && self.shown_by(after) == Some(false))
    }

    /// Whether the id is the typed name: it says nothing of cookies that came after the sign-in.
    pub fn is_typed(&self) -> bool {
        match &self.question {
            Question::Whoami(whoami) => whoami.rules.id.is_typed(),
            Question::Unasked(user) => user.is_typed(),
        }
    }
}

/// How the application is asked who is signed in.
#[derive(Debug)]
pub struct WhoamiRequest {
    pub path: String,
    pub accept: &'static str,
    /// Further headers of the visitor that go along.
    pub headers: Vec<String>,
    pub rules: Whoami,
}

/// Bounds on what the gateway holds in memory or waits for.
#[derive(Clone, Copy, Debug)]
pub struct GuardLimits {
    pub request_body: usize,
    pub response_spool: usize,
    pub spool_total: usize,
    pub lease_wait: Duration,
    pub lease_queue: u32,
    pub exchange_timeout: Duration,
    pub whoami_timeout: Duration,
}

impl Guard {
    /// The name of the gateway's own cookie.
    pub fn own_cookie(&self) -> &'static str {
        if self.https {
            "__Host-stepgate"
        } else {
            "stepgate"
        }
    }

    /// The line that gives a browser its token.
    pub fn token_line(&self, token: &str) -> String {
        let secure = if self.https { "; Secure" } else { "" };
        format!(
            "{}={token}; Path=/; HttpOnly; SameSite={}{secure}",
            self.own_cookie(),
            self.same_site
        )
    }

    /// The line that takes it away.
    pub fn token_deletion(&self) -> String {
        let secure = if self.https { "; Secure" } else { "" };
        format!(
            "{}=; Path=/; Max-Age=0; HttpOnly; SameSite={}{secure}",
            self.own_cookie(),
            self.same_site
        )
    }

    /// The line that makes a browser remember a page for ten minutes; an empty one forgets it.
    pub fn return_line(&self, path: &str) -> String {
        let secure = if self.https { "; Secure" } else { "" };
        let life = if path.is_empty() { 0 } else { 600 };
        let path = percent_encoding::utf8_percent_encode(path, percent_encoding::NON_ALPHANUMERIC);
        format!("{RETURN}={path}; Path=/; Max-Age={life}; HttpOnly; SameSite=Lax{secure}")
    }

    /// Whether a `Host` or `:authority` names this application.
    pub fn is_our_host(&self, host: &str) -> bool {
        let default_port = if self.https { ":443" } else { ":80" };
        let host = host.strip_suffix(default_port).unwrap_or(host);
        host.eq_ignore_ascii_case(&self.authority)
    }

    pub fn trusts(&self, address: IpAddr) -> bool {
        self.trusted_proxies
            .iter()
            .any(|network| network.contains(&address))
    }

    /// A public route, in the one spelling that nobody can read in two ways.
    pub fn is_public(&self, path: &str) -> bool {
        self.no_credentials
            .iter()
            .any(|glob| glob.matches_exact(path))
    }

    pub fn is_portal_path(&self, path: &str) -> bool {
        if WELL_KNOWN.contains(&path) {
            return true;
        }
        is_under(path, &self.portal) || self.is_security_page(path)
    }

    /// A portal path in a spelling that some application takes for it.
    pub fn reads_as_portal_path(&self, readings: &LenientPath) -> bool {
        readings.lie_under(&self.portal) || readings.lie_under(&self.security_page)
    }

    /// The security page, or a page below it.
    pub fn is_security_page(&self, path: &str) -> bool {
        is_under(path, &self.security_page)
    }

    /// Whether a script at `path` may control the gateway's pages: a service worker's scope is its folder.
    pub fn lies_over_portal(&self, path: &str) -> bool {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let over = |page: &str| {
            let below = page.strip_prefix(folder);
            below.is_some_and(|rest| rest.starts_with('/'))
        };
        over(&self.portal) || over(&self.security_page)
    }

    pub fn challenge(&self) -> String {
        format!("{}/challenge", self.portal)
    }

    /// Where people sign in.
    pub fn sign_in_page(&self) -> &str {
        self.sign_in
            .iter()
            .find_map(|rule| rule.page.as_deref())
            .unwrap_or("/")
    }
}

fn is_under(path: &str, root: &str) -> bool {
    path.strip_prefix(root)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
