//! An attacker with the password, or with a copy of a cookie.

use super::site::{ADA, ADMIN, GRACE, Site, assert_open, enrolled, sign_in};
use crate::attack::Hammering;
use crate::support::{Browser, Page};

/// Django itself opens to these session keys: the gateway is all that stands between.
async fn open_at_django(site: &Site, keys: &[String]) -> usize {
    let mut open = 0;
    for key in keys {
        let mut direct = Browser::new(site.server.addr, None, false);
        direct.jar.plant("sessionid", key);
        open += usize::from(direct.get("/admin/").await.holds(ADMIN));
    }
    open
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_password_alone_opens_nothing_however_often_one_asks() {
    let site = Site::start().await;
    let (mut owner, _phone) = enrolled(&site, ADA).await;
    let before = site.keys().await.len();
    let mut browser = site.gateway.browser();
    browser.get_following("/admin/").await;
    let old = Hammering::start(&browser, "/admin/auth/user/", 4);
    let held = sign_in(&mut browser, "/admin/", ADA, &ADA.password()).await;
    assert!(held.leads_to("/.mfa/challenge"), "{held:?}");
    let new = Hammering::start(&browser, "/admin/auth/user/", 2);
    let mut seen = old.stop(40).await;
    seen.extend(new.stop(20).await);

    let keys = site.keys().await;
    assert_eq!(open_at_django(&site, &keys[before..]).await, 1);
    for tab in seen.iter().chain([&browser]) {
        assert!(!tab.saw(ADMIN), "a page of the admin came through");
    }
    let tabs: Vec<&Browser> = seen.iter().chain([&browser]).collect();
    site.assert_no_raw_key(&tabs).await;
    assert_open(&mut owner, ADA).await;
}

#[tokio::test]
async fn a_stolen_session_id_is_worthless_through_the_gateway() {
    let site = Site::start().await;
    let (mut owner, _phone) = enrolled(&site, ADA).await;
    let keys = site.keys().await;
    assert!(open_at_django(&site, &keys).await > 0);
    let (mut other, _) = enrolled(&site, GRACE).await;
    other.seen.clear();
    let seal = owner.jar.get("sessionid").unwrap().to_owned();
    for stolen in keys.iter().chain([&seal]) {
        let mut thief = site.gateway.browser();
        thief.jar.plant("sessionid", stolen);
        let page: Page = thief.get("/admin/").await;
        assert!(!page.holds(ADMIN), "{page:?}");
        // Not even inside a session of the thief's own.
        let mut thief = other.clone();
        thief.jar.plant("sessionid", stolen);
        let page = thief.get("/admin/").await;
        assert!(!page.holds("<strong>ada</strong>"), "{page:?}");
    }
    assert_open(&mut owner, ADA).await;
}
