//! What is said when something goes wrong.

use crate::people::{BOTH, Setting, answer, sign_in, type_over};
use crate::support::Whoami;
use crate::tab::Tab;

/// The page was shown again: it says so first, and leads to the field that is wrong.
async fn leads_to_the_field(tab: &Tab, field: &str) {
    let title = tab.title().await;
    assert!(title.starts_with("Error: "), "{title}");
    assert_eq!(tab.focus().await, "summary", "{title}");
    let before = tab.document().await;
    tab.click(".summary a").await;
    tab.until(
        "the link leads to the field",
        &format!("document.activeElement.id === '{field}'"),
    )
    .await;
    assert_eq!(before, tab.document().await, "{title}");
    let described = format!(
        "(() => {{ const e = document.getElementById('{field}'), error = document.getElementById('{field}-error');
           return e.getAttribute('aria-invalid') === 'true' && error.checkVisibility()
             && e.getAttribute('aria-describedby').split(' ').includes(error.id); }})()"
    );
    assert_eq!(tab.eval(&described).await, true, "{title}");
}

#[tokio::test]
async fn row_08_a_summary_takes_the_focus_links_to_the_field_and_the_title_begins_with_error() {
    for script in BOTH {
        let set = Setting::new(|_| {}).await;
        let mut owner = set.owner_of_everything().await;
        let tab = set.challenged(script).await;
        tab.go("/.mfa/challenge/backup-code").await;
        tab.fill("Backup code", "AAAA-BBBB-CCCC-DDDD").await;
        tab.follow("Verify").await;
        leads_to_the_field(&tab, "backup_code").await;
        tab.go("/.mfa/challenge/totp").await;
        answer(&tab, &owner.phone.wrong(), "Verify").await;
        leads_to_the_field(&tab, "code").await;
        answer(&tab, &owner.phone.code().await, "Verify").await;

        tab.go("/.mfa/step-up?return=/settings/security/authenticators/new&with=password")
            .await;
        tab.fill("Password", "guess").await;
        tab.follow("Confirm").await;
        leads_to_the_field(&tab, "password").await;
        tab.fill("Password", "pw").await;
        tab.follow("Confirm").await;
        let tablet = type_over(&tab).await;
        tab.fill("6-digit code", &tablet.wrong()).await;
        tab.follow("Save authenticator").await;
        leads_to_the_field(&tab, "code").await;

        tab.go("/settings/security").await;
        let rename = "new URL(document.querySelector('details form').action).pathname";
        tab.go(&tab.text_of(rename).await).await;
        tab.fill("Name", " ").await;
        tab.follow("Save").await;
        leads_to_the_field(&tab, "name").await;
    }
}

/// The page says what to mention to whom.
async fn says_whom_to_ask(tab: &Tab, what: &str, status: u16) {
    let text = tab.text().await;
    let help = "document.querySelector('main a[href=\"https://help.example.com/\"]').innerText";
    assert_eq!(tab.text_of(help).await, "contact support", "{what}");
    let id = "[...document.querySelectorAll('.id span')].map((e) => e.textContent).join('')";
    let id = tab.text_of(id).await;
    let hex = id.len() == 24 && id.bytes().all(|it| it.is_ascii_hexdigit());
    assert!(hex, "{what}: request {id}");
    assert!(
        text.contains(&format!("(error {status})")),
        "{what}: {text}"
    );
}

#[tokio::test]
async fn row_11_every_error_page_says_how_to_go_on_whom_to_ask_and_which_request_it_was() {
    for script in BOTH {
        let set = Setting::new(|_| {}).await;
        let tab = set.password_only(script).await;
        tab.go("/settings/security/nothing").await;
        says_whom_to_ask(&tab, "no page", 404).await;
        tab.follow("Go to the home page").await;
        assert_eq!(tab.path().await, "/");

        tab.go("/.mfa/sign-out").await;
        tab.eval("document.querySelector('[name=csrf]').remove()")
            .await;
        tab.follow("Sign out").await;
        says_whom_to_ask(&tab, "a form without its token", 403).await;
        tab.follow("Try again").await;
        assert_eq!(tab.title().await, "Sign out · Acme CRM");

        set.app.set_whoami(Whoami::Garbage);
        sign_in(&tab, "/login").await;
        tab.go("/private").await;
        says_whom_to_ask(&tab, "who is it?", 503).await;
        set.app.set_whoami(Whoami::Ok);
        tab.follow("Try again").await;
        assert_eq!(tab.path().await, "/login?next=/private");

        drop(set.origin);
        tab.go("/public").await;
        says_whom_to_ask(&tab, "no application", 502).await;
        tab.follow("Try again").await;
        assert_eq!(tab.path().await, "/public");
    }
}
