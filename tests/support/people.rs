//! The users of the mock applications, and what they do in a browser.

use super::PROTECTED;
use super::browser::Browser;
use super::gateway::Gateway;
use super::page::Page;
use super::totp::{self, Authenticator};

/// `userN@example.com` with the password `pw`; the application knows them by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Person(pub u32);

impl Person {
    /// Whoever signs in with these, if they are right.
    pub fn of(email: &str, password: &str) -> Option<Self> {
        let number = email
            .strip_prefix("user")?
            .strip_suffix("@example.com")?
            .parse()
            .ok()?;
        (password == "pw").then_some(Self(number))
    }

    pub fn email(self) -> String {
        format!("user{:02}@example.com", self.0)
    }

    /// The immutable id of the application.
    pub fn id(self) -> u32 {
        1_000 + self.0
    }

    /// What the application shows to this user only.
    pub fn marker(self) -> String {
        format!("{PROTECTED}-{}-END", self.id())
    }
}

/// Opens the sign-in form and sends it with the right password; the answer is not followed.
pub async fn sign_in(browser: &mut Browser, person: Person) -> Page {
    sign_in_with(browser, person, "pw").await
}

/// The same with any password.
pub async fn sign_in_with(browser: &mut Browser, person: Person, password: &str) -> Page {
    let page = browser.get("/login").await;
    give_password(browser, &page, person, password).await
}

/// Fills in the form of the application's page and sends it; the answer is not followed.
pub async fn give_password(
    browser: &mut Browser,
    page: &Page,
    person: Person,
    password: &str,
) -> Page {
    let form = page
        .form_with("password")
        .set("email", &person.email())
        .set("password", password);
    browser.submit(&form).await
}

/// Answers the challenge that the browser stands before, whichever page of it is shown first.
pub async fn answer_challenge(browser: &mut Browser, code: &str) -> Page {
    let page = browser.get_following("/.mfa/challenge").await;
    assert_eq!(page.status, 200, "no challenge to answer: {page:?}");
    browser
        .submit(&page.form_with("code").set("code", code))
        .await
}

/// Goes on after trouble: a session that recovered by itself shows the page or its challenge at once,
/// another one signs in.
pub async fn go_on(browser: &mut Browser, person: Person) -> Page {
    let page = browser.get("/private").await;
    if !page.leads_to("/login") {
        return page;
    }
    let signed_in = sign_in(browser, person).await;
    if signed_in.leads_to("/.mfa") {
        signed_in
    } else {
        browser.get("/private").await
    }
}

/// Password and code; the browser ends at the application.
pub async fn admit(
    browser: &mut Browser,
    person: Person,
    authenticator: &mut Authenticator,
) -> Page {
    let held = sign_in(browser, person).await;
    assert!(
        held.leads_to("/.mfa/challenge"),
        "no challenge after the password: {held:?}"
    );
    let code = authenticator.code().await;
    let page = answer_challenge(browser, &code).await;
    assert_eq!(page.status, 303, "a right code was not taken: {page:?}");
    page
}

/// Opens a page that may want a step-up first, and gives it a code where it does.
pub async fn open_stepped_up(
    browser: &mut Browser,
    target: &str,
    authenticator: &mut Authenticator,
) -> Page {
    let page = browser.get(target).await;
    if !page.leads_to("/.mfa/step-up") {
        return browser.follow(page).await;
    }
    let question = browser.follow(page).await;
    let code = authenticator.code().await;
    let answered = browser
        .submit(&question.form_with("code").set("code", &code))
        .await;
    assert_eq!(
        answered.status, 303,
        "a right code was not taken for the step-up: {answered:?}"
    );
    browser.follow(answered).await
}

/// Ends the session on the gateway's own page.
pub async fn sign_out(browser: &mut Browser) -> Page {
    let page = browser.get_following("/.mfa/sign-out").await;
    browser.submit(&page.form_to("/.mfa/sign-out")).await
}

/// A user without a factor, signed in.
pub async fn password_only(gateway: &Gateway, person: Person) -> Browser {
    signed_in(gateway.browser(), person).await
}

/// Signs a user without a factor in and checks that the application opens.
pub async fn signed_in(mut browser: Browser, person: Person) -> Browser {
    let page = sign_in(&mut browser, person).await;
    assert!(page.is_redirect(), "the sign-in was not taken: {page:?}");
    let home = browser.get("/private").await;
    assert!(
        home.holds(&person.marker()),
        "the application does not open: {home:?}"
    );
    browser
}

/// A user with a first authenticator, in the session that enrolled it: verified.
pub async fn enrolled(gateway: &Gateway, person: Person) -> (Browser, Authenticator) {
    enrolled_in(gateway.browser(), person).await
}

/// The same in a given browser.
pub async fn enrolled_in(browser: Browser, person: Person) -> (Browser, Authenticator) {
    let mut browser = signed_in(browser, person).await;
    let authenticator = totp::enrol(&mut browser).await;
    (browser, authenticator)
}

/// A user with a factor who has typed the password in a new browser and not yet the code.
pub async fn awaiting(gateway: &Gateway, person: Person) -> Browser {
    awaiting_in(gateway.browser(), person).await
}

/// The same in a given browser.
pub async fn awaiting_in(mut browser: Browser, person: Person) -> Browser {
    let held = sign_in(&mut browser, person).await;
    assert!(
        held.leads_to("/.mfa/challenge"),
        "no challenge after the password: {held:?}"
    );
    browser
}
