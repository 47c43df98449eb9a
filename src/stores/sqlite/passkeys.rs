//! Passkeys. What must happen once happens in one statement or transaction.

use async_trait::async_trait;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, Sqlite, Transaction};

use super::super::{InsertIf, Inserted, NewPasskey, PasskeyRow, PasskeyStore, StoreError, Stored};
use super::{Database, factors, unsigned};
use crate::crypto::at_rest::SealedCredential;
use crate::domain::authenticator::passkey::{Aaguid, UserHandle};
use crate::domain::clock::UnixTime;
use crate::domain::ids::{FactorId, UserId};

#[async_trait]
impl PasskeyStore for Database {
    async fn passkeys_of(&self, user: &UserId) -> Stored<Vec<PasskeyRow>> {
        let id = user.as_str().to_owned();
        let rows = self.run(|pool| async move {
            let query = "SELECT * FROM passkeys WHERE user_id = ? ORDER BY rowid";
            sqlx::query(query).bind(id).fetch_all(&pool).await
        });
        rows.await?.iter().map(read).collect()
    }

    async fn insert_passkey(&self, new: NewPasskey, condition: InsertIf) -> Stored<Inserted> {
        self.run(|pool| async move {
            let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
            if let Some(why) =
                factors::refusal(&mut transaction, &new.user, &new.name, condition).await?
            {
                return Ok(why);
            }
            match insert(&mut transaction, &new).await {
                Ok(()) => {}
                Err(sqlx::Error::Database(error)) if error.is_unique_violation() => {
                    return Ok(Inserted::Known);
                }
                Err(error) => return Err(error),
            }
            factors::end_insert(transaction, &new.user, condition, new.at).await
        })
        .await
    }

    async fn accept_assertion(&self, id: &FactorId, counter: u32, at: UnixTime) -> Stored<bool> {
        let id = id.as_str().to_owned();
        self.run(|pool| async move {
            // Zero is no counter; one that was kept before must go on rising.
            let query = "UPDATE passkeys SET counter = ?2, last_used_at = ?3 \
                         WHERE id = ?1 AND (counter < ?2 OR (counter = 0 AND ?2 = 0))";
            let update = sqlx::query(query)
                .bind(id)
                .bind(i64::from(counter))
                .bind(at.0);
            Ok(update.execute(&pool).await?.rows_affected() == 1)
        })
        .await
    }

    async fn replace_credential(&self, id: &FactorId, credential: SealedCredential) -> Stored<()> {
        let id = id.as_str().to_owned();
        self.run(|pool| async move {
            let query = "UPDATE passkeys SET credential = ? WHERE id = ?";
            let update = sqlx::query(query).bind(credential.0).bind(id);
            update.execute(&pool).await.map(|_| ())
        })
        .await
    }

    async fn known_handle(&self, user: &UserId) -> Stored<Option<UserHandle>> {
        let user = user.as_str().to_owned();
        let handle = self.run(|pool| async move {
            let query = "SELECT handle FROM webauthn_users WHERE user_id = ?";
            let row = sqlx::query_scalar::<_, Vec<u8>>(query).bind(user);
            row.fetch_optional(&pool).await
        });
        handle.await?.map(handle_of).transpose()
    }

    async fn user_handle(&self, user: &UserId, fresh: UserHandle) -> Stored<UserHandle> {
        let user = user.as_str().to_owned();
        let handle = self.run(|pool| async move {
            // The update that changes nothing makes the row come back whoever wrote it.
            let query = "INSERT INTO webauthn_users (user_id, handle) VALUES (?1, ?2) \
                         ON CONFLICT (user_id) DO UPDATE SET handle = handle RETURNING handle";
            let row = sqlx::query_scalar::<_, Vec<u8>>(query)
                .bind(user)
                .bind(fresh.0.as_slice());
            row.fetch_one(&pool).await
        });
        handle_of(handle.await?)
    }
}

pub(super) async fn insert(
    transaction: &mut Transaction<'_, Sqlite>,
    new: &NewPasskey,
) -> Result<(), sqlx::Error> {
    let query = "INSERT INTO passkeys (id, user_id, name, credential_digest, credential, counter, aaguid, \
                 added_at, rp_id, user_handle) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    let insert = sqlx::query(query)
        .bind(new.id.as_str())
        .bind(new.user.as_str())
        .bind(new.name.as_str())
        .bind(new.credential_digest.as_slice())
        .bind(&new.credential.0)
        .bind(i64::from(new.counter))
        .bind(new.aaguid.map(|aaguid| aaguid.0.to_vec()))
        .bind(new.at.0)
        .bind(&new.rp_id)
        .bind(&new.user_handle);
    insert.execute(&mut **transaction).await.map(|_| ())
}

fn handle_of(bytes: Vec<u8>) -> Stored<UserHandle> {
    let bytes = bytes.try_into();
    bytes
        .map(UserHandle)
        .map_err(|_| broken("webauthn_users.handle"))
}

fn broken(column: &str) -> StoreError {
    StoreError::Unreadable {
        store: super::STORE,
        what: column.to_owned(),
    }
}

pub(super) fn read(row: &SqliteRow) -> Stored<PasskeyRow> {
    let column = |name: &'static str| move |_: sqlx::Error| broken(&format!("passkeys.{name}"));
    let id: String = row.try_get("id").map_err(column("id"))?;
    let user: String = row.try_get("user_id").map_err(column("user_id"))?;
    let aaguid: Option<Vec<u8>> = row.try_get("aaguid").map_err(column("aaguid"))?;
    Ok(PasskeyRow {
        id: FactorId::parse(&id).ok_or_else(|| broken("passkeys.id"))?,
        user: UserId::new(user).map_err(|_| broken("passkeys.user_id"))?,
        name: row.try_get("name").map_err(column("name"))?,
        credential: SealedCredential(row.try_get("credential").map_err(column("credential"))?),
        counter: unsigned(row.try_get("counter").map_err(column("counter"))?),
        rp_id: row.try_get("rp_id").map_err(column("rp_id"))?,
        user_handle: row.try_get("user_handle").map_err(column("user_handle"))?,
        aaguid: aaguid.and_then(|bytes| Some(Aaguid(bytes.try_into().ok()?))),
        added_at: UnixTime(row.try_get("added_at").map_err(column("added_at"))?),
        last_used_at: row
            .try_get::<Option<i64>, _>("last_used_at")
            .map_err(column("last_used_at"))?
            .map(UnixTime),
    })
}
