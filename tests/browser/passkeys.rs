//! Passkeys and security keys, on authenticators that Chromium plays itself.

use crate::inspect::inspect;
use crate::people::{Setting, answer, sign_in};
use crate::support::Person;
use crate::tab::{Script, Tab};
use serde_json::json;

/// What is built into the device or plugged in.
#[derive(Clone, Copy)]
pub struct Device {
    transport: &'static str,
    /// It has a PIN, a finger sensor or the like.
    can_verify: bool,
    /// Its user does what it asks for.
    verified: bool,
}

pub const LAPTOP: Device = Device {
    transport: "internal",
    can_verify: true,
    verified: true,
};
/// Nobody has set up a screen lock.
const OPEN_LAPTOP: Device = Device {
    can_verify: false,
    verified: false,
    ..LAPTOP
};
/// Whoever sits there does not know the PIN.
const STRANGERS_HAND: Device = Device {
    verified: false,
    ..LAPTOP
};
pub const KEY: Device = Device {
    transport: "usb",
    can_verify: false,
    verified: false,
};

/// Attaches the device; several can be. Its name among them.
pub async fn attach(tab: &Tab, device: Device) -> String {
    tab.cdp("WebAuthn.enable", json!({})).await;
    let options = json!({
        "protocol": "ctap2",
        "transport": device.transport,
        "hasResidentKey": device.can_verify,
        "hasUserVerification": device.can_verify,
        "isUserVerified": device.verified,
        "automaticPresenceSimulation": true,
    });
    let options = json!({ "options": options });
    let added = tab.cdp("WebAuthn.addVirtualAuthenticator", options).await;
    added["authenticatorId"].as_str().unwrap().to_owned()
}

/// The ids of what the device keeps, in base64url.
pub async fn kept(tab: &Tab, device: &str) -> Vec<String> {
    let of = json!({ "authenticatorId": device });
    let kept = tab.cdp("WebAuthn.getCredentials", of).await;
    let kept = kept["credentials"].as_array().unwrap().clone();
    let ids = kept.iter().map(|one| one["credentialId"].as_str().unwrap());
    // The protocol pads, and uses the other alphabet.
    ids.map(|id| id.trim_end_matches('=').replace('+', "-").replace('/', "_"))
        .collect()
}

/// Adds a passkey from the security page.
pub async fn add(tab: &Tab) {
    tab.go("/settings/security").await;
    tab.follow("Add passkey").await;
    tab.follow("Create passkey").await;
}

async fn says(tab: &Tab, words: &str) {
    let script = format!("document.querySelector('[data-said]').textContent.includes({words:?})");
    tab.until(words, &script).await;
}

#[tokio::test]
async fn row_16_a_user_is_told_what_a_passkey_is_before_adding_one_and_signs_in_with_it() {
    let set = Setting::new(|_| {}).await;
    let tab = set.password_only(Script::On).await;
    attach(&tab, LAPTOP).await;
    tab.go("/settings/security").await;
    tab.follow("Add passkey").await;
    let text = tab.text().await;
    assert!(text.contains("signs you in with your face, finger or screen lock"));
    assert!(
        text.contains(
            "where to save it: on this device, on your phone, or in your password manager"
        )
    );
    inspect(&tab, "new-passkey").await;
    tab.fill("Name (optional)", "My laptop").await;
    tab.follow("Create passkey").await;
    let text = tab.text().await;
    assert!(text.contains("“My laptop” has been added."), "{text}");
    inspect(&tab, "security-passkey").await;

    tab.go("/.mfa/sign-out").await;
    tab.follow("Sign out").await;
    sign_in(&tab, "/private/reports").await;
    assert_eq!(tab.title().await, "Use your passkey · Acme CRM");
    inspect(&tab, "challenge-passkey").await;
    tab.follow("Use passkey").await;
    assert_eq!(tab.path().await, "/private/reports");
    assert!(tab.text().await.contains(&Person(1).marker()));
    let told = set.origin.last_to("/private/reports");
    assert_eq!(told.header("x-mfa-factor"), Some("passkey"));
    assert_eq!(told.header("x-mfa-acr"), Some("phr"));
    assert_eq!(tab.watch.problems(), [""; 0]);
}

#[tokio::test]
async fn a_security_key_without_a_pin_is_a_second_factor_and_no_more() {
    let set = Setting::new(|_| {}).await;
    let tab = set.password_only(Script::On).await;
    attach(&tab, KEY).await;
    tab.go("/settings/security").await;
    tab.follow("Add security key").await;
    assert_eq!(tab.title().await, "Add a security key · Acme CRM");
    inspect(&tab, "new-security-key").await;
    tab.follow("Use security key").await;
    assert!(tab.text().await.contains("“Security key” has been added."));
    tab.go("/.mfa/sign-out").await;
    tab.follow("Sign out").await;
    sign_in(&tab, "/private").await;
    tab.follow("Use passkey").await;
    let told = set.origin.last_to("/private");
    assert_eq!(told.header("x-mfa-acr"), Some("aal2"));
    assert_eq!(told.header("x-mfa-amr"), Some("pwd hwk mfa"));
}

