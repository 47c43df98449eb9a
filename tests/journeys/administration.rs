//! `stepgate factors`: what it says, and what it refuses.

use crate::support::passkey::pages;
use crate::support::people::{self, Person};
use crate::support::{CrmApp, Device, Gateway, Origin};
use serde_json::{Value, json};
use sqlx::Connection;
use std::process::Output;
use std::sync::Arc;

async fn setting() -> (Origin, Gateway) {
    let origin = Origin::start(Arc::new(CrmApp::default())).await;
    let gateway = Gateway::start(origin.addr, |_| {}).await;
    (origin, gateway)
}

fn entry(user: u32, handle: &[u8]) -> Value {
    let passkey = Device::LAPTOP.made_elsewhere(handle);
    passkey.exported(Person(user).id())
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn answered(output: &Output) -> Value {
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[tokio::test]
async fn a_list_shows_what_a_user_has_and_a_removal_names_what_went() {
    let (_origin, gateway) = setting().await;
    let (mut browser, _phone) = people::enrolled(&gateway, Person(1)).await;
    let id = Person(1).id().to_string();
    let mut key = entry(1, b"one");
    key["name"] = json!("Work laptop");
    answered(&gateway.import(&json!([key]), &[]));
    let list = gateway.factors_json(&["list", "--user", &id]);
    let kinds: Vec<_> = list["factors"].as_array().unwrap().iter().collect();
    assert_eq!(kinds.len(), 2, "{list}");
    assert_eq!(
        (&kinds[0]["kind"], &kinds[1]["kind"]),
        (&json!("totp"), &json!("passkey"))
    );
    assert_eq!(kinds[1]["name"], "Work laptop");
    assert_eq!(
        (&kinds[1]["disabled"], &kinds[1]["last_used_at"]),
        (&json!(false), &Value::Null)
    );
    let factor = kinds[1]["id"].as_str().unwrap();
    let text = gateway.factors(&["list", "--user", &id]);
    assert!(
        String::from_utf8_lossy(&text.stdout).contains(factor),
        "{text:?}"
    );
    let removed = gateway.factors_json(&["remove", "--user", &id, "--id", factor]);
    assert_eq!(
        (&removed["name"], &removed["left"]),
        (&json!("Work laptop"), &json!(1))
    );
    let words = browser.get("/settings/security").await.reading();
    assert!(
        words.contains("Removed “ Work laptop ” administrator"),
        "{words}"
    );
}

#[tokio::test]
async fn unknown_users_and_factors_and_a_bad_configuration_are_told_apart() {
    let (_origin, mut gateway) = setting().await;
    let (_browser, _passkey) = pages::enrolled(&gateway, Person(1), Device::LAPTOP).await;
    let id = Person(1).id().to_string();
    let unknown = "0".repeat(32);
    for (arguments, expected) in [
        (
            vec!["list", "--user", "nobody"],
            "user nobody has no factor",
        ),
        (
            vec!["export", "--user", "nobody"],
            "user nobody has no passkey",
        ),
        (
            vec!["remove", "--user", &id, "--id", "x"],
            "--id is no factor's id",
        ),
        (
            vec!["remove", "--user", &id, "--id", &unknown],
            "has no factor 0000",
        ),
        (vec!["list", "--user", ""], "--user is no user id"),
        (
            vec!["import", "--file", "/nonexistent"],
            "cannot read /nonexistent",
        ),
    ] {
        let output = gateway.factors(&arguments);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        assert!(said(&output).contains(expected), "{output:?}");
    }
    gateway.config.set("app", "nonsense", "1");
    gateway.check();
    for arguments in [vec!["export"], vec!["list", "--user", &id]] {
        let output = gateway.factors(&arguments);
        assert_eq!(output.status.code(), Some(64), "{output:?}");
    }
}

#[tokio::test]
async fn a_file_with_one_mistake_changes_nothing_and_the_mistake_is_named() {
    let (_origin, gateway) = setting().await;
    let taken = entry(3, b"three");
    answered(&gateway.import(&json!([taken]), &[]));
    let mut bad_host = entry(2, b"two");
    bad_host["rp_id"] = json!("old.example.com");
    let mut bad_key = entry(2, b"two");
    // EdDSA, which the library does not check.
    bad_key["public_key"] = json!("pAEBAycgBiFYIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    let mut others = taken.clone();
    others["user"] = json!("1002");
    for (bad, expected) in [
        (bad_host, "credentials[1].rp_id is \"old.example.com\""),
        (bad_key, "credentials[1].public_key names the algorithm -8"),
        (others, "credentials[1].credential_id is another user's"),
        (
            entry(2, b"three"),
            "credentials[1].user_handle is another user's",
        ),
        (
            entry(2, b"one"),
            "credentials[1].user_handle is another user's",
        ),
    ] {
        let output = gateway.import(&json!([entry(1, b"one"), bad]), &[]);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        assert!(said(&output).contains(expected), "{output:?}");
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(answer["problems"][0]["index"], 1, "{answer}");
        let all = gateway.factors_json(&["export"]);
        assert_eq!(all["credentials"].as_array().unwrap().len(), 1, "{all}");
    }
}

#[tokio::test]
async fn what_a_user_has_already_is_skipped_and_names_are_made_unique() {
    let (_origin, gateway) = setting().await;
    let (_browser, _phone) = people::enrolled(&gateway, Person(1)).await;
    let id = Person(1).id().to_string();
    let named = gateway.factors_json(&["list", "--user", &id])["factors"][0]["name"].clone();
    let (first, second) = (entry(1, b"one"), entry(1, b"one"));
    let mut third = entry(1, b"one");
    third["name"] = named.clone();
    let answer = answered(&gateway.import(&json!({ "credentials": [first, second, third] }), &[]));
    let names: Vec<_> = answer["added"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["name"])
        .collect();
    let numbered = json!(format!("{} 2", named.as_str().unwrap()));
    assert_eq!(names, [&json!("Passkey"), &json!("Passkey 2"), &numbered]);
    let answer = answered(&gateway.import(&json!([second, first]), &[]));
    assert_eq!(
        (&answer["added"], &answer["known"]),
        (&json!([]), &json!([0, 1]))
    );
}

#[tokio::test]
async fn every_command_is_in_the_audit_log_and_a_trial_or_a_mistake_is_not() {
    let (_origin, gateway) = setting().await;
    let id = Person(1).id().to_string();
    let mine = entry(1, b"one");
    let mut bad = entry(2, b"two");
    bad["public_key"] = json!("gA");
    gateway.import(&json!([mine, bad]), &[]);
    answered(&gateway.import(&json!([mine]), &["--dry-run"]));
    answered(&gateway.import(&json!([mine]), &[]));
    answered(&gateway.import(&json!([mine]), &[]));
    let list = gateway.factors_json(&["list", "--user", &id]);
    gateway.factors_json(&["export"]);
    gateway.factors_json(&["export", "--user", &id]);
    let factor = list["factors"][0]["id"].as_str().unwrap();
    gateway.factors_json(&["remove", "--user", &id, "--id", factor]);
    let options = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(gateway.directory().join("data/stepgate.db"));
    let mut connection = sqlx::SqliteConnection::connect_with(&options)
        .await
        .unwrap();
    let query = "SELECT what, client FROM audit_log WHERE user_id = ? ORDER BY id";
    let lines = sqlx::query_as::<_, (String, String)>(query).bind(&id);
    let lines = lines.fetch_all(&mut connection).await.unwrap();
    assert!(
        lines
            .iter()
            .all(|(_, from)| from == "administrator, command line"),
        "{lines:?}"
    );
    let what: Vec<&str> = lines.iter().map(|(what, _)| what.as_str()).collect();
    let expected = [
        "factor_imported",
        "factors_listed",
        "factors_exported",
        "factors_exported",
        "factor_removed",
    ];
    assert_eq!(what, expected);
}

#[tokio::test]
async fn a_command_leaves_the_tables_of_another_version_to_their_gateway() {
    let (_origin, mut gateway) = setting().await;
    let database = gateway.directory().join("data/stepgate.db");
    gateway.kill9();
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&database);
    let mut connection = sqlx::SqliteConnection::connect_with(&options)
        .await
        .unwrap();
    let older =
        "DELETE FROM _sqlx_migrations WHERE version = (SELECT MAX(version) FROM _sqlx_migrations)";
    sqlx::query(older).execute(&mut connection).await.unwrap();
    let count = "SELECT COUNT(*) FROM _sqlx_migrations";
    let before: i64 = sqlx::query_scalar(count)
        .fetch_one(&mut connection)
        .await
        .unwrap();
    let refused = gateway.factors(&["list", "--user", "1"]);
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    let told = said(&refused);
    assert!(
        told.contains("start the gateway of this program's version first"),
        "{told}"
    );
    let after: i64 = sqlx::query_scalar(count)
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert_eq!(after, before);
}
