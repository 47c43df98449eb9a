//! What the users' help says about step-up and removal.

use crate::people::{BOTH, Setting, sign_in};
use crate::support::Person;
use crate::support::passkey::pages;
use crate::tab::{Script, Tab};

#[tokio::test]
async fn h07_what_is_removed_stops_working_at_once_in_other_browsers_and_the_others_stay() {
    for script in BOTH {
        let set = Setting::new(|_| {}).await;
        let mut owner = set.owner_of_everything().await;
        // Somebody stands before the challenge, passkey in hand.
        let mut thief = crate::support::people::awaiting(&set.gateway, Person(1)).await;
        let asked = thief.get("/.mfa/challenge/passkey").await;
        let tab = set.admitted(script, &mut owner.phone).await;
        tab.go("/settings/security").await;
        tab.follow("Remove Bitwarden").await;
        assert_eq!(tab.title().await, "Confirm that it is you · Acme CRM");
        let why = tab.text().await;
        assert!(why.contains("to remove “Bitwarden”"), "{why}");
        tab.press("Try another way").await;
        tab.follow("Use your password").await;
        tab.fill("Password", "pw").await;
        tab.follow("Confirm").await;
        assert!(tab.text().await.contains("Remove Bitwarden?"));
        tab.follow("Remove Bitwarden").await;
        assert!(tab.text().await.contains("“Bitwarden” has been removed."));

        let refused = pages::give(&mut thief, &asked, &mut owner.passkey).await;
        assert_ne!(refused.status, 303, "{refused:?}");
        let page = owner.elsewhere.get("/settings/security").await;
        assert!(page.holds("Remove Phone") && !page.holds("Remove Bitwarden"));
        let mut other = crate::support::people::awaiting(&set.gateway, Person(1)).await;
        let page = crate::support::sheet::answer(&mut other, &owner.codes[0]).await;
        assert_eq!(page.status, 303, "{page:?}");
    }
}

/// What asks for a step-up, and why it says that it asks.
async fn asks(tab: &Tab, page: &str, why: &str) {
    tab.go(page).await;
    let path = tab.path().await;
    assert!(path.starts_with("/.mfa/step-up?"), "{page} led to {path}");
    let text = tab.text().await;
    assert!(text.contains(why), "{page}: {text}");
}

#[tokio::test]
async fn h10_every_change_of_factors_asks_first_says_why_goes_on_by_itself_and_asks_no_more_for_a_while()
 {
    for script in BOTH {
        let set = Setting::new(|_| {}).await;
        let mut owner = set.owner_of_everything().await;
        let tab = set.admitted(script, &mut owner.phone).await;
        tab.go("/settings/security").await;
        let trash = |kind: &str| {
            format!("document.querySelector('a[href*={kind}][href$=remove]').getAttribute('href')")
        };
        let phone = tab.text_of(&trash("authenticators")).await;
        let passkey = tab.text_of(&trash("passkeys")).await;
        let changes = [
            (
                "/settings/security/authenticators/new",
                "to add an authenticator",
            ),
            ("/settings/security/passkeys/new", "to add a passkey"),
            (
                "/settings/security/backup-codes/new",
                "to make new backup codes",
            ),
            (phone.as_str(), "to remove “Phone”"),
            (passkey.as_str(), "to remove “Bitwarden”"),
        ];
        for (page, why) in changes {
            asks(&tab, page, why).await;
            // Whatever the user has, and backup codes are not for this.
            tab.press("Try another way").await;
            let ways = "[...document.querySelectorAll('.ways li:not(.hint) a')].map((e) => e.innerText).join(', ')";
            let ways = tab.text_of(ways).await;
            assert_eq!(
                ways,
                "Use a code from your authenticator app, Use your password"
            );
        }
        tab.follow("Use your password").await;
        tab.fill("Password", "pw").await;
        tab.follow("Confirm").await;
        assert_eq!(tab.path().await, passkey);
        for (page, _) in changes {
            tab.go(page).await;
            assert_eq!(tab.path().await, page, "asked again");
        }
    }
}

#[tokio::test]
async fn h10_who_has_a_password_only_confirms_with_it() {
    let set = Setting::new(|config| {
        config.set("step_up", "window", "\"1s\"");
    })
    .await;
    let tab = set.open(Script::On).await;
    sign_in(&tab, "/private").await;
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    asks(
        &tab,
        "/settings/security/authenticators/new",
        "Type your password",
    )
    .await;
    tab.fill("Password", "pw").await;
    tab.follow("Confirm").await;
    assert_eq!(tab.title().await, "Add an authenticator · Acme CRM");
}
