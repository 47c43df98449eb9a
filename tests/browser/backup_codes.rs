//! Backup codes, as somebody meets them who writes them down.

use crate::inspect::inspect;
use crate::passkeys::{LAPTOP, add, attach};
use crate::people::{Setting, sign_in};
use crate::support::Person;
use crate::tab::{Script, Tab};

async fn codes(tab: &Tab) -> Vec<String> {
    let script =
        "[...document.querySelectorAll('#codes code')].map((e) => e.textContent).join(' ')";
    let text = tab.text_of(script).await;
    text.split(' ').map(str::to_owned).collect()
}

#[tokio::test]
async fn codes_are_shown_once_and_each_of_them_signs_in_once() {
    let set = Setting::new(|_| {}).await;
    let tab = set.password_only(Script::On).await;
    tab.go("/settings/security").await;
    let why = "document.getElementById('codes-why').textContent";
    assert!(tab.text_of(why).await.contains("first"), "no reason");
    attach(&tab, LAPTOP).await;
    add(&tab).await;
    tab.follow("Generate codes").await;
    if tab.title().await.starts_with("Confirm") {
        inspect(&tab, "step-up-passkey").await;
        tab.follow("Use passkey").await;
    }
    inspect(&tab, "backup-codes-first").await;
    tab.follow("Make codes").await;
    let sheet = codes(&tab).await;
    assert_eq!(sheet.len(), 10, "{sheet:?}");
    inspect(&tab, "backup-codes").await;

    // Nobody leaves before having said so.
    tab.press("Done").await;
    assert_eq!(tab.title().await, "Your backup codes · Acme CRM");
    tab.click("#saved").await;
    tab.follow("Done").await;
    assert!(tab.text().await.contains("Codes remaining: 10 of 10"));
    inspect(&tab, "security-codes").await;
    tab.go("/settings/security/backup-codes/new").await;
    let text = tab.text().await;
    assert!(!text.contains(&sheet[0]) && text.contains("stop working at once"));

    tab.go("/.mfa/sign-out").await;
    tab.follow("Sign out").await;
    sign_in(&tab, "/private").await;
    tab.press("Try another way").await;
    tab.follow("Use a backup code").await;
    inspect(&tab, "challenge-backup-code").await;
    tab.fill("Backup code", "AAAA-BBBB-CCCC-DDDD").await;
    tab.follow("Verify").await;
    assert_eq!(tab.title().await, "Error: Enter a backup code · Acme CRM");
    inspect(&tab, "challenge-backup-code-wrong").await;
    tab.fill("Backup code", &sheet[0].to_lowercase().replace('-', " "))
        .await;
    tab.follow("Verify").await;
    assert!(tab.text().await.contains(&Person(1).marker()));
    tab.go("/settings/security").await;
    assert!(tab.text().await.contains("Codes remaining: 9 of 10"));
    assert_eq!(tab.watch.problems(), [""; 0]);
}

#[tokio::test]
async fn a_backup_code_signs_in_with_javascript_off() {
    let set = Setting::new(|_| {}).await;
    let owner = set.password_only(Script::On).await;
    attach(&owner, LAPTOP).await;
    add(&owner).await;
    owner.go("/settings/security/backup-codes/new").await;
    if owner.title().await.starts_with("Confirm") {
        owner.follow("Use passkey").await;
    }
    owner.follow("Make codes").await;
    let sheet = codes(&owner).await;
    owner.go("/.mfa/sign-out").await;
    owner.follow("Sign out").await;

    let tab = set.challenged(Script::Off).await;
    tab.go("/.mfa/challenge/backup-code").await;
    tab.fill("Backup code", &sheet[3]).await;
    tab.follow("Verify").await;
    assert!(tab.text().await.contains(&Person(1).marker()));
}
