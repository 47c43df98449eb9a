//! Whose password counts, when, and for what.

use crate::support::desk::{Desk, Faults, PASSWORD};
use crate::support::office::{NEW, Office, confirm};
use crate::support::{Browser, Config, Page, Person};

fn password(when: &str) -> impl FnOnce(&mut Config) {
    let when = format!("\"{when}\"");
    move |config| {
        config.set("step_up", "password", &when);
    }
}

/// Posts a password to the step-up whether or not one is asked for.
async fn force(browser: &mut Browser) -> Page {
    let question = browser.get_following(NEW).await;
    let csrf = question.attribute("input[name=csrf]", "value").unwrap();
    let fields = [
        ("csrf", csrf.as_str()),
        ("return", NEW),
        ("password", PASSWORD),
    ];
    browser.post_form("/.mfa/step-up", &fields).await
}

#[tokio::test]
async fn a_code_is_asked_for_first_and_the_password_is_the_other_way() {
    let office = Office::open(Desk::with(|_| {}), |_| {}).await;
    let (mut browser, mut phone) = office.ada_enrolled().await;
    let question = browser.get_following(NEW).await;
    assert!(question.has_field("code") && !question.has_field("password"));
    let other = question.links("with=password").pop().unwrap();
    let question = browser.click(&other).await;
    assert!(question.has_field("password") && !question.has_field("code"));
    let back = question.links("/.mfa/step-up?").pop().unwrap();
    let question = browser.click(&back).await;
    let form = question.form_with("code").set("code", &phone.code().await);
    assert!(browser.submit(&form).await.leads_to(NEW));
}

#[tokio::test]
async fn the_application_hears_of_a_window_that_a_code_opened_and_of_no_other() {
    let office = Office::open(Desk::with(|_| {}), |_| {}).await;
    let (mut browser, mut phone) = office.ada_enrolled().await;
    assert!(confirm(&mut browser, NEW, PASSWORD).await.leads_to(NEW));
    assert!(browser.get(NEW).await.holds("otpauth:"), "no window");
    browser.get("/private").await;
    let seen = office.origin.last_to("/private");
    assert_eq!(seen.header("x-mfa-user"), Some("1001"));
    assert_eq!(seen.header("x-mfa-step-up-expires"), None);

    let question = browser.get("/.mfa/step-up").await;
    assert!(
        question.is_redirect(),
        "asked inside the window: {question:?}"
    );
    tokio::time::sleep(crate::support::office::WINDOW).await;
    crate::support::people::open_stepped_up(&mut browser, NEW, &mut phone).await;
    browser.get("/private").await;
    let seen = office.origin.last_to("/private");
    assert!(seen.header("x-mfa-step-up-expires").is_some());
}

#[tokio::test]
async fn bootstrap_takes_the_password_until_the_first_factor_and_not_after() {
    let office = Office::open(Desk::with(|_| {}), password("bootstrap")).await;
    let mut browser = office.ada().await;
    assert!(confirm(&mut browser, NEW, PASSWORD).await.leads_to(NEW));
    crate::support::totp::enrol(&mut browser).await;
    // The window that the password opened is still running; it counts no more.
    let asked = browser.get(NEW).await;
    assert!(asked.leads_to("/.mfa/step-up"), "{asked:?}");
    office.origin.forget();
    let question = browser.follow(asked).await;
    assert!(question.has_field("code"), "{question:?}");
    assert!(question.links("with=password").is_empty(), "{question:?}");
    let refused = force(&mut browser).await;
    assert_eq!(refused.status, 422, "{refused:?}");
    assert!(refused.reading().contains("isn't enough"), "{refused:?}");
    assert!(office.sign_ins().is_empty(), "the password was tried");
    assert!(browser.get(NEW).await.leads_to("/.mfa/step-up"));
}

#[tokio::test]
async fn never_means_never() {
    let office = Office::open(Desk::with(|_| {}), password("never")).await;
    let mut browser = office.ada().await;
    office.origin.forget();
    let page = browser.get_following(NEW).await;
    assert!(!page.has_field("password"), "{page:?}");
    assert!(page.reading().contains("Sign in again"), "{page:?}");
    force(&mut browser).await;
    assert!(!browser.get(NEW).await.holds("otpauth:"));
    let (mut browser, _phone) = office.ada_enrolled().await;
    office.origin.forget();
    force(&mut browser).await;
    assert!(browser.get(NEW).await.leads_to("/.mfa/step-up"));
    assert!(office.sign_ins().is_empty(), "the password was tried");
}

#[tokio::test]
async fn codes_do_not_count_where_the_password_is_the_only_method() {
    let only = |config: &mut Config| {
        config.set("step_up", "methods", "[\"password\"]");
    };
    let office = Office::open(Desk::with(|_| {}), only).await;
    let (mut browser, mut phone) = office.ada_enrolled().await;
    let question = browser.get_following(NEW).await;
    assert!(question.has_field("password") && !question.has_field("code"));
    let form = question
        .form_with("password")
        .set("code", &phone.code().await);
    let form = crate::support::Form {
        fields: form
            .fields
            .into_iter()
            .filter(|(name, _)| name != "password")
            .collect(),
        ..form
    };
    browser.submit(&form).await;
    assert!(browser.get(NEW).await.leads_to("/.mfa/step-up"));
    assert!(confirm(&mut browser, NEW, PASSWORD).await.leads_to(NEW));
}

