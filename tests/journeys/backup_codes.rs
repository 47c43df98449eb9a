//! Making backup codes and signing in with them.

use crate::support::passkey::pages;
use crate::support::people::{self, Person};
use crate::support::sheet::{self, NEW};
use crate::support::{Browser, CrmApp, Device, Gateway, Origin, PROTECTED, Passkey};
use std::sync::Arc;

async fn setting() -> (Origin, Gateway) {
    let origin = Origin::start(Arc::new(CrmApp::default())).await;
    let gateway = Gateway::start(origin.addr, |_| {}).await;
    (origin, gateway)
}

/// The owner, in a verified session, with a passkey and ten codes.
async fn with_codes(gateway: &Gateway, person: Person) -> (Browser, Passkey, Vec<String>) {
    let (mut owner, mut passkey) = pages::enrolled(gateway, person, Device::MANAGER).await;
    let codes = sheet::make(&mut owner, &mut passkey).await;
    (owner, passkey, codes)
}

async fn sign_in(gateway: &Gateway, person: Person, code: &str) -> Browser {
    let mut browser = people::awaiting(gateway, person).await;
    let opened = sheet::answer(&mut browser, code).await;
    assert_eq!(opened.status, 303, "{opened:?}");
    browser
}

async fn assert_refused(gateway: &Gateway, person: Person, code: &str, why: &str) {
    let mut browser = people::awaiting(gateway, person).await;
    let page = browser.get("/.mfa/challenge/backup-code").await;
    // Where no code is left there is no field for one.
    let refused = browser
        .submit(&pages::filled_with(&page, "backup_code", code))
        .await;
    assert_eq!(refused.status, 422, "{why}: {refused:?}");
    assert!(browser.get("/private").await.leads_to("/.mfa/challenge"));
    assert!(!browser.saw(PROTECTED));
}

/// What the card on the Security page says.
async fn remaining(browser: &mut Browser) -> String {
    let page = browser.get("/settings/security").await;
    page.words_of("section[aria-labelledby=codes-title]")
}

#[tokio::test]
async fn codes_need_a_factor_and_a_step_up_and_are_shown_once() {
    let (_origin, gateway) = setting().await;
    let mut browser = people::password_only(&gateway, Person(1)).await;
    assert!(browser.get(NEW).await.leads_to("/settings/security"));
    let card = remaining(&mut browser).await;
    assert!(
        card.contains("Add an authenticator app or a passkey first"),
        "{card}"
    );

    let mut passkey = pages::enrol(&mut browser, Device::MANAGER).await;
    let asked = browser.get(NEW).await;
    assert!(asked.leads_to("/.mfa/step-up"), "{asked:?}");
    let question = browser.follow(asked).await;
    let words = question.reading();
    assert!(words.contains("to make new backup codes"), "{words}");
    let answered = pages::give(&mut browser, &question, &mut passkey).await;
    assert!(answered.leads_to(NEW), "{answered:?}");
    let page = browser.follow(answered).await;
    assert!(
        sheet::codes(&page).is_empty(),
        "codes before the button: {page:?}"
    );
    let made = browser.submit(&page.form_to(NEW)).await;
    let codes = sheet::codes(&made);
    assert_eq!(codes.len(), 10, "{made:?}");
    assert_eq!(made.header("cache-control"), Some("no-store"));
    for code in &codes {
        let groups: Vec<&str> = code.split('-').collect();
        assert_eq!(groups.len(), 4, "{code}");
        let plain = |it: &&str| it.len() == 4 && it.bytes().all(|it| it.is_ascii_alphanumeric());
        assert!(groups.iter().all(plain), "{code}");
        assert_eq!(codes.iter().filter(|it| *it == code).count(), 1);
    }
    for address in [NEW, "/settings/security"] {
        let again = browser.get(address).await;
        assert_eq!(again.status, 200, "{again:?}");
        assert!(codes.iter().all(|code| !again.holds(code)), "{again:?}");
    }
    let log = gateway.log();
    assert!(codes.iter().all(|code| !log.contains(code)), "in the log");
}

#[tokio::test]
async fn a_form_for_codes_is_not_taken_without_the_step_up() {
    let (_origin, gateway) = setting().await;
    let (mut owner, mut passkey) = pages::enrolled(&gateway, Person(1), Device::MANAGER).await;
    pages::open_stepped_up(&mut owner, NEW, &mut passkey).await;
    let mut browser = pages::admit(&gateway, Person(1), &mut passkey).await;
    // Any form of this session has its token.
    let security = browser.get_following("/.mfa/sign-out").await;
    let mut form = security.form_with("csrf");
    form.action = NEW.to_owned();
    let refused = browser.submit(&form).await;
    assert!(refused.leads_to("/.mfa/step-up"), "{refused:?}");
    assert!(remaining(&mut owner).await.contains("No backup codes yet"));
}

