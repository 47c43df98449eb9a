//! What an administrator's change does to sessions that are open, and to passkeys of another host.

use crate::passkey_imports::imported;
use crate::support::passkey::pages;
use crate::support::people::{self, Person};
use crate::support::{Browser, CrmApp, Device, Gateway, Origin, sheet};
use sqlx::Connection;
use std::sync::Arc;
use std::time::{Duration, Instant};

async fn setting(required: bool) -> (Origin, Gateway) {
    let origin = Origin::start(Arc::new(CrmApp::default())).await;
    let gateway = Gateway::start(origin.addr, |config| {
        if required {
            config.mfa_required();
        }
    })
    .await;
    (origin, gateway)
}

/// How long it takes until the application's page leads there.
async fn until_it_leads(browser: &mut Browser, target: &str) -> Duration {
    let started = Instant::now();
    while !browser.get("/private").await.leads_to(target) {
        assert!(
            started.elapsed() < Duration::from_secs(5),
            "never to {target}"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    started.elapsed()
}

#[tokio::test]
async fn sessions_without_a_factor_meet_the_challenge_within_a_second_of_an_import() {
    for required in [false, true] {
        let (_origin, gateway) = setting(required).await;
        let mut parked = gateway.browser();
        people::sign_in(&mut parked, Person(1)).await;
        let mut passkey = Device::LAPTOP.made_elsewhere(b"one");
        imported(&gateway, &[passkey.exported(Person(1).id())]);
        let took = until_it_leads(&mut parked, "/.mfa/challenge").await;
        assert!(took < Duration::from_secs(1), "{took:?}");
        let opened = pages::answer(&mut parked, &mut passkey).await;
        assert_eq!(opened.status, 303, "{opened:?}");
        let mut other = gateway.browser();
        let held = people::sign_in(&mut other, Person(1)).await;
        assert!(held.leads_to("/.mfa/challenge"), "{held:?}");
    }
}

#[tokio::test]
async fn an_import_while_the_gateway_is_down_counts_when_it_is_back() {
    let (_origin, mut gateway) = setting(false).await;
    let mut parked = people::password_only(&gateway, Person(1)).await;
    gateway.kill9();
    let passkey = Device::LAPTOP.made_elsewhere(b"one");
    imported(&gateway, &[passkey.exported(Person(1).id())]);
    gateway.spawn().await;
    assert!(parked.get("/private").await.leads_to("/.mfa/challenge"));
}

#[tokio::test]
async fn with_the_last_factor_that_is_removed_go_backup_codes_and_the_sessions_that_had_it() {
    let (_origin, gateway) = setting(false).await;
    let (mut owner, mut passkey) = pages::enrolled(&gateway, Person(1), Device::LAPTOP).await;
    sheet::make(&mut owner, &mut passkey).await;
    let mut waiting = people::awaiting(&gateway, Person(1)).await;
    let id = Person(1).id().to_string();
    let list = gateway.factors_json(&["list", "--user", &id]);
    assert_eq!(list["backup_codes"]["left"], 10, "{list}");
    let factor = list["factors"][0]["id"].as_str().unwrap();
    let removed = gateway.factors_json(&["remove", "--user", &id, "--id", factor]);
    assert_eq!(
        (&removed["left"], &removed["backup_codes_ended"]),
        (&0.into(), &10.into())
    );
    let took = until_it_leads(&mut waiting, "/login").await;
    assert!(took < Duration::from_secs(1), "{took:?}");
    // Whoever was verified by it may be who found it.
    until_it_leads(&mut owner, "/login").await;
    people::password_only(&gateway, Person(1)).await;
}

#[tokio::test]
async fn whoever_found_the_phone_cannot_add_one_of_their_own_after_it_was_removed() {
    let origin = Origin::start(Arc::new(CrmApp::default())).await;
    let mut gateway = Gateway::start(origin.addr, |_| {}).await;
    let (_owner, mut phone) = people::enrolled(&gateway, Person(1)).await;
    gateway.config.set("policy", "enrolment", "\"token\"");
    gateway.restart().await;
    let mut finder = gateway.browser();
    people::admit(&mut finder, Person(1), &mut phone).await;
    people::open_stepped_up(&mut finder, pages::NEW, &mut phone).await;
    let id = Person(1).id().to_string();
    let list = gateway.factors_json(&["list", "--user", &id]);
    let factor = list["factors"][0]["id"].as_str().unwrap();
    gateway.factors_json(&["remove", "--user", &id, "--id", factor]);
    until_it_leads(&mut finder, "/login").await;
    assert_ne!(finder.get(pages::NEW).await.status, 200);
}

#[tokio::test]
async fn passkeys_of_another_host_are_not_asked_for_and_the_log_and_the_check_say_so() {
    let (_origin, mut gateway) = setting(false).await;
    let (_, mut passkey) = pages::enrolled(&gateway, Person(1), Device::LAPTOP).await;
    let database = gateway.directory().join("data/stepgate.db");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&database);
    let mut connection = sqlx::SqliteConnection::connect_with(&options)
        .await
        .unwrap();
    sqlx::query("UPDATE passkeys SET rp_id = 'old.example.com'")
        .execute(&mut connection)
        .await
        .unwrap();
    let mut browser = people::awaiting(&gateway, Person(1)).await;
    let page = browser.get("/.mfa/challenge/passkey").await;
    assert!(!pages::asks(&page), "{page:?}");
    // It counts all the same: the password alone opens nothing.
    assert!(browser.get("/private").await.leads_to("/.mfa/challenge"));
    let check = gateway.check();
    assert_eq!(check.code, Some(0), "{check:?}");
    let warning = "1 passkeys were made for old.example.com and cannot be used at localhost";
    assert!(check.output.contains(warning), "{check:?}");
    gateway.restart().await;
    assert!(gateway.log().contains(warning), "{}", gateway.log());
    // One from before hosts were written down is tried.
    sqlx::query("UPDATE passkeys SET rp_id = NULL")
        .execute(&mut connection)
        .await
        .unwrap();
    pages::admit(&gateway, Person(1), &mut passkey).await;
}
