//! What people do in a tab, step by step.

use crate::chrome::Chrome;
use crate::support::passkey::pages;
use crate::support::{
    Authenticator, Browser, Config, CrmApp, Device, Gateway, Origin, Passkey, Person, people, sheet,
};
use crate::tab::{Script, Tab};
use std::sync::Arc;

/// What works with JavaScript off is tried both ways.
pub const BOTH: [Script; 2] = [Script::On, Script::Off];

/// What somebody has who enrolled everything in another browser, and that browser.
pub struct Everything {
    pub elsewhere: Browser,
    pub phone: Authenticator,
    pub passkey: Passkey,
    pub codes: Vec<String>,
}

/// The application, the gateway before it, and a browser. Dropped in this order.
pub struct Setting {
    pub chrome: Chrome,
    pub gateway: Gateway,
    pub origin: Origin,
    pub app: CrmApp,
}

impl Setting {
    pub async fn new(change: impl FnOnce(&mut Config)) -> Self {
        let app = CrmApp::default();
        let origin = Origin::start(Arc::new(app.clone())).await;
        let gateway = Gateway::start(origin.addr, |config| {
            config.set("app", "support_url", "\"https://help.example.com/\"");
            change(config);
        })
        .await;
        let chrome = Chrome::start().await;
        Self {
            chrome,
            gateway,
            origin,
            app,
        }
    }

    pub async fn open(&self, script: Script) -> Tab {
        self.chrome.open(&self.gateway, script).await
    }

    /// A user who enrolled a phone somewhere else.
    pub async fn owner_of_a_phone(&self) -> Authenticator {
        people::enrolled(&self.gateway, Person(1)).await.1
    }

    /// A user who enrolled an authenticator, a passkey and backup codes somewhere else.
    pub async fn owner_of_everything(&self) -> Everything {
        let (mut elsewhere, mut phone) = people::enrolled(&self.gateway, Person(1)).await;
        let page = people::open_stepped_up(&mut elsewhere, pages::NEW, &mut phone).await;
        let made = pages::make(&mut elsewhere, &page, Device::MANAGER, "").await;
        let mut passkey = made.0;
        let codes = sheet::make(&mut elsewhere, &mut passkey).await;
        Everything {
            elsewhere,
            phone,
            passkey,
            codes,
        }
    }

    /// A tab before the challenge.
    pub async fn challenged(&self, script: Script) -> Tab {
        let tab = self.open(script).await;
        sign_in(&tab, "/private").await;
        assert_eq!(tab.path().await, "/.mfa/challenge");
        tab
    }

    /// A tab in the application, password and code given.
    pub async fn admitted(&self, script: Script, phone: &mut Authenticator) -> Tab {
        let tab = self.challenged(script).await;
        tab.go("/.mfa/challenge/totp").await;
        answer(&tab, &phone.code().await, "Verify").await;
        let text = tab.text().await;
        assert!(text.contains(&Person(1).marker()), "not let in: {text}");
        tab
    }

    /// A tab in the application of a user who has no factor.
    pub async fn password_only(&self, script: Script) -> Tab {
        let tab = self.open(script).await;
        sign_in(&tab, "/private").await;
        assert!(tab.text().await.contains(&Person(1).marker()));
        tab
    }
}

/// Opens a page of the application and signs in with the form that comes instead.
pub async fn sign_in(tab: &Tab, wanted: &str) {
    tab.go(wanted).await;
    give_password(tab).await;
}

/// Fills the application's form in and sends it.
pub async fn give_password(tab: &Tab) {
    tab.fill_in("[name=email]", &Person(1).email()).await;
    tab.fill_in("[name=password]", "pw").await;
    tab.follow("Sign in").await;
}

/// Opens the window for changes with the password.
pub async fn confirm_by_password(tab: &Tab) {
    tab.go("/.mfa/step-up?return=/settings/security&with=password")
        .await;
    tab.fill("Password", "pw").await;
    tab.follow("Confirm").await;
}

/// Ends the session on the gateway's own page.
pub async fn sign_out(tab: &Tab) {
    tab.go("/.mfa/sign-out").await;
    tab.follow("Sign out").await;
    assert!(tab.text().await.contains("You are signed out"));
}

/// Renames a factor where it stands in its list.
pub async fn rename(tab: &Tab, from: &str, to: &str) {
    tab.press(&format!("Rename {from}")).await;
    // Only then is the name selected, ready to be typed over.
    let open = match tab.script {
        Script::On => format!("getSelection().toString() === {from:?}"),
        Script::Off => "!!document.querySelector('details[open] form')".to_owned(),
    };
    tab.until("the form opens", &open).await;
    tab.fill_in("details[open] input[name=name]", to).await;
    let before = tab.document().await;
    tab.click("details[open] form button").await;
    tab.arrive(before).await;
}

/// Types a code. With scripts the page sends it by itself, else the button does.
pub async fn answer(tab: &Tab, code: &str, button: &str) {
    let before = tab.document().await;
    tab.fill("6-digit code", code).await;
    if tab.script == Script::Off {
        tab.press(button).await;
    }
    tab.arrive(before).await;
}

/// Types a code into the field of this label, in a tab with scripts.
pub async fn answer_in(tab: &Tab, label: &str, code: &str) {
    let before = tab.document().await;
    tab.fill(label, code).await;
    tab.arrive(before).await;
}

/// Reads the secret from the enrolment page the way it is typed over, and checks it against the link.
pub async fn type_over(tab: &Tab) -> Authenticator {
    let link = tab.text_of("document.querySelector('a[href^=\"otpauth://\"]').href");
    let link = link.await;
    let shown = tab
        .text_of("document.getElementById('secret').innerText")
        .await;
    let groups: Vec<&str> = shown.split_whitespace().collect();
    assert!(groups.iter().all(|group| group.len() == 4), "{shown}");
    let secret = format!("secret={}", groups.concat());
    assert!(link.contains(&secret), "{link} is not {shown}");
    Authenticator::from_url(&link, "Phone")
}

/// Gives the code and a name on the enrolment page.
pub async fn enrol(tab: &Tab, name: &str) -> Authenticator {
    let mut phone = type_over(tab).await;
    tab.fill("6-digit code", &phone.code().await).await;
    tab.fill("Name", name).await;
    tab.follow("Save authenticator").await;
    phone
}
