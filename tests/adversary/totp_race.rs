//! One code, used 64 times at once: it works exactly once.
//!
//! A round is one fresh user with four signed-in sessions, each of which sends the code 16 times in
//! parallel on connections of its own.

use crate::at_once::{all_at_once, opened};
use crate::support::people;
use crate::support::{
    Authenticator, Browser, CrmApp, Form, Gateway, Origin, PROTECTED, Person, totp,
};
use std::sync::Arc;

const ROUNDS: u32 = 100;
const SESSIONS: usize = 4;
const EACH: usize = 16;

async fn setting() -> (Origin, Gateway) {
    let origin = Origin::start(Arc::new(CrmApp::default())).await;
    let gateway = Gateway::start(origin.addr, |_| {}).await;
    (origin, gateway)
}

/// Sessions that stand before the challenge, each with its filled-in form.
async fn before_the_challenge(
    gateway: &Gateway,
    person: Person,
    code: &str,
) -> Vec<(Browser, Form)> {
    let mut waiting = Vec::new();
    for _ in 0..SESSIONS {
        let mut browser = people::awaiting(gateway, person).await;
        let page = browser.get_following("/.mfa/challenge").await;
        let form = page.form_with("code").set("code", code);
        waiting.push((browser, form));
    }
    waiting
}

async fn round(gateway: &Gateway, person: Person) -> (usize, Authenticator) {
    totp::early_in_a_step(8).await;
    let (_owner, mut phone) = people::enrolled(gateway, person).await;
    let code = phone.code().await;
    let waiting = before_the_challenge(gateway, person, &code).await;
    let answers = all_at_once(&waiting, EACH).await;
    assert_eq!(answers.len(), SESSIONS * EACH);
    (opened(answers, &waiting).await, phone)
}

/// Long (a minute or two): a hundred users, five sign-ins and 64 codes each.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_that_is_sent_64_times_at_once_works_exactly_once() {
    let (_origin, gateway) = setting().await;
    for number in 1..=ROUNDS {
        let (opened, _phone) = round(&gateway, Person(number)).await;
        assert_eq!(opened, 1, "round {number}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_wrong_codes_at_once_are_five_guesses() {
    let (_origin, gateway) = setting().await;
    let (_owner, mut phone) = people::enrolled(&gateway, Person(1)).await;
    let waiting = before_the_challenge(&gateway, Person(1), &phone.wrong()).await;
    let answers = all_at_once(&waiting, EACH).await;
    let guesses = answers
        .iter()
        .filter(|(_, page)| page.status != 429 && page.has_field("code"))
        .count();
    assert!(guesses <= 5, "{guesses} guesses were looked at");
    assert_eq!(opened(answers, &waiting).await, 0);
    // And they counted: the right code has to wait now.
    let mut browser = people::awaiting(&gateway, Person(1)).await;
    let page = browser.get_following("/.mfa/challenge").await;
    let code = phone.code().await;
    let late = if page.status == 429 {
        page
    } else {
        browser
            .submit(&page.form_with("code").set("code", &code))
            .await
    };
    assert_eq!(late.status, 429, "{late:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_cannot_sign_in_and_step_up_at_once() {
    let (_origin, gateway) = setting().await;
    for number in 1..=10 {
        totp::early_in_a_step(8).await;
        let person = Person(200 + number);
        let (mut owner, mut phone) = people::enrolled(&gateway, person).await;
        let code = phone.code().await;
        let asked = owner.get("/settings/security/authenticators/new").await;
        assert!(asked.leads_to("/.mfa/step-up"), "{asked:?}");
        let question = owner.follow(asked).await;
        let step_up = question.form_with("code").set("code", &code);
        let mut waiting = before_the_challenge(&gateway, person, &code).await;
        let (mut other, sign_in) = waiting.remove(0);
        let (stepped, signed) = tokio::join!(owner.submit(&step_up), other.submit(&sign_in));
        let signed_in = signed.status == 303 && other.get("/private").await.holds(PROTECTED);
        let page = owner.get("/settings/security/authenticators/new").await;
        let stepped_up = page.holds("otpauth:");
        assert_eq!(
            usize::from(signed_in) + usize::from(stepped_up),
            1,
            "round {number}: {stepped:?}\n{signed:?}"
        );
    }
}
