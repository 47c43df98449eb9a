//! Passkeys: names, security keys, and what password managers are told.

use crate::passkeys::{KEY, LAPTOP, add, attach, kept};
use crate::people::{Setting, answer, rename, sign_in, sign_out};
use crate::support::passkey::pages;
use crate::support::{Device, Person, sheet};
use crate::tab::{Script, Tab};
use serde_json::{Value, json};

const NEW: &str = "/settings/security/passkeys/new";

/// The list of passkeys: name and provider of each.
pub async fn names(tab: &Tab) -> Value {
    tab.eval(
        "[...document.querySelectorAll('section[aria-labelledby=passkeys-title] .name')]
           .map((e) => e.innerText.replace(/\\s+/g, ' ').trim())",
    )
    .await
}

/// Confirms with a passkey where that is asked for.
async fn confirmed(tab: &Tab) {
    if tab.title().await.starts_with("Confirm") {
        tab.follow("Use passkey").await;
    }
}

#[tokio::test]
async fn row_17_h06_a_passkey_without_a_name_is_called_after_its_provider_and_shows_it_when_renamed()
 {
    let set = Setting::new(|_| {}).await;
    let mut owner = set.owner_of_everything().await;
    let tab = set.admitted(Script::On, &mut owner.phone).await;
    tab.go("/settings/security").await;
    assert_eq!(names(&tab).await, json!(["Bitwarden"]));
    rename(&tab, "Bitwarden", "Family vault").await;
    assert_eq!(names(&tab).await, json!(["Family vault Bitwarden"]));
}

#[tokio::test]
async fn row_18_a_security_key_is_added_by_its_own_button_and_a_known_one_is_information() {
    let set = Setting::new(|_| {}).await;
    let tab = set.password_only(Script::On).await;
    attach(&tab, KEY).await;
    tab.go("/settings/security").await;
    tab.follow("Add security key").await;
    let asked = "(() => { const it = JSON.parse(document.querySelector('form[data-passkey=create]').dataset.options);
        return { hints: it.hints, excluded: (it.excludeCredentials || []).map((one) => one.id) }; })()";
    let first = tab.eval(asked).await;
    assert_eq!(first, json!({ "hints": ["security-key"], "excluded": [] }));
    tab.follow("Use security key").await;

    tab.go("/settings/security").await;
    tab.follow("Add security key").await;
    confirmed(&tab).await;
    let excluded = tab.eval(asked).await["excluded"].clone();
    assert_eq!(excluded.as_array().unwrap().len(), 1);
    tab.press("Use security key").await;
    tab.until(
        "it is said",
        "document.querySelector('[data-said]').textContent.includes('and you can use it')",
    )
    .await;
    let failure = "document.querySelector('[data-said]').classList.contains('wrong') || document.title.startsWith('Error')";
    assert_eq!(tab.eval(failure).await, false, "shown as a failure");
}

#[tokio::test]
async fn row_19_password_managers_forget_what_was_removed_and_what_was_not_accepted() {
    let set = Setting::new(|_| {}).await;
    let mut phone = set.owner_of_a_phone().await;
    let tab = set.admitted(Script::On, &mut phone).await;
    let laptop = attach(&tab, LAPTOP).await;
    tab.go(NEW).await;
    answer(&tab, &phone.code().await, "Confirm").await;
    tab.fill("Name (optional)", "Laptop").await;
    tab.follow("Create passkey").await;
    assert_eq!(kept(&tab, &laptop).await.len(), 1);

    // Another device answers a question that nobody asked: what it has made is worth nothing.
    let removed = json!({ "authenticatorId": laptop });
    tab.cdp("WebAuthn.removeVirtualAuthenticator", removed)
        .await;
    let other = attach(&tab, LAPTOP).await;
    tab.go(NEW).await;
    tab.eval(
        "(() => { const data = document.querySelector('form[data-passkey]').dataset, options = JSON.parse(data.options);
           data.options = JSON.stringify({ ...options, challenge: options.challenge.split('').reverse().join('') }); })()",
    )
    .await;
    tab.follow("Create passkey").await;
    assert_eq!(tab.title().await, "Error: Add a passkey · Acme CRM");
    forgets(&tab, &other).await;

    tab.fill("Name (optional)", "Other").await;
    tab.follow("Create passkey").await;
    assert_eq!(kept(&tab, &other).await.len(), 1);
    tab.follow("Remove Other").await;
    tab.follow("Remove Other").await;
    forgets(&tab, &other).await;
}

