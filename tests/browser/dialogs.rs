//! Dialogs over the security page.

use crate::people::{Setting, answer, confirm_by_password};
use crate::tab::{Script, Tab};
use serde_json::json;

const FOCUS: &str =
    "document.activeElement.closest('dialog:modal') ? 'dialog' : document.activeElement.tagName";

/// Where the focus is after so many times the tab key: in the dialog, or at the browser's own frame.
async fn goes_round(tab: &Tab) {
    for _ in 0..12 {
        tab.hits("Tab").await;
        let focus = tab.text_of(FOCUS).await;
        assert!(["dialog", "BODY"].contains(&focus.as_str()), "{focus}");
    }
    let behind = "document.elementFromPoint(20, 20).tagName";
    assert_eq!(
        tab.text_of(behind).await,
        "DIALOG",
        "the page behind can be clicked"
    );
}

#[tokio::test]
async fn row_25_h07_h10_a_dialog_keeps_the_focus_and_gives_it_back_and_the_action_goes_on_by_itself()
 {
    let set = Setting::new(|_| {}).await;
    let mut phone = set.owner_of_a_phone().await;
    let tab = set.admitted(Script::On, &mut phone).await;
    tab.go("/settings/security").await;
    tab.follow("Remove Phone").await;
    assert_eq!(tab.text_of("document.activeElement.id").await, "code");
    assert!(tab.text().await.contains("to remove “Phone”"));
    goes_round(&tab).await;

    let before = tab.document().await;
    tab.hits("Escape").await;
    tab.arrive(before).await;
    assert_eq!(tab.path().await, "/settings/security");
    let label = "document.activeElement.ariaLabel";
    assert_eq!(tab.text_of(label).await, "Remove Phone");

    tab.follow("Remove Phone").await;
    answer(&tab, &phone.code().await, "Confirm").await;
    assert!(tab.text().await.contains("Remove Phone?"));
    // Enter removes nothing that nobody has read.
    assert_eq!(tab.text_of("document.activeElement.id").await, "title");
    goes_round(&tab).await;
    tab.follow("Cancel").await;
    assert_eq!(tab.text_of(label).await, "Remove Phone");
}

#[tokio::test]
async fn row_26_h08_escape_does_not_lose_codes_that_are_being_made() {
    let set = Setting::new(|_| {}).await;
    let mut phone = set.owner_of_a_phone().await;
    let tab = set.admitted(Script::On, &mut phone).await;
    tab.go("/settings/security/backup-codes/new").await;
    answer(&tab, &phone.code().await, "Confirm").await;
    let slow = json!({ "offline": false, "latency": 1500, "downloadThroughput": -1, "uploadThroughput": -1 });
    tab.cdp("Network.emulateNetworkConditions", slow).await;
    let before = tab.document().await;
    tab.press("Make codes").await;
    tab.hits("Escape").await;
    tab.arrive(before).await;
    let made = "document.querySelectorAll('.codes li').length";
    assert_eq!(tab.eval(made).await, 10, "{}", tab.text().await);
}

#[tokio::test]
async fn row_26_h08_escape_does_not_lose_codes_that_nobody_saved() {
    let set = Setting::new(|_| {}).await;
    let mut phone = set.owner_of_a_phone().await;
    let tab = set.admitted(Script::On, &mut phone).await;
    tab.go("/settings/security").await;
    tab.follow("Generate codes").await;
    answer(&tab, &phone.code().await, "Confirm").await;
    tab.follow("Make codes").await;
    let open = "document.querySelectorAll('dialog:modal .codes li').length";
    // The second time in a row a browser closes the dialog whatever the page says.
    for _ in 0..3 {
        tab.hits("Escape").await;
        tab.until("the codes stay", &format!("{open} === 10")).await;
        tab.until("the box is next", "document.activeElement.id === 'saved'")
            .await;
    }
    tab.click("#saved").await;
    let before = tab.document().await;
    tab.hits("Escape").await;
    tab.arrive(before).await;
    assert_eq!(tab.path().await, "/settings/security");
    assert_eq!(
        tab.text_of("document.activeElement.id").await,
        "backup-codes-new"
    );
}

#[tokio::test]
async fn row_25_without_javascript_a_dialog_is_the_page() {
    let set = Setting::new(|_| {}).await;
    let mut phone = set.owner_of_a_phone().await;
    let tab = set.admitted(Script::Off, &mut phone).await;
    tab.go("/settings/security").await;
    tab.follow("Remove Phone").await;
    let text = tab.text().await;
    assert!(text.contains("to remove “Phone”"), "{text}");
    assert!(
        !text.contains("Backup codes"),
        "the cards are to see: {text}"
    );
    answer(&tab, &phone.code().await, "Confirm").await;
    assert!(tab.text().await.contains("Remove Phone?"));
}

#[tokio::test]
async fn row_25_h03_h08_every_change_is_a_modal_over_the_security_page_that_escape_leaves() {
    let set = Setting::new(|_| {}).await;
    let mut owner = set.owner_of_everything().await;
    let tab = set.admitted(Script::On, &mut owner.phone).await;
    confirm_by_password(&tab).await;
    for (opener, heading) in [
        ("Add authenticator", "Add an authenticator"),
        ("Add passkey", "Add a passkey"),
        ("Add security key", "Add a security key"),
        ("Make new codes", "Make new backup codes?"),
        ("Remove Phone", "Remove Phone?"),
        ("Remove Bitwarden", "Remove Bitwarden?"),
    ] {
        tab.go("/settings/security").await;
        tab.follow(opener).await;
        let named = "document.getElementById(document.querySelector('dialog:modal').getAttribute('aria-labelledby')).innerText";
        assert_eq!(tab.text_of(named).await, heading);
        // The cards stand behind, for the eye only.
        let behind = "(() => { const e = document.querySelector('.behind'); return e.inert && e.checkVisibility() && !e.querySelector('form, [name=csrf]'); })()";
        assert_eq!(tab.eval(behind).await, true, "{heading}");
        goes_round(&tab).await;
        let before = tab.document().await;
        tab.hits("Escape").await;
        tab.arrive(before).await;
        assert_eq!(tab.path().await, "/settings/security", "{heading}");
        let back = "document.activeElement.ariaLabel || document.activeElement.textContent";
        assert_eq!(tab.text_of(back).await, opener);
    }
    assert_eq!(tab.watch.problems(), [""; 0]);
}
