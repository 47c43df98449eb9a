//! The application cannot say who is signed in: nothing opens, the page says so, and it passes.

use crate::support::crm::RAW_ID;
use crate::support::people::{self, answer_challenge, go_on, sign_in};
use crate::support::{
    Authenticator, Browser, CrmApp, Gateway, Ids, Origin, PROTECTED, Page, Person, Whoami,
};
use std::sync::Arc;
use std::time::Duration;

const ANSWERED: [Whoami; 6] = [
    Whoami::Status(429),
    Whoami::Status(500),
    Whoami::Status(200),
    Whoami::Garbage,
    Whoami::Empty,
    Whoami::Cut,
];

async fn setting(ids: Ids) -> (CrmApp, Origin, Gateway, Authenticator) {
    let app = CrmApp::with(|app| app.ids = ids);
    let origin = Origin::start(Arc::new(app.clone())).await;
    let gateway = Gateway::start(origin.addr, |config| {
        config.set("guard.identity", "recheck", "\"1s\"");
    })
    .await;
    let (_owner, phone) = people::enrolled(&gateway, Person(1)).await;
    (app, origin, gateway, phone)
}

/// A page for people that says that the application is at fault, with a number to quote.
fn assert_explains(page: &Page, fault: Whoami) {
    assert!((500..=504).contains(&page.status), "{fault:?}: {page:?}");
    assert!(
        page.header("content-type")
            .is_some_and(|kind| kind.starts_with("text/html")),
        "{fault:?}: {page:?}"
    );
    let words = page.reading();
    assert!(
        words.contains("Acme CRM") && words.len() > 60,
        "{fault:?}: {words}"
    );
    assert!(!page.holds(RAW_ID), "{fault:?}: {page:?}");
}

async fn assert_shut(browser: &mut Browser, fault: Whoami) {
    for target in ["/", "/private"] {
        let page = browser.get(target).await;
        assert!(!page.holds(PROTECTED), "{fault:?} {target}: {page:?}");
    }
    browser.fetch("/api/contacts").await;
    assert!(!browser.saw(PROTECTED), "{fault:?}");
}

async fn fails_and_recovers(ids: Ids, faults: &[Whoami]) {
    let (app, origin, gateway, mut phone) = setting(ids).await;
    for (number, &fault) in faults.iter().enumerate() {
        // One user has a factor and the other has none: neither gets in.
        let mut owner = gateway.browser();
        let mut other = gateway.browser();
        let person = Person(20 + u32::try_from(number).unwrap());
        let forms = (owner.get("/login").await, other.get("/login").await);
        app.set_whoami(fault);
        let fill = |page: &Page, who: Person| {
            page.form_with("password")
                .set("email", &who.email())
                .set("password", "pw")
        };
        let page = owner.submit(&fill(&forms.0, Person(1))).await;
        assert_explains(&page, fault);
        let page = other.submit(&fill(&forms.1, person)).await;
        assert_explains(&page, fault);
        origin.forget();
        assert_shut(&mut owner, fault).await;
        assert_shut(&mut other, fault).await;
        assert!(
            !origin
                .requests()
                .iter()
                .any(|request| request.header("x-mfa-user").is_some()),
            "{fault:?}"
        );

        app.set_whoami(Whoami::Ok);
        let held = go_on(&mut owner, Person(1)).await;
        assert!(held.leads_to("/.mfa/challenge"), "{fault:?}: {held:?}");
        let taken = go_on(&mut other, person).await;
        assert!(taken.holds(&person.marker()), "{fault:?}: {taken:?}");
        if number == 0 {
            let code = phone.code().await;
            assert_eq!(
                answer_challenge(&mut owner, &code).await.status,
                303,
                "{fault:?}"
            );
            assert!(
                owner.get("/private").await.holds(&Person(1).marker()),
                "{fault:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_whoami_that_answers_nonsense_lets_nobody_in_where_ids_rotate() {
    fails_and_recovers(Ids::Rotates, &ANSWERED).await;
}

#[tokio::test]
async fn a_whoami_that_answers_nonsense_lets_nobody_in_where_ids_are_kept() {
    fails_and_recovers(Ids::Kept, &ANSWERED).await;
}

#[tokio::test]
async fn a_whoami_that_hangs_lets_nobody_in() {
    fails_and_recovers(Ids::Rotates, &[Whoami::Hang]).await;
}

#[tokio::test]
async fn a_whoami_that_fails_later_pauses_the_session_and_does_not_end_it() {
    let (app, _origin, gateway, _phone) = setting(Ids::Kept).await;
    let (mut browser, _own) = people::enrolled(&gateway, Person(2)).await;
    for fault in [Whoami::Status(500), Whoami::Garbage] {
        app.set_whoami(fault);
        tokio::time::sleep(Duration::from_millis(1_300)).await;
        browser.seen.clear();
        let page = browser.get("/private").await;
        assert!(!page.holds(PROTECTED), "{fault:?}: {page:?}");
        assert_explains(&page, fault);
        app.set_whoami(Whoami::Ok);
        let page = browser.get("/private").await;
        assert!(
            page.holds(&Person(2).marker()),
            "{fault:?}: the session did not come back: {page:?}"
        );
    }
}

#[tokio::test]
async fn a_whoami_that_says_401_to_everybody_shows_in_the_log() {
    let app = CrmApp::default();
    app.set_whoami(Whoami::Status(401));
    let origin = Origin::start(Arc::new(app)).await;
    let gateway = Gateway::start(origin.addr, |_| {}).await;
    let mut browser = gateway.browser();
    sign_in(&mut browser, Person(1)).await;
    let log = gateway.log().to_lowercase();
    assert!(
        log.contains("whoami"),
        "nothing in the log warns that nobody was ever recognised:\n{log}"
    );
}
