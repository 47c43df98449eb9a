//! The way of a user through sign-in, challenge and security page, with and without JavaScript.

use crate::people::{BOTH, Setting, answer, enrol, give_password, sign_in, sign_out};
use crate::support::people::enrolled;
use crate::support::{PROTECTED, Person};
use crate::tab::{Script, Tab};

#[tokio::test]
async fn row_09_a_wrong_code_is_explained_once_with_what_to_do_and_the_right_one_lets_in() {
    for script in BOTH {
        signs_in(script).await;
    }
}

async fn signs_in(script: Script) {
    let set = Setting::new(|_| {}).await;
    let mut phone = set.owner_of_a_phone().await;
    let tab = set.open(script).await;
    sign_in(&tab, "/private/reports").await;
    assert_eq!(tab.path().await, "/.mfa/challenge");
    let text = tab.text().await;
    assert!(text.contains(&Person(1).email()), "whose code? {text}");
    assert_eq!(tab.title().await, "Enter your code · Acme CRM");
    assert_eq!(tab.focus().await, "code", "the field awaits the code");
    let promise = text.contains("as soon as you type all six digits");
    assert_eq!(promise, script == Script::On, "{text}");

    answer(&tab, &phone.wrong(), "Verify").await;
    assert_eq!(tab.title().await, "Error: Enter your code · Acme CRM");
    assert_eq!(tab.focus().await, "summary", "the summary takes the focus");
    // The summary leads to the field in a few words; the field says all of it, once.
    let text = tab.text().await;
    let said = "That code didn't match. Wait for the next code and check that your phone's clock is right.";
    assert_eq!(text.matches(said).count(), 1, "{text}");
    let described = "(() => { const e = document.getElementById('code');
        return e.getAttribute('aria-invalid') + ' ' + e.getAttribute('aria-describedby').split(' ')
          .map((id) => document.getElementById(id).textContent).join(' '); })()";
    let described = tab.text_of(described).await;
    assert!(
        described.starts_with("true ") && described.contains(&format!("Error: {said}")),
        "{described}"
    );
    tab.press("Enter the next code").await;
    assert_eq!(tab.focus().await, "code", "the summary leads to the field");

    answer(&tab, &phone.code().await, "Verify").await;
    assert_eq!(tab.path().await, "/private/reports");
    assert!(tab.text().await.contains(&Person(1).marker()));
    assert_eq!(tab.watch.problems(), [""; 0]);
}

#[tokio::test]
async fn after_a_wrong_code_the_next_digits_typed_go_into_the_field() {
    let set = Setting::new(|_| {}).await;
    let mut phone = set.owner_of_a_phone().await;
    let tab = set.challenged(Script::On).await;
    answer(&tab, &phone.wrong(), "Verify").await;
    let before = tab.document().await;
    tab.types(&phone.code().await).await;
    tab.arrive(before).await;
    assert!(tab.text().await.contains(&Person(1).marker()));
}

#[tokio::test]
async fn row_06_whoever_signs_in_lands_on_the_page_that_was_wanted_last() {
    for script in BOTH {
        let set = Setting::new(|_| {}).await;
        let mut phone = set.owner_of_a_phone().await;
        let tab = set.open(script).await;
        tab.go("/settings/security").await;
        tab.follow("Sign in").await;
        let before = tab.document().await;
        tab.eval("location.reload()").await;
        tab.arrive(before).await;
        give_password(&tab).await;
        answer(&tab, &phone.code().await, "Verify").await;
        assert_eq!(tab.path().await, "/settings/security");

        // What was opened later counts, also from the address bar.
        sign_out(&tab).await;
        tab.go("/settings/security").await;
        sign_in(&tab, "/private/reports").await;
        answer(&tab, &phone.code().await, "Verify").await;
        assert_eq!(tab.path().await, "/private/reports");
    }
}

#[tokio::test]
async fn who_signs_in_again_to_add_a_phone_is_back_at_adding_it() {
    let set = Setting::new(|config| {
        config
            .set("step_up", "window", "\"2s\"")
            .set("step_up", "password", "\"never\"");
    })
    .await;
    let tab = set.password_only(Script::On).await;
    tokio::time::sleep(std::time::Duration::from_millis(2_100)).await;
    tab.go("/settings/security").await;
    tab.follow("Add authenticator").await;
    tab.follow("Sign in again").await;
    give_password(&tab).await;
    assert_eq!(tab.path().await, "/settings/security/authenticators/new");
    assert_eq!(tab.title().await, "Add an authenticator · Acme CRM");
}

#[tokio::test]
async fn who_types_the_password_to_add_a_phone_is_at_adding_it() {
    confirms_by_password(Script::On).await;
}

#[tokio::test]
async fn confirming_with_the_password_works_with_javascript_off() {
    confirms_by_password(Script::Off).await;
}

async fn confirms_by_password(script: Script) {
    let set = Setting::new(|config| {
        config.set("step_up", "window", "\"4s\"");
    })
    .await;
    let tab = set.password_only(script).await;
    tokio::time::sleep(std::time::Duration::from_millis(4_100)).await;
    tab.go("/settings/security").await;
    tab.follow("Add authenticator").await;
    assert_eq!(tab.title().await, "Confirm that it is you · Acme CRM");
    tab.fill("Password", "guess").await;
    tab.follow("Confirm").await;
    let text = tab.text().await;
    assert!(text.contains("That password didn't match."), "{text}");
    assert!(text.contains("4 more times"), "{text}");
    tab.fill("Password", "pw").await;
    tab.follow("Confirm").await;
    assert_eq!(tab.path().await, "/settings/security/authenticators/new");
    assert_eq!(tab.title().await, "Add an authenticator · Acme CRM");
}

