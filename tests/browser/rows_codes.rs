//! The sheet of backup codes, and removal.

use crate::inspect::keep_picture;
use crate::people::{BOTH, Everything, Setting, sign_in, sign_out};
use crate::support::{Page, Person, sheet};
use crate::tab::{Script, Tab};
use serde_json::{Value, json};

const CODES: &str =
    "[...document.querySelectorAll('ol#codes > li')].map((e) => e.innerText.trim())";

/// A sheet just made, in a session that needs no step-up for it.
async fn sheet_of(set: &Setting, owner: &mut Everything, script: Script) -> (Tab, Vec<String>) {
    let tab = set.admitted(script, &mut owner.phone).await;
    tab.go("/settings/security").await;
    tab.follow("Make new codes").await;
    if tab.path().await.starts_with("/.mfa/step-up") {
        tab.go("/.mfa/step-up?return=/settings/security/backup-codes/new&with=password")
            .await;
        tab.fill("Password", "pw").await;
        tab.follow("Confirm").await;
    }
    tab.follow("Make codes").await;
    let codes = tab.eval(CODES).await;
    let codes = codes.as_array().unwrap().iter();
    let codes = codes.map(|it| it.as_str().unwrap().to_owned()).collect();
    (tab, codes)
}

#[tokio::test]
async fn row_26_h08_ten_codes_are_shown_once_in_groups_and_the_sheet_before_is_worth_nothing() {
    for script in BOTH {
        let set = Setting::new(|_| {}).await;
        let mut owner = set.owner_of_everything().await;
        let (tab, codes) = sheet_of(&set, &mut owner, script).await;
        assert_eq!(codes.len(), 10);
        for code in &codes {
            let groups: Vec<&str> = code.split('-').collect();
            let fits = |it: &&str| it.len() == 4 && it.bytes().all(|it| it.is_ascii_alphanumeric());
            assert!(groups.len() >= 3 && groups.iter().all(fits), "{code}");
        }
        // On the page once each, in nothing that is sent, and in no address.
        let elsewhere = "location.href + [...document.querySelectorAll('input, a, button, form')]
            .map((e) => [...e.attributes].map((it) => it.value).join(' ') + (e.value ?? '')).join(' ')";
        let elsewhere = tab.text_of(elsewhere).await;
        let source = tab.text_of("document.documentElement.outerHTML").await;
        for code in &codes {
            assert!(!elsewhere.contains(code.as_str()), "{elsewhere}");
            assert_eq!(source.matches(code.as_str()).count(), 1, "{code}");
        }
        if script == Script::On {
            saves(&set, &tab, &codes).await;
            // Nobody leaves before having said so.
            tab.press("Done").await;
            assert_eq!(tab.focus().await, "saved");
            tab.click("#saved").await;
        }
        tab.follow("Done").await;
        assert!(tab.text().await.contains("Codes remaining: 10 of 10"));

        // Neither the address nor the back button brings them again.
        tab.go("/settings/security/backup-codes/new").await;
        assert!(!tab.text().await.contains(&codes[0]));
        let before = tab.document().await;
        tab.eval("history.go(-2)").await;
        tab.arrive(before).await;
        assert!(!tab.text().await.contains(&codes[0]));
        let old = try_code(&set, &owner.codes[0]).await;
        assert!(
            old.holds("didn&#39;t match") || old.holds("didn't match"),
            "{old:?}"
        );
        assert_eq!(try_code(&set, &codes[0]).await.status, 303);
    }
}

async fn try_code(set: &Setting, code: &str) -> Page {
    let mut browser = crate::support::people::awaiting(&set.gateway, Person(1)).await;
    sheet::answer(&mut browser, code).await
}

