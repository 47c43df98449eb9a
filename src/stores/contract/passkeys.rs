//! Passkeys.

use super::*;

fn passkey(owner: &str, name: &str, number: u8, counter: u32) -> NewPasskey {
    NewPasskey {
        id: FactorId::generate(&SystemRandom::new()).unwrap(),
        user: user(owner),
        name: FriendlyName::new(name).unwrap(),
        credential_digest: [number; 32],
        credential: SealedCredential(vec![number]),
        counter,
        aaguid: Some(Aaguid([number; 16])),
        rp_id: Some("crm.example.com".to_owned()),
        user_handle: None,
        at: NOW,
    }
}

async fn inserted(bench: &Bench, new: NewPasskey) -> FactorId {
    let id = new.id.clone();
    let done = bench.database.insert_passkey(new, InsertIf::Always).await;
    assert_eq!(done.unwrap(), Inserted::Done);
    id
}

#[tokio::test]
async fn a_passkey_comes_back_as_it_was_stored_and_counts_as_a_factor() {
    let bench = Bench::new().await;
    let id = inserted(&bench, passkey("ada", "Laptop", 7, 3)).await;
    let database = bench.reopened().await;
    let rows = database.passkeys_of(&user("ada")).await.unwrap();
    assert_eq!((rows.len(), &rows[0].id), (1, &id));
    assert_eq!((rows[0].name.as_str(), rows[0].counter), ("Laptop", 3));
    assert_eq!(rows[0].credential.0, [7]);
    assert_eq!(rows[0].aaguid, Some(Aaguid([7; 16])));
    assert_eq!(database.count(&user("ada")).await.unwrap(), 1);
    assert!(database.passkeys_of(&user("eve")).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_first_factors_of_both_kinds_one_is_inserted() {
    let bench = Bench::new().await;
    let inserts = (0..16_u8).map(|number| {
        let database = bench.database.clone();
        tokio::spawn(async move {
            let name = format!("factor {number}");
            let done = if number % 2 == 0 {
                let new = passkey("ada", &name, number, 0);
                database.insert_passkey(new, InsertIf::First).await
            } else {
                let new = totp("ada", &name, 1);
                database.insert_totp(new, InsertIf::First).await
            };
            done.unwrap() == Inserted::Done
        })
    });
    let mut done = 0;
    for insert in inserts.collect::<Vec<_>>() {
        done += u32::from(insert.await.unwrap());
    }
    assert_eq!(done, 1);
    assert_eq!(bench.database.count(&user("ada")).await.unwrap(), 1);
}

#[tokio::test]
async fn a_credential_is_one_users_only_and_names_are_unique() {
    let bench = Bench::new().await;
    inserted(&bench, passkey("ada", "Laptop", 1, 0)).await;
    for (new, expected) in [
        (passkey("eve", "Mine", 1, 0), Inserted::Known),
        (passkey("ada", "Laptop", 2, 0), Inserted::NameTaken),
        (passkey("eve", "Laptop", 3, 0), Inserted::Done),
    ] {
        let done = bench.database.insert_passkey(new, InsertIf::Always).await;
        assert_eq!(done.unwrap(), expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_counter_is_accepted_once_however_many_show_it_at_once() {
    let bench = Bench::new().await;
    let id = inserted(&bench, passkey("ada", "Key", 1, 10)).await;
    let shows = (0..64).map(|_| {
        let (database, id) = (bench.database.clone(), id.clone());
        tokio::spawn(async move { database.accept_assertion(&id, 11, NOW).await.unwrap() })
    });
    let mut accepted = 0;
    for show in shows.collect::<Vec<_>>() {
        accepted += u32::from(show.await.unwrap());
    }
    assert_eq!(accepted, 1);
    for (counter, expected) in [(0, false), (10, false), (11, false), (12, true)] {
        let accepted = bench.database.accept_assertion(&id, counter, NOW).await;
        assert_eq!(accepted.unwrap(), expected, "{counter}");
    }
    let synced = inserted(&bench, passkey("ada", "Phone", 2, 0)).await;
    for (counter, expected) in [(0, true), (0, true), (4, true), (0, false)] {
        let accepted = bench.database.accept_assertion(&synced, counter, NOW).await;
        assert_eq!(accepted.unwrap(), expected, "{counter}");
    }
}

#[tokio::test]
async fn a_removed_passkey_accepts_nothing_and_either_kind_can_be_renamed() {
    let bench = Bench::new().await;
    let database = &bench.database;
    let id = inserted(&bench, passkey("ada", "Key", 1, 0)).await;
    let other = inserted(&bench, passkey("ada", "Phone", 2, 0)).await;
    let name = FriendlyName::new("Work key").unwrap();
    for (owner, id, expected) in [
        ("ada", &id, Renamed::Done),
        ("eve", &id, Renamed::Gone),
        ("ada", &other, Renamed::NameTaken),
    ] {
        let renamed = database.rename(&user(owner), id, &name).await.unwrap();
        assert_eq!(renamed, expected);
    }
    assert_eq!(database.remove(&user("eve"), &id).await.unwrap(), None);
    assert_eq!(database.remove(&user("ada"), &id).await.unwrap(), Some(1));
    assert!(!database.accept_assertion(&id, 5, NOW).await.unwrap());
}

#[tokio::test]
async fn an_authenticator_app_and_a_passkey_of_one_user_cannot_have_the_same_name() {
    let bench = Bench::new().await;
    let database = &bench.database;
    let key = inserted(&bench, passkey("ada", "Phone", 1, 0)).await;
    let app = totp("ada", "Phone", 1);
    let done = database.insert_totp(app, InsertIf::Always).await;
    assert_eq!(done.unwrap(), Inserted::NameTaken);
    let app = totp("ada", "App", 1);
    let app_id = app.id.clone();
    let done = database.insert_totp(app, InsertIf::Always).await;
    assert_eq!(done.unwrap(), Inserted::Done);
    let done = database.insert_passkey(passkey("ada", "App", 2, 0), InsertIf::Always);
    assert_eq!(done.await.unwrap(), Inserted::NameTaken);
    for (id, name, expected) in [
        (&key, "App", Renamed::NameTaken),
        (&app_id, "Phone", Renamed::NameTaken),
        (&key, "Phone", Renamed::Done),
    ] {
        let name = FriendlyName::new(name).unwrap();
        let renamed = database.rename(&user("ada"), id, &name).await;
        assert_eq!(renamed.unwrap(), expected, "{name:?}");
    }
    let others = totp("eve", "Phone", 1);
    let done = database.insert_totp(others, InsertIf::Always).await;
    assert_eq!(done.unwrap(), Inserted::Done);
}

#[tokio::test]
async fn a_user_keeps_the_handle_that_authenticators_know() {
    let bench = Bench::new().await;
    let handle = |owner: &'static str, number| {
        let database = bench.database.clone();
        async move {
            let fresh = UserHandle([number; 16]);
            database.user_handle(&user(owner), fresh).await.unwrap()
        }
    };
    assert_eq!(handle("ada", 1).await, UserHandle([1; 16]));
    assert_eq!(handle("ada", 2).await, UserHandle([1; 16]));
    assert_eq!(handle("eve", 3).await, UserHandle([3; 16]));
}
