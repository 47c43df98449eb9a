//! Passkeys. What must happen once happens in one statement.

use async_trait::async_trait;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::super::{InsertIf, Inserted, NewPasskey, PasskeyRow, PasskeyStore, StoreError, Stored};
use super::authenticators::{FIRST, end_insert};
use super::{Database, unsigned};
use crate::crypto::at_rest::SealedCredential;
use crate::domain::authenticator::passkey::{Aaguid, UserHandle};
use crate::domain::clock::UnixTime;
use crate::domain::ids::{FactorId, UserId};

#[async_trait]
impl PasskeyStore for Database {
    async fn passkeys_of(&self, user: &UserId) -> Stored<Vec<PasskeyRow>> {
        let id = user.as_str().to_owned();
        let rows = self.run(|pool| async move {
            let query = "SELECT id, name, credential, counter, aaguid, added_at, last_used_at \
                         FROM passkeys WHERE user_id = ? ORDER BY rowid";
            sqlx::query(query).bind(id).fetch_all(&pool).await
        });
        rows.await?.iter().map(|row| read(row, user)).collect()
    }

    async fn insert_passkey(&self, new: NewPasskey, condition: InsertIf) -> Stored<Inserted> {
        self.run(|pool| async move {
            let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
            let query = format!(
                "INSERT INTO passkeys (id, user_id, name, credential_digest, credential, counter, aaguid, added_at) \
                 SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8 WHERE ?9 = 0 OR {FIRST}"
            );
            let insert = sqlx::query(sqlx::AssertSqlSafe(query))
                .bind(new.id.as_str())
                .bind(new.user.as_str())
                .bind(new.name.as_str())
                .bind(new.credential_digest.as_slice())
                .bind(new.credential.0)
                .bind(i64::from(new.counter))
                .bind(new.aaguid.map(|aaguid| aaguid.0.to_vec()))
                .bind(new.at.0)
                .bind(i64::from(condition != InsertIf::Always));
            match insert.execute(&mut *transaction).await {
                Ok(done) if done.rows_affected() == 1 => {}
                Ok(_) => return Ok(Inserted::NotFirst),
                Err(sqlx::Error::Database(error)) if error.is_unique_violation() => {
                    let of_credential = error.message().contains("credential_digest");
                    return Ok(if of_credential { Inserted::Known } else { Inserted::NameTaken });
                }
                Err(error) => return Err(error),
            }
            end_insert(transaction, &new.user, condition, new.at).await
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

fn read(row: &SqliteRow, user: &UserId) -> Stored<PasskeyRow> {
    let column = |name: &'static str| move |_: sqlx::Error| broken(&format!("passkeys.{name}"));
    let id: String = row.try_get("id").map_err(column("id"))?;
    let aaguid: Option<Vec<u8>> = row.try_get("aaguid").map_err(column("aaguid"))?;
    Ok(PasskeyRow {
        id: FactorId::parse(&id).ok_or_else(|| broken("passkeys.id"))?,
        user: user.clone(),
        name: row.try_get("name").map_err(column("name"))?,
        credential: SealedCredential(row.try_get("credential").map_err(column("credential"))?),
        counter: unsigned(row.try_get("counter").map_err(column("counter"))?),
        aaguid: aaguid.and_then(|bytes| Some(Aaguid(bytes.try_into().ok()?))),
        added_at: UnixTime(row.try_get("added_at").map_err(column("added_at"))?),
        last_used_at: row
            .try_get::<Option<i64>, _>("last_used_at")
            .map_err(column("last_used_at"))?
            .map(UnixTime),
    })
}
