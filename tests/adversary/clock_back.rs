//! The gateway's clock jumps back a minute: what was used stays used, and nobody is let in or lost.

use crate::support::clock::Clock;
use crate::support::people::{self, Person, answer_challenge, sign_in};
use crate::support::{CrmApp, Gateway, Origin, PROTECTED, totp};
use std::sync::Arc;

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
