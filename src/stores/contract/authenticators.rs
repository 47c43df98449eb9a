//! Factors and the audit log.

use super::*;

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

#[tokio::test]
async fn the_audit_log_is_read_back_newest_first_and_by_user() {
    let bench = Bench::new().await;
    let database = bench.database.clone();
    for (n, who) in ["ada", "eve", "ada"].iter().enumerate() {
        let event = AuditEvent {
            kind: None,
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
async fn a_code_for_the_first_factor_ends_with_any_insert() {
    let bench = Bench::new().await;
    let database = &bench.database;
    let digest = EnrolmentDigest([7; 32]);
    let later = NOW.plus(Duration::from_secs(60));
    let ada = user("ada");
    let put = database.put_enrolment_token(&ada, digest, later).await;
    put.unwrap();
    let phone = totp("ada", "phone", 1);
    let id = phone.id.clone();
    let done = database.insert_totp(phone, InsertIf::Always).await.unwrap();
    assert_eq!(done, Inserted::Done);
    database.remove(&ada, &id).await.unwrap();
    let again = database.insert_totp(totp("ada", "tablet", 1), InsertIf::FirstWithToken(digest));
    assert_eq!(again.await.unwrap(), Inserted::NoToken);
}
