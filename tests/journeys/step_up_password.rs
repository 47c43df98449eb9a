//! Confirming with the application's password: what the user sees, and what the application does.

use crate::support::desk::{DESK_ID, Desk, Faults, PASSWORD};
use crate::support::office::{NEW, Office, WINDOW, confirm};
use crate::support::{Person, totp};
use std::time::Duration;

const ADA: Person = Person(1);

#[tokio::test]
async fn who_has_no_factor_types_the_password_and_is_led_back() {
    let office = Office::open(Desk::with(|_| {}), |_| {}).await;
    let mut browser = office.ada().await;
    let asked = browser.get(NEW).await;
    assert!(asked.leads_to("/.mfa/step-up"), "{asked:?}");
    let question = browser.follow(asked).await;
    assert!(!question.has_field("code"), "{question:?}");
    assert_eq!(
        question
            .attribute("input[type=password]", "autocomplete")
            .as_deref(),
        Some("current-password")
    );
    assert_eq!(
        question
            .attribute("input[autocomplete=username]", "value")
            .as_deref(),
        Some("ada")
    );
    let form = question.form_with("password").set("password", PASSWORD);
    let opened = browser.submit(&form).await;
    assert!(opened.leads_to(NEW), "{opened:?}");
    let phone = browser.get(NEW).await;
    assert!(phone.holds("otpauth:"), "{phone:?}");
    totp::enrol_on(&mut browser, &phone, "Phone").await;
}

#[tokio::test]
async fn the_application_meets_a_stranger_and_the_session_of_the_browser_stays_as_it_was() {
    let office = Office::open(Desk::with(|_| {}), |_| {}).await;
    let mut browser = office.ada().await;
    browser.jar.plant("plain", "visitor");
    let own = office.desk.sessions_of(ADA);
    let cookie = browser.jar.get("sessionid").map(str::to_owned);
    office.origin.forget();
    assert!(confirm(&mut browser, NEW, PASSWORD).await.leads_to(NEW));

    let sign_ins = office.sign_ins();
    let [sign_in] = sign_ins.as_slice() else {
        panic!("not one sign-in: {sign_ins:?}");
    };
    let requests = office.origin.requests();
    let others = requests.iter().filter(|it| it.method != "POST");
    for other in others {
        let shared = other.connection == sign_in.connection;
        assert!(!shared, "the connection of the password carried {other:?}");
    }
    for request in requests {
        assert!(
            !request.holds(&own[0]),
            "the visitor's session: {request:?}"
        );
        assert!(!request.holds("plain=visitor"), "{request:?}");
        assert!(request.header("x-mfa-user").is_none(), "{request:?}");
        assert_eq!(request.header("accept-language"), Some("en-GB,en;q=0.8"));
        assert!(request.header("x-forwarded-for").is_some(), "{request:?}");
    }
    assert!(sign_in.holds("theme=dark"), "{sign_in:?}");
    office.assert_signed_out(ADA, &own).await;
    assert_eq!(browser.jar.get("sessionid"), cookie.as_deref());
    assert!(browser.get("/private").await.holds(&ADA.marker()));
    assert!(
        !browser.saw(DESK_ID),
        "a session of the application was seen"
    );
}

#[tokio::test]
async fn a_sign_in_by_json_is_checked_as_well() {
    let office = Office::open(Desk::with(|desk| desk.json = true), |_| {}).await;
    let mut browser = office.ada().await;
    let wrong = confirm(&mut browser, NEW, "guess").await;
    assert_eq!(wrong.status, 422, "{wrong:?}");
    let own = office.desk.sessions_of(ADA);
    let opened = confirm(&mut browser, NEW, PASSWORD).await;
    assert!(opened.leads_to(NEW), "{opened:?}");
    office.assert_signed_out(ADA, &own).await;
    let sent = office.sign_ins().pop().unwrap();
    assert_eq!(sent.header("content-type"), Some("application/json"));
}

#[tokio::test]
async fn a_wrong_password_says_how_many_attempts_are_left_and_the_fifth_ends_the_session() {
    let office = Office::open(Desk::with(|_| {}), |_| {}).await;
    let mut browser = office.ada().await;
    for left in ["4 more times", "3 more times", "2 more times", "once more"] {
        let page = confirm(&mut browser, NEW, "guess").await;
        assert_eq!(page.status, 422, "{page:?}");
        assert!(page.reading().contains(left), "{left}: {}", page.reading());
        assert!(!page.holds("guess"), "what was typed is shown: {page:?}");
        assert!(browser.get(NEW).await.leads_to("/.mfa/step-up"));
    }
    let settings = browser.get("/settings/security").await;
    assert!(
        settings.reading().contains("Wrong password"),
        "{settings:?}"
    );
    let last = confirm(&mut browser, NEW, "guess").await;
    assert_eq!(last.status, 401, "{last:?}");
    assert!(
        last.reading().contains("too many wrong passwords"),
        "{last:?}"
    );
    assert!(!browser.get("/private").await.holds(&ADA.marker()));
}

