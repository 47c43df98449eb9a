//! `kill -9` in the middle of an enrolment: what was acknowledged is there, what was used stays used.

use crate::support::cases::Noise;
use crate::support::people::{self, answer_challenge, sign_in};
use crate::support::{Authenticator, Browser, Call, CrmApp, Form, Gateway, Origin, Person, totp};
use std::sync::Arc;
use std::time::Duration;

const ROUNDS: u32 = 50;

/// A user at the enrolment page, the right code typed in.
async fn about_to_save(gateway: &Gateway, person: Person) -> (Browser, Authenticator, Form) {
    let mut browser = people::password_only(gateway, person).await;
    let page = browser
        .get_following("/settings/security/authenticators/new")
        .await;
    let mut phone = totp::read_secret(&page, "Phone");
    let code = phone.code().await;
    let form = page
        .form_with("code")
        .set("code", &code)
        .set("name", "Phone");
    (browser, phone, form)
}

/// Long (about half a minute): fifty crashes and restarts.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_crashes_during_enrolment_lose_nothing_that_was_acknowledged() {
    let origin = Origin::start(Arc::new(CrmApp::default())).await;
    let mut gateway = Gateway::start(origin.addr, |_| {}).await;
    let mut noise = Noise::new(20_261_124);
    let mut acknowledged = Vec::new();
    let mut unanswered = 0;
    for round in 1..=ROUNDS {
        let person = Person(round);
        let (mut browser, phone, form) = about_to_save(&gateway, person).await;
        let body = form.encode().into_bytes();
        let sending = tokio::spawn(async move {
            let kind = "application/x-www-form-urlencoded";
            browser
                .try_send(Call::Navigation, "POST", &form.action, Some((kind, body)))
                .await
        });
        tokio::time::sleep(Duration::from_micros(
            u64::try_from(noise.below(25_000)).unwrap(),
        ))
        .await;
        gateway.kill9();
        let answer = sending.await.unwrap();
        gateway.spawn().await;

        let saved = answer.is_ok_and(|page| page.leads_to("/settings/security"));
        let mut elsewhere = gateway.browser();
        let page = sign_in(&mut elsewhere, person).await;
        let challenged = page.leads_to("/.mfa/challenge");
        assert!(
            challenged || !saved,
            "round {round}: an acknowledged enrolment is gone: {page:?}"
        );
        if challenged {
            // Enrolled: then the code of the enrolment is used, whatever its answer was.
            let again = answer_challenge(&mut elsewhere, &phone.last_code()).await;
            assert_ne!(
                again.status, 303,
                "round {round}: a used code came back to life: {again:?}"
            );
        }
        if saved {
            acknowledged.push(person);
        } else {
            unanswered += 1;
        }
    }
    println!("{} acknowledged, {unanswered} not", acknowledged.len());
    assert!(
        acknowledged.len() >= 3,
        "the crash always came first: nothing was shown"
    );
    assert!(
        unanswered >= 3,
        "the crash always came last: nothing was shown"
    );
    for person in acknowledged {
        let page = sign_in(&mut gateway.browser(), person).await;
        assert!(
            page.leads_to("/.mfa/challenge"),
            "{person:?}: an enrolment was lost later: {page:?}"
        );
    }
}

#[tokio::test]
async fn a_code_that_was_used_before_a_crash_stays_used() {
    let origin = Origin::start(Arc::new(CrmApp::default())).await;
    let mut gateway = Gateway::start(origin.addr, |_| {}).await;
    let (_owner, mut phone) = people::enrolled(&gateway, Person(1)).await;
    let mut browser = gateway.browser();
    people::admit(&mut browser, Person(1), &mut phone).await;
    gateway.restart().await;
    let mut thief = people::awaiting(&gateway, Person(1)).await;
    let again = answer_challenge(&mut thief, &phone.last_code()).await;
    assert_ne!(again.status, 303, "{again:?}");
    assert!(
        browser.get("/private").await.holds(&Person(1).marker()),
        "the verified session was lost"
    );
}
