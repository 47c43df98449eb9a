//! What every implementation of a store does, races included. A backend is done when it passes.

use std::sync::Arc;
use std::time::Duration;

use super::embedded::{Ceremonies, EmbeddedSessions, Limits, StepUpWindows};
use super::sqlite::Database;
use super::*;
use crate::domain::clock::{Clock, SystemRandom};
use crate::domain::credentials::{CookieKey, Credential, Secret};
use crate::domain::ids::Epoch;
use crate::domain::session::{Asked, Landing, SignedIn, State};
use crate::domain::throttle::{BUDGET, FREE_FAILURES};

struct StoppedClock;

impl Clock for StoppedClock {
    fn now(&self) -> UnixTime {
        NOW
    }
}

const NOW: UnixTime = UnixTime(1_800_000_000);
const LIMITS: Limits = Limits {
    idle: Duration::from_secs(3600),
    anonymous_per_network: 3,
    anonymous_in_all: 5,
};

struct Bench {
    directory: tempfile::TempDir,
    database: Database,
}

impl Bench {
    async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let database = open(&directory).await;
        Self {
            directory,
            database,
        }
    }

    async fn reopened(&self) -> Database {
        open(&self.directory).await
    }

    async fn sessions(&self) -> EmbeddedSessions {
        let handle = tokio::runtime::Handle::current();
        EmbeddedSessions::load(
            self.database.clone(),
            LIMITS,
            handle,
            Arc::new(StoppedClock),
        )
        .await
        .unwrap()
    }
}

async fn open(directory: &tempfile::TempDir) -> Database {
    Database::open(
        &directory.path().join("test.db"),
        tokio::runtime::Handle::current(),
    )
    .await
    .unwrap()
}

fn user(name: &str) -> UserId {
    UserId::new(name).unwrap()
}

fn totp(owner: &str, name: &str, step: u64) -> NewTotp {
    NewTotp {
        id: FactorId::generate(&SystemRandom::new()).unwrap(),
        user: user(owner),
        name: FriendlyName::new(name).unwrap(),
        seed: SealedSeed(vec![1, 2, 3]),
        step,
        at: NOW,
    }
}

fn token(byte: u8) -> TokenDigest {
    TokenDigest([byte; 32])
}

fn anonymous(byte: u8) -> Record {
    let key = CookieKey {
        name: "sid".into(),
        path: "/".into(),
        domain: None,
    };
    let jar = [Credential {
        key,
        value: Secret::new("v"),
        expires: None,
        epoch: Epoch(0),
    }];
    Record::anonymous(
        RecordId::from_bytes([byte; 16]),
        token(byte),
        Asked { jar: &jar, at: NOW },
        Duration::from_secs(600),
    )
}

