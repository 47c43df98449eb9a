//! Assertions that differ from a right one in one point: none signs in (WebAuthn Level 3, section 7.2).

mod rows;

use crate::support::passkey::pages;
use crate::support::people::{self, Person};
use crate::support::{Browser, CrmApp, Device, Gateway, Origin, PROTECTED, Page, Passkey};
use rows::{CLIENT, CONTROL, DATA, KEY, Row, SYNCED, Spoil, WHO};
use serde_json::{Value, json};
use std::sync::Arc;

const VICTIM: Person = Person(1);

/// What the attacker has at hand, besides the victim's password and what can be made of its passkey.
pub struct Stage {
    gateway: Gateway,
    _app: Origin,
    pub origin: String,
    passkey: Passkey,
    /// The challenge of another session of the victim.
    pub elsewhere: Value,
    /// A challenge of this session that was answered already.
    pub answered: Value,
    /// An assertion that was accepted, and the counter in it.
    pub accepted: String,
    pub highest: u32,
    /// Another user's, and one that the victim has removed.
    pub other: Passkey,
    pub removed: Passkey,
}

impl Stage {
    async fn set_up(device: Device, new: &str) -> Self {
        let app = Origin::start(Arc::new(CrmApp::default())).await;
        let gateway = Gateway::start(app.addr, |_| {}).await;
        let (_, other) = pages::enrolled(&gateway, Person(2), Device::LAPTOP).await;
        let mut owner = people::password_only(&gateway, VICTIM).await;
        let page = owner.get(new).await;
        let (mut passkey, saved) = pages::make(&mut owner, &page, device, "Kept").await;
        assert!(saved.leads_to("/settings/security"), "{saved:?}");
        let page = pages::open_stepped_up(&mut owner, pages::NEW, &mut passkey).await;
        let (removed, _) = pages::make(&mut owner, &page, Device::LAPTOP, "Removed").await;
        pages::remove(&mut owner, "Removed", &mut passkey).await;

        let mut browser = people::awaiting(&gateway, VICTIM).await;
        let page = browser.get("/.mfa/challenge").await;
        let accepted = passkey.get(&pages::options(&page), &browser.origin());
        let opened = browser.submit(&pages::filled(&page, &accepted)).await;
        assert_eq!(opened.status, 303, "{opened:?}");

        let mut waiting = people::awaiting(&gateway, VICTIM).await;
        let page = waiting.get("/.mfa/challenge").await;
        Self {
            origin: gateway.url(),
            elsewhere: pages::options(&page)["challenge"].clone(),
            answered: json!(""),
            accepted,
            highest: passkey.counter,
            gateway,
            _app: app,
            passkey,
            other,
            removed,
        }
    }

    pub fn with_port(&self, site: &str, more: u16) -> String {
        format!("{site}:{}", self.gateway.addr.port() + more)
    }

    /// A session that has answered one challenge badly and stands before the next.
    async fn before_the_challenge(&mut self) -> (Browser, Page) {
        let mut browser = people::awaiting(&self.gateway, VICTIM).await;
        let page = browser.get("/.mfa/challenge").await;
        self.answered = pages::options(&page)["challenge"].clone();
        let page = browser.submit(&pages::filled(&page, "{}")).await;
        assert_eq!(page.status, 422, "{page:?}");
        assert_ne!(pages::options(&page)["challenge"], self.answered);
        (browser, page)
    }

    /// Sends one row's answer in a session of its own; whether it got through.
    async fn gets_through(&mut self, spoil: &Spoil) -> bool {
        let (mut browser, page) = self.before_the_challenge().await;
        let options = pages::options(&page);
        let mut draft = self.passkey.assertion(&options, &self.origin);
        let answer = match spoil {
            Spoil::Before(spoil) => {
                spoil(&mut draft, self);
                self.passkey.sign(draft).json()
            }
            Spoil::After(spoil) => {
                let mut signed = self.passkey.sign(draft);
                spoil(&mut signed, self);
                signed.json()
            }
            Spoil::Text(spoil) => spoil(&self.passkey.sign(draft).json(), self),
            Spoil::Instead(answer) => answer(&options, self),
        };
        let answered = browser.submit(&pages::filled(&page, &answer)).await;
        let after = browser.get("/private").await;
        // It still awaits its factor: nothing else leads there, and no page has been shown on the way.
        let awaits = after.leads_to("/.mfa/challenge") && !browser.saw(PROTECTED);
        answered.status == 303 || answered.status >= 500 || !awaits
    }

    async fn those_that_got_through(&mut self, rows: &[Row]) -> Vec<&'static str> {
        let mut through = Vec::new();
        for (name, spoil) in rows {
            if self.gets_through(spoil).await {
                through.push(*name);
            }
        }
        // What is right still passes: the rows were refused for what is wrong with them.
        let (name, right) = &CONTROL;
        assert!(self.gets_through(right).await, "{name}");
        through
    }
}

/// Long (ten seconds or so): some eighty sign-ins.
#[tokio::test]
async fn no_assertion_that_is_spoilt_in_one_point_signs_in() {
    let none: [&str; 0] = [];
    let mut stage = Stage::set_up(Device::LAPTOP, pages::NEW).await;
    let mut through = Vec::new();
    for rows in [CLIENT, DATA, WHO] {
        stage.highest = stage.accepted_counter().await;
        through.extend(stage.those_that_got_through(rows).await);
    }
    let mut stage = Stage::set_up(Device::MANAGER, pages::NEW).await;
    through.extend(stage.those_that_got_through(SYNCED).await);
    let mut stage = Stage::set_up(Device::LAPTOP, pages::NEW_KEY).await;
    through.extend(stage.those_that_got_through(KEY).await);
    assert_eq!(through, none);
}

impl Stage {
    /// Signs in once more, so that the counter that was accepted last is known.
    async fn accepted_counter(&mut self) -> u32 {
        let (_, right) = &CONTROL;
        assert!(self.gets_through(right).await, "the control is refused");
        self.passkey.counter
    }
}
