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
