//! `kill -9` while a backup code is used, or while a sheet is made.

use crate::support::cases::Noise;
use crate::support::passkey::pages;
use crate::support::people::{self, Person};
use crate::support::sheet::{self, NEW};
use crate::support::{Browser, Call, CrmApp, Device, Form, Gateway, Origin, Page};
use std::sync::Arc;
use std::time::Duration;

const ROUNDS: u32 = 10;

/// Sends the form and kills the gateway after a while; what was answered before that.
async fn cut(
    gateway: &mut Gateway,
    mut browser: Browser,
    form: Form,
    after: usize,
) -> Option<Page> {
    let body = form.encode().into_bytes();
    let sending = tokio::spawn(async move {
        let kind = "application/x-www-form-urlencoded";
        let body = Some((kind, body));
        let sent = browser.try_send(Call::Navigation, "POST", &form.action, body);
        sent.await
    });
    tokio::time::sleep(Duration::from_micros(after as u64)).await;
    gateway.kill9();
    let answer = sending.await.unwrap();
    gateway.spawn().await;
    answer.ok()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_that_is_under_way_in_a_crash_works_at_most_once() {
    let origin = Origin::start(Arc::new(CrmApp::default())).await;
    let mut gateway = Gateway::start(origin.addr, |_| {}).await;
    let mut noise = Noise::new(20_261_124);
    let mut taken = 0;
    for round in 1..=ROUNDS {
        let person = Person(round);
        let (mut owner, mut passkey) = pages::enrolled(&gateway, person, Device::MANAGER).await;
        let codes = sheet::make(&mut owner, &mut passkey).await;
        let mut browser = people::awaiting(&gateway, person).await;
        let form = sheet::form(&mut browser, &codes[0]).await;
        let answer = cut(&mut gateway, browser, form, noise.below(120_000)).await;
        let signed_in = answer.is_some_and(|page| page.status == 303);
        taken += u32::from(signed_in);
        let mut again = people::awaiting(&gateway, person).await;
        let second = sheet::answer(&mut again, &codes[0]).await;
        assert!(
            !(signed_in && second.status == 303),
            "round {round}: {second:?}"
        );
        let mut third = people::awaiting(&gateway, person).await;
        let third = sheet::answer(&mut third, &codes[0]).await;
        assert_ne!(third.status, 303, "round {round}: {third:?}");
    }
    println!("{taken} of {ROUNDS} were answered");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_while_a_sheet_is_made_leaves_one_whole_sheet() {
    let origin = Origin::start(Arc::new(CrmApp::default())).await;
    let mut gateway = Gateway::start(origin.addr, |_| {}).await;
    let mut noise = Noise::new(20_261_124);
    for round in 1..=ROUNDS {
        let person = Person(round);
        let (mut owner, mut passkey) = pages::enrolled(&gateway, person, Device::MANAGER).await;
        let old = sheet::make(&mut owner, &mut passkey).await;
        let form = owner.get(NEW).await.form_to(NEW);
        let answer = cut(&mut gateway, owner.clone(), form, noise.below(900_000)).await;
        let new = answer.map(|page| sheet::codes(&page)).unwrap_or_default();
        let left = owner.get("/settings/security").await.reading();
        assert!(
            left.contains("Codes remaining: 10 of 10"),
            "round {round}: {left}"
        );
        let mut browser = people::awaiting(&gateway, person).await;
        let first = sheet::answer(&mut browser, &old[0]).await;
        if let Some(code) = new.first() {
            assert_eq!(first.status, 422, "round {round}: {first:?}");
            let opened = sheet::answer(&mut browser, code).await;
            assert_eq!(opened.status, 303, "round {round}: {opened:?}");
        }
    }
}
