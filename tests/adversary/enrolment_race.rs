//! Authenticators that come to be in two ways at once, and sessions that were there before.

use crate::support::people::{self, open_stepped_up};
use crate::support::{Authenticator, Browser, CrmApp, Gateway, Origin, Page, Person, totp};
use std::sync::Arc;
use tokio::sync::Barrier;

const NEW: &str = "/settings/security/authenticators/new";
const RACERS: usize = 8;

async fn setting() -> (Origin, Gateway) {
    let origin = Origin::start(Arc::new(CrmApp::default())).await;
    let gateway = Gateway::start(origin.addr, |_| {}).await;
    (origin, gateway)
}

/// Confirms the secret of this page many times at the same moment, each time under another name.
async fn confirm_at_once(browser: &Browser, page: &Page) -> Vec<Page> {
    let mut fresh = totp::read_secret(page, "Racer");
    let code = fresh.code().await;
    let barrier = Arc::new(Barrier::new(RACERS));
    let tasks: Vec<_> = (0..RACERS)
        .map(|number| {
            let name = format!("Racer-{number}");
            let form = page.form_with("code").set("code", &code).set("name", &name);
            let (mut browser, barrier) = (browser.clone(), Arc::clone(&barrier));
            tokio::spawn(async move {
                barrier.wait().await;
                browser.submit(&form).await
            })
        })
        .collect();
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.unwrap());
    }
    answers
}

/// The racers that the user's security page lists.
async fn enrolled_racers(browser: &mut Browser) -> Vec<String> {
    let page = browser.get_following("/settings/security").await;
    let words = page.reading();
    let names = (0..RACERS).map(|number| format!("Racer-{number}"));
    let removable = page.links("/remove").len();
    let listed: Vec<String> = names.filter(|name| words.contains(name)).collect();
    assert!(removable >= listed.len(), "{page:?}");
    listed
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_secret_confirmed_eight_times_at_once_is_one_authenticator() {
    let (_origin, gateway) = setting().await;
    // With a step-up behind it, nothing but the secret itself stands against the second insert.
    for number in 1..=5 {
        let (mut browser, mut phone) = people::enrolled(&gateway, Person(number)).await;
        let page = open_stepped_up(&mut browser, NEW, &mut phone).await;
        let answers = confirm_at_once(&browser, &page).await;
        let saved = answers.iter().filter(|it| it.status == 303).count();
        let listed = enrolled_racers(&mut browser).await;
        assert_eq!(listed.len(), 1, "round {number}: {listed:?} of {answers:?}");
        assert_eq!(saved, 1, "round {number}: {answers:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_first_secret_confirmed_eight_times_at_once_is_one_authenticator() {
    let (_origin, gateway) = setting().await;
    for number in 11..=13 {
        let person = Person(number);
        let mut browser = people::password_only(&gateway, person).await;
        let page = browser.get_following(NEW).await;
        let answers = confirm_at_once(&browser, &page).await;
        let saved = answers.iter().filter(|it| it.leads_to("/settings")).count();
        assert_eq!(saved, 1, "round {number}: {answers:?}");
        let held = people::sign_in(&mut gateway.browser(), person).await;
        assert!(held.leads_to("/.mfa/challenge"), "{held:?}");
    }
}

/// The name that is taken costs no second scan: the same secret goes under another.
#[tokio::test]
async fn a_secret_whose_name_was_taken_is_still_good() {
    let (_origin, gateway) = setting().await;
    let (mut browser, mut phone) = people::enrolled(&gateway, Person(1)).await;
    let page = open_stepped_up(&mut browser, NEW, &mut phone).await;
    let mut fresh = totp::read_secret(&page, "Racer-1");
    let code = fresh.code().await;
    let form = page.form_with("code").set("code", &code);
    let refused = browser.submit(&form.clone().set("name", "Phone")).await;
    assert_eq!(refused.status, 422, "{refused:?}");
    let again = totp::read_secret(&refused, "Racer-1");
    assert_eq!(again.at(1), fresh.at(1), "the secret has changed");
    let saved = browser.submit(&form.set("name", "Racer-1")).await;
    assert_eq!(saved.status, 303, "{saved:?}");
    assert_eq!(enrolled_racers(&mut browser).await, ["Racer-1"]);
}

async fn remove_the_only_one(browser: &mut Browser, phone: &mut Authenticator) {
    let list = browser.get_following("/settings/security").await;
    let link = list.links("/remove").pop().unwrap();
    let dialog = open_stepped_up(browser, &link, phone).await;
    let mut forms = dialog.forms().into_iter();
    let form = forms.find(|form| form.action.ends_with("/remove"));
    let removed = browser.submit(&form.unwrap()).await;
    assert!(removed.leads_to("/settings/security"), "{removed:?}");
}

/// The session that adds it is verified, by a factor that is gone: it is a first one all the same.
#[tokio::test]
async fn a_parked_session_falls_when_a_verified_one_adds_a_factor_after_removing_the_last() {
    let (_origin, gateway) = setting().await;
    let person = Person(1);
    let (mut owner, mut phone) = people::enrolled(&gateway, person).await;
    remove_the_only_one(&mut owner, &mut phone).await;
    let mut parked = people::password_only(&gateway, person).await;
    let mut enrolling = people::password_only(&gateway, person).await;
    let pending = enrolling.get_following(NEW).await;
    let mut thiefs = totp::read_secret(&pending, "Thief");

    totp::enrol_named(&mut owner, "Second phone").await;
    let page = parked.get("/private").await;
    assert!(page.leads_to("/.mfa/challenge"), "{page:?}");
    let page = parked.fetch("/private").await;
    assert_eq!(page.status, 401, "{page:?}");
    let code = thiefs.code().await;
    let form = pending.form_with("code").set("code", &code);
    let page = enrolling.submit(&form.set("name", "Thief")).await;
    assert!(!page.leads_to("/settings"), "{page:?}");
    let page = enrolling.get("/private").await;
    assert!(page.leads_to("/.mfa/challenge"), "{page:?}");
    let page = owner.get("/private").await;
    assert!(page.holds(&person.marker()), "{page:?}");
}
