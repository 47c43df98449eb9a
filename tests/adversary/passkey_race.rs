//! New passkeys that arrive at the same moment.

use crate::at_once::all_at_once;
use crate::support::passkey::pages;
use crate::support::people::{self, Person};
use crate::support::{Browser, CrmApp, Device, Gateway, Origin, PROTECTED, Page};
use std::sync::Arc;

async fn setting() -> (Origin, Gateway) {
    let origin = Origin::start(Arc::new(CrmApp::default())).await;
    let gateway = Gateway::start(origin.addr, |_| {}).await;
    (origin, gateway)
}

/// How many passkeys the Security page lists.
async fn listed(browser: &mut Browser) -> usize {
    let page = browser.get("/settings/security").await;
    assert_eq!(page.status, 200, "{page:?}");
    page.text().matches("/remove\"").count()
}

fn saved(answers: &[(Browser, Page)]) -> Vec<Browser> {
    let saved = answers.iter().filter(|(_, page)| page.status == 303);
    let saved = saved.filter(|(_, page)| page.leads_to("/settings/security"));
    saved.map(|(browser, _)| browser.clone()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_passkey_that_is_sent_sixteen_times_at_once_is_enrolled_once() {
    let (_origin, gateway) = setting().await;
    for number in 1..=5 {
        let person = Person(number);
        let mut browser = people::password_only(&gateway, person).await;
        let page = browser.get(pages::NEW).await;
        let (mut passkey, created) =
            Device::LAPTOP.create(&pages::options(&page), &browser.origin());
        let form = pages::filled(&page, &created);
        let answers = all_at_once(&[(browser, form)], 16).await;
        let mut owners = saved(&answers);
        assert_eq!(owners.len(), 1, "round {number}");
        assert_eq!(listed(&mut owners[0]).await, 1, "round {number}");
        pages::admit(&gateway, person, &mut passkey).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_eight_browsers_that_enrol_the_first_passkey_at_once_one_does_and_the_others_are_asked_for_it()
 {
    let (_origin, gateway) = setting().await;
    for number in 1..=5 {
        let person = Person(number);
        let mut forms = Vec::new();
        for _ in 0..8 {
            let mut browser = people::password_only(&gateway, person).await;
            let page = browser.get(pages::NEW).await;
            let (_, created) = Device::LAPTOP.create(&pages::options(&page), &browser.origin());
            forms.push((browser, pages::filled(&page, &created)));
        }
        let answers = all_at_once(&forms, 1).await;
        let mut owners = saved(&answers);
        assert_eq!(owners.len(), 1, "round {number}");
        assert_eq!(listed(&mut owners[0]).await, 1, "round {number}");
        let mut open = 0;
        for (mut browser, _) in answers {
            open += usize::from(browser.get("/private").await.holds(PROTECTED));
        }
        assert_eq!(open, 1, "round {number}: sessions without a factor go on");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_credential_that_two_users_claim_at_once_becomes_one_users() {
    let (_origin, gateway) = setting().await;
    for number in 1..=5 {
        let passkey = Device::LAPTOP.key_for(&serde_json::Value::Null);
        let mut forms = Vec::new();
        for person in [Person(number), Person(50 + number)] {
            let mut browser = people::password_only(&gateway, person).await;
            let page = browser.get(pages::NEW).await;
            let created = passkey.creation(&pages::options(&page), &browser.origin());
            forms.push((browser, pages::filled(&page, &created.json())));
        }
        let answers = all_at_once(&forms, 1).await;
        assert_eq!(saved(&answers).len(), 1, "round {number}");
    }
}
