//! T8: no status tells a right password from a wrong one.

use crate::scene::{OWNER, Scene, wrong_password};
use crate::support::people;
use crate::support::traits::t08_any_status::{AnyStatus, Fails, Succeeds, WRONG};

const FAILURES: [Fails; 6] = [
    Fails::Page(200),
    Fails::Page(401),
    Fails::Page(403),
    Fails::Page(429),
    Fails::Redirect,
    Fails::OldProtocol,
];

#[tokio::test]
async fn whatever_the_status_of_a_wrong_password_the_user_sees_it_and_can_try_again() {
    for fails in FAILURES {
        let scene = Scene::start(AnyStatus::new(fails, Succeeds::Redirect), |_| {}).await;
        let (_owner, _phone) = scene.enrols(OWNER).await;
        let mut browser = scene.gateway.browser();
        let page = wrong_password(&mut browser).await;
        let status = match fails {
            Fails::Page(status) => status,
            Fails::Redirect => 302,
            Fails::OldProtocol => 401,
        };
        assert_eq!(page.status, status, "{fails:?}: {page:?}");
        let page = browser.follow(page).await;
        assert!(page.holds(WRONG), "{fails:?}: {page:?}");
        // Nothing tells that this account has a factor.
        let challenge = browser.get_following("/.mfa/challenge").await;
        assert!(!challenge.has_field("code"), "{fails:?}");
        let held = people::sign_in(&mut browser, OWNER).await;
        assert!(held.leads_to("/.mfa/challenge"), "{fails:?}: {held:?}");
        scene.opens_nothing(&mut browser).await;
    }
}

#[tokio::test]
async fn whatever_the_answer_to_the_right_one_the_factor_comes_first() {
    for succeeds in [Succeeds::Redirect, Succeeds::Page, Succeeds::ErrorPage] {
        let scene = Scene::start(AnyStatus::new(Fails::Page(200), succeeds), |_| {}).await;
        scene.both_sides().await;
    }
}
