//! T2: what sign-in does to the session id.

use crate::scene::{OTHER, OWNER, Scene, is_out, works_on};
use crate::support::people::Person;
use crate::support::traits::t02_keeps_for_same_user::KeepsForSameUser;
use crate::support::{CrmApp, Ids};

async fn crm(ids: Ids) -> Scene<CrmApp> {
    Scene::start(CrmApp::with(|app| app.ids = ids), |_| {}).await
}

#[tokio::test]
async fn an_id_that_rotates_at_sign_in_is_good_after_the_factor_only() {
    crm(Ids::Rotates).await.both_sides().await;
}

#[tokio::test]
async fn an_id_that_is_kept_without_any_set_cookie_is_good_after_the_factor_only() {
    crm(Ids::Kept).await.both_sides().await;
}

#[tokio::test]
async fn an_id_that_every_response_sets_again_is_good_after_the_factor_only() {
    crm(Ids::Repeated).await.both_sides().await;
}

#[tokio::test]
async fn an_id_that_only_the_same_user_keeps_is_good_after_the_factor_only() {
    let scene = Scene::start(KeepsForSameUser::default(), |_| {}).await;
    scene.both_sides().await;
}

/// The same user types the password once more, where nobody declared a sign-in.
#[tokio::test]
async fn signing_in_again_as_oneself_under_the_same_id_goes_unnoticed() {
    let scene = Scene::start(KeepsForSameUser::default(), |_| {}).await;
    let (mut browser, _phone) = scene.user_comes_in().await;
    let seal = browser.jar.get("sessionid").unwrap().to_owned();
    let page = again(&mut browser, OWNER).await;
    assert!(page.leads_to("/private"), "{page:?}");
    assert_eq!(browser.jar.get("sessionid"), Some(seal.as_str()));
    works_on(&mut browser, OWNER).await;
}

#[tokio::test]
async fn signing_in_again_as_somebody_else_gets_a_new_id_and_its_own_challenge() {
    let scene = Scene::start(KeepsForSameUser::default(), |_| {}).await;
    let (mut browser, _phone) = scene.user_comes_in().await;
    let (mut thief, _own) = scene.enrols(OTHER).await;
    let held = again(&mut thief, OWNER).await;
    assert!(held.leads_to("/.mfa/challenge"), "{held:?}");
    thief.get("/private").await;
    assert!(!thief.saw(&OWNER.marker()));
    is_out(&mut thief).await;
    works_on(&mut browser, OWNER).await;
}

async fn again(browser: &mut crate::support::Browser, person: Person) -> crate::support::Page {
    let email = person.email();
    browser
        .post_form("/again", &[("email", &email), ("password", "pw")])
        .await
}
