//! The sign-in page that a password is confirmed by: what it may look like, and when it serves for nothing.

use crate::support::Person;
use crate::support::desk::{Desk, Faults, PASSWORD};
use crate::support::office::{NEW, Office, confirm};

/// Ada's office, whose sign-in page has changed since she signed in.
async fn changed(faults: Faults) -> (Office, crate::support::Browser) {
    let office = Office::open(Desk::with(|_| {}), |_| {}).await;
    let browser = office.ada().await;
    office.desk.set_faults(faults);
    office.origin.forget();
    (office, browser)
}

/// Nothing is sent, however often it is tried, and none of it is counted.
async fn assert_unchecked(faults: Faults) {
    let (office, mut browser) = changed(faults).await;
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
async fn a_form_to_register_on_the_same_page_is_left_alone() {
    let register = "<form method=post action=/register><input type=hidden name=token value=r1>\
        <input name=name><input type=password name=password></form>";
    let (office, mut browser) = changed(Faults {
        before_form: register,
        ..Faults::default()
    })
    .await;
    assert!(confirm(&mut browser, NEW, PASSWORD).await.leads_to(NEW));
    assert_eq!(office.sign_ins().len(), 1);
}

#[tokio::test]
async fn of_two_sign_in_forms_that_differ_none_is_guessed_at() {
    let other = "<form method=post action=/login><input type=hidden name=token value=other>\
        <input name=name><input type=password name=password></form>";
    assert_unchecked(Faults {
        before_form: other,
        ..Faults::default()
    })
    .await;
}

#[tokio::test]
async fn a_page_that_is_too_large_is_not_read() {
    assert_unchecked(Faults {
        before_form: Box::leak("<p>large</p>".repeat(11_000).into_boxed_str()),
        ..Faults::default()
    })
    .await;
}

#[tokio::test]
async fn where_the_application_knows_the_address_no_password_is_tried() {
    // Whatever is typed, the evidence would name her.
    assert_unchecked(Faults {
        at_the_desk: Some(Person(1)),
        ..Faults::default()
    })
    .await;
}

#[tokio::test]
async fn a_second_name_on_the_page_is_not_sent_along() {
    let (office, mut browser) = changed(Faults {
        in_form: "<input type=hidden name=Name value=eve><input type=hidden name='name[]' value=eve>",
        ..Faults::default()
    })
    .await;
    assert!(confirm(&mut browser, NEW, PASSWORD).await.leads_to(NEW));
    let sent = office.sign_ins().pop().unwrap();
    assert!(!sent.holds("eve"), "{sent:?}");
    assert!(sent.holds("ada"), "{sent:?}");
}
