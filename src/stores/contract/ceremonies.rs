//! Pending ceremonies and step-up windows.

use super::*;

fn pending() -> CeremonyKey {
    CeremonyKey {
        record: RecordId::from_bytes([1; 16]),
        epoch: 1,
        kind: "totp",
    }
}

#[tokio::test]
async fn a_ceremony_is_taken_once_and_not_after_its_time() {
    let store = Ceremonies::default();
    let key = pending();
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
    assert!(store.take(&key, &[7], NOW).await.unwrap());
    assert!(!store.take(&key, &[7], NOW).await.unwrap());
    store
        .put(key.clone(), vec![7], UnixTime(NOW.0 + 10))
        .await
        .unwrap();
    assert!(!store.take(&key, &[7], UnixTime(NOW.0 + 10)).await.unwrap());
    store
        .put(key.clone(), vec![7], UnixTime(NOW.0 + 10))
        .await
        .unwrap();
    store.drop_all_of(&[key.record]).await.unwrap();
    assert_eq!(store.get(&key, NOW).await.unwrap(), None);
}

#[tokio::test]
async fn a_late_taker_does_not_take_the_ceremony_that_followed() {
    let store = Ceremonies::default();
    let (key, until) = (pending(), UnixTime(NOW.0 + 10));
    store.put(key.clone(), vec![7], until).await.unwrap();
    assert!(store.take(&key, &[7], NOW).await.unwrap());
    store.put(key.clone(), vec![8], until).await.unwrap();
    assert!(!store.take(&key, &[7], NOW).await.unwrap());
    assert_eq!(store.get(&key, NOW).await.unwrap(), Some(vec![8]));
}

fn grant(by: Proof) -> Grant {
    Grant {
        by,
        until: UnixTime(NOW.0 + 300),
    }
}

#[tokio::test]
async fn a_step_up_window_ends_when_it_says_and_belongs_to_one_epoch() {
    let store = StepUpWindows::default();
    let record = RecordId::from_bytes([1; 16]);
    let other = RecordId::from_bytes([2; 16]);
    let opened = grant(Proof::Factor);
    let find = |record, epoch, at| store.grant(record, epoch, Proof::Factor, UnixTime(at));
    store.open(record, 1, opened).await.unwrap();
    assert_eq!(find(record, 1, NOW.0).await.unwrap(), Some(opened));
    assert_eq!(find(other, 1, NOW.0).await.unwrap(), None);
    assert_eq!(find(record, 1, NOW.0 + 300).await.unwrap(), None);
    store.open(record, 1, opened).await.unwrap();
    assert_eq!(find(record, 2, NOW.0).await.unwrap(), None);
}

#[tokio::test]
async fn the_window_of_a_password_is_not_that_of_a_factor() {
    let store = StepUpWindows::default();
    let record = RecordId::from_bytes([1; 16]);
    let by_password = grant(Proof::Password);
    store.open(record, 1, by_password).await.unwrap();
    let find = |by| store.grant(record, 1, by, NOW);
    assert_eq!(find(Proof::Factor).await.unwrap(), None);
    assert_eq!(find(Proof::Password).await.unwrap(), Some(by_password));
    let by_factor = Grant {
        by: Proof::Factor,
        until: UnixTime(NOW.0 + 100),
    };
    store.open(record, 1, by_factor).await.unwrap();
    assert_eq!(find(Proof::Factor).await.unwrap(), Some(by_factor));
    assert_eq!(find(Proof::Password).await.unwrap(), Some(by_password));
}
