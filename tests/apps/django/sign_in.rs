//! From the first visit to the second sign-in.

use super::site::{ADA, ADMIN, PAGES, Site, assert_open, enrol, enrolled_in, sign_in, sign_out};
use crate::support::{Browser, Call, answer_challenge};

const CALLS: [Call; 4] = [Call::Navigation, Call::Fetch, Call::Image, Call::Frame];

/// No way of asking opens a page of the admin.
async fn assert_closed(browser: &mut Browser) {
    for page in PAGES {
        for call in CALLS {
            let answer = browser.send(call, "GET", page, None).await;
            assert!(!answer.holds(ADMIN), "{call:?}: {answer:?}");
            assert_ne!(answer.status, 200, "{call:?}: {answer:?}");
        }
    }
}

#[tokio::test]
async fn no_page_of_the_admin_opens_before_the_code_and_every_page_after_it() {
    let site = Site::start().await;
    let mut browser = site.gateway.browser();

    // A stranger sees the form and its style sheet.
    let style = browser.image("/static/admin/css/base.css").await;
    assert!(style.status == 200 && style.holds("--primary"), "{style:?}");
    assert_closed(&mut browser).await;
    let wrong = sign_in(&mut browser, "/admin/auth/group/", ADA, "guess").await;
    assert_eq!(wrong.status, 200);
    assert!(wrong.reading().contains("correct username and password"));
    assert_closed(&mut browser).await;

    // The right password leads to the enrolment, and to nothing else.
    let held = sign_in(&mut browser, "/admin/auth/group/", ADA, &ADA.password()).await;
    assert!(
        held.status == 303 && held.leads_to("/.mfa/enrol"),
        "{held:?}"
    );
    assert_closed(&mut browser).await;
    assert!(browser.image("/static/admin/css/base.css").await.status == 200);
    assert!(!browser.saw(ADMIN));
    site.assert_no_raw_key(&[&browser]).await;

    let (saved, mut phone) = enrol(&mut browser).await;
    assert_eq!(saved.location(), "/admin/auth/group/");
    assert_open(&mut browser, ADA).await;

    let out = sign_out(&mut browser).await;
    assert!(out.reading().contains("Thanks for spending"), "{out:?}");
    assert_closed(&mut browser).await;

    // The next sign-in asks for a code.
    let mut browser = site.gateway.browser();
    let held = sign_in(&mut browser, "/admin/auth/user/", ADA, &ADA.password()).await;
    assert!(held.leads_to("/.mfa/challenge"), "{held:?}");
    assert_closed(&mut browser).await;
    let wrong = answer_challenge(&mut browser, &phone.wrong()).await;
    assert_ne!(wrong.status, 303, "{wrong:?}");
    assert_closed(&mut browser).await;
    assert!(!browser.saw(ADMIN));
    let code = phone.code().await;
    let passed = answer_challenge(&mut browser, &code).await;
    assert_eq!(passed.location(), "/admin/auth/user/");
    assert!(browser.follow(passed).await.holds(ADMIN));
    assert_open(&mut browser, ADA).await;
    site.assert_no_raw_key(&[&browser]).await;
}

/// What the other tests look for is there to be found: so it is without the gateway.
#[tokio::test]
async fn without_the_gateway_the_password_opens_the_admin_and_the_session_id_is_seen() {
    let site = Site::start().await;
    let mut browser = Browser::new(site.server.addr, None, false);
    let opened = sign_in(&mut browser, "/admin/", ADA, &ADA.password()).await;
    assert!(opened.leads_to("/admin/"), "{opened:?}");
    assert_open(&mut browser, ADA).await;
    let keys = site.keys().await;
    assert!(!keys.is_empty() && keys.iter().all(|key| browser.saw(key)));
}

#[tokio::test]
async fn forms_with_a_csrf_token_are_taken_and_forged_ones_are_not() {
    let site = Site::start().await;
    let browser = site.gateway.browser();
    add_a_group(&site, browser).await;
}

#[tokio::test]
async fn the_same_over_https_and_http2() {
    let site = Site::start_with(&[], true, |_| {}).await;
    let browser = site.gateway.browser_h2();
    add_a_group(&site, browser).await;
}

async fn add_a_group(site: &Site, browser: Browser) {
    let (mut browser, _phone) = enrolled_in(browser, ADA).await;
    let form = browser.get("/admin/auth/group/add/").await;
    let form = form.form_with("name");
    let form = ["permissions", "_addanother", "_continue"]
        .iter()
        .fold(form, |form, button| form.without(button))
        .set("name", "Editors");

    let forged = form
        .clone()
        .set("csrfmiddlewaretoken", "x".repeat(64).as_str());
    assert_eq!(browser.submit(&forged).await.status, 403);
    let added = browser.submit(&form).await;
    assert!(added.leads_to("/admin/auth/group/"), "{added:?}");
    // The message comes through although the admin was asked who is signed in.
    let list = browser.follow(added).await;
    let message = "“ Editors ” was added successfully";
    assert!(list.reading().contains(message), "{list:?}");
    assert!(!browser.get("/admin/").await.reading().contains(message));
    site.assert_no_raw_key(&[&browser]).await;
}
