//! T22: a second account over the first, and a session id that rotates in the middle.

use crate::scene::{OTHER, OWNER, Scene, works_on};
use crate::support::people::admit;
use crate::support::{CrmApp, Ids};

async fn setting(ids: Ids) -> Scene<CrmApp> {
    let app = CrmApp::with(|app| (app.ids, app.csrf) = (ids, false));
    Scene::start(app, |_| {}).await
}

#[tokio::test]
async fn after_a_change_of_password_the_same_user_stays_verified_under_the_new_id() {
    let scene = setting(Ids::Rotates).await;
    let (mut browser, _phone) = scene.user_comes_in().await;
    let token = browser.jar.token().unwrap().to_owned();
    for _ in 0..3 {
        let old = browser.jar.get("sessionid").unwrap().to_owned();
        let page = browser
            .post_form("/rotate", &[("new_password", "pw")])
            .await;
        assert!(page.holds("changed"), "{page:?}");
        assert_ne!(browser.jar.get("sessionid"), Some(old.as_str()));
        scene.origin.forget();
        works_on(&mut browser, OWNER).await;
        let request = scene.origin.last_to("/private/3");
        assert_eq!(request.header("X-MFA-Verified"), Some("true"));
    }
    assert_eq!(browser.jar.token(), Some(token.as_str()));
}

#[tokio::test]
async fn a_second_account_over_the_first_is_a_new_session_that_awaits_its_factor() {
    for ids in [Ids::Rotates, Ids::Kept, Ids::Repeated] {
        let scene = setting(ids).await;
        let (mut browser, _phone) = scene.user_comes_in().await;
        let (_second, mut other) = scene.enrols(OTHER).await;
        let old = browser.clone();
        admit(&mut browser, OTHER, &mut other).await;
        works_on(&mut browser, OTHER).await;
        let request = scene.origin.last_to("/private/3");
        assert_eq!(request.header("X-MFA-User"), Some("1002"), "{ids:?}");
        crate::scene::is_out(&mut old.clone()).await;
    }
}

/// The application changes the user in the middle, where nobody declared a sign-in.
#[tokio::test]
async fn another_user_under_a_new_id_in_the_middle_does_not_go_through() {
    let scene = setting(Ids::Rotates).await;
    scene.owner_enrols().await;
    let (mut thief, _own) = scene.enrols(OTHER).await;
    let page = thief
        .post_form("/switch", &[("email", &OWNER.email())])
        .await;
    assert!(page.leads_to("/.mfa/challenge"), "{page:?}");
    assert!(!thief.saw(&OWNER.marker()));
    thief.seen.clear();
    scene.opens_nothing(&mut thief).await;
}
