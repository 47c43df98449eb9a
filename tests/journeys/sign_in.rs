//! The main journey: the application's own form, then the challenge, then the application.

use crate::support::crm::RAW_ID;
use crate::support::people::{self, admit, answer_challenge, sign_in, sign_in_with};
use crate::support::{Call, CrmApp, Gateway, Origin, PROTECTED, Person};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

async fn setting() -> (Origin, Gateway) {
    let origin = Origin::start(Arc::new(CrmApp::default())).await;
    let gateway = Gateway::start(origin.addr, |_| {}).await;
    (origin, gateway)
}

#[tokio::test]
async fn a_wrong_password_shows_the_form_again_and_opens_nothing() {
    let (_origin, gateway) = setting().await;
    let (_owner, _) = people::enrolled(&gateway, Person(1)).await;
    let mut browser = gateway.browser();
    let page = sign_in_with(&mut browser, Person(1), "guess").await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains("Wrong email or password"), "{page:?}");
    assert!(browser.get("/").await.leads_to("/login"));
    // Nothing tells that this account has a factor.
    assert!(
        !browser
            .get_following("/.mfa/challenge")
            .await
            .has_field("code")
    );
    assert!(!browser.saw(PROTECTED) && !browser.saw(RAW_ID));
}

#[tokio::test]
async fn after_the_password_comes_the_challenge_and_then_the_page_that_was_wanted() {
    let (_origin, gateway) = setting().await;
    let (_owner, mut phone) = people::enrolled(&gateway, Person(1)).await;
    let mut browser = gateway.browser();

    let login = browser.get_following("/private/reports").await;
    assert_eq!(login.target, "/login?next=/private/reports");
    let held = people::give_password(&mut browser, &login, Person(1), "pw").await;
    assert_eq!(held.status, 303);
    assert!(held.leads_to("/.mfa/challenge"), "{held:?}");

    let nothing_yet = browser.get("/private/reports").await;
    assert!(nothing_yet.leads_to("/.mfa/challenge"), "{nothing_yet:?}");
    assert!(
        !browser.saw(PROTECTED),
        "a protected page came before the factor"
    );

    let code = phone.code().await;
    let passed = answer_challenge(&mut browser, &code).await;
    assert_eq!(passed.status, 303);
    assert_eq!(passed.location(), "/private/reports");
    let wanted = browser.follow(passed).await;
    assert!(wanted.holds(&Person(1).marker()), "{wanted:?}");
    assert!(
        !browser.saw(RAW_ID),
        "the application's session id reached the browser"
    );
    assert!(
        browser
            .jar
            .get("sessionid")
            .is_some_and(|value| value.starts_with("sg1."))
    );
}

#[tokio::test]
async fn a_wrong_code_says_so_and_the_right_one_still_works() {
    let (_origin, gateway) = setting().await;
    let (_owner, mut phone) = people::enrolled(&gateway, Person(1)).await;
    let mut browser = people::awaiting(&gateway, Person(1)).await;
    let wrong = answer_challenge(&mut browser, &phone.wrong()).await;
    assert!(
        wrong.status == 200 || (400..429).contains(&wrong.status),
        "{wrong:?}"
    );
    assert!(wrong.has_field("code"), "the field is gone: {wrong:?}");
    assert!(
        wrong.text().contains("Error:") || wrong.reading().contains("match"),
        "{wrong:?}"
    );
    assert!(browser.get("/private").await.leads_to("/.mfa/challenge"));
    let code = phone.code().await;
    let spaced = format!("{} {}", &code[..3], &code[3..]);
    let passed = answer_challenge(&mut browser, &spaced).await;
    assert_eq!(passed.status, 303, "{passed:?}");
    assert!(browser.get("/private").await.holds(&Person(1).marker()));
}

#[tokio::test]
async fn the_code_of_the_enrolment_does_not_sign_in() {
    let (_origin, gateway) = setting().await;
    let (_owner, phone) = people::enrolled(&gateway, Person(1)).await;
    let mut browser = people::awaiting(&gateway, Person(1)).await;
    let again = answer_challenge(&mut browser, &phone.last_code()).await;
    assert_ne!(again.status, 303, "a used code worked again: {again:?}");
    assert!(!browser.get("/private").await.holds(PROTECTED));
}

