//! Guessing the password at the step-up: from many sessions at once, and by keeping the application
//! from answering.

use crate::at_once::all_at_once;
use crate::support::desk::{Desk, Faults, PASSWORD};
use crate::support::office::{NEW, Office, confirm};
use crate::support::totp::Authenticator;
use crate::support::{Browser, Form, Page};

const SESSIONS: usize = 4;
const EACH: usize = 16;

/// Sessions of Ada that stand before the password, each with its filled-in form.
async fn before_the_password(office: &Office, password: &str) -> Vec<(Browser, Form)> {
    let mut waiting = Vec::new();
    for _ in 0..SESSIONS {
        let mut browser = office.gateway.browser();
        office.sign_in(&mut browser).await;
        waiting.push(browser);
    }
    tokio::time::sleep(crate::support::office::WINDOW).await;
    let mut forms = Vec::new();
    for mut browser in waiting {
        let question = browser.get_following(NEW).await;
        let form = question.form_with("password").set("password", password);
        forms.push((browser, form));
    }
    forms
}

async fn assert_waits(office: &Office) {
    let mut browser = office.ada().await;
    office.origin.forget();
    let late = confirm(&mut browser, NEW, PASSWORD).await;
    let asked = office.origin.requests_to("/login");
    assert!(
        asked.is_empty(),
        "a waiting account costs exchanges: {asked:?}"
    );
    assert_eq!(
        late.status, 429,
        "the right password need not wait: {late:?}"
    );
    assert!(
        late.reading().contains("Too many wrong passwords"),
        "{late:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_guesses_at_once_are_five_sign_ins_at_the_application() {
    let office = Office::open(Desk::with(|_| {}), |_| {}).await;
    let waiting = before_the_password(&office, "guess").await;
    office.origin.forget();
    let answers = all_at_once(&waiting, EACH).await;
    assert_eq!(answers.len(), SESSIONS * EACH);
    for (_, page) in &answers {
        assert_ne!(page.status, 303, "{page:?}");
    }
    let guesses = office.sign_ins().len();
    assert!((1..=5).contains(&guesses), "{guesses} guesses were tried");
    assert_waits(&office).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_keeps_the_application_from_answering_guesses_no_more_often() {
    let office = Office::open(Desk::with(|_| {}), |_| {}).await;
    let waiting = before_the_password(&office, "guess").await;
    office.origin.forget();
    office.desk.set_faults(Faults {
        whoami: true,
        ..Faults::default()
    });
    let answers = all_at_once(&waiting, EACH).await;
    for (_, page) in &answers {
        assert_ne!(page.status, 303, "{page:?}");
    }
    let guesses = office.sign_ins().len();
    assert!((1..=5).contains(&guesses), "{guesses} guesses were tried");
    office.desk.set_faults(Faults::default());
    assert_waits(&office).await;
}

/// Answers the step-up before [`NEW`] with a code that is wrong.
async fn wrong_code(browser: &mut Browser, phone: &Authenticator) -> Page {
    let question = browser.get_following(NEW).await;
    let form = question.form_with("code").set("code", &phone.wrong());
    browser.submit(&form).await
}

#[tokio::test]
async fn who_knows_the_password_cannot_clear_wrong_codes_with_it() {
    let office = Office::open(Desk::with(|_| {}), |_| {}).await;
    let (mut browser, mut phone) = office.ada_enrolled().await;
    for _ in 0..4 {
        assert_eq!(wrong_code(&mut browser, &phone).await.status, 422);
    }
    assert!(confirm(&mut browser, NEW, PASSWORD).await.leads_to(NEW));
    tokio::time::sleep(crate::support::office::WINDOW).await;
    let last = wrong_code(&mut browser, &phone).await;
    assert_eq!(last.status, 401, "the session goes on: {last:?}");
    assert!(last.reading().contains("too many wrong codes"), "{last:?}");
    let mut browser = office.gateway.browser();
    office.sign_in(&mut browser).await;
    let challenge = browser.get("/.mfa/challenge").await;
    let form = challenge.form_with("code").set("code", &phone.code().await);
    let late = browser.submit(&form).await;
    assert_eq!(late.status, 429, "the account need not wait: {late:?}");
}

#[tokio::test]
async fn wrong_passwords_at_an_open_browser_make_no_code_wait() {
    let office = Office::open(Desk::with(|_| {}), |_| {}).await;
    let (mut browser, mut phone) = office.ada_enrolled().await;
    for _ in 0..5 {
        confirm(&mut browser, NEW, "guess").await;
    }
    let mut browser = office.gateway.browser();
    office.sign_in(&mut browser).await;
    let challenge = browser.get("/.mfa/challenge").await;
    let form = challenge.form_with("code").set("code", &phone.code().await);
    let answered = browser.submit(&form).await;
    assert!(answered.is_redirect(), "a right code waits: {answered:?}");
    let database = office.gateway.directory().join("data/stepgate.db");
    let failures = sqlite(&database, "SELECT failures FROM totp_authenticators").await;
    assert_eq!(
        failures,
        [0],
        "a password counted against the authenticator"
    );
}

#[tokio::test]
async fn a_copy_of_the_session_from_before_does_not_share_the_window() {
    let office = Office::open(Desk::with(|_| {}), |_| {}).await;
    let mut browser = office.ada().await;
    let mut thief = browser.clone();
    assert!(confirm(&mut browser, NEW, PASSWORD).await.leads_to(NEW));
    assert_ne!(browser.jar.token(), thief.jar.token());
    let page = thief.get_following(NEW).await;
    assert!(!page.holds("otpauth:"), "{page:?}");
    assert!(browser.get(NEW).await.holds("otpauth:"));
}

/// The numbers that a statement selects.
async fn sqlite(database: &std::path::Path, statement: &'static str) -> Vec<i64> {
    use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};
    let options = SqliteConnectOptions::new()
        .filename(database)
        .read_only(true);
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    let rows = sqlx::query_scalar(statement).fetch_all(&mut connection);
    rows.await.unwrap()
}