#[tokio::test]
async fn h06_a_laptop_and_a_hardware_key_both_work_side_by_side() {
    let set = Setting::new(|_| {}).await;
    let tab = set.password_only(Script::On).await;
    attach(&tab, LAPTOP).await;
    add(&tab).await;
    tab.go("/settings/security").await;
    tab.follow("Add security key").await;
    tab.follow("Use passkey").await;
    assert_eq!(tab.title().await, "Add a security key · Acme CRM");
    attach(&tab, KEY).await;
    tab.follow("Use security key").await;
    let rows =
        "document.querySelectorAll('section[aria-labelledby=passkeys-title] .rows > li').length";
    assert_eq!(tab.eval(rows).await, 2);
    tab.go("/.mfa/sign-out").await;
    tab.follow("Sign out").await;
    sign_in(&tab, "/private").await;
    tab.follow("Use passkey").await;
    assert!(tab.text().await.contains(&Person(1).marker()));
}

#[tokio::test]
async fn row_10_cancelled_late_unfit_unsupported_and_known_are_each_said_in_their_own_words() {
    let set = Setting::new(|_| {}).await;
    let tab = set.password_only(Script::On).await;
    attach(&tab, STRANGERS_HAND).await;
    tab.go("/settings/security/passkeys/new").await;
    tab.press("Create passkey").await;
    says(&tab, "The prompt was closed before it was done").await;
    inspect(&tab, "new-passkey-cancelled").await;

    let tab = set.open(Script::On).await;
    attach(&tab, OPEN_LAPTOP).await;
    tab.go("/settings/security/passkeys/new").await;
    tab.press("Create passkey").await;
    let said = "document.querySelector('[data-said]').textContent.length > 20";
    tab.until("an explanation", said).await;

    // A prompt that nobody looks at.
    let tab = set.open(Script::On).await;
    let device = attach(&tab, LAPTOP).await;
    let unseen = json!({ "authenticatorId": device, "enabled": false });
    tab.cdp("WebAuthn.setAutomaticPresenceSimulation", unseen)
        .await;
    tab.go("/settings/security/passkeys/new").await;
    tab.eval(
        "(() => { const data = document.querySelector('form[data-passkey]').dataset;
           data.options = JSON.stringify({ ...JSON.parse(data.options), timeout: 1000 }); })()",
    )
    .await;
    tab.press("Create passkey").await;
    says(&tab, "It took too long").await;

    let tab = set.open(Script::On).await;
    attach(&tab, LAPTOP).await;
    add(&tab).await;
    tab.go("/settings/security/passkeys/new").await;
    if tab.title().await.starts_with("Confirm") {
        tab.follow("Use passkey").await;
    }
    tab.press("Create passkey").await;
    says(&tab, "already has a passkey for your account").await;
    inspect(&tab, "new-passkey-known").await;

    // The password manager is told of what was removed, and offers it no more.
    let told =
        "'accepted' in document.querySelector('section[aria-labelledby=passkeys-title]').dataset";
    tab.go("/settings/security").await;
    assert_eq!(tab.eval(told).await, true);

    let old = "delete PublicKeyCredential.parseCreationOptionsFromJSON";
    tab.go("/settings/security/passkeys/new").await;
    tab.eval(old).await;
    tab.press("Create passkey").await;
    says(&tab, "This browser can't use passkeys here").await;
}

#[tokio::test]
async fn a_removed_passkey_is_forgotten_and_the_phone_still_signs_in() {
    let set = Setting::new(|_| {}).await;
    let mut phone = set.owner_of_a_phone().await;
    let tab = set.admitted(Script::On, &mut phone).await;
    attach(&tab, LAPTOP).await;
    tab.go("/settings/security").await;
    tab.follow("Add passkey").await;
    answer(&tab, &phone.code().await, "Confirm").await;
    tab.follow("Create passkey").await;
    let trash =
        "document.querySelector('a[href*=passkeys][href$=remove]').getAttribute('aria-label')";
    let label = tab.text_of(trash).await;
    tab.follow(&label).await;
    inspect(&tab, "remove-passkey").await;
    tab.follow(&label).await;
    let text = tab.text().await;
    assert!(text.contains("has been removed."), "{text}");
    tab.go("/.mfa/sign-out").await;
    tab.follow("Sign out").await;
    sign_in(&tab, "/private").await;
    assert_eq!(tab.title().await, "Enter your code · Acme CRM");
    answer(&tab, &phone.code().await, "Verify").await;
    assert!(tab.text().await.contains(&Person(1).marker()));
}

#[tokio::test]
async fn without_javascript_the_passkey_page_leads_to_the_other_ways() {
    let set = Setting::new(|_| {}).await;
    let mut phone = set.owner_of_a_phone().await;
    let owner = set.admitted(Script::On, &mut phone).await;
    attach(&owner, LAPTOP).await;
    owner.go("/settings/security").await;
    owner.follow("Add passkey").await;
    answer(&owner, &phone.code().await, "Confirm").await;
    owner.follow("Create passkey").await;
    owner.go("/.mfa/sign-out").await;
    owner.follow("Sign out").await;

    let tab = set.challenged(Script::Off).await;
    tab.go("/.mfa/challenge/passkey").await;
    let text = tab.text().await;
    assert!(text.contains("Passkeys need JavaScript"), "{text}");
    tab.press("Try another way").await;
    tab.follow("Use a code from your authenticator app").await;
    answer(&tab, &phone.code().await, "Verify").await;
    assert!(tab.text().await.contains(&Person(1).marker()));
}

#[tokio::test]
async fn h05_where_passkeys_are_still_to_come_the_button_says_so() {
    let set = Setting::new(|config| {
        config.set("factors.passkey", "enrolment", "false");
    })
    .await;
    let tab = set.password_only(Script::On).await;
    tab.go("/settings/security").await;
    let disabled = "[...document.querySelectorAll('button')].find((e) => e.textContent === 'Coming soon').disabled";
    assert_eq!(tab.eval(disabled).await, true);
    inspect(&tab, "security-coming-soon").await;
}
