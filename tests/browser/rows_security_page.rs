//! The security page.

use crate::people::{BOTH, Setting, answer, enrol, rename, sign_in, sign_out, type_over};
use crate::support::{Person, sheet};
use crate::tab::{Script, Tab};
use serde_json::json;

/// The rows of a card: name, dates, whether there is an icon, and what the trash is called.
fn rows(card: &str) -> String {
    format!(
        "[...document.querySelectorAll('section[aria-labelledby={card}-title] .rows > li')].map((e) => ({{
           name: e.querySelector('.name').innerText.replace(/\\s+/g, ' ').trim(),
           meta: e.querySelector('.about > .meta').innerText.replace(/\\s+/g, ' ').trim(),
           icon: e.querySelector('svg').getBoundingClientRect().width > 10 && !!document.querySelector(e.querySelector('svg use').getAttribute('href')),
           trash: e.querySelector('a.icon').getAttribute('aria-label'),
           rename: e.querySelector('summary').innerText.replace(/\\s+/g, ' ').trim() }}))"
    )
}

#[tokio::test]
async fn row_21_h01_h04_three_cards_list_each_factor_with_icon_name_provider_and_dates() {
    for script in BOTH {
        let set = Setting::new(|_| {}).await;
        let mut owner = set.owner_of_everything().await;
        let tab = set.admitted(script, &mut owner.phone).await;
        tab.go("/settings/security").await;
        let titles =
            "[...document.querySelectorAll('main h2')].slice(0, 3).map((e) => e.innerText)";
        let three = json!(["Authenticator app (TOTP)", "Passkeys", "Backup codes"]);
        assert_eq!(tab.eval(titles).await, three);

        let phones = tab.eval(&rows("totp")).await;
        let passkeys = tab.eval(&rows("passkeys")).await;
        for (list, name) in [(&phones, "Phone"), (&passkeys, "Bitwarden")] {
            assert_eq!(list.as_array().unwrap().len(), 1, "{list}");
            let row = &list[0];
            assert_eq!(row["name"], name);
            assert_eq!(row["icon"], true, "{row}");
            assert_eq!(row["trash"], format!("Remove {name}"));
            assert_eq!(row["rename"], format!("Rename {name}"));
            let meta = row["meta"].as_str().unwrap();
            assert!(meta.starts_with("Added "), "{meta}");
        }
        let used = phones[0]["meta"].as_str().unwrap();
        assert!(used.contains("Last used "), "{used}");
        assert_eq!(used.contains("UTC"), script == Script::Off, "{used}");

        // Renamed where it stands.
        rename(&tab, "Phone", "Pixel").await;
        let said = tab.text().await;
        assert!(said.contains("It is now called “Pixel”."), "{said}");
    }
}

/// The line about backup codes, and whether it is a warning.
async fn remaining(tab: &Tab) -> (String, bool) {
    let line = "section[aria-labelledby=codes-title] > p";
    let text = tab
        .text_of(&format!("document.querySelector('{line}').innerText"))
        .await;
    let warns = format!("document.querySelector('{line}').classList.contains('warn')");
    (text, tab.eval(&warns).await == true)
}

#[tokio::test]
async fn row_22_h09_codes_count_down_with_a_warning_at_three_and_none_are_made_without_a_factor() {
    for script in BOTH {
        let set = Setting::new(|_| {}).await;
        let tab = set.password_only(script).await;
        tab.go("/settings/security").await;
        let button = "(() => { const e = document.querySelector('section[aria-labelledby=codes-title] button');
            return [e.innerText, e.disabled, document.getElementById(e.getAttribute('aria-describedby')).innerText]; })()";
        let why = "Add an authenticator app or a passkey first: backup codes stand in for one.";
        assert_eq!(tab.eval(button).await, json!(["Generate codes", true, why]));
        sign_out(&tab).await;

        let mut owner = set.owner_of_everything().await;
        let tab = set.admitted(script, &mut owner.phone).await;
        tab.go("/settings/security").await;
        let (text, warns) = remaining(&tab).await;
        assert!(
            text.starts_with("Codes remaining: 10 of 10. Made "),
            "{text}"
        );
        assert!(!warns, "{text}");
        for (at, code) in owner.codes.iter().take(7).enumerate() {
            let mut browser = crate::support::people::awaiting(&set.gateway, Person(1)).await;
            let page = sheet::answer(&mut browser, code).await;
            assert_eq!(page.status, 303, "{page:?}");
            if at == 5 {
                tab.go("/settings/security").await;
                let (text, warns) = remaining(&tab).await;
                assert!(
                    text.starts_with("Codes remaining: 4 of 10.") && !warns,
                    "{text}"
                );
            }
        }
        tab.go("/settings/security").await;
        let (text, warns) = remaining(&tab).await;
        let few = "Codes remaining: 3 of 10. Make new ones before you run out.";
        assert!(text.starts_with(few) && warns, "{text}");
        // Spent is spent.
        let mut browser = crate::support::people::awaiting(&set.gateway, Person(1)).await;
        let page = sheet::answer(&mut browser, &owner.codes[0]).await;
        assert!(page.holds("has already been used"), "{page:?}");
    }
}

#[tokio::test]
async fn row_23_h13_who_has_one_factor_only_is_asked_to_add_a_second() {
    const NUDGE: &str = "!!document.querySelector('.nudge')?.checkVisibility()";
    for script in BOTH {
        let set = Setting::new(|_| {}).await;
        let tab = set.password_only(script).await;
        tab.go("/settings/security").await;
        assert_eq!(tab.eval(NUDGE).await, false, "before the first");
        tab.follow("Add authenticator").await;
        let mut phone = enrol(&tab, "Phone").await;
        assert_eq!(tab.eval(NUDGE).await, true);
        let text = tab.text().await;
        assert!(
            text.contains("so that losing the first does not lock you out"),
            "{text}"
        );

        tab.follow("Add authenticator").await;
        if tab.path().await.starts_with("/.mfa/step-up") {
            answer(&tab, &phone.code().await, "Confirm").await;
        }
        type_over(&tab).await;
        enrol(&tab, "Tablet").await;
        assert_eq!(tab.eval(NUDGE).await, false, "with two");
        sign_out(&tab).await;
        sign_in(&tab, "/private").await;
        assert_eq!(tab.path().await, "/.mfa/challenge");
    }
}
