//! T3: one cookie name at two paths, with one value.

use crate::scene::{OWNER, Scene, works_on};
use crate::support::people;
use crate::support::traits::t03_one_value_at_two_paths::{OFFICES, OneValueAtTwoPaths};

async fn setting() -> Scene<OneValueAtTwoPaths> {
    Scene::start(OneValueAtTwoPaths::default(), |config| {
        config.set("guard", "session_cookies", "[\"auth\", \"logged_in\"]");
    })
    .await
}

#[tokio::test]
async fn one_name_with_one_value_at_two_paths_opens_both_offices() {
    let scene = setting().await;
    let (mut browser, _phone) = scene.user_comes_in().await;
    for office in OFFICES {
        let page = browser.get(&format!("{office}/page")).await;
        assert!(page.holds(&OWNER.marker()), "{office}: {page:?}");
    }
    works_on(&mut browser, OWNER).await;
    scene.password_alone_opens_nothing().await;
}

#[tokio::test]
async fn without_the_cookie_of_its_path_an_office_stays_shut_and_the_site_goes_on() {
    let scene = setting().await;
    let (mut browser, _phone) = scene.user_comes_in().await;
    browser.jar.forget("auth");
    let page = browser.get("/admin/page").await;
    assert!(!page.holds(&OWNER.marker()), "{page:?}");
    works_on(&mut browser, OWNER).await;
}

#[tokio::test]
async fn what_a_sign_out_leaves_at_a_path_is_expired_there() {
    let scene = setting().await;
    let (mut browser, _phone) = scene.user_comes_in().await;
    people::sign_out(&mut browser).await;
    for office in OFFICES {
        browser.get(&format!("{office}/page")).await;
    }
    let left: Vec<_> = browser.jar.live().filter(|it| it.name == "auth").collect();
    assert!(left.is_empty(), "{left:?}");
}

/// A left-over at a path, beside the good cookie of the same name for the whole site.
#[tokio::test]
async fn a_picture_on_the_challenge_page_does_not_expire_the_good_one_with_the_left_over() {
    let scene = setting().await;
    let mut phone = scene.owner_enrols().await;
    let mut browser = people::awaiting(&scene.gateway, OWNER).await;
    browser.jar.set("logged_in=LAST-WEEK; Path=/pictures", "/");
    for target in ["/pictures/1.png", "/pictures/2.png"] {
        browser.image(target).await;
    }
    let code = phone.code().await;
    let page = people::answer_challenge(&mut browser, &code).await;
    assert_eq!(page.status, 303, "{page:?}");
    works_on(&mut browser, OWNER).await;
}
