//! T18: a path alone signs nobody out.

use crate::scene::{OWNER, Scene, is_out, works_on};
use crate::support::people;
use crate::support::traits::t18_sign_out_with_token::{LONG, SignOutWithToken};

async fn setting(only_forgets: bool) -> Scene<SignOutWithToken> {
    let app = SignOutWithToken {
        only_forgets,
        ..SignOutWithToken::default()
    };
    Scene::start(app, |_| {}).await
}

#[tokio::test]
async fn a_get_of_the_sign_out_path_that_does_nothing_changes_nothing() {
    let scene = setting(false).await;
    let (mut browser, _phone) = scene.user_comes_in().await;
    let page = browser.get("/logout").await;
    assert_eq!(page.status, 405, "{page:?}");
    works_on(&mut browser, OWNER).await;
    let page = browser.post_form("/logout", &[("token", "forged")]).await;
    assert_eq!(page.status, 403, "{page:?}");
    works_on(&mut browser, OWNER).await;
    let request = scene.origin.last_to("/private/3");
    assert_eq!(request.header("X-MFA-Verified"), Some("true"));
}

#[tokio::test]
async fn a_sign_out_with_its_token_ends_both_sessions_whether_it_deletes_or_forgets() {
    for only_forgets in [false, true] {
        let scene = setting(only_forgets).await;
        let (mut browser, _phone) = scene.user_comes_in().await;
        let mut copy = browser.clone();
        let form = browser.get("/private").await.form_to("/logout");
        let out = browser.submit(&form).await;
        assert!(out.leads_to("/login"), "{out:?}");
        assert!(out.body.len() > LONG, "{} bytes", out.body.len());
        // The next request at the application tells.
        browser.get("/private").await;
        is_out(&mut browser).await;
        is_out(&mut copy).await;
    }
}

#[tokio::test]
async fn the_password_alone_does_not_get_the_page_that_comes_with_the_sign_out() {
    let scene = setting(false).await;
    scene.owner_enrols().await;
    let mut thief = people::awaiting(&scene.gateway, OWNER).await;
    thief.get("/logout").await;
    thief.fetch("/logout").await;
    // The token can be computed from nothing that came, but suppose that it could be guessed.
    let id = scene.app.ledger.of(OWNER).pop().unwrap();
    let digits: String = id.chars().filter(char::is_ascii_digit).collect();
    let page = thief
        .post_form("/logout", &[("token", &format!("out-{digits}"))])
        .await;
    assert!(page.leads_to("/.mfa/challenge"), "{page:?}");
    scene.opens_nothing(&mut thief).await;
}
