//! Passkeys that come from another system: they sign in, and what is strict about others is strict about
//! them.

use crate::support::passkey::pages;
use crate::support::people::{self, Person};
use crate::support::{CrmApp, Device, Gateway, Origin, PROTECTED};
use serde_json::{Value, json};
use std::sync::Arc;

async fn setting() -> (Origin, Gateway) {
    let origin = Origin::start(Arc::new(CrmApp::default())).await;
    let gateway = Gateway::start(origin.addr, |config| {
        config.set("factors.passkey", "enrolment", "false");
    })
    .await;
    (origin, gateway)
}

/// Imports these, all of them.
pub fn imported(gateway: &Gateway, entries: &[Value]) {
    let output = gateway.import(&json!(entries), &[]);
    assert!(output.status.success(), "{output:?}");
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["added"].as_array().unwrap().len(), entries.len());
}

#[tokio::test]
async fn an_imported_passkey_signs_in_and_is_removed_where_adding_is_switched_off() {
    let (origin, gateway) = setting().await;
    let mut passkey = Device::LAPTOP.made_elsewhere(b"crm-user-1");
    passkey.counter = 40;
    let mut entry = passkey.exported(Person(1).id());
    entry["aaguid"] = json!("08987058-cadc-4b81-b6e1-30de50dcbe96");
    imported(&gateway, &[entry]);
    let mut browser = pages::admit(&gateway, Person(1), &mut passkey).await;
    assert!(browser.get("/private").await.holds(&Person(1).marker()));
    let told = origin.last_to("/private");
    assert_eq!(told.header("X-MFA-AMR"), Some("pwd hwk user mfa"));
    let words = browser.get("/settings/security").await.reading();
    assert!(
        words.contains("Added “ Windows Hello ” administrator"),
        "{words}"
    );
    pages::remove(&mut browser, "Windows Hello", &mut passkey).await;
    people::password_only(&gateway, Person(1)).await;
}

#[tokio::test]
async fn an_imported_counter_does_not_start_over() {
    let (_origin, gateway) = setting().await;
    let mut passkey = Device::LAPTOP.made_elsewhere(b"crm-user-1");
    passkey.counter = 40;
    imported(&gateway, &[passkey.exported(Person(1).id())]);
    passkey.counter = 20;
    let mut copy = people::awaiting(&gateway, Person(1)).await;
    let refused = pages::answer(&mut copy, &mut passkey).await;
    assert_eq!(refused.status, 422, "{refused:?}");
    passkey.counter = 40;
    pages::admit(&gateway, Person(1), &mut passkey).await;
}

#[tokio::test]
async fn an_imported_passkey_answers_with_its_own_handle_and_with_nobody_elses() {
    let (_origin, gateway) = setting().await;
    let mut mine = Device::LAPTOP.made_elsewhere(b"crm-user-1");
    let mut bare = Device::LAPTOP.made_elsewhere(b"crm-user-1");
    let theirs = Device::LAPTOP.made_elsewhere(b"crm-user-2");
    let mut without = bare.exported(Person(1).id());
    without.as_object_mut().unwrap().remove("user_handle");
    let entries = [
        mine.exported(Person(1).id()),
        without,
        theirs.exported(Person(2).id()),
    ];
    imported(&gateway, &entries);
    for handle in [b"crm-user-2".as_slice(), b"crm-user-1 ", &[0; 16]] {
        mine.user = handle.to_vec();
        let mut browser = people::awaiting(&gateway, Person(1)).await;
        let refused = pages::answer(&mut browser, &mut mine).await;
        assert_eq!(refused.status, 422, "{handle:?}: {refused:?}");
        assert!(!browser.saw(PROTECTED));
    }
    // Whose handle nobody wrote down may have none.
    let mut browser = people::awaiting(&gateway, Person(1)).await;
    let refused = pages::answer(&mut browser, &mut bare).await;
    assert_eq!(refused.status, 422, "{refused:?}");
    bare.user.clear();
    pages::admit(&gateway, Person(1), &mut bare).await;
    mine.user = b"crm-user-1".to_vec();
    pages::admit(&gateway, Person(1), &mut mine).await;
}

#[tokio::test]
async fn where_nobody_wrote_down_whether_a_passkey_is_synced_its_first_use_says_so_for_good() {
    let (_origin, gateway) = setting().await;
    let mut passkey = Device::MANAGER.made_elsewhere(b"crm-user-1");
    let mut entry = passkey.exported(Person(1).id());
    entry.as_object_mut().unwrap().remove("backup_eligible");
    imported(&gateway, &[entry]);
    pages::admit(&gateway, Person(1), &mut passkey).await;
    let exported = gateway.factors_json(&["export", "--user", &Person(1).id().to_string()]);
    assert_eq!(exported["credentials"][0]["backup_eligible"], true);
    passkey.device.backup_eligible = false;
    passkey.device.backed_up = false;
    let mut browser = people::awaiting(&gateway, Person(1)).await;
    let refused = pages::answer(&mut browser, &mut passkey).await;
    assert_eq!(refused.status, 422, "{refused:?}");
    passkey.device = Device::MANAGER;
    pages::admit(&gateway, Person(1), &mut passkey).await;
}

#[tokio::test]
async fn what_is_exported_signs_in_at_another_gateway() {
    let origin = Origin::start(Arc::new(CrmApp::default())).await;
    let old = Gateway::start(origin.addr, |_| {}).await;
    let (_, mut laptop) = pages::enrolled(&old, Person(1), Device::LAPTOP).await;
    let (_, mut phone) = pages::enrolled(&old, Person(2), Device::MANAGER).await;
    let exported = old.factors_json(&["export"]);
    assert_eq!(exported["stepgate_passkeys"], 1);
    let one = old.factors_json(&["export", "--user", &Person(2).id().to_string()]);
    assert_eq!(one["credentials"][0], exported["credentials"][1]);

    let new = Gateway::start(origin.addr, |_| {}).await;
    let output = new.import(&exported, &["--dry-run"]);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(new.factors_json(&["export"])["credentials"], json!([]));
    let output = new.import(&exported, &[]);
    assert!(output.status.success(), "{output:?}");
    pages::admit(&new, Person(1), &mut laptop).await;
    pages::admit(&new, Person(2), &mut phone).await;
    let mut again = new.factors_json(&["export"]);
    again["credentials"][0]["counter"] = exported["credentials"][0]["counter"].clone();
    assert_eq!(again, exported);
}