#[tokio::test]
async fn the_application_learns_who_it_is_and_how_it_was_proved() {
    let (origin, gateway) = setting().await;
    let before = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs();
    let mut owner = people::password_only(&gateway, Person(7)).await;
    let plain = origin.last_to("/private");
    assert_eq!(plain.header("X-MFA-User"), Some("1007"));
    assert_eq!(plain.header("X-MFA-Verified"), Some("false"));
    assert_eq!(plain.header("X-MFA-Factor"), None);
    assert_eq!(plain.header("X-MFA-Step-Up-Expires"), None);
    assert_ne!(plain.header("X-MFA-ACR"), Some("aal2"));

    let mut phone = crate::support::totp::enrol(&mut owner).await;
    let mut browser = gateway.browser();
    admit(&mut browser, Person(7), &mut phone).await;
    browser.get("/private").await;
    let proved = origin.last_to("/private");
    let value = |name: &str| {
        assert_eq!(proved.all(name).count(), 1, "{name}");
        proved.header(name).unwrap().to_owned()
    };
    assert_eq!(value("X-MFA-User"), "1007");
    assert_eq!(value("X-MFA-Verified"), "true");
    assert_eq!(value("X-MFA-Factor"), "totp");
    assert_eq!(value("X-MFA-AMR"), "pwd otp mfa");
    assert_eq!(value("X-MFA-ACR"), "aal2");
    let at: u64 = value("X-MFA-Auth-Time").parse().unwrap();
    assert!((before..before + 300).contains(&at), "{at}");
}

#[tokio::test]
async fn a_sign_in_by_fetch_is_told_where_the_challenge_is() {
    let (_origin, gateway) = setting().await;
    let (_owner, mut phone) = people::enrolled(&gateway, Person(1)).await;
    let mut browser = gateway.browser();
    let login = browser.get("/login").await;
    let form = login
        .form_with("password")
        .set("email", &Person(1).email())
        .set("password", "pw");
    let held = browser.submit_as(Call::Fetch, &form).await;
    assert_problem(&held);

    let data = browser.fetch("/api/contacts").await;
    assert_problem(&data);
    assert!(!browser.saw(PROTECTED), "the held answer came through");

    let code = phone.code().await;
    assert_eq!(answer_challenge(&mut browser, &code).await.status, 303);
    assert!(
        browser
            .fetch("/api/contacts")
            .await
            .holds(&Person(1).marker())
    );
}

fn assert_problem(page: &crate::support::Page) {
    assert_eq!(page.status, 401, "{page:?}");
    let kind = page.header("content-type").unwrap_or_default();
    assert!(kind.starts_with("application/problem+json"), "{page:?}");
    let problem = page.json();
    let url = problem["challenge_url"].as_str().unwrap_or_default();
    assert!(url.contains("/.mfa/challenge"), "{page:?}");
    assert!(
        problem["type"].is_string() && problem["title"].is_string(),
        "{page:?}"
    );
    assert!(
        !page
            .header("www-authenticate")
            .unwrap_or_default()
            .contains("Basic")
    );
}

#[tokio::test]
async fn pages_for_everybody_work_before_during_and_after() {
    let (origin, gateway) = setting().await;
    let (_owner, mut phone) = people::enrolled(&gateway, Person(1)).await;
    let mut browser = gateway.browser();
    assert!(browser.get("/public").await.text().contains("WELCOME"));
    assert!(
        browser
            .image("/static/app.css")
            .await
            .text()
            .contains("color")
    );
    browser.get("/login").await;
    assert!(browser.get("/public").await.text().contains("WELCOME"));
    assert_eq!(
        browser.fetch("/api/me").await.status,
        401,
        "nobody is signed in"
    );

    sign_in(&mut browser, Person(1)).await;
    origin.forget();
    assert!(
        browser
            .image("/static/app.css")
            .await
            .text()
            .contains("color")
    );
    let bare = origin.last_to("/static/app.css");
    assert!(
        bare.cookie("sessionid").is_none(),
        "a picture carried the session that awaits its factor"
    );

    let code = phone.code().await;
    answer_challenge(&mut browser, &code).await;
    assert!(browser.get("/public").await.text().contains("WELCOME"));
    assert!(
        browser
            .image("/static/app.css")
            .await
            .text()
            .contains("color")
    );
}

#[tokio::test]
async fn unprotected_cookies_pass_as_they_are() {
    let (origin, gateway) = setting().await;
    let mut browser = gateway.browser();
    browser.jar.plant("theme", "dark|mode=\"1\"%7C");
    browser.get("/public").await;
    assert_eq!(
        origin.last_to("/public").cookie("theme").as_deref(),
        Some("dark|mode=\"1\"%7C")
    );
    assert_eq!(
        origin.last_to("/public").header("host"),
        Some(gateway.host().as_str())
    );
}

#[tokio::test]
async fn another_host_name_is_answered_421() {
    let (origin, gateway) = setting().await;
    let head = b"GET /public HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n";
    let received =
        crate::support::raw::send(gateway.addr, head, std::time::Duration::from_secs(5)).await;
    assert_eq!(crate::support::raw::status(&received), Some(421));
    assert!(origin.requests_to("/public").is_empty());
}