#[tokio::test]
async fn of_two_sign_ins_at_one_path_the_password_is_tried_at_the_one_that_was_used() {
    let rule = |realm: &str| {
        format!(
            "path = \"/login\"\nusername = \"form:name\"\npassword = \"form:password\"\npage = \"/login\"\n\
             fields = {{ csrf = \"text:csrf = '([^']+)'\" }}\nwhen = {{ \"form:realm\" = \"{realm}\" }}"
        )
    };
    let office = Office::open(Desk::with(|_| {}), |config| {
        config
            .clear("guard.sign_in")
            .append("guard.sign_in", &rule("staff"))
            .append("guard.sign_in", &rule("guests"));
    })
    .await;
    office.desk.set_faults(Faults {
        in_form: "<input type=hidden name=realm value=guests>",
        ..Faults::default()
    });
    let mut browser = office.ada().await;
    office.origin.forget();
    assert!(confirm(&mut browser, NEW, PASSWORD).await.leads_to(NEW));
    let sent = office.sign_ins().pop().unwrap();
    assert_eq!(sent.form("realm").as_deref(), Some("guests"), "{sent:?}");
}

#[tokio::test]
async fn who_came_in_by_another_way_than_the_form_signs_in_again() {
    let office = Office::open(Desk::with(|_| {}), |_| {}).await;
    let mut browser = office.gateway.browser();
    browser.post_form("/reset", &[]).await;
    assert!(browser.get("/private").await.holds(&Person(1).marker()));
    tokio::time::sleep(crate::support::office::WINDOW).await;
    office.origin.forget();
    let page = browser.get_following(NEW).await;
    assert!(page.reading().contains("Sign in again"), "{page:?}");
    assert!(!page.has_field("password"), "{page:?}");
    force(&mut browser).await;
    assert!(office.sign_ins().is_empty(), "nobody knows the name");
    assert!(!browser.get(NEW).await.holds("otpauth:"));
}

#[tokio::test]
async fn before_the_code_a_password_confirms_nothing() {
    let office = Office::open(Desk::with(|_| {}), |_| {}).await;
    let (_owner, _phone) = office.ada_enrolled().await;
    let mut browser = office.gateway.browser();
    assert!(
        office
            .sign_in(&mut browser)
            .await
            .leads_to("/.mfa/challenge")
    );
    office.origin.forget();
    let refused = force(&mut browser).await;
    assert!(refused.leads_to("/.mfa/challenge"), "{refused:?}");
    assert!(office.sign_ins().is_empty());
}

/// A wrong password, then the right one.
async fn wrong_and_right(browser: &mut Browser) {
    let wrong = confirm(browser, NEW, "guess").await;
    assert_eq!(wrong.status, 422, "{wrong:?}");
    assert!(browser.get(NEW).await.leads_to("/.mfa/step-up"));
    assert!(confirm(browser, NEW, PASSWORD).await.leads_to(NEW));
}

#[tokio::test]
async fn where_everybody_present_is_the_same_user_a_wrong_password_is_wrong_all_the_same() {
    let single = |config: &mut Config| {
        let whoami = "{ path = \"/api/me\", signed_out = { status = [401] }, present = { json = { \"/name\" = \"Someone\" } } }";
        config.set("guard.identity", "whoami", whoami).set(
            "guard.identity",
            "user",
            "\"single:ada\"",
        );
    };
    let mut office = Office::open(Desk::with(|_| {}), single).await;
    let (mut browser, mut phone) = office.ada_enrolled().await;
    wrong_and_right(&mut browser).await;

    // The same user, whom the typed name alone stands for.
    office
        .gateway
        .config
        .set("guard.identity", "user", "\"sign_in\"")
        .set("policy", "mfa", "\"required\"")
        .set("policy", "enrolment", "\"closed\"");
    office.gateway.restart().await;
    let mut browser = office.gateway.browser();
    let signed_in = office.sign_in(&mut browser).await;
    assert!(signed_in.leads_to("/.mfa/challenge"), "{signed_in:?}");
    let code = phone.code().await;
    crate::support::people::answer_challenge(&mut browser, &code).await;
    wrong_and_right(&mut browser).await;
}

#[tokio::test]
async fn a_name_that_another_server_would_read_otherwise_is_not_kept() {
    let office = Office::open(Desk::with(|_| {}), |_| {}).await;
    let mut browser = office.gateway.browser();
    let page = browser.get("/login").await;
    let script = page.text().split("csrf = '").nth(1).unwrap().to_owned();
    let token = page.attribute("input[name=token]", "value").unwrap();
    let fields = [
        ("token", token.as_str()),
        ("csrf", script.split('\'').next().unwrap()),
        ("name", "ada"),
        ("Name", "eve"),
        ("password", PASSWORD),
    ];
    browser.post_form("/login", &fields).await;
    assert!(browser.get("/private").await.holds(&Person(1).marker()));
    tokio::time::sleep(crate::support::office::WINDOW).await;
    office.origin.forget();
    let page = browser.get_following(NEW).await;
    assert!(page.reading().contains("Sign in again"), "{page:?}");
    force(&mut browser).await;
    assert!(office.sign_ins().is_empty(), "a name was guessed");
}