async fn forgets(tab: &Tab, device: &str) {
    for _ in 0..200 {
        if kept(tab, device).await.is_empty() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("the device still offers it: {:?}", kept(tab, device).await);
}

#[tokio::test]
async fn row_20_what_password_managers_look_for_is_at_the_well_known_addresses() {
    let set = Setting::new(|_| {}).await;
    let tab = set.password_only(Script::On).await;
    let manage = format!("{}/settings/security", set.gateway.url());
    let found = "fetch('/.well-known/passkey-endpoints').then((it) => it.json())";
    let enroll = format!("{manage}/passkeys/new");
    assert_eq!(
        tab.eval(found).await,
        json!({ "enroll": enroll, "manage": manage })
    );
    // As a link does it; typed in, Chromium asks about other addresses of the site first.
    let before = tab.document().await;
    tab.eval("location.href = '/.well-known/change-password'")
        .await;
    tab.arrive(before).await;
    assert_eq!(tab.path().await, "/settings/security");
    tab.go("/settings/security/passkeys/new").await;
    assert_eq!(tab.title().await, "Add a passkey · Acme CRM");
}

#[tokio::test]
async fn h05_a_passkey_is_created_listed_renamed_used_and_removed() {
    let set = Setting::new(|_| {}).await;
    let tab = set.password_only(Script::On).await;
    attach(&tab, LAPTOP).await;
    tab.go("/settings/security").await;
    tab.follow("Add passkey").await;
    tab.fill("Name (optional)", "Laptop").await;
    tab.follow("Create passkey").await;
    assert_eq!(names(&tab).await, json!(["Laptop"]));
    rename(&tab, "Laptop", "Work laptop").await;
    assert_eq!(names(&tab).await, json!(["Work laptop"]));
    sign_out(&tab).await;
    sign_in(&tab, "/private").await;
    tab.follow("Use passkey").await;
    tab.go("/settings/security").await;
    let used = "[...document.querySelectorAll('.rows .meta')].map((e) => e.innerText).join(' ')";
    let used = tab.text_of(used).await;
    assert!(used.contains("Last used"), "{used}");
    tab.follow("Remove Work laptop").await;
    confirmed(&tab).await;
    tab.follow("Remove Work laptop").await;
    assert_eq!(names(&tab).await, json!([]));
}

#[tokio::test]
async fn h05_passkeys_from_before_still_sign_in_and_go_where_no_more_can_be_added() {
    let mut set = Setting::new(|_| {}).await;
    let tab = set.password_only(Script::On).await;
    attach(&tab, LAPTOP).await;
    add(&tab).await;
    sign_out(&tab).await;
    set.gateway
        .config
        .set("factors.passkey", "enrolment", "false");
    set.gateway.restart().await;
    sign_in(&tab, "/private").await;
    tab.follow("Use passkey").await;
    assert!(tab.text().await.contains(&Person(1).marker()));
    tab.go(NEW).await;
    assert!(tab.text().await.contains("There is no page here"));
    tab.go("/settings/security").await;
    let label =
        "document.querySelector('a[href*=passkeys][href$=remove]').getAttribute('aria-label')";
    let label = tab.text_of(label).await;
    tab.follow(&label).await;
    confirmed(&tab).await;
    tab.follow(&label).await;
    assert!(tab.text().await.contains("has been removed."));
    assert_eq!(names(&tab).await, json!([]));
}

#[tokio::test]
async fn h02_twelve_authenticators_and_twelve_passkeys_of_one_user_are_listed_and_more_can_be_added()
 {
    let set = Setting::new(|_| {}).await;
    let (mut elsewhere, mut passkey) =
        pages::enrolled(&set.gateway, Person(1), Device::MANAGER).await;
    for number in 2..=12 {
        let page = pages::open_stepped_up(&mut elsewhere, pages::NEW, &mut passkey).await;
        let name = format!("Passkey {number}");
        pages::make(&mut elsewhere, &page, Device::LAPTOP, &name).await;
    }
    for number in 1..=12 {
        let name = format!("Phone {number}");
        crate::support::totp::enrol_named(&mut elsewhere, &name).await;
    }
    let codes = sheet::make(&mut elsewhere, &mut passkey).await;
    let tab = set.challenged(Script::On).await;
    tab.go("/.mfa/challenge/backup-code").await;
    tab.fill("Backup code", &codes[0]).await;
    tab.follow("Verify").await;
    tab.go("/settings/security").await;
    assert_eq!(names(&tab).await.as_array().unwrap().len(), 12);
    let phones =
        "document.querySelectorAll('section[aria-labelledby=totp-title] .rows > li').length";
    assert_eq!(tab.eval(phones).await, 12);
    for button in ["Add authenticator", "Add passkey", "Add security key"] {
        let there = format!(
            "[...document.querySelectorAll('a.button')].some((e) => e.innerText === '{button}')"
        );
        assert_eq!(tab.eval(&there).await, true, "{button}");
    }
}
