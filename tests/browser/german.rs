//! The pages in German, whose words are longer: they fit a phone, and the limit of bytes.

use crate::inspect::inspect;
use crate::people::{Setting, answer_in, sign_in};
use crate::tab::Script;
use serde_json::json;

const FIELD: &str = "6-stelliger Bestätigungscode";

#[tokio::test]
async fn german_pages_fit_a_phone_and_say_that_they_are_german() {
    let set = Setting::new(|_| {}).await;
    let mut phone = set.owner_of_a_phone().await;
    let tab = set.open(Script::On).await;
    let german = json!({ "headers": { "Accept-Language": "de-CH,de;q=0.9" } });
    tab.cdp("Network.setExtraHTTPHeaders", german).await;
    sign_in(&tab, "/private").await;
    assert_eq!(tab.title().await, "Bestätigungscode eingeben · Acme CRM");
    inspect(&tab, "de-challenge").await;
    answer_in(&tab, FIELD, &phone.code().await).await;
    tab.go("/settings/security/authenticators/new").await;
    inspect(&tab, "de-step-up").await;
    answer_in(&tab, FIELD, &phone.code().await).await;
    for (path, title, name) in [
        ("", "Sicherheit", "de-security"),
        (
            "/authenticators/new",
            "Authenticator-App hinzufügen",
            "de-enrol",
        ),
        ("/passkeys/new", "Passkey hinzufügen", "de-new-passkey"),
        (
            "/backup-codes/new",
            "Neue Backup-Codes",
            "de-backup-codes-first",
        ),
    ] {
        tab.go(&format!("/settings/security{path}")).await;
        assert_eq!(tab.title().await, format!("{title} · Acme CRM"));
        let language = tab.text_of("document.documentElement.lang").await;
        assert_eq!(language, "de", "{path}");
        inspect(&tab, name).await;
    }
}
