//! One backup code, or one challenge for a passkey, answered 64 times at once: it works exactly once.
//! `STEPGATE_ROUNDS` says how many rounds there are; each is a user of its own.

use crate::at_once::{all_at_once, opened};
use crate::support::cases::Noise;
use crate::support::passkey::pages;
use crate::support::people::{self, Person};
use crate::support::sheet;
use crate::support::{Browser, CrmApp, Device, Gateway, Origin, Passkey};
use std::sync::Arc;
use std::time::Duration;

const AT_ONCE: usize = 64;
const SESSIONS: usize = 4;

fn rounds() -> u32 {
    let asked = std::env::var("STEPGATE_ROUNDS");
    asked.map_or(5, |rounds| rounds.parse().expect("a number of rounds"))
}

async fn setting() -> (Origin, Gateway) {
    let origin = Origin::start(Arc::new(CrmApp::default())).await;
    let gateway = Gateway::start(origin.addr, |_| {}).await;
    (origin, gateway)
}

async fn with_codes(gateway: &Gateway, person: Person) -> (Browser, Passkey, Vec<String>) {
    let (mut owner, mut passkey) = pages::enrolled(gateway, person, Device::MANAGER).await;
    let codes = sheet::make(&mut owner, &mut passkey).await;
    (owner, passkey, codes)
}

/// Long where there are many rounds: about two seconds each.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_code_that_is_sent_64_times_at_once_works_exactly_once() {
    let (_origin, gateway) = setting().await;
    for number in 1..=rounds() {
        let person = Person(number);
        let (_, _, codes) = with_codes(&gateway, person).await;
        let mut waiting = Vec::new();
        for _ in 0..SESSIONS {
            let mut browser = people::awaiting(&gateway, person).await;
            let form = sheet::form(&mut browser, &codes[0]).await;
            waiting.push((browser, form));
        }
        let answers = all_at_once(&waiting, AT_ONCE / SESSIONS).await;
        assert_eq!(opened(answers, &waiting).await, 1, "round {number}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_passkeys_challenge_that_is_answered_64_times_at_once_opens_one_session() {
    let (_origin, gateway) = setting().await;
    for number in 1..=rounds() {
        let person = Person(number);
        // A password manager's: no counter helps to tell one answer from the next.
        let (_, mut passkey) = pages::enrolled(&gateway, person, Device::MANAGER).await;
        let mut browser = people::awaiting(&gateway, person).await;
        let page = browser.get("/.mfa/challenge").await;
        // Four answers, each signed by itself, and sixteen copies of each.
        let waiting: Vec<_> = (0..SESSIONS)
            .map(|_| passkey.get(&pages::options(&page), &browser.origin()))
            .map(|answer| (browser.clone(), pages::filled(&page, &answer)))
            .collect();
        let answers = all_at_once(&waiting, AT_ONCE / SESSIONS).await;
        assert_eq!(opened(answers, &waiting).await, 1, "round {number}");
        pages::admit(&gateway, person, &mut passkey).await;
    }
}

/// Each round has old codes under way while the owner makes a new sheet.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_sheet_during_the_use_of_old_codes_leaves_none_of_them_alive() {
    let (_origin, gateway) = setting().await;
    let mut noise = Noise::new(20_261_124);
    for number in 1..=20 {
        let person = Person(number);
        let (mut owner, _, old) = with_codes(&gateway, person).await;
        let page = owner.get(sheet::NEW).await;
        let mut tasks = Vec::new();
        let mut waiting = Vec::new();
        for code in [&old[0], &old[1], &old[0]] {
            let mut browser = people::awaiting(&gateway, person).await;
            let form = sheet::form(&mut browser, code).await;
            waiting.push((browser.clone(), form.clone()));
            let delay = Duration::from_millis(noise.below(400) as u64);
            tasks.push(tokio::spawn(async move {
                tokio::time::sleep(delay).await;
                let page = browser.submit(&form).await;
                (browser, page)
            }));
        }
        let made = owner.submit(&page.form_to(sheet::NEW)).await;
        let new = sheet::codes(&made);
        assert_eq!(new.len(), 10, "round {number}: {made:?}");
        // A code may have come in before; what comes later finds the new sheet, whole.
        let mut answers = Vec::new();
        for task in tasks {
            answers.push(task.await.unwrap());
        }
        assert!(opened(answers, &waiting).await <= 2, "round {number}");
        let left = owner.get("/settings/security").await.reading();
        assert!(left.contains("Codes remaining: 10 of 10"), "{left}");
        let mut finder = people::awaiting(&gateway, person).await;
        let late = sheet::answer(&mut finder, &old[2]).await;
        assert_eq!(late.status, 422, "round {number}: {late:?}");
        let opened = sheet::answer(&mut finder, &new[2]).await;
        assert_eq!(opened.status, 303, "round {number}: {opened:?}");
    }
}
