//! The challenge page.

use crate::passkeys::{LAPTOP, attach, kept};
use crate::people::{BOTH, Setting, answer, sign_in, sign_out};
use crate::support::clock::Clock;
use crate::support::passkey::pages;
use crate::support::{Authenticator, Device, Person};
use crate::tab::{Script, Tab};
use serde_json::json;
use std::time::Duration;

/// What can be typed into, with its attributes.
const FIELDS: &str = "[...document.querySelectorAll('input:not([type=hidden]), textarea, select')]
    .filter((e) => e.checkVisibility())
    .map((e) => ['type', 'inputmode', 'autocomplete', 'pattern'].map((name) => e.getAttribute(name)).join(' ')
      + (e.autofocus ? ' autofocus' : '')).join(', ')";

#[tokio::test]
async fn row_01_one_field_takes_the_code_with_spaces_dashes_and_zeros_and_sends_it_by_itself() {
    for script in BOTH {
        let set = Setting::new(|_| {}).await;
        let mut phone = set.owner_of_a_phone().await;
        let tab = set.challenged(script).await;
        let one = "text numeric one-time-code [0-9 ]* autofocus";
        assert_eq!(tab.text_of(FIELDS).await, one);
        assert_eq!(tab.focus().await, "code");

        // With its zeros it has six digits, and is compared.
        answer(&tab, &phone.wrong(), "Verify").await;
        let said = tab.text().await;
        assert!(said.contains("That code didn't match."), "{said}");
        assert!(phone.wrong().starts_with("0000"));

        let code = phone.code().await;
        if script == Script::Off {
            // Where no script tidies up, the field lets spaces pass; the server takes dashes as well.
            tab.eval("document.getElementById('code').removeAttribute('pattern')")
                .await;
        }
        let pasted = format!("{}-{} ", &code[..3], &code[3..]);
        let before = tab.document().await;
        tab.eval("document.getElementById('code').focus()").await;
        tab.cdp("Input.insertText", json!({ "text": pasted })).await;
        if script == Script::Off {
            tab.hits("Enter").await;
        }
        tab.arrive(before).await;
        assert!(tab.text().await.contains(&Person(1).marker()));
    }
}

#[tokio::test]
async fn row_02_no_split_boxes_nothing_masked_and_no_puzzle() {
    let set = Setting::new(|_| {}).await;
    let mut owner = set.owner_of_everything().await;
    let tab = set.challenged(Script::On).await;
    for page in ["/.mfa/challenge/totp", "/.mfa/challenge/backup-code"] {
        tab.go(page).await;
        let fields = tab.text_of(FIELDS).await;
        assert!(
            fields.starts_with("text ") && !fields.contains(','),
            "{page}: {fields}"
        );
        // What is typed can be read, and nobody minds pasting.
        let plain = "(() => { const e = document.querySelector('input.code'), s = getComputedStyle(e);
            const paste = new ClipboardEvent('paste', { cancelable: true, bubbles: true, clipboardData: new DataTransfer() });
            return s.webkitTextSecurity === 'none' && e.dispatchEvent(paste)
              && !document.querySelector('canvas, iframe, audio, video, main img'); })()";
        assert_eq!(tab.eval(plain).await, true, "{page}");
    }
    tab.go("/.mfa/challenge/totp").await;
    answer(&tab, &owner.phone.code().await, "Verify").await;
    assert!(tab.text().await.contains(&Person(1).marker()));
}

/// Adds a passkey beside the phone, and signs out.
async fn add_beside(tab: &Tab, phone: &mut Authenticator) {
    tab.go("/settings/security/passkeys/new").await;
    answer(tab, &phone.code().await, "Confirm").await;
    tab.follow("Create passkey").await;
    sign_out(tab).await;
}

#[tokio::test]
async fn row_03_the_passkey_comes_first_waits_for_its_button_and_is_one_of_this_user_only() {
    let set = Setting::new(|_| {}).await;
    pages::enrolled(&set.gateway, Person(2), Device::LAPTOP).await;
    let mut phone = set.owner_of_a_phone().await;
    let tab = set.admitted(Script::On, &mut phone).await;
    let laptop = attach(&tab, LAPTOP).await;
    add_beside(&tab, &mut phone).await;
    sign_in(&tab, "/private").await;
    assert_eq!(tab.title().await, "Use your passkey · Acme CRM");
    let allowed = "JSON.parse(document.querySelector('form[data-passkey=get]').dataset.options)
        .allowCredentials.map((it) => it.id)";
    let allowed = tab.eval(allowed).await;
    assert_eq!(allowed, json!(kept(&tab, &laptop).await));
    assert_eq!(allowed.as_array().unwrap().len(), 1);

    // The device would answer at once.
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(tab.path().await, "/.mfa/challenge");
    tab.follow("Use passkey").await;
    assert_eq!(tab.path().await, "/private");
}

