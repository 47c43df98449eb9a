//! T26: links that sign in, and a share of nobody under the cookie of real sessions.

use crate::scene::{OTHER, OWNER, Scene, works_on};
use crate::support::people::{Person, answer_challenge};
use crate::support::traits::t26_share_link::{SHARED, ShareLink, invitation};

async fn setting() -> Scene<ShareLink> {
    Scene::start(ShareLink::default(), |config| {
        config
            .set("guard", "session_cookies", "[\"auth_*\"]")
            .clear("guard.sign_in");
    })
    .await
}

/// An invitation, or the confirmation of an address; nobody declared it.
#[tokio::test]
async fn a_link_that_signs_in_meets_the_challenge_of_whoever_it_signs_in() {
    let scene = setting().await;
    let mut phone = scene.owner_enrols().await;
    let mut browser = scene.gateway.browser();
    let held = browser.get(&invitation(OWNER)).await;
    assert!(held.leads_to("/.mfa/challenge"), "{held:?}");
    assert!(!browser.saw(&OWNER.marker()));
    scene.opens_nothing(&mut browser.clone()).await;
    let code = phone.code().await;
    assert_eq!(answer_challenge(&mut browser, &code).await.status, 303);
    works_on(&mut browser, OWNER).await;

    let mut new = scene.gateway.browser();
    let welcome = new.get(&invitation(Person(9))).await;
    assert!(welcome.holds(&Person(9).marker()), "{welcome:?}");
    works_on(&mut new, Person(9)).await;
}

#[tokio::test]
async fn a_link_of_another_user_in_ones_own_session_does_not_go_through() {
    let scene = setting().await;
    scene.owner_enrols().await;
    let (mut own, _phone) = scene.enrols(OTHER).await;
    let held = own.get(&invitation(OWNER)).await;
    assert!(held.leads_to("/.mfa/challenge"), "{held:?}");
    assert!(!own.saw(&OWNER.marker()));
    own.seen.clear();
    scene.opens_nothing(&mut own).await;
}

#[tokio::test]
async fn whoever_sees_a_share_is_nobody_and_signs_in_with_the_factor() {
    let scene = setting().await;
    scene.owner_enrols().await;
    let mut visitor = scene.gateway.browser();
    for _ in 0..2 {
        assert!(visitor.get("/share/abc").await.holds(SHARED));
        assert!(visitor.get("/share/abc/file").await.holds(SHARED));
    }
    let told = scene.origin.last_to("/share/abc/file");
    assert_eq!(told.header("X-MFA-User"), None);
    let seal = visitor.jar.get("auth_session").unwrap_or_default();
    assert!(seal.starts_with("sg1."), "{seal}");
    let form = visitor.get("/login").await;
    let held = crate::support::people::give_password(&mut visitor, &form, OWNER, "pw").await;
    assert!(held.leads_to("/.mfa/challenge"), "{held:?}");
    scene.opens_nothing(&mut visitor).await;
}
