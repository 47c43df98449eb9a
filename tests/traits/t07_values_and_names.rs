//! T7: values of any characters, names made from the address, `Set-Cookie:` with two spaces.

use crate::scene::Scene;
use crate::support::traits::t07_names_from_the_host::{NamesFromTheHost, by_hash, by_name};

#[tokio::test]
async fn odd_values_under_names_from_the_host_come_back_byte_for_byte() {
    let scene = Scene::start(NamesFromTheHost::default(), |config| {
        config.set("guard", "session_cookies", "[\"username-*\", \"site_*\"]");
    })
    .await;
    let (browser, _phone) = scene.user_comes_in().await;
    let host = scene.gateway.host();
    assert_eq!(
        scene.origin.last_to("/private/1").header("host"),
        Some(host.as_str())
    );
    for name in [by_name(&host), by_hash(&host)] {
        let value = browser.jar.get(&name).unwrap_or_default();
        assert!(value.starts_with("sg1."), "{name}={value}");
    }
    scene.password_alone_opens_nothing().await;
}