/// What *Try another way* leads to, besides people.
async fn ways(tab: &Tab) -> String {
    tab.press("Try another way").await;
    let ways = "[...document.querySelectorAll('.ways li:not(.hint) a')]
        .filter((e) => e.checkVisibility()).map((e) => e.innerText).join(', ')";
    tab.text_of(ways).await
}

#[tokio::test]
async fn row_04_h12_try_another_way_lists_what_is_enrolled_and_the_way_used_last_comes_first() {
    let (code, passkey, backup) = (
        "Use a code from your authenticator app",
        "Use a passkey",
        "Use a backup code",
    );
    for script in BOTH {
        let set = Setting::new(|_| {}).await;
        let mut owner = set.owner_of_everything().await;
        let tab = set.challenged(script).await;
        assert_eq!(tab.title().await, "Use your passkey · Acme CRM");
        assert_eq!(ways(&tab).await, format!("{code}, {backup}"));
        tab.follow(code).await;
        assert_eq!(ways(&tab).await, format!("{passkey}, {backup}"));
        tokio::time::sleep(Duration::from_millis(1_100)).await;
        answer(&tab, &owner.phone.code().await, "Verify").await;
        assert!(tab.text().await.contains(&Person(1).marker()));

        sign_out(&tab).await;
        sign_in(&tab, "/private").await;
        assert_eq!(tab.title().await, "Enter your code · Acme CRM");
        assert_eq!(ways(&tab).await, format!("{passkey}, {backup}"));
        tab.follow(backup).await;
        tab.fill("Backup code", &owner.codes[0]).await;
        tab.follow("Verify").await;
        assert!(tab.text().await.contains(&Person(1).marker()));
        // A sheet is for once: the next sign-in does not begin with it.
        sign_out(&tab).await;
        sign_in(&tab, "/private").await;
        assert_eq!(tab.title().await, "Enter your code · Acme CRM");
    }
}

#[tokio::test]
async fn row_04_who_has_one_way_only_is_still_told_whom_to_ask() {
    for script in BOTH {
        let set = Setting::new(|_| {}).await;
        set.owner_of_a_phone().await;
        let tab = set.challenged(script).await;
        assert_eq!(ways(&tab).await, "");
        let text = tab.text().await;
        assert!(
            text.contains("Nothing works? Ask your administrator"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn row_07_a_challenge_that_another_tab_restarted_goes_on_in_place() {
    for script in BOTH {
        let set = Setting::new(|_| {}).await;
        let mut phone = set.owner_of_a_phone().await;
        let tab = set.challenged(script).await;
        let other = set.open(script).await;
        sign_in(&other, "/login").await;
        let code = phone.code().await;
        answer(&tab, &code, "Verify").await;
        assert_eq!(tab.title().await, "Error: Enter your code · Acme CRM");
        let said = tab.text().await;
        assert!(said.contains("This page was open for too long."), "{said}");
        // It was not looked at, so that it is still good.
        answer(&tab, &code, "Verify").await;
        assert!(tab.text().await.contains(&Person(1).marker()));
    }
}

#[tokio::test]
async fn row_07_a_passkey_that_was_asked_for_too_long_ago_is_asked_for_again_in_place() {
    let mut set = Setting::new(|_| {}).await;
    let clock = Clock::of(&mut set.gateway);
    set.gateway.restart().await;
    let mut phone = set.owner_of_a_phone().await;
    let tab = set.admitted(Script::On, &mut phone).await;
    attach(&tab, LAPTOP).await;
    add_beside(&tab, &mut phone).await;
    sign_in(&tab, "/private/reports").await;
    clock.set(6 * 60);
    tab.follow("Use passkey").await;
    assert_eq!(tab.title().await, "Error: Use your passkey · Acme CRM");
    let said = tab.text().await;
    assert!(
        said.contains("asked for too long ago. Try again now."),
        "{said}"
    );
    tab.follow("Use passkey").await;
    assert_eq!(tab.path().await, "/private/reports");
}
