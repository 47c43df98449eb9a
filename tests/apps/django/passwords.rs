//! Changed and forgotten passwords.

use super::site::{ADA, ADMIN, Site, assert_open, enrolled, sign_in};
use crate::support::answer_challenge;

const NEW: &str = "quite-another-battery";

#[tokio::test]
async fn changing_the_password_renews_the_session_id_and_asks_for_no_code() {
    let site = Site::start().await;
    let (mut browser, _phone) = enrolled(&site, ADA).await;
    let (keys, seal) = (
        site.keys().await,
        browser.jar.get("sessionid").unwrap().to_owned(),
    );

    let page = browser.get("/admin/password_change/").await;
    let form = page
        .form_with("old_password")
        .set("old_password", &ADA.password())
        .set("new_password1", NEW)
        .set("new_password2", NEW);
    let changed = browser.submit(&form).await;
    assert!(
        changed.leads_to("/admin/password_change/done/"),
        "{changed:?}"
    );
    assert!(site.keys().await.len() > keys.len(), "no new session id");
    assert_ne!(browser.jar.get("sessionid"), Some(seal.as_str()));

    let done = browser.follow(changed).await;
    assert!(
        done.reading().contains("Your password was changed"),
        "{done:?}"
    );
    assert_open(&mut browser, ADA).await;
    site.assert_no_raw_key(&[&browser]).await;

    let mut elsewhere = site.gateway.browser();
    let old = sign_in(&mut elsewhere, "/admin/", ADA, &ADA.password()).await;
    assert_eq!(old.status, 200, "{old:?}");
    let held = sign_in(&mut elsewhere, "/admin/", ADA, NEW).await;
    assert!(held.leads_to("/.mfa/challenge"), "{held:?}");
}

#[tokio::test]
async fn a_mailed_link_sets_a_new_password_and_opens_nothing_without_the_code() {
    let site = Site::start().await;
    let (mut first, mut phone) = enrolled(&site, ADA).await;
    let mut browser = site.gateway.browser();

    let login = browser.get_following("/admin/").await;
    let forgotten = login.links("password_reset").remove(0);
    let form = browser.get(&forgotten).await.form_with("email");
    let sent = browser.submit(&form.set("email", "ada@example.com")).await;
    assert!(sent.leads_to("/admin/password_reset/done/"), "{sent:?}");
    let mail = site.mails().remove(0);
    let origin = format!("{}/reset/", site.gateway.url());
    let link = mail.lines().find(|line| line.starts_with(&origin));
    let link = link.unwrap_or_else(|| panic!("no link to {origin}: {mail}"));

    // The link keeps its token in a session of nobody, under the name of real sessions.
    let page = browser
        .get_following(&link[site.gateway.url().len()..])
        .await;
    assert!(page.target.ends_with("/set-password/"), "{page:?}");
    let form = page
        .form_with("new_password1")
        .set("new_password1", NEW)
        .set("new_password2", NEW);
    let set = browser.submit(&form).await;
    assert!(set.leads_to("/reset/done/"), "{set:?}");
    assert!(
        browser
            .follow(set)
            .await
            .reading()
            .contains("password has been set")
    );
    assert!(browser.get("/admin/").await.leads_to("/admin/login/"));
    let again = browser
        .get_following(&link[site.gateway.url().len()..])
        .await;
    assert!(again.reading().contains("invalid"), "{again:?}");

    let held = sign_in(&mut browser, "/admin/", ADA, NEW).await;
    assert!(held.leads_to("/.mfa/challenge"), "{held:?}");
    assert!(browser.get("/admin/").await.leads_to("/.mfa/challenge"));
    assert!(!browser.saw(ADMIN));
    let code = phone.code().await;
    assert_eq!(answer_challenge(&mut browser, &code).await.status, 303);
    assert_open(&mut browser, ADA).await;

    // Django ends the sessions of the old password; the gateway's does not outlive them.
    let ended = first.get_following("/admin/").await;
    assert!(!ended.holds(ADMIN), "{ended:?}");
    site.assert_no_raw_key(&[&browser, &first]).await;
}
