//! A mock application with the gateway in front, and the two who come to it: the user, and the one who
//! holds the user's password.

use crate::support::origin::App;
use crate::support::people::{self, admit};
use crate::support::traits::TRAIT_ID;
use crate::support::{
    Authenticator, Browser, Call, Config, Gateway, Origin, PROTECTED, Page, Person, totp,
};
use std::sync::Arc;

/// The user whose password somebody else holds.
pub const OWNER: Person = Person(1);
/// Another user, with a factor of his own where he needs one.
pub const OTHER: Person = Person(2);

pub struct Scene<A> {
    pub app: Arc<A>,
    pub origin: Origin,
    pub gateway: Gateway,
}

impl<A: App> Scene<A> {
    pub async fn start(app: A, change: impl FnOnce(&mut Config)) -> Self {
        let app = Arc::new(app);
        let origin = Origin::start(Arc::clone(&app)).await;
        let gateway = Gateway::start(origin.addr, change).await;
        Self {
            app,
            origin,
            gateway,
        }
    }

    /// A first sign-in, by password alone, whatever the application answers it with.
    pub async fn by_password(&self, person: Person) -> Browser {
        let mut browser = self.gateway.browser();
        let taken = people::sign_in(&mut browser, person).await;
        assert!(taken.status < 400, "{taken:?}");
        works_on(&mut browser, person).await;
        browser
    }

    /// A first sign-in, and the enrolment of a factor.
    pub async fn enrols(&self, person: Person) -> (Browser, Authenticator) {
        let mut browser = self.by_password(person).await;
        let phone = totp::enrol(&mut browser).await;
        (browser, phone)
    }

    /// The owner has a factor from now on.
    pub async fn owner_enrols(&self) -> Authenticator {
        self.enrols(OWNER).await.1
    }

    /// The owner enrols, and comes back in a new browser: password, challenge, page after page.
    pub async fn user_comes_in(&self) -> (Browser, Authenticator) {
        let mut phone = self.owner_enrols().await;
        let mut browser = self.gateway.browser();
        admit(&mut browser, OWNER, &mut phone).await;
        works_on(&mut browser, OWNER).await;
        assert_eq!(
            self.origin.last_to("/private/1").header("X-MFA-Verified"),
            Some("true")
        );
        (browser, phone)
    }

    /// The whole journey of the user, and then what the holder of the password gets: nothing.
    pub async fn both_sides(&self) {
        let (mut browser, _phone) = self.user_comes_in().await;
        let mut copy = browser.clone();
        browser.get("/logout").await;
        is_out(&mut browser).await;
        is_out(&mut copy).await;
        self.password_alone_opens_nothing().await;
    }

    /// Signs in with the password alone, and then tries every kind of request.
    pub async fn password_alone_opens_nothing(&self) {
        let mut thief = self.gateway.browser();
        let held = people::sign_in(&mut thief, OWNER).await;
        assert!(held.leads_to("/.mfa/challenge"), "{held:?}");
        self.opens_nothing(&mut thief).await;
    }

    /// Whatever this browser asks for now: no protected page, no raw credential, no word of the user
    /// to the application.
    pub async fn opens_nothing(&self, browser: &mut Browser) {
        self.origin.forget();
        for target in ["/private", "/", "/api/contacts"] {
            for call in [Call::Navigation, Call::Fetch, Call::Image, Call::Frame] {
                browser.send(call, "GET", target, None).await;
            }
            let form = ("application/x-www-form-urlencoded", b"a=b".to_vec());
            browser.send(Call::Fetch, "POST", target, Some(form)).await;
        }
        assert_nothing_came(browser);
        let told = self.origin.requests();
        let told = told.iter().find(|it| it.header("x-mfa-user").is_some());
        assert!(told.is_none(), "{told:?}");
    }

    /// The application itself opens to this raw cookie: the gateway is all that stands between.
    pub async fn opens_directly(&self, name: &str, value: &str, person: Person) {
        let mut direct = Browser::new(self.origin.addr, None, false);
        direct.jar.plant(name, value);
        let page = direct.get("/private").await;
        assert!(page.holds(&person.marker()), "{page:?}");
    }

    /// How often the application was asked who is signed in.
    pub fn questions(&self) -> usize {
        self.origin.requests_to("/api/me").len()
    }
}

/// Page after page opens, and not one raw byte has come.
pub async fn works_on(browser: &mut Browser, person: Person) {
    for number in 0..4 {
        let page = browser.get(&format!("/private/{number}")).await;
        assert!(page.holds(&person.marker()), "page {number}: {page:?}");
    }
    assert!(!browser.saw(TRAIT_ID), "a raw credential came");
}

/// Nothing of any user is shown to this browser any more.
pub async fn is_out(browser: &mut Browser) {
    browser.seen.clear();
    browser.get("/private").await;
    browser.fetch("/api/contacts").await;
    let security = browser.get_following("/settings/security").await;
    assert!(!security.text().contains("Phone"), "{security:?}");
    assert_nothing_came(browser);
}

pub fn assert_nothing_came(browser: &Browser) {
    assert!(!browser.saw(PROTECTED), "a protected page came");
    assert!(!browser.saw(TRAIT_ID), "a raw credential came");
}

/// Sends the sign-in form of the application with a password that is not the owner's.
pub async fn wrong_password(browser: &mut Browser) -> Page {
    people::sign_in_with(browser, OWNER, "guess").await
}