#[tokio::test]
async fn a_user_enrols_renames_and_removes_an_authenticator() {
    manages(Script::On).await;
}

#[tokio::test]
async fn managing_authenticators_works_with_javascript_off() {
    manages(Script::Off).await;
}

async fn manages(script: Script) {
    let set = Setting::new(|_| {}).await;
    let tab = set.password_only(script).await;
    tab.go("/settings/security").await;
    assert!(tab.text().await.contains("No authenticator yet"));
    tab.follow("Add authenticator").await;
    let mut phone = enrol(&tab, "My phone").await;
    shows(&tab, "“My phone” has been added.").await;

    tab.press("Rename My phone").await;
    tab.until("the form opens", "document.querySelector('details').open")
        .await;
    if script == Script::On {
        tab.until(
            "the name is selected, ready to be typed over",
            "getSelection().toString() === 'My phone'",
        )
        .await;
    }
    tab.fill("New name", "Work phone").await;
    tab.follow("Save").await;
    shows(&tab, "It is now called “Work phone”.").await;

    tab.go("/.mfa/sign-out").await;
    tab.follow("Sign out").await;
    sign_in(&tab, "/private").await;
    answer(&tab, &phone.code().await, "Verify").await;
    tab.go("/settings/security").await;
    tab.follow("Remove Work phone").await;
    assert_eq!(tab.title().await, "Confirm that it is you · Acme CRM");
    assert!(tab.text().await.contains("to remove “Work phone”"));
    answer(&tab, &phone.code().await, "Confirm").await;
    let dialog = tab.text().await;
    assert!(dialog.contains("Remove Work phone?"), "{dialog}");
    assert!(
        dialog.contains("This is the last one.")
            && dialog.contains("your next sign-in will ask for your password only"),
        "{dialog}"
    );
    tab.follow("Remove Work phone").await;
    shows(&tab, "“Work phone” has been removed.").await;
    assert!(tab.text().await.contains("No authenticator yet"));
    tab.go("/private").await;
    assert!(tab.text().await.contains(&Person(1).marker()));
    assert_eq!(tab.watch.problems(), [""; 0]);
}

/// The security page says what has happened.
async fn shows(tab: &Tab, notice: &str) {
    assert!(tab.path().await.starts_with("/settings/security?"));
    let said = tab.text_of("document.querySelector('[role=status]').innerText");
    let said = said.await;
    assert!(said.starts_with(notice), "{said}");
}

#[tokio::test]
async fn row_24_the_page_tells_what_happened_and_signs_out_other_sessions_but_not_this_one() {
    for script in BOTH {
        ends_the_others(script).await;
    }
}

async fn ends_the_others(script: Script) {
    let set = Setting::new(|_| {}).await;
    let (mut elsewhere, mut phone) = enrolled(&set.gateway, Person(1)).await;
    let tab = set.admitted(script, &mut phone).await;
    assert!(elsewhere.get("/private").await.holds(PROTECTED));
    tab.go("/settings/security").await;
    let lines =
        "[...document.querySelectorAll('.log li')].map((e) => e.innerText.replace(/\\s+/g, ' '))";
    let lines = tab.eval(lines).await;
    let line = |at: usize| lines[at].as_str().unwrap_or_default();
    assert!(
        line(0).starts_with("Signed in with “Phone” 127.0.0.1 "),
        "{lines}"
    );
    assert!(line(1).starts_with("Added “Phone” 127.0.0.1 "), "{lines}");
    assert!(
        line(0).ends_with(" UTC") == (script == Script::Off),
        "{lines}"
    );
    tab.follow("Sign out other sessions").await;
    shows(&tab, "Your other sessions have been signed out.").await;
    let page = elsewhere.get("/private").await;
    assert!(!page.holds(PROTECTED), "still in: {page:?}");
    tab.go("/private").await;
    assert!(tab.text().await.contains(&Person(1).marker()));
}

#[tokio::test]
async fn after_signing_out_the_application_and_the_back_button_show_nothing() {
    let set = Setting::new(|_| {}).await;
    let mut phone = set.owner_of_a_phone().await;
    for script in [Script::On, Script::Off] {
        let tab = set.admitted(script, &mut phone).await;
        tab.go("/settings/security").await;
        assert!(tab.text().await.contains("Phone"));
        tab.go("/.mfa/sign-out").await;
        tab.follow("Sign out").await;
        assert!(tab.text().await.contains("You are signed out"));
        let before = tab.document().await;
        tab.eval("history.go(-2)").await;
        tab.arrive(before).await;
        let text = tab.text().await;
        assert!(text.contains("You are not signed in"), "{text}");
        tab.go("/private").await;
        assert!(tab.path().await.starts_with("/login"));
        // The next one signs in with a browser that remembers no wish.
        tab.cdp("Network.clearBrowserCookies", serde_json::json!({}))
            .await;
    }
}

#[tokio::test]
async fn row_05_the_challenge_says_whose_it_is_and_somebody_else_leaves_from_it() {
    let set = Setting::new(|_| {}).await;
    set.owner_of_a_phone().await;
    for script in BOTH {
        let tab = set.challenged(script).await;
        let whose = tab.text_of("document.querySelector('.account').innerText");
        let whose = whose.await.split_whitespace().collect::<Vec<_>>().join(" ");
        let expected = format!("Signing in as {} Not you? Sign out", Person(1).email());
        assert_eq!(whose, expected);
        tab.follow("Sign out").await;
        assert!(tab.text().await.contains("You are signed out"));
        tab.follow("Sign in").await;
        assert!(tab.path().await.starts_with("/login"));
    }
}