#[tokio::test]
async fn nothing_typed_costs_nothing() {
    let office = Office::open(Desk::with(|_| {}), |_| {}).await;
    let mut browser = office.ada().await;
    office.origin.forget();
    for _ in 0..6 {
        let page = confirm(&mut browser, NEW, "").await;
        assert!(
            page.reading().contains("No password was entered"),
            "{page:?}"
        );
    }
    assert!(office.sign_ins().is_empty());
    assert!(confirm(&mut browser, NEW, PASSWORD).await.leads_to(NEW));
}

#[tokio::test]
async fn a_password_that_opens_somebody_elses_account_is_wrong() {
    let office = Office::open(Desk::with(|_| {}), |_| {}).await;
    let mut browser = office.ada().await;
    // The name is another user's now, and so is the password.
    office.desk.name("ada", "eve's own", Person(2));
    office.desk.set_faults(Faults {
        slow_sign_out: Duration::from_secs(1),
        ..Faults::default()
    });
    let page = confirm(&mut browser, NEW, "eve's own").await;
    assert_eq!(page.status, 422, "{page:?}");
    let hers = office.desk.sessions_of(Person(2)).len();
    assert_eq!(hers, 1, "the application did not sign her in");
    assert!(browser.get(NEW).await.leads_to("/.mfa/step-up"));
    office.assert_signed_out(Person(2), &[]).await;
}

#[tokio::test]
async fn while_the_sign_in_page_is_down_nothing_is_tried_and_nothing_counted() {
    let office = Office::open(Desk::with(|_| {}), |_| {}).await;
    let mut browser = office.ada().await;
    office.origin.forget();
    office.desk.set_faults(Faults {
        page: true,
        ..Faults::default()
    });
    for _ in 0..6 {
        let page = confirm(&mut browser, NEW, PASSWORD).await;
        assert_eq!(page.status, 503, "{page:?}");
        assert!(page.reading().contains("couldn't be checked"), "{page:?}");
    }
    assert!(office.sign_ins().is_empty(), "a password was sent");
    office.desk.set_faults(Faults::default());
    assert!(confirm(&mut browser, NEW, PASSWORD).await.leads_to(NEW));
}

#[tokio::test]
async fn where_the_application_does_not_say_who_it_is_the_right_password_opens_nothing_and_counts()
{
    let office = Office::open(Desk::with(|_| {}), |_| {}).await;
    let mut browser = office.ada().await;
    office.desk.set_faults(Faults {
        whoami: true,
        ..Faults::default()
    });
    for _ in 0..4 {
        let page = confirm(&mut browser, NEW, PASSWORD).await;
        assert_eq!(page.status, 503, "{page:?}");
        assert!(page.reading().contains("couldn't be checked"), "{page:?}");
        assert!(browser.get(NEW).await.leads_to("/.mfa/step-up"));
    }
    let last = confirm(&mut browser, NEW, PASSWORD).await;
    assert_eq!(last.status, 401, "sent and not counted: {last:?}");
}

#[tokio::test]
async fn an_application_with_one_session_for_each_user_ends_the_browsers_and_the_factor_is_added() {
    let office = Office::open(Desk::with(|desk| desk.one_session = true), |_| {}).await;
    let mut browser = office.ada().await;
    assert!(confirm(&mut browser, NEW, PASSWORD).await.leads_to(NEW));
    totp::enrol(&mut browser).await;
    let page = browser.get("/private").await;
    assert!(!page.holds(&ADA.marker()), "{page:?}");
    let signed_in = office.sign_in(&mut browser).await;
    assert!(signed_in.leads_to("/.mfa/challenge"), "{signed_in:?}");
}

#[tokio::test]
async fn a_session_can_be_confirmed_after_a_restart_too() {
    let mut office = Office::open(Desk::with(|_| {}), |_| {}).await;
    let mut browser = office.ada().await;
    office.gateway.restart().await;
    assert!(confirm(&mut browser, NEW, PASSWORD).await.leads_to(NEW));
}

#[tokio::test]
async fn the_window_closes_when_it_says_and_use_does_not_move_that() {
    let office = Office::open(Desk::with(|_| {}), |_| {}).await;
    let mut browser = office.ada().await;
    assert!(confirm(&mut browser, NEW, PASSWORD).await.leads_to(NEW));
    let until = tokio::time::Instant::now() + WINDOW;
    while tokio::time::Instant::now() < until {
        browser.get(NEW).await;
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert!(browser.get(NEW).await.leads_to("/.mfa/step-up"));
}
