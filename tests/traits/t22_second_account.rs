//! T22: a second account over the first, and a session id that rotates in the middle.

use crate::scene::{OTHER, OWNER, Scene, is_out, works_on};
use crate::support::people::{admit, answer_challenge, give_password, sign_in};
use crate::support::traits::t22_second_account::SecondAccount;
use crate::support::{Browser, CrmApp, Ids, Page};

async fn setting() -> Scene<SecondAccount> {
    Scene::start(SecondAccount::default(), |_| {}).await
}

async fn changes_password(browser: &mut Browser, new: &str) -> Page {
    browser
        .post_form("/password", &[("new_password", new)])
        .await
}

#[tokio::test]
async fn after_a_change_of_password_the_same_user_stays_verified_under_the_new_id() {
    let scene = setting().await;
    let (mut browser, _phone) = scene.user_comes_in().await;
    let token = browser.jar.token().unwrap().to_owned();
    for new in ["first", "second", "third"] {
        let old = browser.jar.get("sessionid").unwrap().to_owned();
        let page = changes_password(&mut browser, new).await;
        assert!(page.holds(&OWNER.marker()), "{page:?}");
        assert_ne!(browser.jar.get("sessionid"), Some(old.as_str()));
        scene.origin.forget();
        works_on(&mut browser, OWNER).await;
        let request = scene.origin.last_to("/private/3");
        assert_eq!(request.header("X-MFA-Verified"), Some("true"));
    }
    assert_eq!(browser.jar.token(), Some(token.as_str()));
}

/// The application ends the user's other sessions; the gateway's go with them, and the factor stays.
#[tokio::test]
async fn a_change_of_password_ends_the_other_sessions_and_asks_for_the_factor_as_before() {
    let scene = setting().await;
    let mut phone = scene.owner_enrols().await;
    let mut elsewhere = scene.gateway.browser();
    admit(&mut elsewhere, OWNER, &mut phone).await;
    let mut browser = scene.gateway.browser();
    admit(&mut browser, OWNER, &mut phone).await;
    changes_password(&mut browser, "new").await;
    // A form makes the question due, and the next page puts it.
    elsewhere.post_form("/private", &[("a", "b")]).await;
    elsewhere.get("/private").await;
    is_out(&mut elsewhere).await;
    works_on(&mut browser, OWNER).await;

    let mut thief = scene.gateway.browser();
    assert!(sign_in(&mut thief, OWNER).await.has_field("password"));
    let form = thief.get("/login").await;
    let held = give_password(&mut thief, &form, OWNER, "new").await;
    assert!(held.leads_to("/.mfa/challenge"), "{held:?}");
    scene.opens_nothing(&mut thief).await;
}

#[tokio::test]
async fn a_second_account_over_the_first_is_a_new_session_that_awaits_its_factor() {
    let scene = setting().await;
    let (mut browser, _phone) = scene.user_comes_in().await;
    let (_second, mut other) = scene.enrols(OTHER).await;
    let mut old = browser.clone();
    // The form comes to a visitor only, so it was opened before.
    let form = scene.gateway.browser().get("/login").await;
    let held = give_password(&mut browser, &form, OTHER, "pw").await;
    assert!(held.leads_to("/.mfa/challenge"), "{held:?}");
    assert!(!browser.saw(&OTHER.marker()));
    let code = other.code().await;
    assert_eq!(answer_challenge(&mut browser, &code).await.status, 303);
    works_on(&mut browser, OTHER).await;
    let request = scene.origin.last_to("/private/3");
    assert_eq!(request.header("X-MFA-User"), Some("1002"));
    is_out(&mut old).await;
}

/// The same where the id does not rotate.
#[tokio::test]
async fn a_second_account_under_the_id_of_the_first_awaits_its_factor_as_well() {
    for ids in [Ids::Kept, Ids::Repeated] {
        let app = CrmApp::with(|app| (app.ids, app.csrf) = (ids, false));
        let scene = Scene::start(app, |_| {}).await;
        let (mut browser, _phone) = scene.user_comes_in().await;
        let (_second, mut other) = scene.enrols(OTHER).await;
        let mut old = browser.clone();
        admit(&mut browser, OTHER, &mut other).await;
        works_on(&mut browser, OTHER).await;
        let request = scene.origin.last_to("/private/3");
        assert_eq!(request.header("X-MFA-User"), Some("1002"), "{ids:?}");
        is_out(&mut old).await;
    }
}

/// The second account is added where nobody declared a sign-in, and its page comes at once.
#[tokio::test]
async fn another_user_under_a_new_id_in_the_middle_does_not_go_through() {
    let scene = setting().await;
    scene.owner_enrols().await;
    let (mut thief, _own) = scene.enrols(OTHER).await;
    let email = OWNER.email();
    let fields = [("email", email.as_str()), ("password", "pw")];
    let page = thief.post_form("/accounts/add", &fields).await;
    assert!(page.leads_to("/.mfa/challenge"), "{page:?}");
    assert!(!thief.saw(&OWNER.marker()));
    thief.seen.clear();
    scene.opens_nothing(&mut thief).await;
}
