//! Every page in every state that can be reached, looked at by [`inspect`].

use crate::inspect::inspect;
use crate::people::{Setting, answer, enrol, sign_in, sign_out, type_over};
use crate::support::{Response, Whoami};
use crate::tab::Script;
use serde_json::json;
use std::time::Duration;

#[tokio::test]
async fn challenge_security_and_rename_pages_are_in_order() {
    let set = Setting::new(|_| {}).await;
    let mut phone = set.owner_of_a_phone().await;
    let tab = set.challenged(Script::On).await;
    inspect(&tab, "challenge").await;
    answer(&tab, &phone.wrong(), "Verify").await;
    inspect(&tab, "challenge-wrong").await;
    answer(&tab, &phone.code().await, "Verify").await;
    tab.go("/settings/security").await;
    inspect(&tab, "security-one").await;

    let rename = "new URL(document.querySelector('details form').action).pathname";
    tab.go(&tab.text_of(rename).await).await;
    inspect(&tab, "rename").await;
    tab.fill("Name", " ").await;
    tab.follow("Save").await;
    inspect(&tab, "rename-empty").await;
    tab.go("/.mfa/sign-out").await;
    inspect(&tab, "sign-out").await;
    tab.follow("Sign out").await;
    inspect(&tab, "signed-out").await;
    tab.go("/settings/security").await;
    inspect(&tab, "not-signed-in").await;
}

#[tokio::test]
async fn step_up_enrolment_and_removal_pages_are_in_order() {
    let set = Setting::new(|_| {}).await;
    let mut phone = set.owner_of_a_phone().await;
    let tab = set.admitted(Script::On, &mut phone).await;
    tab.go("/settings/security").await;
    tab.follow("Add authenticator").await;
    inspect(&tab, "step-up").await;
    tab.press("Try another way").await;
    tab.follow("Use your password").await;
    inspect(&tab, "step-up-other-way").await;
    tab.press("Try another way").await;
    tab.follow("Use a code from your authenticator app").await;
    answer(&tab, &phone.wrong(), "Confirm").await;
    inspect(&tab, "step-up-wrong").await;
    answer(&tab, &phone.code().await, "Confirm").await;
    inspect(&tab, "enrol").await;
    let tablet = type_over(&tab).await;
    tab.fill("6-digit code", &tablet.wrong()).await;
    tab.follow("Save authenticator").await;
    inspect(&tab, "enrol-wrong").await;
    enrol(&tab, &"WidestName".repeat(6)).await;
    inspect(&tab, "security-two").await;

    tab.follow("Remove Phone").await;
    inspect(&tab, "remove-one-of-two").await;
    tab.follow("Remove Phone").await;
    inspect(&tab, "security-removed").await;
    tab.follow(&format!("Remove {}", "WidestName".repeat(6)))
        .await;
    inspect(&tab, "remove-last").await;
}

#[tokio::test]
async fn the_pages_of_a_user_without_a_factor_are_in_order() {
    let set = Setting::new(|config| {
        config.set("step_up", "window", "\"1s\"");
    })
    .await;
    let tab = set.password_only(Script::On).await;
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    tab.go("/settings/security").await;
    inspect(&tab, "security-none").await;
    tab.follow("Add authenticator").await;
    inspect(&tab, "step-up-password").await;
    tab.fill("Password", "guess").await;
    tab.follow("Confirm").await;
    inspect(&tab, "step-up-password-wrong").await;
    for _ in 0..4 {
        tab.fill("Password", "guess").await;
        tab.follow("Confirm").await;
    }
    inspect(&tab, "too-many-passwords").await;
}

#[tokio::test]
async fn the_pages_of_a_user_with_nothing_to_show_are_in_order() {
    let set = Setting::new(|config| {
        config
            .set("step_up", "window", "\"1s\"")
            .set("step_up", "password", "\"never\"");
    })
    .await;
    let tab = set.password_only(Script::On).await;
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    tab.go("/settings/security").await;
    tab.follow("Add authenticator").await;
    inspect(&tab, "sign-in-again").await;
}

#[tokio::test]
async fn forced_enrolment_pages_are_in_order() {
    let set = Setting::new(|config| {
        config.mfa_required().unset("app", "support_url");
    })
    .await;
    let tab = set.open(Script::On).await;
    sign_in(&tab, "/private").await;
    inspect(&tab, "enrol-forced").await;
    let phone = type_over(&tab).await;
    tab.fill("6-digit code", &phone.wrong()).await;
    tab.follow("Save authenticator").await;
    inspect(&tab, "enrol-forced-wrong").await;
}

#[tokio::test]
async fn lock_out_pages_are_in_order() {
    let set = Setting::new(|_| {}).await;
    let mut phone = set.owner_of_a_phone().await;
    let tab = set.challenged(Script::On).await;
    for _ in 0..5 {
        answer(&tab, &phone.wrong(), "Verify").await;
    }
    inspect(&tab, "too-many-attempts").await;
    sign_in(&tab, "/private").await;
    answer(&tab, &phone.code().await, "Verify").await;
    inspect(&tab, "locked").await;
}

