//! The gateway's clock jumps back a minute: what was used stays used, and nobody is let in or lost.

use crate::support::people::{self, Person, answer_challenge, sign_in};
use crate::support::{CrmApp, Gateway, Origin, PROTECTED, totp};
use std::fs;
use std::sync::Arc;

/// Debian's libfaketime, which `scripts/prepare test` installs.
fn faketime() -> String {
    let folders = fs::read_dir("/usr/lib").unwrap().flatten();
    let mut found = folders.map(|entry| entry.path().join("faketime/libfaketimeMT.so.1"));
    let found = found.find(|path| path.exists());
    let found = found.expect("libfaketime: `scripts/prepare test` installs it");
    found.display().to_string()
}

struct Clock(std::path::PathBuf);

impl Clock {
    /// Puts the gateway's next start under this clock.
    fn of(gateway: &mut Gateway) -> Self {
        let file = gateway.directory().join("clock");
        gateway.before = format!(
            "export LD_PRELOAD={} FAKETIME_TIMESTAMP_FILE={} FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1",
            faketime(),
            file.display()
        );
        let clock = Self(file);
        clock.set(0);
        clock
    }

    /// So many seconds from the real time.
    fn set(&self, offset: i32) {
        fs::write(&self.0, format!("{offset:+}")).unwrap();
    }
}

#[tokio::test]
async fn a_used_code_stays_used_and_sessions_go_on_when_the_clock_jumps_back() {
    let origin = Origin::start(Arc::new(CrmApp::default())).await;
    let mut gateway = Gateway::prepare(origin.addr, false, |_| {});
    let clock = Clock::of(&mut gateway);
    gateway.spawn().await;
    let owner = Person(1);
    totp::early_in_a_step(15).await;
    let (mut first, mut phone) = people::enrolled(&gateway, owner).await;
    let mut second = people::awaiting(&gateway, owner).await;
    let code = phone.code().await;
    assert_eq!(answer_challenge(&mut second, &code).await.status, 303);

    clock.set(-60);
    let mut attacker = gateway.browser();
    sign_in(&mut attacker, owner).await;
    for used in [phone.last_step() - 1, phone.last_step()] {
        let answer = answer_challenge(&mut attacker, &phone.at(used)).await;
        assert_ne!(answer.status, 303, "step {used}: {answer:?}");
        let words = answer.reading();
        let told = words.contains("already been used") || words.contains("clock is right");
        assert!(told, "step {used}: {words}");
    }
    assert!(!attacker.saw(PROTECTED));
    for browser in [&mut first, &mut second] {
        assert!(browser.get("/private").await.holds(&owner.marker()));
    }

    clock.set(0);
    let mut third = gateway.browser();
    sign_in(&mut third, owner).await;
    let code = phone.code().await;
    assert_eq!(answer_challenge(&mut third, &code).await.status, 303);
    for browser in [&mut first, &mut second, &mut third] {
        assert!(browser.get("/private").await.holds(&owner.marker()));
    }
}

#[tokio::test]
async fn a_clock_that_jumps_forward_ends_sessions_and_opens_none() {
    let origin = Origin::start(Arc::new(CrmApp::default())).await;
    let mut gateway = Gateway::prepare(origin.addr, false, |_| {});
    let clock = Clock::of(&mut gateway);
    gateway.spawn().await;
    let (mut browser, _phone) = people::enrolled(&gateway, Person(1)).await;
    clock.set(25 * 60 * 60);
    let page = browser.get("/private").await;
    assert!(!page.holds(PROTECTED), "{page:?}");
}
