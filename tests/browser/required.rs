//! Where a factor is required, the first page is the enrolment.

use crate::people::{Setting, enrol, sign_in};
use crate::support::{PROTECTED, Person};
use crate::tab::Script;

#[tokio::test]
async fn a_new_user_sets_up_a_phone_before_the_first_page() {
    sets_up(Script::On).await;
}

#[tokio::test]
async fn setting_up_a_phone_works_with_javascript_off() {
    sets_up(Script::Off).await;
}

async fn sets_up(script: Script) {
    let set = Setting::new(|config| {
        config.mfa_required();
    })
    .await;
    let tab = set.open(script).await;
    sign_in(&tab, "/private/start").await;
    assert_eq!(tab.path().await, "/.mfa/enrol");
    let text = tab.text().await;
    assert!(text.contains("Set up two-factor authentication"), "{text}");
    assert!(!text.contains("Cancel"), "a way around: {text}");
    for page in ["/private", "/settings/profile", "/settings/security"] {
        tab.go(page).await;
        assert_eq!(tab.path().await, "/.mfa/enrol", "{page}");
        assert!(!tab.text().await.contains(PROTECTED), "{page}");
    }

    // A wrong code keeps the secret, so that the app need not scan again.
    let secret = "document.getElementById('secret').innerText";
    let before = tab.text_of(secret).await;
    tab.fill("6-digit code", "12345").await;
    tab.fill("Name", "My phone").await;
    tab.follow("Save authenticator").await;
    let title = tab.title().await;
    assert!(title.starts_with("Error: "), "{title}");
    assert_eq!(tab.focus().await, "summary");
    assert_eq!(tab.text_of(secret).await, before);
    let name = "document.querySelector('[name=name]').value";
    assert_eq!(tab.text_of(name).await, "My phone", "typed for nothing");

    enrol(&tab, "My phone").await;
    assert_eq!(tab.path().await, "/private/start");
    assert!(tab.text().await.contains(&Person(1).marker()));
    let first = set.origin.last_to("/private/start");
    assert_eq!(first.header("X-MFA-Verified"), Some("true"));
    assert_eq!(tab.watch.problems(), [""; 0]);
}
