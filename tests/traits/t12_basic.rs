//! T12: Basic authentication that sets session cookies.

use crate::scene::{OTHER, OWNER, Scene, assert_nothing_came};
use crate::support::traits::t12_basic_sets_cookies::{BasicSetsCookies, basic};
use crate::support::{Browser, Call};

async fn with_basic(browser: &mut Browser, value: &str) {
    browser.extra = vec![("Authorization".to_owned(), value.to_owned())];
    for call in [Call::Navigation, Call::Fetch, Call::Image, Call::Frame] {
        for method in ["GET", "POST", "HEAD"] {
            let page = browser.send(call, method, "/private", None).await;
            assert_eq!(page.status, 403, "{call:?} {method}: {page:?}");
            assert!(page.set_cookies().is_empty(), "{page:?}");
            let asks = page.header("www-authenticate");
            assert!(asks.is_none(), "the browser would ask for a password");
        }
    }
    browser.extra.clear();
}

#[tokio::test]
async fn basic_authentication_is_refused_and_the_form_works() {
    let scene = Scene::start(BasicSetsCookies::default(), |_| {}).await;
    scene.both_sides().await;
    // The application would let everybody in by it.
    let mut direct = Browser::new(scene.origin.addr, None, false);
    direct.extra = vec![("Authorization".to_owned(), basic(OWNER))];
    assert!(direct.get("/private").await.holds(&OWNER.marker()));
    assert!(direct.jar.get("sessionid").is_some());

    scene.origin.forget();
    let mut thief = scene.gateway.browser();
    with_basic(&mut thief, &basic(OWNER)).await;
    assert_nothing_came(&thief);
    assert_eq!(scene.origin.requests().len(), 0, "a request arrived");
    scene.opens_nothing(&mut thief).await;
}

#[tokio::test]
async fn inside_ones_own_session_it_is_refused_as_well() {
    let scene = Scene::start(BasicSetsCookies::default(), |_| {}).await;
    scene.owner_enrols().await;
    let (mut own, _) = scene.enrols(OTHER).await;
    with_basic(&mut own, &basic(OWNER)).await;
    assert!(!own.saw(&OWNER.marker()));
    crate::scene::works_on(&mut own, OTHER).await;
}