#[tokio::test]
async fn a_code_signs_in_and_the_application_is_told_of_it() {
    let (origin, gateway) = setting().await;
    let (mut owner, _, codes) = with_codes(&gateway, Person(1)).await;
    let mut browser = people::awaiting(&gateway, Person(1)).await;
    let page = browser.get("/.mfa/challenge").await;
    assert!(pages::asks(&page), "a backup code comes first: {page:?}");
    assert_eq!(
        page.links("/.mfa/challenge/"),
        ["/.mfa/challenge/backup-code", "/.mfa/challenge/passkey"]
    );
    let opened = sheet::answer(&mut browser, &codes[0]).await;
    assert_eq!(opened.status, 303, "{opened:?}");
    assert!(browser.get("/private").await.holds(&Person(1).marker()));
    let seen = origin.last_to("/private");
    let told = ["Verified", "Factor", "AMR", "ACR"].map(|it| seen.header(&format!("X-MFA-{it}")));
    assert_eq!(
        told,
        ["true", "backup_code", "pwd otp mfa", "aal2"].map(Some)
    );
    assert!(!origin.received(&codes[0]), "the application saw the code");
    let words = owner.get("/settings/security").await.reading();
    assert!(words.contains("Signed in with a backup code"), "{words}");
}

#[tokio::test]
async fn each_code_works_once_and_the_page_counts_down_and_warns() {
    let (_origin, gateway) = setting().await;
    let (mut owner, _, codes) = with_codes(&gateway, Person(1)).await;
    for (used, code) in codes.iter().enumerate() {
        let left = 10 - used;
        let card = remaining(&mut owner).await;
        assert!(
            card.contains(&format!("Codes remaining: {left} of 10")),
            "{card}"
        );
        assert_eq!(card.contains("Make new ones"), left <= 3, "{card}");
        sign_in(&gateway, Person(1), code).await;
        assert_refused(&gateway, Person(1), code, "used before").await;
    }
    let card = remaining(&mut owner).await;
    assert!(card.contains("Codes remaining: 0 of 10"), "{card}");
    // Who has none left is not asked for one.
    let mut browser = people::awaiting(&gateway, Person(1)).await;
    let page = browser.get("/.mfa/challenge/backup-code").await;
    assert!(!page.has_field("backup_code"), "{page:?}");
}

#[tokio::test]
async fn a_code_is_understood_however_it_is_typed() {
    let (_origin, gateway) = setting().await;
    let (_, _, codes) = with_codes(&gateway, Person(1)).await;
    for typed in [
        codes[0].to_lowercase(),
        codes[1].replace('-', ""),
        format!("  {} ", codes[2].replace('-', " ")),
        codes[3].replace('0', "O").replace('1', "l"),
    ] {
        sign_in(&gateway, Person(1), &typed).await;
    }
}

#[tokio::test]
async fn what_is_no_code_is_told_apart_and_costs_nothing() {
    let (_origin, gateway) = setting().await;
    let (_, _, codes) = with_codes(&gateway, Person(1)).await;
    let mut browser = people::awaiting(&gateway, Person(1)).await;
    for typed in ["", "123456", "UUUU-UUUU-UUUU-UUUU", &codes[0][..18], "ключ"] {
        for _ in 0..3 {
            let page = sheet::answer(&mut browser, typed).await;
            assert_eq!(page.status, 422, "{typed}: {page:?}");
        }
    }
    let opened = sheet::answer(&mut browser, &codes[0]).await;
    assert_eq!(opened.status, 303, "{opened:?}");
}

#[tokio::test]
async fn the_code_of_somebody_else_is_refused_and_not_spent() {
    let (_origin, gateway) = setting().await;
    let (_, _, codes) = with_codes(&gateway, Person(1)).await;
    let (mut other, _, _) = with_codes(&gateway, Person(2)).await;
    assert_refused(&gateway, Person(2), &codes[0], "somebody else's").await;
    assert!(remaining(&mut other).await.contains("Codes remaining: 10"));
    sign_in(&gateway, Person(1), &codes[0]).await;
}

#[tokio::test]
async fn five_wrong_codes_end_the_sign_in_and_the_right_one_waits() {
    let (_origin, gateway) = setting().await;
    let (_, _, codes) = with_codes(&gateway, Person(1)).await;
    let mut guesser = people::awaiting(&gateway, Person(1)).await;
    for number in 1..=5 {
        let wrong = format!("{}ZZZ{number}", &codes[0][..15]);
        let page = sheet::answer(&mut guesser, &wrong).await;
        assert_eq!(page.status, if number < 5 { 422 } else { 401 }, "{page:?}");
    }
    let mut browser = people::awaiting(&gateway, Person(1)).await;
    let late = sheet::answer(&mut browser, &codes[0]).await;
    assert_eq!(late.status, 429, "{late:?}");
    assert!(!browser.saw(PROTECTED));
}
