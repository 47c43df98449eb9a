//! Backup codes.

use super::*;

fn codes(number: u8) -> Vec<NewBackupCode> {
    let code = |at: usize| NewBackupCode {
        id: FactorId::generate(&SystemRandom::new()).unwrap(),
        hashed: HashedCode {
            selector: format!("{number}{at:02}"),
            hash: format!("hash {number} {at}"),
        },
    };
    (0..10).map(code).collect()
}

async fn bench() -> Bench {
    let bench = Bench::new().await;
    let phone = totp("ada", "phone", 1);
    let done = bench.database.insert_totp(phone, InsertIf::Always).await;
    assert_eq!(done.unwrap(), Inserted::Done);
    bench
}

#[tokio::test]
async fn without_a_factor_there_is_no_sheet() {
    let bench = bench().await;
    let (database, eve) = (&bench.database, user("eve"));
    assert!(!database.replace_sheet(&eve, codes(1), NOW).await.unwrap());
    assert_eq!(database.sheet_of(&eve).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_spent_once_however_many_try_at_once() {
    let bench = bench().await;
    let ada = user("ada");
    let replaced = bench.database.replace_sheet(&ada, codes(1), NOW);
    assert!(replaced.await.unwrap());
    let row = bench
        .database
        .find_code(&ada, "103")
        .await
        .unwrap()
        .unwrap();
    assert_eq!((row.hash.as_str(), row.used), ("hash 1 3", false));
    let spends = (0..64).map(|_| {
        let (database, id) = (bench.database.clone(), row.id.clone());
        tokio::spawn(async move { database.spend_code(&id, NOW).await.unwrap() })
    });
    let mut spent = 0;
    for spend in spends.collect::<Vec<_>>() {
        spent += u32::from(spend.await.unwrap());
    }
    assert_eq!(spent, 1);
    let database = bench.reopened().await;
    assert!(!database.spend_code(&row.id, NOW).await.unwrap());
    let sheet = database.sheet_of(&ada).await.unwrap().unwrap();
    assert_eq!((sheet.made, sheet.left, sheet.made_at), (10, 9, NOW));
    assert!(database.find_code(&ada, "103").await.unwrap().unwrap().used);
    assert_eq!(database.find_code(&user("eve"), "103").await.unwrap(), None);
}

#[tokio::test]
async fn a_new_sheet_ends_every_code_of_the_old_one_found_already_or_not() {
    let bench = bench().await;
    let (database, ada) = (&bench.database, user("ada"));
    assert!(database.replace_sheet(&ada, codes(1), NOW).await.unwrap());
    let found = database.find_code(&ada, "100").await.unwrap().unwrap();
    assert!(database.replace_sheet(&ada, codes(2), NOW).await.unwrap());
    assert!(!database.spend_code(&found.id, NOW).await.unwrap());
    assert_eq!(database.find_code(&ada, "101").await.unwrap(), None);
    assert_eq!(database.sheet_of(&ada).await.unwrap().unwrap().left, 10);
}

#[tokio::test]
async fn with_the_last_factor_the_codes_end() {
    let bench = bench().await;
    let (database, ada) = (&bench.database, user("ada"));
    let tablet = totp("ada", "tablet", 1);
    let second = tablet.id.clone();
    database
        .insert_totp(tablet, InsertIf::Always)
        .await
        .unwrap();
    assert!(database.replace_sheet(&ada, codes(1), NOW).await.unwrap());
    let found = database.find_code(&ada, "100").await.unwrap().unwrap();
    assert_eq!(database.remove(&ada, &second).await.unwrap(), Some(1));
    assert!(database.sheet_of(&ada).await.unwrap().is_some());
    let first = database.totp_of(&ada).await.unwrap().remove(0).id;
    assert_eq!(database.remove(&ada, &first).await.unwrap(), Some(0));
    assert_eq!(database.sheet_of(&ada).await.unwrap(), None);
    assert!(!database.spend_code(&found.id, NOW).await.unwrap());
}