/// Copy, Download and Print.
async fn saves(set: &Setting, tab: &Tab, codes: &[String]) {
    let grant = json!({ "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"] });
    tab.cdp("Browser.grantPermissions", grant).await;
    tab.press("Copy").await;
    tab.until(
        "it is copied",
        "document.querySelector('[data-copy]').textContent === 'Copied'",
    )
    .await;
    let copied = tab.text_of("navigator.clipboard.readText()").await;
    assert_eq!(copied.lines().collect::<Vec<_>>(), codes);

    let folder = set.gateway.directory().join("downloads");
    std::fs::create_dir(&folder).unwrap();
    let allow = json!({ "behavior": "allow", "downloadPath": folder.to_str().unwrap() });
    tab.cdp("Browser.setDownloadBehavior", allow).await;
    tab.press("Download").await;
    let site = set.gateway.host();
    let file = folder.join(format!("{}-backup-codes.txt", site.replace(':', "-")));
    for _ in 0..200 {
        if file.exists() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let text = std::fs::read_to_string(&file).unwrap();
    for part in ["Acme CRM", &site, &Person(1).email(), &codes.join("\n")] {
        assert!(text.contains(part), "no {part} in {text}");
    }
    let year = tab.text_of("String(new Date().getUTCFullYear())").await;
    assert!(text.contains(&year), "no date in {text}");

    tab.eval("window.print = () => { window.printed = true; }")
        .await;
    tab.press("Print").await;
    assert_eq!(tab.eval("window.printed").await, true);
    tab.cdp("Emulation.setEmulatedMedia", json!({ "media": "print" }))
        .await;
    let shown = "[...document.querySelectorAll('button, a, header, #saved')].filter((e) => e.checkVisibility()).length";
    assert_eq!(tab.eval(shown).await, 0, "more than the sheet is printed");
    keep_picture(tab, "backup-codes-printed.png").await;
    let on_paper = tab.text().await;
    // Paper is kept for years: the date says which.
    for part in ["Acme CRM", &site, &Person(1).email(), &year, &codes[9]] {
        assert!(on_paper.contains(part), "no {part} in {on_paper}");
    }
    tab.cdp("Emulation.setEmulatedMedia", json!({ "media": "" }))
        .await;
}

#[tokio::test]
async fn row_27_h11_removal_names_the_factor_and_says_what_the_next_sign_in_will_be_like() {
    for script in BOTH {
        for required in [false, true] {
            let set = Setting::new(|config| {
                if required {
                    config.mfa_required();
                }
            })
            .await;
            last_one_goes(&set, script, required).await;
        }
    }
}

async fn last_one_goes(set: &Setting, script: Script, required: bool) {
    let tab = set.open(script).await;
    sign_in(&tab, "/private").await;
    if !required {
        tab.go("/settings/security/authenticators/new").await;
    }
    crate::people::enrol(&tab, "My phone").await;
    tab.go("/settings/security").await;
    tab.follow("Remove My phone").await;
    if tab.path().await.starts_with("/.mfa/step-up") {
        let text = tab.text().await;
        assert!(text.contains("to remove “My phone”"), "{text}");
        tab.press("Try another way").await;
        tab.follow("Use your password").await;
        tab.fill("Password", "pw").await;
        tab.follow("Confirm").await;
    }
    let text = tab.text().await;
    assert!(text.contains("Remove My phone?"), "{text}");
    let next = match required {
        true => "your next sign-in will ask you to set up a new one before you can go on",
        false => "your next sign-in will ask for your password only",
    };
    assert!(
        text.contains("This is the last one.") && text.contains(next),
        "{text}"
    );
    tab.follow("Remove My phone").await;
    assert!(tab.text().await.contains("“My phone” has been removed."));
    // This session goes on; the next one is as it was said.
    tab.go("/private").await;
    assert!(tab.text().await.contains(&Person(1).marker()));
    sign_out(&tab).await;
    sign_in(&tab, "/private").await;
    let next = if required { "/.mfa/enrol" } else { "/private" };
    assert_eq!(tab.path().await, next);
}

#[tokio::test]
async fn row_27_h11_backup_codes_end_with_the_last_factor_and_the_dialog_says_so() {
    let set = Setting::new(|_| {}).await;
    let mut owner = set.owner_of_everything().await;
    let tab = set.admitted(Script::On, &mut owner.phone).await;
    tab.go("/settings/security").await;
    tab.follow("Remove Bitwarden").await;
    if tab.path().await.starts_with("/.mfa/step-up") {
        tab.press("Try another way").await;
        tab.follow("Use your password").await;
        tab.fill("Password", "pw").await;
        tab.follow("Confirm").await;
    }
    let text = tab.text().await;
    assert!(text.contains("Your others stay as they are."), "{text}");
    tab.follow("Remove Bitwarden").await;
    tab.follow("Remove Phone").await;
    let text = tab.text().await;
    assert!(text.contains("Your backup codes end with it."), "{text}");
    tab.follow("Remove Phone").await;
    let text = tab.text().await;
    assert!(text.contains("backup codes stand in for one"), "{text}");
    let cards: Value = tab
        .eval("document.querySelectorAll('.rows:not(.log) > li').length")
        .await;
    assert_eq!(cards, 0);
}
