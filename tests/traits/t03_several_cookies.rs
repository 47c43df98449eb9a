//! T3: several cookies make one session, and a part of them destroys it on the server.

use crate::scene::{OWNER, Scene, is_out, works_on};
use crate::support::people::{self, answer_challenge, give_password};
use crate::support::traits::TRAIT_ID;
use crate::support::traits::t03_partial_set_destroys::{NAMES, PartialSetDestroys};
use crate::support::{Authenticator, Browser, Config, Page, totp};

fn config(config: &mut Config, home: &str) {
    config
        .set("guard", "session_cookies", "[\"sess_*\"]")
        .clear("guard.sign_in")
        .clear("guard.sign_out")
        .append(
            "guard.sign_in",
            &format!("path = \"{home}/login\"\npage = \"{home}/login\""),
        );
}

async fn setting(app: PartialSetDestroys) -> Scene<PartialSetDestroys> {
    let home = app.home;
    Scene::start(app, |it| config(it, home)).await
}

async fn password(scene: &Scene<PartialSetDestroys>, browser: &mut Browser) -> Page {
    let form = browser.get(&format!("{}/login", scene.app.home)).await;
    give_password(browser, &form, OWNER, "pw").await
}

async fn comes_in(scene: &Scene<PartialSetDestroys>) -> (Browser, Authenticator) {
    let home = scene.app.home;
    let mut first = scene.gateway.browser();
    password(scene, &mut first).await;
    assert!(
        first
            .get(&format!("{home}/private"))
            .await
            .holds(&OWNER.marker())
    );
    let mut phone = totp::enrol(&mut first).await;
    let mut browser = scene.gateway.browser();
    let held = password(scene, &mut browser).await;
    assert!(held.leads_to("/.mfa/challenge"), "{held:?}");
    let code = phone.code().await;
    assert_eq!(answer_challenge(&mut browser, &code).await.status, 303);
    pages_open(&mut browser, home).await;
    (browser, phone)
}

async fn pages_open(browser: &mut Browser, home: &str) {
    for number in 0..4 {
        let page = browser.get(&format!("{home}/private/{number}")).await;
        assert!(page.holds(&OWNER.marker()), "page {number}: {page:?}");
    }
    assert!(!browser.saw(TRAIT_ID), "a raw credential came");
}

#[tokio::test]
async fn a_session_of_two_to_four_cookies_signs_in_works_on_and_ends() {
    for home in ["", "/mail"] {
        for names in 2..=4 {
            let scene = setting(PartialSetDestroys::new(names, home)).await;
            let (mut browser, _phone) = comes_in(&scene).await;
            let mut copy = browser.clone();
            browser.get(&format!("{home}/logout")).await;
            is_out(&mut browser).await;
            is_out(&mut copy).await;

            let mut thief = scene.gateway.browser();
            let held = password(&scene, &mut thief).await;
            assert!(
                held.leads_to("/.mfa/challenge"),
                "{names} at {home}: {held:?}"
            );
            thief.get(&format!("{home}/private")).await;
            scene.opens_nothing(&mut thief).await;
            assert_eq!(
                scene.app.destroyed(),
                0,
                "{names} at {home}: a part of a set arrived"
            );
        }
    }
}

/// A browser lost one of them, or a client leaves one out.
#[tokio::test]
async fn a_part_of_the_set_does_not_travel_and_the_session_outlives_it() {
    let scene = setting(PartialSetDestroys::new(3, "")).await;
    let (browser, _phone) = comes_in(&scene).await;
    for name in &NAMES[..3] {
        let mut part = browser.clone();
        part.jar.forget(name);
        part.seen.clear();
        let page = part.get("/private").await;
        assert!(!page.holds(&OWNER.marker()), "without {name}: {page:?}");
        assert!(!part.saw(TRAIT_ID));
        assert_eq!(scene.app.destroyed(), 0, "a set without {name} arrived");
        works_on(&mut browser.clone(), OWNER).await;
    }
}

#[tokio::test]
async fn left_overs_of_an_ended_session_count_as_absent_and_are_expired() {
    let scene = setting(PartialSetDestroys::new(3, "/mail")).await;
    let (mut browser, mut phone) = comes_in(&scene).await;
    let old = browser.jar.get(NAMES[1]).unwrap().to_owned();
    people::sign_out(&mut browser).await;
    for name in NAMES {
        browser.jar.forget(name);
    }
    browser
        .jar
        .set(&format!("{}={old}; Path=/mail", NAMES[1]), "/");
    // The page opens as for a stranger, with the left-over gone.
    let page = browser.get("/mail/private").await;
    assert!(page.leads_to("/mail/login"), "{page:?}");
    assert_eq!(
        browser.jar.get(NAMES[1]),
        None,
        "the left-over is still there"
    );

    browser
        .jar
        .set(&format!("{}={old}; Path=/mail/private", NAMES[1]), "/");
    let held = password(&scene, &mut browser).await;
    assert!(held.leads_to("/.mfa/challenge"), "{held:?}");
    let code = phone.code().await;
    assert_eq!(answer_challenge(&mut browser, &code).await.status, 303);
    // Beside a good one of the same name it is neither sent nor in the way.
    pages_open(&mut browser, "/mail").await;
    let left: Vec<_> = browser.jar.live().filter(|it| it.value == old).collect();
    assert!(left.is_empty(), "{left:?}");
    assert_eq!(scene.app.destroyed(), 0, "a part of a set arrived");
    assert!(!scene.origin.received("sg1."), "a seal arrived");
}

/// From before the gateway, or made up.
#[tokio::test]
async fn a_raw_cookie_beside_the_set_is_neither_sent_nor_in_the_way() {
    let scene = setting(PartialSetDestroys::new(2, "")).await;
    let (mut browser, _phone) = comes_in(&scene).await;
    browser
        .jar
        .plant("sess_old", &format!("{TRAIT_ID}000099-1.1"));
    pages_open(&mut browser, "").await;
    assert_eq!(browser.jar.get("sess_old"), None, "it was not expired");
    assert_eq!(scene.app.destroyed(), 0, "a part of a set arrived");
    assert!(!scene.origin.received("000099-1"), "it travelled");
}

/// One cookie of the set goes to a part of the site only, and the question is put there.
#[tokio::test]
async fn a_question_carries_the_whole_set_or_is_not_put() {
    let mut app = PartialSetDestroys::new(3, "");
    app.office = true;
    let scene = Scene::start(app, |it| {
        config(it, "");
        let whoami = "{ path = \"/office/me\", id = \"json:/id\", name = \"json:/email\", signed_out = { status = [401] } }";
        it.set("guard.identity", "whoami", whoami);
    })
    .await;
    let (mut browser, _phone) = comes_in(&scene).await;
    assert!(browser.get("/office/private").await.holds(&OWNER.marker()));
    // After this the question is due, and the next page brings two of three.
    browser.post_form("/private", &[("a", "b")]).await;
    browser.get("/private").await;
    assert_eq!(
        scene.app.destroyed(),
        0,
        "the question carried a part of the set"
    );
    assert!(browser.get("/office/private").await.holds(&OWNER.marker()));
}
