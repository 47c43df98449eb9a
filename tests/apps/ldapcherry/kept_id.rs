//! An attacker with the password, in an application whose sign-in moves no cookie: whoever holds the
//! cookie of the sign-in form is signed in a moment later.

use super::site::{ADA, GRACE, INSIDE, Site, assert_open, enrolled, sign_in};
use crate::attack::Hammering;
use crate::support::{Browser, answer_challenge, raw};
use std::time::Duration;
use tokio::io::AsyncWriteExt;

/// The reason for everything else here, and the proof that the scans would find something.
#[tokio::test]
async fn without_the_gateway_the_cookie_of_the_form_opens_every_page() {
    let site = Site::start().await;
    let mut browser = Browser::new(site.server.addr, None, false);
    browser.get_following("/").await;
    let mut old = browser.clone();
    sign_in(&mut browser, "/", ADA, &ADA.password()).await;
    assert_open(&mut old, ADA).await;
    assert!(old.get("/logout").await.leads_to("/signin"));
    assert_eq!(site.ids().len(), 1, "the id was not kept");
    assert!(old.saw(&site.ids()[0]) && old.saw(INSIDE));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_cookie_of_the_form_opens_nothing_through_the_sign_in_and_after_it() {
    let site = Site::start().await;
    let (mut owner, mut phone) = enrolled(&site, ADA).await;
    for round in 1..=6 {
        let mut browser = site.gateway.browser();
        browser.get_following("/").await;
        let before = browser.clone();
        let old = Hammering::start(&before, "/selfmodify", 4);
        let held = sign_in(&mut browser, "/", ADA, &ADA.password()).await;
        assert!(held.leads_to("/.mfa/challenge"), "{held:?}");
        let new = Hammering::start(&browser, "/selfmodify", 4);
        let mut tabs = old.stop(40).await;
        tabs.extend(new.stop(40).await);
        assert!(!browser.saw(INSIDE));
        assert!(
            tabs.iter().all(|tab| !tab.saw(INSIDE)),
            "a page came through"
        );
        site.assert_no_raw_id(&tabs.iter().chain([&browser]).collect::<Vec<_>>());
        assert!(site.sessions_of(ADA).await > round, "no sign-in took place");
        if round == 6 {
            let code = phone.code().await;
            assert_eq!(answer_challenge(&mut browser, &code).await.status, 303);
            assert_open(&mut browser, ADA).await;
            let late = Hammering::start(&before, "/selfmodify", 2).stop(10).await;
            let opened = late.iter().any(|tab| tab.saw(INSIDE));
            assert!(!opened, "the old cookie opened after the code");
        }
    }
    assert_open(&mut owner, ADA).await;
}

/// The answer that would say that the session is now somebody's has nobody to go to.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hanging_up_in_the_middle_of_the_sign_in_opens_nothing() {
    let site = Site::start().await;
    let (_owner, _phone) = enrolled(&site, ADA).await;
    let body = format!("login=ada&password={}", ADA.password());
    for pause in [0, 1, 2, 5, 20] {
        let mut browser = site.gateway.browser();
        browser.get_following("/").await;
        let length = format!("Content-Length: {}", body.len());
        let kind = "Content-Type: application/x-www-form-urlencoded";
        let mut request = raw::head(&browser, "POST", "/login", &[&length, kind]);
        request.extend_from_slice(body.as_bytes());
        let mut stream = browser.connect("http/1.1").await.unwrap();
        stream.write_all(&request).await.unwrap();
        tokio::time::sleep(Duration::from_millis(pause)).await;
        drop(stream);
        let tabs = Hammering::start(&browser, "/", 4).stop(40).await;
        assert!(tabs.iter().all(|tab| !tab.saw(INSIDE)), "after {pause} ms");
    }
    assert!(site.sessions_of(ADA).await > 1, "no sign-in took place");
}

/// CherryPy takes the fields from the query, and further parts of the path as fields.
#[tokio::test]
async fn every_spelling_of_the_sign_in_that_the_application_takes_is_held() {
    let site = Site::start().await;
    let (_owner, _phone) = enrolled(&site, ADA).await;
    let password = ADA.password();
    let fields = format!("login=ada&password={password}");
    for (target, is_taken) in [
        (format!("/login?{fields}"), true),
        (format!("/login/?{fields}"), true),
        (format!("/login/ada/{password}"), true),
        (format!("/login/ada?password={password}"), true),
        (format!("/%6cogin?{fields}"), true),
        (format!("/LOGIN?{fields}"), false),
        (format!("/login;x?{fields}"), false),
        (format!("/./login?{fields}"), false),
    ] {
        // As a stranger, and inside a session of the attacker's own.
        for is_signed_in in [false, true] {
            let mut browser = site.gateway.browser();
            if is_signed_in {
                sign_in(&mut browser, "/", GRACE, &GRACE.password()).await;
                assert_open(&mut browser, GRACE).await;
            }
            let before = site.sessions_of(ADA).await;
            let answer = browser.get(&target).await;
            let taken = site.sessions_of(ADA).await > before;
            assert_eq!(taken, is_taken, "{answer:?}");
            assert_eq!(taken, answer.leads_to("/.mfa/challenge"), "{answer:?}");
            browser.get("/").await;
            browser.get("/selfmodify").await;
            assert!(!browser.saw(&ADA.row()), "{target}: a page of the victim's");
        }
    }
}
