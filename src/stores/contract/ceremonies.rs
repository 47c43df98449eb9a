//! Pending ceremonies and step-up windows.

use super::*;

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
