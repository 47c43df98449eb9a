//! How a check of a password ends: the session that it made is signed out, whatever the application does
//! about that, and what happens meanwhile counts.

use crate::support::desk::{Desk, Faults, PASSWORD};
use crate::support::office::{NEW, Office, WINDOW, confirm};
use crate::support::{Browser, Person};
use std::time::Duration;

const ADA: Person = Person(1);

async fn at_work(faults: Faults) -> (Office, Browser) {
    let office = Office::open(Desk::with(|_| {}), |_| {}).await;
    let browser = office.ada().await;
    office.desk.set_faults(faults);
    office.origin.forget();
    (office, browser)
}

#[tokio::test]
async fn a_sign_out_that_only_asks_whether_one_is_sure_is_followed_by_one_that_works() {
    let desk = Desk::with(|desk| {
        desk.json = true;
        desk.asks_before_signing_out = true;
    });
    let office = Office::open(desk, |_| {}).await;
    let mut browser = office.ada().await;
    let own = office.desk.sessions_of(ADA);
    assert!(confirm(&mut browser, NEW, PASSWORD).await.leads_to(NEW));
    office.assert_signed_out(ADA, &own).await;
}

#[tokio::test]
async fn a_sign_in_that_leads_to_another_site_is_followed_nowhere() {
    let (office, mut browser) = at_work(Faults {
        leads_to: Some("https://elsewhere.example/welcome"),
        ..Faults::default()
    })
    .await;
    let own = office.desk.sessions_of(ADA);
    let opened = confirm(&mut browser, NEW, PASSWORD).await;
    assert!(opened.leads_to(NEW), "{opened:?}");
    office.assert_signed_out(ADA, &own).await;
    assert!(office.origin.requests_to("/welcome").is_empty());
}

#[tokio::test]
async fn a_slow_sign_out_keeps_nobody_waiting() {
    let (office, mut browser) = at_work(Faults {
        slow_sign_out: WINDOW + Duration::from_secs(5),
        ..Faults::default()
    })
    .await;
    assert!(confirm(&mut browser, NEW, PASSWORD).await.leads_to(NEW));
    tokio::time::sleep(WINDOW).await;
    assert_eq!(office.desk.sessions_of(ADA).len(), 2, "signed out already");
    let again = confirm(&mut browser, NEW, PASSWORD);
    let again = tokio::time::timeout(Duration::from_secs(3), again).await;
    assert!(again.expect("it waited for the sign-out").leads_to(NEW));
}

#[tokio::test]
async fn a_sign_out_that_ends_the_browsers_session_as_well_is_noticed() {
    let office = Office::open(Desk::with(|desk| desk.signs_out_everywhere = true), |_| {}).await;
    let mut browser = office.ada().await;
    office.desk.set_faults(Faults {
        slow_sign_out: Duration::from_secs(2),
        ..Faults::default()
    });
    assert!(confirm(&mut browser, NEW, PASSWORD).await.leads_to(NEW));
    // In between the evidence is taken, and she is there.
    assert!(browser.get("/private").await.holds(&ADA.marker()));
    office.assert_signed_out(ADA, &[]).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    browser.get("/private").await;
    let page = browser.get("/settings/security").await;
    assert_ne!(page.status, 200, "the gateway's session goes on: {page:?}");
}

#[tokio::test]
async fn a_session_that_is_signed_out_during_the_check_opens_nothing() {
    let (office, mut browser) = at_work(Faults {
        slow: Duration::from_secs(1),
        ..Faults::default()
    })
    .await;
    let mut other_tab = browser.clone();
    let sign_out = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        crate::support::sign_out(&mut other_tab).await
    };
    let (checked, _) = tokio::join!(confirm(&mut browser, NEW, PASSWORD), sign_out);
    assert_eq!(checked.status, 401, "{checked:?}");
    assert!(!checked.reading().contains("wrong password"), "{checked:?}");
    assert_eq!(office.sign_ins().len(), 1);
    let page = browser.get_following(NEW).await;
    assert!(!page.holds("otpauth:"), "{page:?}");
    assert!(!browser.get("/private").await.holds(&ADA.marker()));
}

#[tokio::test]
async fn a_session_that_another_one_signs_out_during_the_check_opens_nothing() {
    let (office, mut browser) = at_work(Faults::default()).await;
    let mut elsewhere = office.gateway.browser();
    office.sign_in(&mut elsewhere).await;
    office.desk.set_faults(Faults {
        slow: Duration::from_secs(1),
        ..Faults::default()
    });
    let revoke = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        let page = elsewhere.get("/settings/security").await;
        let form = page.form_to("/settings/security/sign-out-others");
        elsewhere.submit(&form).await
    };
    let (checked, revoked) = tokio::join!(confirm(&mut browser, NEW, PASSWORD), revoke);
    assert!(revoked.is_redirect(), "{revoked:?}");
    assert_eq!(checked.status, 401, "{checked:?}");
    assert!(!browser.get_following(NEW).await.holds("otpauth:"));
}

#[tokio::test]
async fn an_application_that_takes_no_sign_ins_is_not_called_a_wrong_password() {
    for status in [429, 503] {
        let (office, mut browser) = at_work(Faults {
            turned_away: Some(status),
            ..Faults::default()
        })
        .await;
        for _ in 0..4 {
            let page = confirm(&mut browser, NEW, PASSWORD).await;
            assert_eq!(page.status, 503, "{page:?}");
            assert!(
                page.reading().contains("No sign-ins are accepted"),
                "{page:?}"
            );
        }
        let last = confirm(&mut browser, NEW, PASSWORD).await;
        assert_eq!(last.status, 401, "sent and not counted: {last:?}");
        let reading = last.reading();
        assert!(reading.contains("couldn't be checked"), "{reading}");
        assert!(!reading.contains("wrong password"), "{reading}");
        assert_eq!(office.sign_ins().len(), 5);
    }
}

#[tokio::test]
async fn who_hangs_up_on_every_guess_is_signed_out_all_the_same() {
    let (office, mut browser) = at_work(Faults {
        slow: Duration::from_millis(300),
        ..Faults::default()
    })
    .await;
    for guess in 1..=5 {
        let hung_up = tokio::time::timeout(
            Duration::from_millis(150),
            confirm(&mut browser, NEW, "guess"),
        );
        assert!(hung_up.await.is_err(), "answered at once");
        tokio::time::sleep(Duration::from_millis(600)).await;
        assert_eq!(office.sign_ins().len(), guess);
    }
    assert!(!browser.get("/private").await.holds(&ADA.marker()));
}
