//! Bad backup codes by the hundred: each costs a hash, and the others must not notice.

use crate::process;
use crate::support::passkey::pages;
use crate::support::people::{self, Person};
use crate::support::{CrmApp, Device, Gateway, Origin};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Barrier;

const ACCOUNTS: u32 = 20;
const EACH: usize = 16;
const PATIENCE: Duration = Duration::from_secs(5);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_codes_of_twenty_accounts_at_once_keep_nobody_from_their_challenge() {
    let origin = Origin::start(Arc::new(CrmApp::default())).await;
    let gateway = Gateway::start(origin.addr, |_| {}).await;
    let (_, mut passkey) = pages::enrolled(&gateway, Person(100), Device::MANAGER).await;
    let mut forms = Vec::new();
    for number in 1..=ACCOUNTS {
        pages::enrolled(&gateway, Person(number), Device::MANAGER).await;
        let mut browser = people::awaiting(&gateway, Person(number)).await;
        let page = browser.get("/.mfa/challenge").await;
        let guess = "ABCD-EFGH-JKMN-PQRS";
        forms.push((browser, pages::filled_with(&page, "backup_code", guess)));
    }

    let pid = process::pid_of(&gateway);
    let before = process::resident(pid);
    let barrier = Arc::new(Barrier::new(forms.len() * EACH));
    let flood: Vec<_> = forms
        .iter()
        .flat_map(|pair| std::iter::repeat_n(pair.clone(), EACH))
        .map(|(mut browser, form)| {
            let barrier = Arc::clone(&barrier);
            tokio::spawn(async move {
                barrier.wait().await;
                browser.submit(&form).await.status
            })
        })
        .collect();
    let (mut slowest, mut highest, mut served) = (Duration::ZERO, before, 0);
    while served == 0 || flood.iter().any(|task| !task.is_finished()) {
        let mut browser = gateway.browser();
        let form = browser.get("/login").await;
        people::give_password(&mut browser, &form, Person(100), "pw").await;
        let asked = Instant::now();
        let page = browser.get("/.mfa/challenge").await;
        assert_eq!(page.status, 200, "{page:?}");
        let shown = asked.elapsed();
        let opened = pages::give(&mut browser, &page, &mut passkey).await;
        assert_eq!(opened.status, 303, "{opened:?}");
        slowest = slowest.max(shown).max(asked.elapsed() - shown);
        highest = highest.max(process::resident(pid));
        served += 1;
    }
    let mut statuses = Vec::new();
    for task in flood {
        statuses.push(task.await.unwrap());
    }
    let hashed = statuses.iter().filter(|status| **status == 422).count();
    println!(
        "{served} sign-ins meanwhile, slowest {slowest:?}, {} MiB more, {hashed} hashed",
        highest - before
    );
    // Nobody got in, and they were not all turned away before they cost anything.
    assert!(!statuses.contains(&303), "{statuses:?}");
    assert!(hashed >= 20, "{statuses:?}");
    assert!(slowest < PATIENCE, "{slowest:?}");
    assert!(highest - before < 96, "{} MiB more", highest - before);
}
