//! Gateway sessions.

use super::*;

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