fn signed_in(record: Record, who: &str, next: u8) -> Record {
    let who = SignedIn {
        user: user(who),
        name: who.into(),
        at: NOW,
    };
    record
        .sign_in(
            who,
            Landing::PasswordOnly,
            Asked { jar: &[], at: NOW },
            token(next),
            Duration::from_secs(86_400),
        )
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_totp_step_is_accepted_once_however_many_ask_at_once() {
    let bench = Bench::new().await;
    let new = totp("ada", "phone", 100);
    let id = new.id.clone();
    bench
        .database
        .insert_totp(new, InsertIf::First)
        .await
        .unwrap();
    let asks = (0..64).map(|_| {
        let (database, id) = (bench.database.clone(), id.clone());
        tokio::spawn(async move { database.accept_totp_step(&id, 101, NOW).await.unwrap() })
    });
    let mut accepted = 0;
    for ask in asks.collect::<Vec<_>>() {
        accepted += u32::from(ask.await.unwrap());
    }
    assert_eq!(accepted, 1);
    let database = bench.reopened().await;
    for used in [99, 100, 101] {
        assert!(
            !database.accept_totp_step(&id, used, NOW).await.unwrap(),
            "{used}"
        );
    }
    assert!(database.accept_totp_step(&id, 102, NOW).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_first_factors_one_is_inserted() {
    let bench = Bench::new().await;
    let inserts = (0..16).map(|n| {
        let database = bench.database.clone();
        tokio::spawn(async move {
            database
                .insert_totp(totp("ada", &format!("app {n}"), 1), InsertIf::First)
                .await
                .unwrap()
        })
    });
    let mut done = 0;
    for insert in inserts.collect::<Vec<_>>() {
        done += u32::from(insert.await.unwrap() == Inserted::Done);
    }
    assert_eq!(done, 1);
    assert_eq!(bench.database.count(&user("ada")).await.unwrap(), 1);
    assert_eq!(
        bench
            .database
            .insert_totp(totp("eve", "x", 1), InsertIf::First)
            .await
            .unwrap(),
        Inserted::Done
    );
}

#[tokio::test]
async fn names_are_unique_for_each_user_and_rows_belong_to_one() {
    let bench = Bench::new().await;
    let database = bench.database.clone();
    let (phone, tablet) = (totp("ada", "phone", 1), totp("ada", "tablet", 1));
    let (phone_id, tablet_id) = (phone.id.clone(), tablet.id.clone());
    assert_eq!(
        database.insert_totp(phone, InsertIf::Always).await.unwrap(),
        Inserted::Done
    );
    assert_eq!(
        database
            .insert_totp(tablet, InsertIf::Always)
            .await
            .unwrap(),
        Inserted::Done
    );
    assert_eq!(
        database
            .insert_totp(totp("ada", "phone", 1), InsertIf::Always)
            .await
            .unwrap(),
        Inserted::NameTaken
    );
    assert_eq!(
        database
            .insert_totp(totp("eve", "phone", 1), InsertIf::Always)
            .await
            .unwrap(),
        Inserted::Done
    );
    let rename = |owner, name| {
        let (database, id) = (database.clone(), tablet_id.clone());
        async move {
            database
                .rename(&user(owner), &id, &FriendlyName::new(name).unwrap())
                .await
                .unwrap()
        }
    };
    assert_eq!(rename("ada", "phone").await, Renamed::NameTaken);
    assert_eq!(rename("eve", "mine now").await, Renamed::Gone);
    assert_eq!(rename("ada", "desk").await, Renamed::Done);
    assert_eq!(
        database.remove(&user("eve"), &phone_id).await.unwrap(),
        None
    );
    assert_eq!(
        database.remove(&user("ada"), &phone_id).await.unwrap(),
        Some(1)
    );
    assert_eq!(
        database.remove(&user("ada"), &phone_id).await.unwrap(),
        None
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn parallel_guesses_get_no_more_than_the_free_ones() {
    let bench = Bench::new().await;
    let begins = (0..64).map(|_| {
        let database = bench.database.clone();
        tokio::spawn(async move {
            database.begin(&user("ada"), NOW).await.unwrap().0 == Permit::Granted
        })
    });
    let mut granted = 0;
    for begin in begins.collect::<Vec<_>>() {
        granted += u32::from(begin.await.unwrap());
    }
    assert_eq!(granted, FREE_FAILURES);
    let (permit, attempt) = bench
        .reopened()
        .await
        .begin(&user("ada"), NOW)
        .await
        .unwrap();
    assert_eq!(
        (permit, attempt),
        (Permit::Wait(NOW.plus(Duration::from_secs(30))), None)
    );
    assert_eq!(
        bench.database.begin(&user("eve"), NOW).await.unwrap().0,
        Permit::Granted
    );
}

#[tokio::test]
async fn a_success_ends_the_row_of_failures_and_leaves_the_budget() {
    let bench = Bench::new().await;
    let database = bench.database.clone();
    let new = totp("ada", "phone", 1);
    let id = new.id.clone();
    database.insert_totp(new, InsertIf::First).await.unwrap();
    let mut now = NOW;
    let mut failures = 0;
    loop {
        // Four wrong ones, then a right one, an hour later again: no row ever gets long enough to wait.
        for guess in 0..5 {
            let (permit, attempt) = database.begin(&user("ada"), now).await.unwrap();
            let Some(attempt) = attempt else {
                assert_eq!(failures, BUDGET, "{permit:?}");
                assert_eq!(
                    permit,
                    Permit::Wait(NOW.plus(crate::domain::throttle::BUDGET_PERIOD))
                );
                return;
            };
            if guess == 4 {
                database.succeed(attempt, &user("ada"), &id).await.unwrap();
            } else {
                failures += 1;
            }
        }
        now = now.plus(Duration::from_secs(3600));
    }
}

#[tokio::test]
async fn failures_are_counted_against_every_factor_and_taken_back_from_the_one_that_fitted() {
    let bench = Bench::new().await;
    let database = bench.database.clone();
    let (one, two) = (totp("ada", "one", 1), totp("ada", "two", 1));
    let fitted = one.id.clone();
    database.insert_totp(one, InsertIf::Always).await.unwrap();
    database.insert_totp(two, InsertIf::Always).await.unwrap();
    database.begin(&user("ada"), NOW).await.unwrap();
    let (_, attempt) = database.begin(&user("ada"), NOW).await.unwrap();
    database
        .succeed(attempt.unwrap(), &user("ada"), &fitted)
        .await
        .unwrap();
    let mut failures: Vec<(String, u32)> = database
        .totp_of(&user("ada"))
        .await
        .unwrap()
        .into_iter()
        .map(|row| (row.name, row.failures))
        .collect();
    failures.sort();
    assert_eq!(failures, [("one".to_owned(), 0), ("two".to_owned(), 1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_moves_from_one_version_one_happens() {
    let bench = Bench::new().await;
    let sessions = bench.sessions().await;
    let held = sessions.create(anonymous(1), "net", NOW).await.unwrap();
    let moves = (0..32).map(|_| {
        let (sessions, record) = (sessions.clone(), Record::clone(&held.record));
        tokio::spawn(async move {
            sessions
                .transition(record.take_lease(UnixTime(NOW.0 + 60)).unwrap())
                .await
                .unwrap()
                .is_some()
        })
    });
    let mut happened = 0;
    for one in moves.collect::<Vec<_>>() {
        happened += u32::from(one.await.unwrap());
    }
    assert_eq!(happened, 1);
}

#[tokio::test]
async fn a_replaced_token_has_no_right_and_is_forgotten_after_a_minute() {
    let bench = Bench::new().await;
    let sessions = bench.sessions().await;
    let held = sessions.create(anonymous(1), "net", NOW).await.unwrap();
    sessions
        .transition(signed_in(Record::clone(&held.record), "ada", 2))
        .await
        .unwrap()
        .unwrap();
    assert!(matches!(
        sessions.find(token(2), NOW).await.unwrap(),
        Some(Found::Current(_))
    ));
    assert!(matches!(
        sessions.find(token(1), NOW).await.unwrap(),
        Some(Found::Replaced)
    ));
    assert!(
        sessions
            .find(token(1), UnixTime(NOW.0 + 60))
            .await
            .unwrap()
            .is_none()
    );
    assert!(sessions.find(token(9), NOW).await.unwrap().is_none());
}

#[tokio::test]
async fn signed_in_sessions_survive_a_restart_and_ended_ones_do_not() {
    let bench = Bench::new().await;
    let sessions = bench.sessions().await;
    for (byte, who) in [(1, "ada"), (2, "eve")] {
        let held = sessions.create(anonymous(byte), "net", NOW).await.unwrap();
        sessions
            .transition(signed_in(Record::clone(&held.record), who, byte + 100))
            .await
            .unwrap()
            .unwrap();
    }
    sessions.create(anonymous(3), "net", NOW).await.unwrap();
    let ended = sessions
        .read(RecordId::from_bytes([2; 16]), NOW)
        .await
        .unwrap()
        .unwrap();
    sessions.end(ended.record.id).await.unwrap();
    assert!(ended.has_ended());
    let again = bench.sessions().await;
    assert!(
        matches!(again.find(token(101), NOW).await.unwrap(), Some(Found::Current(held)) if held.record.state.is_settled())
    );
    assert!(again.find(token(102), NOW).await.unwrap().is_none());
    assert!(again.find(token(3), NOW).await.unwrap().is_none());
}

#[tokio::test]
async fn an_ended_session_is_never_written_again() {
    let bench = Bench::new().await;
    let sessions = bench.sessions().await;
    let held = sessions.create(anonymous(1), "net", NOW).await.unwrap();
    let held = sessions
        .transition(signed_in(Record::clone(&held.record), "ada", 2))
        .await
        .unwrap()
        .unwrap();
    sessions.end(held.record.id).await.unwrap();
    assert!(
        sessions
            .transition(Record::clone(&held.record))
            .await
            .unwrap()
            .is_none()
    );
    assert!(sessions.find(token(2), NOW).await.unwrap().is_none());
}

#[tokio::test]
async fn an_idle_session_and_one_with_a_lapsed_lease_are_over() {
    let bench = Bench::new().await;
    let sessions = bench.sessions().await;
    let held = sessions.create(anonymous(1), "net", NOW).await.unwrap();
    let leased = sessions
        .transition(
            Record::clone(&held.record)
                .take_lease(UnixTime(NOW.0 + 60))
                .unwrap(),
        )
        .await
        .unwrap()
        .unwrap();
    assert!(
        sessions
            .read(leased.record.id, UnixTime(NOW.0 + 59))
            .await
            .unwrap()
            .is_some()
    );
    assert!(
        sessions
            .read(leased.record.id, UnixTime(NOW.0 + 60))
            .await
            .unwrap()
            .is_none()
    );
    let held = sessions.create(anonymous(2), "net", NOW).await.unwrap();
    let settled = sessions
        .transition(signed_in(Record::clone(&held.record), "ada", 3))
        .await
        .unwrap()
        .unwrap();
    assert!(
        sessions
            .read(settled.record.id, UnixTime(NOW.0 + 3600))
            .await
            .unwrap()
            .is_none()
    );
    sessions.touch(settled.record.id, UnixTime(NOW.0 + 3000));
    assert!(
        sessions
            .read(settled.record.id, UnixTime(NOW.0 + 3600))
            .await
            .unwrap()
            .is_some()
    );
}

#[tokio::test]
async fn visitors_of_one_network_push_out_each_other_and_nobody_who_signed_in() {
    let bench = Bench::new().await;
    let sessions = bench.sessions().await;
    let held = sessions.create(anonymous(1), "net", NOW).await.unwrap();
    sessions
        .transition(signed_in(Record::clone(&held.record), "ada", 100))
        .await
        .unwrap()
        .unwrap();
    for byte in 2..=6 {
        sessions.create(anonymous(byte), "net", NOW).await.unwrap();
    }
    assert!(sessions.find(token(100), NOW).await.unwrap().is_some());
    let left: Vec<u8> = {
        let mut left = Vec::new();
        for byte in 2..=6 {
            if sessions.find(token(byte), NOW).await.unwrap().is_some() {
                left.push(byte);
            }
        }
        left
    };
    assert_eq!(left, [4, 5, 6]);
    for byte in 7..=8 {
        sessions
            .create(anonymous(byte), "elsewhere", NOW)
            .await
            .unwrap();
    }
    let full = sessions.create(anonymous(9), "third", NOW).await;
    assert!(matches!(full, Err(StoreError::Full { .. })));
}

#[tokio::test]
async fn a_ceremony_is_taken_once_and_not_after_its_time() {
    let store = Ceremonies::default();
    let key = CeremonyKey {
        record: RecordId::from_bytes([1; 16]),
        epoch: 1,
        kind: "totp",
    };
    store
        .put(key.clone(), vec![7], UnixTime(NOW.0 + 10))
        .await
        .unwrap();
    assert_eq!(store.get(&key, NOW).await.unwrap(), Some(vec![7]));
    assert_eq!(
        store
            .get(
                &CeremonyKey {
                    epoch: 2,
                    ..key.clone()
                },
                NOW
            )
            .await
            .unwrap(),
        None
    );
    assert_eq!(store.take(&key, NOW).await.unwrap(), Some(vec![7]));
    assert_eq!(store.take(&key, NOW).await.unwrap(), None);
    store
        .put(key.clone(), vec![7], UnixTime(NOW.0 + 10))
        .await
        .unwrap();
    assert_eq!(store.take(&key, UnixTime(NOW.0 + 10)).await.unwrap(), None);
    store
        .put(key.clone(), vec![7], UnixTime(NOW.0 + 10))
        .await
        .unwrap();
    store.drop_all_of(&[key.record]).await.unwrap();
    assert_eq!(store.get(&key, NOW).await.unwrap(), None);
}

#[tokio::test]
async fn a_step_up_window_ends_when_it_says_and_belongs_to_one_epoch() {
    let store = StepUpWindows::default();
    let record = RecordId::from_bytes([1; 16]);
    store.open(record, 1, UnixTime(NOW.0 + 300)).await.unwrap();
    assert_eq!(
        store.open_until(record, 1, NOW).await.unwrap(),
        Some(UnixTime(NOW.0 + 300))
    );
    assert_eq!(
        store
            .open_until(RecordId::from_bytes([2; 16]), 1, NOW)
            .await
            .unwrap(),
        None
    );
    assert_eq!(
        store
            .open_until(record, 1, UnixTime(NOW.0 + 300))
            .await
            .unwrap(),
        None
    );
    store.open(record, 1, UnixTime(NOW.0 + 300)).await.unwrap();
    assert_eq!(store.open_until(record, 2, NOW).await.unwrap(), None);
}

#[tokio::test]
async fn the_audit_log_is_read_back_newest_first_and_by_user() {
    let bench = Bench::new().await;
    let database = bench.database.clone();
    for (n, who) in ["ada", "eve", "ada"].iter().enumerate() {
        let event = AuditEvent {
            at: UnixTime(n as i64),
            user: user(who),
            what: "event",
            detail: n.to_string(),
            from: "::1".into(),
        };
        database.append(event).await.unwrap();
    }
    let lines = database.recent(&user("ada"), 10).await.unwrap();
    assert_eq!(
        lines
            .iter()
            .map(|line| line.detail.as_str())
            .collect::<Vec<_>>(),
        ["2", "0"]
    );
}

#[tokio::test]
async fn states_of_a_record_read_back_as_they_were_written() {
    let bench = Bench::new().await;
    let sessions = bench.sessions().await;
    let held = sessions.create(anonymous(1), "net", NOW).await.unwrap();
    let held = sessions
        .transition(signed_in(Record::clone(&held.record), "ada", 2))
        .await
        .unwrap()
        .unwrap();
    let again = bench
        .sessions()
        .await
        .read(held.record.id, NOW)
        .await
        .unwrap()
        .unwrap();
    assert!(matches!(&again.record.state, State::PasswordOnly(who) if who.name == "ada"));
    assert_eq!(
        (again.record.epoch, again.record.version),
        (held.record.epoch, held.record.version)
    );
}
