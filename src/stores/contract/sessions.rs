//! Gateway sessions.

use super::*;

/// The record of a visitor who has not signed in.
async fn visitor(sessions: &impl SessionStore, byte: u8) -> Held {
    sessions.create(anonymous(byte), "net", NOW).await.unwrap()
}

/// The same after the sign-in of `who`, with the token `next`.
async fn member(sessions: &impl SessionStore, byte: u8, who: &str, next: u8) -> Held {
    let held = visitor(sessions, byte).await;
    let record = signed_in(Record::clone(&held.record), who, next);
    sessions.transition(record).await.unwrap().unwrap()
}

/// Whether the record can still be read at that time.
async fn lasts(sessions: &impl SessionStore, held: &Held, at: i64) -> bool {
    let read = sessions.read(held.record.id, UnixTime(at)).await;
    read.unwrap().is_some()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_moves_from_one_version_one_happens() {
    let bench = Bench::new().await;
    let sessions = bench.sessions().await;
    let held = visitor(&sessions, 1).await;
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
    member(&sessions, 1, "ada", 2).await;
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
        member(&sessions, byte, who, byte + 100).await;
    }
    visitor(&sessions, 3).await;
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
    let held = member(&sessions, 1, "ada", 2).await;
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
    let held = visitor(&sessions, 1).await;
    let leased = sessions
        .transition(
            Record::clone(&held.record)
                .take_lease(UnixTime(NOW.0 + 60))
                .unwrap(),
        )
        .await
        .unwrap()
        .unwrap();
    assert!(lasts(&sessions, &leased, NOW.0 + 59).await);
    assert!(!lasts(&sessions, &leased, NOW.0 + 60).await);
    let settled = member(&sessions, 2, "ada", 3).await;
    assert!(!lasts(&sessions, &settled, NOW.0 + 3600).await);
    sessions.touch(settled.record.id, UnixTime(NOW.0 + 3000));
    assert!(lasts(&sessions, &settled, NOW.0 + 3600).await);
}

#[tokio::test]
async fn visitors_of_one_network_push_out_each_other_and_nobody_who_signed_in() {
    let bench = Bench::new().await;
    let sessions = bench.sessions().await;
    member(&sessions, 1, "ada", 100).await;
    for byte in 2..=6 {
        visitor(&sessions, byte).await;
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
    let held = member(&sessions, 1, "ada", 2).await;
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