#[tokio::test]
async fn the_pages_of_somebody_who_has_everything_are_in_order() {
    let set = Setting::new(|_| {}).await;
    let mut owner = set.owner_of_everything().await;
    let tab = set.challenged(Script::On).await;
    tab.press("Try another way").await;
    inspect(&tab, "challenge-ways").await;
    tab.go("/.mfa/challenge/totp").await;
    answer(&tab, &owner.phone.code().await, "Verify").await;
    tab.go("/settings/security").await;
    inspect(&tab, "security-everything").await;
    tab.follow("Make new codes").await;
    tab.press("Try another way").await;
    inspect(&tab, "step-up-ways").await;
    tab.follow("Use your password").await;
    tab.fill("Password", "pw").await;
    tab.follow("Confirm").await;
    inspect(&tab, "backup-codes-replace").await;
    tab.follow("Make codes").await;
    // Loaded again, the form is sent again, and what was shown once is not shown twice.
    let before = tab.document().await;
    tab.cdp("Page.reload", json!({})).await;
    tab.arrive(before).await;
    let text = tab.text().await;
    assert!(text.contains("Codes were made a moment ago"), "{text}");
    inspect(&tab, "backup-codes-again").await;
    tab.go("/settings/security/authenticators/new").await;
    inspect(&tab, "enrol-second").await;
    let rename = "document.querySelector('section[aria-labelledby=passkeys-title] details form').getAttribute('action')";
    tab.go("/settings/security").await;
    tab.go(&tab.text_of(rename).await).await;
    inspect(&tab, "rename-passkey").await;

    // Codes are locked; the passkey is not.
    sign_out(&tab).await;
    sign_in(&tab, "/private").await;
    tab.go("/.mfa/challenge/totp").await;
    for _ in 0..5 {
        answer(&tab, &owner.phone.wrong(), "Verify").await;
    }
    sign_in(&tab, "/private").await;
    tab.go("/.mfa/challenge/totp").await;
    answer(&tab, &owner.phone.wrong(), "Verify").await;
    inspect(&tab, "locked-other-ways").await;
    tab.follow("Use a passkey").await;
    assert_eq!(tab.title().await, "Use your passkey · Acme CRM");
}

#[tokio::test]
async fn forced_enrolment_of_a_passkey_is_in_order_with_and_without_an_administrators_code() {
    for enrolment in ["open", "token", "closed"] {
        let set = Setting::new(|config| {
            let how = format!("\"{enrolment}\"");
            config.mfa_required().set("policy", "enrolment", &how);
        })
        .await;
        let tab = set.open(Script::On).await;
        sign_in(&tab, "/private").await;
        inspect(&tab, &format!("enrol-{enrolment}")).await;
        if enrolment != "closed" {
            tab.go("/.mfa/enrol/passkey").await;
            inspect(&tab, &format!("enrol-passkey-{enrolment}")).await;
            tab.go("/.mfa/enrol/security-key").await;
            inspect(&tab, &format!("enrol-security-key-{enrolment}")).await;
        }
    }
}

#[tokio::test]
async fn error_pages_are_in_order() {
    let set = Setting::new(|_| {}).await;
    let tab = set.password_only(Script::On).await;
    tab.go("/settings/security/nothing").await;
    inspect(&tab, "error-not-found").await;
    tab.go("/.mfa/sign-out").await;
    tab.eval("document.querySelector('[name=csrf]').remove()")
        .await;
    tab.follow("Sign out").await;
    inspect(&tab, "error-form").await;
    set.app.set_whoami(Whoami::Garbage);
    sign_in(&tab, "/login").await;
    tab.go("/private").await;
    inspect(&tab, "error-identity").await;
    set.app.set_whoami(Whoami::Ok);
    drop(set.origin);
    tab.go("/public").await;
    inspect(&tab, "error-application-down").await;
}

#[tokio::test]
async fn the_page_between_two_tabs_goes_on_by_itself() {
    let set = Setting::new(|_| {}).await;
    let mut phone = set.owner_of_a_phone().await;
    for script in [Script::On, Script::Off] {
        let tab = set.challenged(script).await;
        let before = tab.cdp("Network.getCookies", json!({})).await;
        answer(&tab, &phone.code().await, "Verify").await;
        let after = tab.cdp("Network.getCookies", json!({})).await;
        tab.cdp("Network.setCookies", before).await;
        tab.go("/settings/security").await;
        assert_eq!(tab.title().await, "Finishing your sign-in · Acme CRM");
        tab.cdp("Network.setCookies", after).await;
        tab.until(
            "the page goes on",
            "document.title === 'Security · Acme CRM'",
        )
        .await;
        assert_eq!(tab.watch.problems(), [""; 0]);
        tab.go("/.mfa/sign-out").await;
        tab.follow("Sign out").await;
    }
}

#[tokio::test]
async fn this_suite_notices_what_it_looks_for() {
    let set = Setting::new(|_| {}).await;
    let page = Response::html(200, "<title>x</title><script>1</script><p>x</p>")
        .header("Content-Security-Policy", "script-src 'none'");
    set.app
        .shape("/public", [page.head(), page.body.clone()].concat());
    let tab = set.open(Script::On).await;
    tab.go("/public").await;
    for _ in 0..100 {
        if tab.watch.problems().len() > 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let problems = tab.watch.problems().join("\n");
    assert!(problems.contains("policy: "), "{problems}");
    assert!(problems.contains("log: "), "{problems}");
    tab.watch.forget();
    tab.eval("console.error('oops')").await;
    for _ in 0..100 {
        if !tab.watch.problems().is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(tab.watch.problems().join("\n").contains("oops"));
}
