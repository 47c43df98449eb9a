//! Bad configuration and bad surroundings: no start, and a message that says what to do.

use crate::support::gateway::free_addr;
use crate::support::people::{self, sign_in};
use crate::support::{CrmApp, Gateway, Origin, PROTECTED, Person};
use std::fs;
use std::sync::Arc;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(20);

async fn setting() -> (Origin, Gateway) {
    let origin = Origin::start(Arc::new(CrmApp::default())).await;
    let gateway = Gateway::start(origin.addr, |_| {}).await;
    (origin, gateway)
}

#[test]
fn an_unknown_key_is_named_and_the_right_one_suggested() {
    let mut gateway = Gateway::prepare(free_addr(), false, |config| {
        config
            .unset("guard", "session_cookies")
            .set("guard", "session_cookie", "[\"sessionid\"]");
    });
    for exit in [gateway.check(), gateway.run_refused(PATIENCE)] {
        assert_eq!(exit.code, Some(64), "{exit:?}");
        assert!(
            exit.output.contains("session_cookie") && exit.output.contains("session_cookies"),
            "{exit:?}"
        );
        assert!(
            exit.output.contains("stepgate.toml"),
            "the file is not named: {exit:?}"
        );
        assert!(!exit.output.contains("panicked"), "{exit:?}");
    }
}

#[test]
fn a_wrong_type_says_what_was_expected_and_what_was_given() {
    for (section, key, value, word) in [
        ("guard", "session_cookies", "7", "session_cookies"),
        ("policy", "mfa", "\"sometimes\"", "sometimes"),
        ("step_up", "window", "\"soon\"", "soon"),
        ("app", "public_url", "\"crm.example.com\"", "public_url"),
        ("upstream", "servers", "\"127.0.0.1:8000\"", "servers"),
    ] {
        let mut gateway = Gateway::prepare(free_addr(), false, |config| {
            config.set(section, key, value);
        });
        for exit in [gateway.check(), gateway.run_refused(PATIENCE)] {
            assert_eq!(exit.code, Some(64), "{key}: {exit:?}");
            assert!(
                exit.output.contains(word) && !exit.output.contains("panicked"),
                "{key}: {exit:?}"
            );
        }
    }
}

#[test]
fn every_error_of_a_file_is_told_at_once() {
    let mut gateway = Gateway::prepare(free_addr(), false, |config| {
        config
            .set("policy", "mfa", "\"sometimes\"")
            .set("session", "idle", "\"soon\"")
            .set("app", "nmae", "\"x\"");
    });
    let exit = gateway.check();
    assert_eq!(exit.code, Some(64), "{exit:?}");
    for word in ["mfa", "idle", "nmae"] {
        assert!(exit.output.contains(word), "{word} is missing: {exit:?}");
    }
}

#[test]
fn plain_http_for_a_public_address_is_refused() {
    let mut gateway = Gateway::prepare(free_addr(), false, |config| {
        config.set("app", "public_url", "\"http://crm.example.com\"");
    });
    let exit = gateway.check();
    assert_eq!(exit.code, Some(64), "{exit:?}");
}

#[test]
fn a_good_file_passes_the_check() {
    let exit = Gateway::prepare(free_addr(), false, |_| {}).check();
    assert_eq!(exit.code, Some(0), "{exit:?}");
}

#[tokio::test]
async fn a_garbled_key_file_stops_the_start_and_names_the_file() {
    let (_origin, mut gateway) = setting().await;
    people::enrolled(&gateway, Person(1)).await;
    gateway.kill9();
    let keys = gateway.directory().join("data/keys.toml");
    fs::write(&keys, "keys = \"not a ring\"\n").unwrap();
    let exit = gateway.run_refused(PATIENCE);
    assert!(
        exit.code.is_some_and(|code| code != 0),
        "it runs with a garbled key file: {exit:?}"
    );
    assert!(
        exit.output.contains("keys.toml") && !exit.output.contains("panicked"),
        "{exit:?}"
    );
}

#[tokio::test]
async fn the_key_file_of_another_installation_opens_nothing() {
    let (_origin, mut gateway) = setting().await;
    let (mut verified, mut phone) = people::enrolled(&gateway, Person(1)).await;
    let (_elsewhere, other) = setting().await;
    gateway.kill9();
    let keys = "data/keys.toml";
    fs::copy(other.directory().join(keys), gateway.directory().join(keys)).unwrap();
    let probe = gateway.run_refused(Duration::from_secs(2));
    if probe.code.is_some() {
        assert!(
            probe.code != Some(0) && probe.output.contains("key file"),
            "{probe:?}"
        );
        return;
    }
    gateway.spawn().await;
    verified.seen.clear();
    assert!(!verified.get("/private").await.holds(PROTECTED));
    let mut browser = gateway.browser();
    let held = sign_in(&mut browser, Person(1)).await;
    let challenge = browser.follow(held).await;
    if challenge.has_field("code") {
        let code = phone.code().await;
        let page = browser
            .submit(&challenge.form_with("code").set("code", &code))
            .await;
        assert_ne!(page.status, 303, "{page:?}");
    }
    assert!(!browser.get("/private").await.holds(PROTECTED));
}

#[test]
fn a_data_directory_that_cannot_be_written_stops_the_start_and_is_named() {
    // Root may write anywhere but in these, so a read-only mode would prove nothing.
    for place in ["/proc/stepgate", "/dev/null/stepgate"] {
        for (section, key, value) in [
            (
                "store",
                "database",
                format!("\"sqlite:{place}/stepgate.db\""),
            ),
            ("keys", "file", format!("\"{place}/keys.toml\"")),
        ] {
            let mut gateway = Gateway::prepare(free_addr(), false, |config| {
                config.set(section, key, &value);
            });
            let exit = gateway.run_refused(PATIENCE);
            assert!(exit.code.is_some_and(|code| code != 0), "{value}: {exit:?}");
            assert!(
                exit.output.contains(place) && !exit.output.contains("panicked"),
                "{value}: {exit:?}"
            );
        }
    }
}
