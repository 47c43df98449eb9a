//! From the first visit to the second sign-in.

use super::site::{ADA, GRACE, INSIDE, PAGES, Site, User, assert_open, enrolled, sign_in};
use crate::support::{Browser, Call, answer_challenge, totp};

const CALLS: [Call; 4] = [Call::Navigation, Call::Fetch, Call::Image, Call::Frame];

/// No way of asking opens a page.
async fn assert_closed(browser: &mut Browser) {
    for page in PAGES {
        for call in CALLS {
            let answer = browser.send(call, "GET", page, None).await;
            assert!(!answer.holds(INSIDE), "{call:?}: {answer:?}");
            assert_ne!(answer.status, 200, "{call:?}: {answer:?}");
        }
    }
}

#[tokio::test]
async fn no_page_opens_before_the_code_and_every_page_after_it() {
    let site = Site::start().await;
    let browser = site.gateway.browser();
    whole_journey(&site, browser).await;
}

#[tokio::test]
async fn the_same_over_https_and_http2() {
    let site = Site::start_with(true).await;
    let browser = site.gateway.browser_h2();
    whole_journey(&site, browser).await;
}

async fn whole_journey(site: &Site, mut browser: Browser) {
    let style = browser.image("/static/css/style.css").await;
    assert_eq!(style.status, 200, "{style:?}");
    assert_closed(&mut browser).await;
    let wrong = sign_in(&mut browser, "/", ADA, "guess").await;
    assert!(wrong.leads_to("/signin"), "{wrong:?}");
    let address = wrong.header("location").unwrap();
    assert!(address.starts_with(&browser.origin()), "{wrong:?}");
    assert_closed(&mut browser).await;

    // Who has no authenticator gets in by the password, and adds one.
    let opened = sign_in(&mut browser, "/selfmodify", ADA, &ADA.password()).await;
    assert_eq!(opened.location(), "/selfmodify", "{opened:?}");
    assert!(browser.follow(opened).await.holds(INSIDE));
    let mut phone = totp::enrol(&mut browser).await;
    assert_open(&mut browser, ADA).await;
    let out = browser.get("/logout").await;
    assert!(out.leads_to("/signin"), "{out:?}");
    assert_closed(&mut browser).await;
    site.assert_no_raw_id(&[&browser]);

    // The same browser, where LdapCherry would go on with the id from before.
    browser.seen.clear();
    let held = sign_in(&mut browser, "/selfmodify", ADA, &ADA.password()).await;
    assert!(held.leads_to("/.mfa/challenge"), "{held:?}");
    assert_closed(&mut browser).await;
    let wrong = answer_challenge(&mut browser, &phone.wrong()).await;
    assert_ne!(wrong.status, 303, "{wrong:?}");
    assert_closed(&mut browser).await;
    assert!(!browser.saw(INSIDE));
    let code = phone.code().await;
    let passed = answer_challenge(&mut browser, &code).await;
    assert_eq!(passed.location(), "/selfmodify");
    assert!(browser.follow(passed).await.holds(INSIDE));
    assert_open(&mut browser, ADA).await;
    site.assert_no_raw_id(&[&browser]);
}

#[tokio::test]
async fn a_form_adds_somebody_who_then_signs_in() {
    let site = Site::start().await;
    let (mut browser, _phone) = enrolled(&site, ADA).await;
    let joan = User("joan");
    let form = browser.get("/adduser").await.form_with("attr.uid");
    let form = form
        .set("attr.uid", joan.0)
        .set("attr.name", "Clarke")
        .set("attr.shell", "/bin/sh")
        .set("attr.password1", "Joan-right-h0rse")
        .set("attr.password2", "Joan-right-h0rse")
        .without("role.admins");
    let added = browser.submit(&form).await;
    assert!(
        added.status == 200 && added.holds("User added"),
        "{added:?}"
    );
    assert_open(&mut browser, ADA).await;

    let mut joans = site.gateway.browser();
    let opened = sign_in(&mut joans, "/", joan, "Joan-right-h0rse").await;
    assert!(opened.leads_to("/"), "{opened:?}");
    assert_open(&mut joans, joan).await;
    let form = joans.get("/selfmodify").await.form_with("attr.password1");
    let form = form
        .set("attr.shell", "/bin/bash")
        .set("attr.password1", "Joan-0ther-horse")
        .set("attr.password2", "Joan-0ther-horse");
    let changed = joans.submit(&form).await;
    assert!(changed.holds("Self modification done"), "{changed:?}");
    assert_open(&mut joans, joan).await;
    site.assert_no_raw_id(&[&browser, &joans]);
}

#[tokio::test]
async fn a_second_account_over_the_first_needs_a_factor_of_its_own() {
    let site = Site::start().await;
    let (_graces, mut graces_phone) = enrolled(&site, GRACE).await;
    let (mut browser, _phone) = enrolled(&site, ADA).await;
    let mut adas = browser.clone();
    browser.seen.clear();
    let fields = [("login", GRACE.0), ("password", &GRACE.password())];
    let held = browser.post_form("/login", &fields).await;
    assert!(held.leads_to("/.mfa/challenge"), "{held:?}");
    assert_closed(&mut browser).await;
    adas.seen.clear();
    assert_closed(&mut adas).await;
    assert!(!browser.saw(INSIDE) && !adas.saw(INSIDE));

    let code = graces_phone.code().await;
    assert_eq!(answer_challenge(&mut browser, &code).await.status, 303);
    assert_open(&mut browser, GRACE).await;
    site.assert_no_raw_id(&[&browser, &adas]);
}
