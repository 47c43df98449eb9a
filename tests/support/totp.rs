//! An authenticator app that never shows the same code twice.

use super::browser::Browser;
use super::page::Page;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use totp_rs::Totp;

const STEP: u64 = 30;

/// A secret, and the time steps that its codes were taken from.
pub struct Authenticator {
    totp: Totp,
    last: u64,
    pub name: String,
}

impl Authenticator {
    /// Reads what a tap on the page's `otpauth://` link would give the app.
    pub fn from_url(url: &str, name: &str) -> Self {
        let totp = Totp::from_url(url).unwrap_or_else(|error| panic!("{url}: {error}"));
        Self {
            totp,
            last: 0,
            name: name.to_owned(),
        }
    }

    /// The next unused code that is acceptable now. The first is one step old, the next is the present
    /// one, the third one step early; after that there is a wait for the clock.
    pub async fn code(&mut self) -> String {
        let (now, into) = clock();
        // Close to a step's end the older code would come too late.
        let oldest = if into > STEP - 6 { now } else { now - 1 };
        let step = oldest.max(self.last + 1);
        if step > now + 1 {
            let wait = (step - now - 1) * STEP - into;
            tokio::time::sleep(Duration::from_secs(wait) + Duration::from_millis(200)).await;
        }
        self.last = step;
        self.at(step)
    }

    /// The code of a step, used or not.
    pub fn at(&self, step: u64) -> String {
        self.totp.generate(step * STEP).to_string()
    }

    /// The step whose code was given last.
    pub fn last_step(&self) -> u64 {
        self.last
    }

    /// The code that was given last: used, if it was sent.
    pub fn last_code(&self) -> String {
        self.at(self.last)
    }

    /// A code that is wrong now and for some steps around.
    pub fn wrong(&self) -> String {
        let (now, _) = clock();
        let near: Vec<String> = (now - 4..now + 6).map(|step| self.at(step)).collect();
        let free = (0..100)
            .map(|number| format!("{number:06}"))
            .find(|code| !near.contains(code));
        free.expect("a hundred codes, ten of them near")
    }
}

/// The present step, and the seconds that have passed in it.
pub fn clock() -> (u64, u64) {
    let seconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs();
    (seconds / STEP, seconds % STEP)
}

/// Waits until at least `seconds` of the present step are left.
pub async fn early_in_a_step(seconds: u64) {
    let (_, into) = clock();
    if STEP - into < seconds {
        tokio::time::sleep(Duration::from_secs(STEP - into) + Duration::from_millis(200)).await;
    }
}

/// The page's secret as the app would take it.
pub fn read_secret(page: &Page, name: &str) -> Authenticator {
    let link = page.attribute("a[href^='otpauth://']", "href");
    let link = link.unwrap_or_else(|| panic!("no otpauth link: {page:?}"));
    Authenticator::from_url(&link, name)
}

/// Adds an authenticator on the security page, for a session that needs no step-up first.
pub async fn enrol(browser: &mut Browser) -> Authenticator {
    enrol_named(browser, "Phone").await
}

/// The same under a name.
pub async fn enrol_named(browser: &mut Browser, name: &str) -> Authenticator {
    let page = browser
        .get_following("/settings/security/authenticators/new")
        .await;
    assert_eq!(page.status, 200, "no enrolment page: {page:?}");
    let (authenticator, saved) = enrol_on(browser, &page, name).await;
    assert!(
        saved.leads_to("/settings/security"),
        "saved, but not back at the security page: {saved:?}"
    );
    authenticator
}

/// Adds the authenticator that this page offers; also what came of it, which is not followed.
pub async fn enrol_on(browser: &mut Browser, page: &Page, name: &str) -> (Authenticator, Page) {
    let mut authenticator = read_secret(page, name);
    let code = authenticator.code().await;
    let saved = save(browser, page, &code, name).await;
    assert_eq!(
        saved.status, 303,
        "the authenticator was not saved: {saved:?}"
    );
    (authenticator, saved)
}

/// Sends the form of an enrolment page.
pub async fn save(browser: &mut Browser, page: &Page, code: &str, name: &str) -> Page {
    let form = page.form_with("code").set("code", code).set("name", name);
    browser.submit(&form).await
}
