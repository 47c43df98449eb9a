//! T9: the anonymous step of a password-reset link.

use crate::scene::{OWNER, Scene, assert_nothing_came, works_on};
use crate::support::people::answer_challenge;
use crate::support::traits::t09_reset_link::{ResetLink, link_for};
use crate::support::{Browser, Page};

/// Whether the application keeps its session ids or not, as the gateway is told.
const IDS: [&str; 2] = ["\"keeps\"", "\"rotates\""];

async fn setting(signs_in: bool, ids: &str) -> Scene<ResetLink> {
    let app = ResetLink::new(signs_in);
    Scene::start(app, |config| {
        config.set("guard", "session_id", ids);
    })
    .await
}

/// From the link in the mail to the new password.
async fn resets(browser: &mut Browser) -> Page {
    let form = browser.get_following(&link_for(OWNER)).await;
    assert_eq!(form.status, 200, "the step does not open: {form:?}");
    let form = form.form_with("new_password").set("new_password", "pw");
    browser.submit(&form).await
}

#[tokio::test]
async fn a_new_password_is_chosen_in_a_session_of_nobody() {
    for ids in IDS {
        let scene = setting(false, ids).await;
        let mut browser = scene.gateway.browser();
        let page = resets(&mut browser).await;
        assert!(page.holds("has been changed"), "{ids}: {page:?}");
        let seal = browser.jar.get("sessionid").unwrap_or_default();
        assert!(seal.starts_with("sg1."), "{ids}: not sealed: {seal}");
        assert_nothing_came(&browser);
        scene.both_sides().await;
    }
}

#[tokio::test]
async fn a_reset_that_signs_in_meets_the_challenge() {
    for ids in IDS {
        let scene = setting(true, ids).await;
        let mut phone = scene.owner_enrols().await;
        let mut browser = scene.gateway.browser();
        let held = resets(&mut browser).await;
        assert!(held.leads_to("/.mfa/challenge"), "{ids}: {held:?}");
        let sessions = scene.app.ledger.of(OWNER);
        assert!(sessions.len() > 1, "{ids}: the reset did not sign in");
        scene.opens_nothing(&mut browser).await;
        let code = phone.code().await;
        assert_eq!(answer_challenge(&mut browser, &code).await.status, 303);
        works_on(&mut browser, OWNER).await;
    }
}
