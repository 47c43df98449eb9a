//! Changes by an administrator, each in one transaction.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use sqlx::sqlite::SqliteConnection;
use sqlx::{Sqlite, Transaction};

use super::super::{AdministrationStore, AuditEvent, Landed, NewPasskey, PasskeyRow, Stored, Told};
use super::{Database, audit, factors, passkeys, unsigned};
use crate::domain::authenticator::FriendlyName;
use crate::domain::ids::{FactorId, UserId};

#[async_trait]
impl AdministrationStore for Database {
    async fn all_passkeys(&self) -> Stored<Vec<PasskeyRow>> {
        let rows = self.run(|pool| async move {
            let query = "SELECT * FROM passkeys ORDER BY user_id, rowid";
            sqlx::query(query).fetch_all(&pool).await
        });
        rows.await?.iter().map(passkeys::read).collect()
    }

    async fn import(&self, new: Vec<NewPasskey>, told: Told, keep: bool) -> Stored<Vec<Landed>> {
        self.run(|pool| async move {
            let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
            let mut landed = Vec::with_capacity(new.len());
            let (mut changed, mut numbers) = (BTreeSet::new(), Numbers::new());
            for passkey in new {
                let user = passkey.user.clone();
                let outcome = land(&mut transaction, passkey, told, &mut numbers).await?;
                if matches!(outcome, Landed::Added(_)) {
                    changed.insert(user);
                }
                landed.push(outcome);
            }
            for user in &changed {
                mark(&mut transaction, user.as_str()).await?;
            }
            match keep && !landed.iter().any(Landed::is_refused) {
                true => transaction.commit().await?,
                false => transaction.rollback().await?,
            }
            Ok(landed)
        })
        .await
    }

    async fn remove_beside(&self, id: &FactorId, event: AuditEvent) -> Stored<Option<u32>> {
        let id = id.as_str().to_owned();
        self.run(|pool| async move {
            let user = event.user.as_str().to_owned();
            let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
            let left = factors::delete(&mut transaction, &user, &id).await?;
            if left.is_some() {
                mark(&mut transaction, &user).await?;
                audit::append(&mut transaction, event).await?;
                transaction.commit().await?;
            }
            Ok(left)
        })
        .await
    }

    async fn changed_users(&self) -> Stored<Vec<(i64, UserId)>> {
        let rows = self.run(|pool| async move {
            let query = "SELECT id, user_id FROM changed_users ORDER BY id LIMIT 1000";
            sqlx::query_as::<_, (i64, String)>(query)
                .fetch_all(&pool)
                .await
        });
        let users = rows.await?.into_iter();
        Ok(users
            .filter_map(|(id, user)| Some((id, UserId::new(user).ok()?)))
            .collect())
    }

    async fn strays(&self, rp_id: &str) -> Stored<Vec<(String, u32)>> {
        let rp_id = rp_id.to_owned();
        self.run(|pool| async move {
            let mut connection = pool.acquire().await?;
            strays(&mut connection, &rp_id).await
        })
        .await
    }

    async fn forget_changes(&self, numbers: Vec<i64>) -> Stored<()> {
        self.run(|pool| async move {
            let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
            for number in numbers {
                let delete = sqlx::query("DELETE FROM changed_users WHERE id = ?").bind(number);
                delete.execute(&mut *transaction).await?;
            }
            transaction.commit().await
        })
        .await
    }
}

/// The number that each name of a user got last: a file that gives one name to thousands must not search
/// from the start each time.
type Numbers = BTreeMap<(UserId, String), usize>;

async fn land(
    transaction: &mut Transaction<'_, Sqlite>,
    mut new: NewPasskey,
    told: Told,
    numbers: &mut Numbers,
) -> Result<Landed, sqlx::Error> {
    let query = "SELECT user_id FROM passkeys WHERE credential_digest = ?";
    let owner = sqlx::query_scalar::<_, String>(query)
        .bind(new.credential_digest.as_slice())
        .fetch_optional(&mut **transaction)
        .await?;
    match owner {
        Some(owner) if owner == new.user.as_str() => return Ok(Landed::Known),
        Some(_) => return Ok(Landed::OthersCredential),
        None => {}
    }
    if is_others_handle(transaction, &new).await? {
        return Ok(Landed::OthersHandle);
    }
    new.name = free_name(transaction, &new, numbers).await?;
    passkeys::insert(transaction, &new).await?;
    factors::void_tokens(transaction, new.user.as_str()).await?;
    let event = AuditEvent {
        at: told.at,
        user: new.user,
        what: told.what,
        kind: Some(told.kind),
        detail: new.name.as_str().to_owned(),
        from: told.from.to_owned(),
    };
    audit::append(transaction, event).await?;
    Ok(Landed::Added(new.name))
}

async fn is_others_handle(
    transaction: &mut Transaction<'_, Sqlite>,
    new: &NewPasskey,
) -> Result<bool, sqlx::Error> {
    let Some(handle) = &new.user_handle else {
        return Ok(false);
    };
    let query = "SELECT EXISTS (SELECT 1 FROM webauthn_users WHERE handle = ?1 AND user_id <> ?2) \
                 OR EXISTS (SELECT 1 FROM passkeys WHERE user_handle = ?1 AND user_id <> ?2)";
    let found = sqlx::query_scalar(query)
        .bind(handle)
        .bind(new.user.as_str());
    found.fetch_one(&mut **transaction).await
}

/// Ends, for a user has fewer names than there are numbers.
async fn free_name(
    transaction: &mut Transaction<'_, Sqlite>,
    new: &NewPasskey,
    numbers: &mut Numbers,
) -> Result<FriendlyName, sqlx::Error> {
    let key = (new.user.clone(), new.name.as_str().to_owned());
    let number = numbers.entry(key).or_insert(0);
    loop {
        *number += 1;
        let name = new.name.numbered(*number);
        if !factors::is_taken(transaction, new.user.as_str(), name.as_str(), "").await? {
            return Ok(name);
        }
    }
}

/// Leaves word for the gateway: a line for every change, as it may be about to delete the one before.
async fn mark(transaction: &mut Transaction<'_, Sqlite>, user: &str) -> Result<(), sqlx::Error> {
    let insert = sqlx::query("INSERT INTO changed_users (user_id) VALUES (?)").bind(user);
    insert.execute(&mut **transaction).await.map(|_| ())
}

/// For which other hosts passkeys were made, and how many.
pub(super) async fn strays(
    connection: &mut SqliteConnection,
    rp_id: &str,
) -> Result<Vec<(String, u32)>, sqlx::Error> {
    let query =
        "SELECT rp_id, COUNT(*) FROM passkeys WHERE rp_id <> ? GROUP BY rp_id ORDER BY rp_id";
    let rows = sqlx::query_as::<_, (String, i64)>(query).bind(rp_id);
    let rows = rows.fetch_all(connection).await?.into_iter();
    Ok(rows.map(|(host, count)| (host, unsigned(count))).collect())
}
