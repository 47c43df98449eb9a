//! What an administrator changes beside a gateway.

use super::*;
use crate::domain::authenticator::passkey::transfer::MOST;

const TOLD: Told = Told {
    at: NOW,
    what: "factor_imported",
    kind: "passkey",
    from: "administrator",
};

fn passkey(owner: &str, number: u32) -> NewPasskey {
    let mut credential_digest = [0; 32];
    credential_digest[..4].copy_from_slice(&number.to_be_bytes());
    NewPasskey {
        id: FactorId::generate(&SystemRandom::new()).unwrap(),
        user: user(owner),
        name: FriendlyName::new("Passkey").unwrap(),
        credential_digest,
        credential: SealedCredential(vec![1]),
        counter: 0,
        aaguid: None,
        rp_id: Some("crm.example.com".to_owned()),
        user_handle: Some(owner.as_bytes().to_vec()),
        at: NOW,
    }
}

fn removal(owner: &str) -> AuditEvent {
    AuditEvent {
        at: NOW,
        user: user(owner),
        what: "factor_removed",
        kind: Some("passkey"),
        detail: "Passkey".to_owned(),
        from: "administrator".to_owned(),
    }
}

#[tokio::test]
async fn an_import_with_one_that_is_refused_leaves_nothing_and_so_does_a_trial() {
    let bench = Bench::new().await;
    let database = &bench.database;
    let landed = database.import(vec![passkey("ada", 1)], TOLD, true).await;
    let name = FriendlyName::new("Passkey").unwrap();
    assert_eq!(landed.unwrap(), [Landed::Added(name.clone())]);
    let mut handle = passkey("eve", 3);
    handle.user_handle = Some(b"ada".to_vec());
    for (bad, expected) in [
        (passkey("eve", 1), Landed::OthersCredential),
        (handle, Landed::OthersHandle),
    ] {
        let batch = vec![passkey("eve", 2), bad];
        let landed = database.import(batch, TOLD, true).await.unwrap();
        assert_eq!(landed, [Landed::Added(name.clone()), expected]);
    }
    let trial = database.import(vec![passkey("eve", 2)], TOLD, false).await;
    assert_eq!(trial.unwrap(), [Landed::Added(name)]);
    assert_eq!(database.count(&user("eve")).await.unwrap(), 0);
    assert!(database.recent(&user("eve"), 5).await.unwrap().is_empty());
    assert_eq!(database.changed_users().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_change_stays_until_it_has_been_heard_and_a_later_one_is_not_lost_with_it() {
    let bench = Bench::new().await;
    let database = bench.reopened().await;
    let new = passkey("ada", 1);
    let id = new.id.clone();
    database.import(vec![new], TOLD, true).await.unwrap();
    let heard = database.changed_users().await.unwrap();
    let left = database.remove_beside(&id, removal("ada")).await.unwrap();
    assert_eq!(left, Some(0));
    let heard: Vec<i64> = heard.iter().map(|(number, _)| *number).collect();
    database.forget_changes(heard).await.unwrap();
    let changed = database.changed_users().await.unwrap();
    assert_eq!((changed.len(), &changed[0].1), (1, &user("ada")));
    let log = database.recent(&user("ada"), 5).await.unwrap();
    assert_eq!((log.len(), log[0].what.as_str()), (2, "factor_removed"));
    assert_eq!(log[0].kind.as_deref(), Some("passkey"));
    // What is not there changes nobody.
    assert_eq!(
        database.remove_beside(&id, removal("ada")).await.unwrap(),
        None
    );
    assert_eq!(database.recent(&user("ada"), 5).await.unwrap().len(), 2);
}

#[tokio::test]
async fn as_many_as_a_file_may_have_are_taken_in_at_once_even_if_all_are_of_one_user() {
    let bench = Bench::new().await;
    let most = u32::try_from(MOST).unwrap();
    let batch = (0..most).map(|number| passkey("ada", number)).collect();
    let landed = bench.database.import(batch, TOLD, true).await.unwrap();
    let last = Landed::Added(FriendlyName::new(&format!("Passkey {most}")).unwrap());
    assert_eq!(landed.last(), Some(&last));
    let strays = bench.database.strays("new.example.com").await.unwrap();
    assert_eq!(strays, [("crm.example.com".to_owned(), most)]);
}
