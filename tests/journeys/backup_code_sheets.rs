//! New sheets in the place of old ones, the end of a sheet, and what a code is not for.

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

async fn with_codes(gateway: &Gateway) -> (Browser, Passkey, Vec<String>) {
    let (mut owner, mut passkey) = pages::enrolled(gateway, Person(1), Device::MANAGER).await;
    let codes = sheet::make(&mut owner, &mut passkey).await;
    (owner, passkey, codes)
}

#[tokio::test]
async fn a_new_sheet_kills_the_old_one_also_in_the_middle_of_a_challenge() {
    let (_origin, gateway) = setting().await;
    let (mut owner, mut passkey, old) = with_codes(&gateway).await;
    let mut finder = people::awaiting(&gateway, Person(1)).await;
    let typed = sheet::form(&mut finder, &old[0]).await;
    let page = owner.get(NEW).await;
    let words = page.reading();
    assert!(words.contains("stop working at once"), "{words}");
    let new = sheet::make(&mut owner, &mut passkey).await;
    assert!(new.iter().all(|code| !old.contains(code)));

    let refused = finder.submit(&typed).await;
    assert_eq!(refused.status, 422, "{refused:?}");
    for code in &old[1..4] {
        let refused = sheet::answer(&mut finder, code).await;
        assert_eq!(refused.status, 422, "{refused:?}");
    }
    assert!(!finder.saw(PROTECTED));
    let opened = sheet::answer(&mut finder, &new[0]).await;
    assert_eq!(opened.status, 303, "{opened:?}");
}

#[tokio::test]
async fn the_codes_end_with_the_last_factor() {
    let (_origin, gateway) = setting().await;
    let (mut owner, mut passkey, codes) = with_codes(&gateway).await;
    let mut finder = people::awaiting(&gateway, Person(1)).await;
    let typed = sheet::form(&mut finder, &codes[0]).await;
    let dialog = pages::remove(&mut owner, "Bitwarden", &mut passkey).await;
    let words = dialog.reading();
    assert!(words.contains("backup codes"), "not said: {words}");
    let list = owner.get("/settings/security").await.reading();
    assert!(!list.contains("Codes remaining"), "{list}");
    let refused = finder.submit(&typed).await;
    assert_ne!(refused.status, 303, "{refused:?}");
    assert!(!finder.get("/private").await.holds(PROTECTED));

    // Nor do they come back with the next factor.
    let mut owner = people::password_only(&gateway, Person(1)).await;
    pages::enrol(&mut owner, Device::MANAGER).await;
    let list = owner.get("/settings/security").await.reading();
    assert!(list.contains("No backup codes yet"), "{list}");
    let mut browser = people::awaiting(&gateway, Person(1)).await;
    let page = browser.get("/.mfa/challenge").await;
    assert_eq!(page.links("/.mfa/challenge/"), ["/.mfa/challenge/passkey"]);
    let form = pages::filled_with(&page, "backup_code", &codes[0]);
    assert_eq!(browser.submit(&form).await.status, 422);
}

#[tokio::test]
async fn the_codes_stay_while_another_factor_is_left() {
    let (_origin, gateway) = setting().await;
    let (mut owner, mut passkey, codes) = with_codes(&gateway).await;
    let page = pages::open_stepped_up(&mut owner, pages::NEW, &mut passkey).await;
    let (mut laptop, _) = pages::make(&mut owner, &page, Device::LAPTOP, "").await;
    pages::remove(&mut owner, "Bitwarden", &mut laptop).await;
    let mut browser = people::awaiting(&gateway, Person(1)).await;
    let opened = sheet::answer(&mut browser, &codes[0]).await;
    assert_eq!(opened.status, 303, "{opened:?}");
}

#[tokio::test]
async fn a_code_that_was_used_before_a_crash_stays_used_and_the_others_stay_good() {
    let (_origin, mut gateway) = setting().await;
    let (_, _, codes) = with_codes(&gateway).await;
    let mut browser = people::awaiting(&gateway, Person(1)).await;
    let opened = sheet::answer(&mut browser, &codes[0]).await;
    assert_eq!(opened.status, 303, "{opened:?}");
    gateway.restart().await;
    let mut finder = people::awaiting(&gateway, Person(1)).await;
    let refused = sheet::answer(&mut finder, &codes[0]).await;
    assert_eq!(refused.status, 422, "{refused:?}");
    let said = refused.words_of("#backup_code-error");
    assert!(said.contains("already been used"), "{said}");
    let opened = sheet::answer(&mut finder, &codes[1]).await;
    assert_eq!(opened.status, 303, "{opened:?}");
}

#[tokio::test]
async fn a_backup_code_on_a_page_that_is_too_old_is_not_used_up() {
    let (_origin, gateway) = setting().await;
    let (_, _, codes) = with_codes(&gateway).await;
    let mut browser = people::awaiting(&gateway, Person(1)).await;
    let old = sheet::form(&mut browser, &codes[0]).await;
    people::sign_in(&mut browser, Person(1)).await;
    let again = browser.submit(&old).await;
    assert_eq!(again.status, 422, "{again:?}");
    let said = again.words_of("#backup_code-error");
    assert!(said.contains("open for too long"), "{said}");
    let opened = sheet::answer(&mut browser, &codes[0]).await;
    assert_eq!(opened.status, 303, "{opened:?}");
}

#[tokio::test]
async fn a_backup_code_gets_in_and_may_add_a_factor_but_neither_remove_nor_replace_one() {
    let (_origin, gateway) = setting().await;
    let (_, _, codes) = with_codes(&gateway).await;
    let mut browser = people::awaiting(&gateway, Person(1)).await;
    let opened = sheet::answer(&mut browser, &codes[0]).await;
    assert_eq!(opened.status, 303, "{opened:?}");
    let again = "/settings/security/backup-codes/new";
    let question = browser.get_following(again).await;
    assert!(
        question.links("with=backup-code").is_empty(),
        "{question:?}"
    );
    let form = pages::filled_with(&question, "backup_code", &codes[1]).without("credential");
    let refused = browser.submit(&form).await;
    assert_eq!(refused.status, 422, "{refused:?}");
    assert!(browser.get(again).await.leads_to("/.mfa/step-up"));
    let list = browser.get("/settings/security").await;
    let trash = &list.links("/remove")[0];
    assert!(browser.get(trash).await.leads_to("/.mfa/step-up"));
    // Whoever has nothing else at hand needs something new.
    assert_eq!(browser.get(pages::NEW).await.status, 200);
    // It was not even looked at.
    let mut other = people::awaiting(&gateway, Person(1)).await;
    let opened = sheet::answer(&mut other, &codes[1]).await;
    assert_eq!(opened.status, 303, "{opened:?}");
}
