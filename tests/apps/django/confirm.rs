//! Confirming a change with the admin's password: its forms have tokens, and over HTTPS it looks at the
//! page that they come from.

use super::site::{ADA, Site, assert_open, enrolled_in};
use crate::support::cases::eventually;
use std::time::Duration;

const NEW: &str = "/settings/security/authenticators/new";

async fn confirms(tls: bool) {
    let site = Site::start_with(&[], tls, |_| {}).await;
    let (mut browser, _phone) = enrolled_in(site.gateway.browser(), ADA).await;
    let asked = browser.get(NEW).await;
    assert!(asked.leads_to("/.mfa/step-up"), "{asked:?}");
    let own = sessions(&site).await;
    for (password, status) in [("wrong-horse", 422), (ADA.password().as_str(), 303)] {
        let question = browser
            .click(&format!("{}&with=password", asked.location()))
            .await;
        let form = question.form_with("password").set("password", password);
        let answer = browser.submit(&form).await;
        assert_eq!(answer.status, status, "{password}: {answer:?}");
    }
    assert!(browser.get(NEW).await.holds("otpauth:"));
    let signed_out = eventually(Duration::from_secs(10), || async {
        sessions(&site).await == own
    });
    assert!(signed_out.await, "the session of the check lives on");
    assert_open(&mut browser, ADA).await;
    site.assert_no_raw_key(&[&browser]).await;
}

/// How many sessions Django has.
async fn sessions(site: &Site) -> usize {
    site.sql("SELECT session_key FROM django_session")
        .await
        .len()
}

#[tokio::test]
async fn the_password_confirms_a_change_and_the_admin_forgets_that_it_was_asked() {
    confirms(false).await;
}

#[tokio::test]
async fn the_same_holds_over_https() {
    confirms(true).await;
}
