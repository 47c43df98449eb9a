//! Enrolled authenticators. What must happen once happens in one statement or transaction.

use async_trait::async_trait;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::super::{
    AuthenticatorStore, Enrolled, InsertIf, Inserted, NewTotp, Renamed, StoreError, Stored, TotpRow,
};
use super::{Database, factors, signed, unsigned};
use crate::crypto::at_rest::SealedSeed;
use crate::domain::authenticator::FriendlyName;
use crate::domain::clock::UnixTime;
use crate::domain::ids::{FactorId, UserId};

#[async_trait]
impl AuthenticatorStore for Database {
    async fn totp_of(&self, user: &UserId) -> Stored<Vec<TotpRow>> {
        let id = user.as_str().to_owned();
        let rows = self.run(|pool| async move {
            let query = "SELECT id, name, seed, added_at, last_used_at, failures FROM totp_authenticators \
                         WHERE user_id = ? ORDER BY rowid";
            sqlx::query(query).bind(id).fetch_all(&pool).await
        });
        rows.await?.iter().map(|row| read(row, user)).collect()
    }

    async fn enrolled(&self, user: &UserId) -> Stored<Enrolled> {
        let id = user.as_str().to_owned();
        let counts = self.run(|pool| async move {
            let query = "SELECT (SELECT COUNT(*) FROM totp_authenticators WHERE user_id = ?1), \
                         (SELECT COUNT(*) FROM passkeys WHERE user_id = ?1)";
            sqlx::query_as::<_, (i64, i64)>(query)
                .bind(id)
                .fetch_one(&pool)
                .await
        });
        let (totp, passkeys) = counts.await?;
        Ok(Enrolled {
            totp: unsigned(totp),
            passkeys: unsigned(passkeys),
        })
    }

    async fn insert_totp(&self, new: NewTotp, condition: InsertIf) -> Stored<Inserted> {
        self.run(|pool| async move {
            // One transaction: a code is spent exactly when its factor is there.
            let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
            if let Some(why) =
                factors::refusal(&mut transaction, &new.user, &new.name, condition).await?
            {
                return Ok(why);
            }
            let query = "INSERT INTO totp_authenticators (id, user_id, name, seed, last_step, added_at) \
                         VALUES (?, ?, ?, ?, ?, ?)";
            sqlx::query(query)
                .bind(new.id.as_str())
                .bind(new.user.as_str())
                .bind(new.name.as_str())
                .bind(&new.seed.0)
                .bind(signed(new.step))
                .bind(new.at.0)
                .execute(&mut *transaction)
                .await?;
            factors::end_insert(transaction, &new.user, condition, new.at).await
        })
        .await
    }

    async fn accept_totp_step(&self, id: &FactorId, step: u64, at: UnixTime) -> Stored<bool> {
        let id = id.as_str().to_owned();
        self.run(|pool| async move {
            let query = "UPDATE totp_authenticators SET last_step = ?2, last_used_at = ?3 WHERE id = ?1 AND last_step < ?2";
            let done = sqlx::query(query).bind(id).bind(signed(step)).bind(at.0).execute(&pool).await?;
            Ok(done.rows_affected() == 1)
        })
        .await
    }

    async fn rename(&self, user: &UserId, id: &FactorId, name: &FriendlyName) -> Stored<Renamed> {
        let (user, id, name) = (
            user.as_str().to_owned(),
            id.as_str().to_owned(),
            name.as_str().to_owned(),
        );
        self.run(|pool| async move {
            let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
            if !factors::is_of(&mut transaction, &user, &id).await? {
                return Ok(Renamed::Gone);
            }
            if factors::is_taken(&mut transaction, &user, &name, &id).await? {
                return Ok(Renamed::NameTaken);
            }
            for query in [
                "UPDATE totp_authenticators SET name = ?3 WHERE user_id = ?1 AND id = ?2",
                "UPDATE passkeys SET name = ?3 WHERE user_id = ?1 AND id = ?2",
            ] {
                let rename = sqlx::query(query).bind(&user).bind(&id).bind(&name);
                rename.execute(&mut *transaction).await?;
            }
            transaction.commit().await?;
            Ok(Renamed::Done)
        })
        .await
    }

    async fn remove(&self, user: &UserId, id: &FactorId) -> Stored<Option<u32>> {
        let (user, id) = (user.as_str().to_owned(), id.as_str().to_owned());
        self.run(|pool| async move {
            let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
            let left = factors::delete(&mut transaction, &user, &id).await?;
            transaction.commit().await?;
            Ok(left)
        })
        .await
    }
}

fn read(row: &SqliteRow, user: &UserId) -> Stored<TotpRow> {
    let broken = |column: &str| StoreError::Unreadable {
        store: "database",
        what: format!("totp_authenticators.{column}"),
    };
    let id: String = row.try_get("id").map_err(|_| broken("id"))?;
    Ok(TotpRow {
        id: FactorId::parse(&id).ok_or_else(|| broken("id"))?,
        user: user.clone(),
        name: row.try_get("name").map_err(|_| broken("name"))?,
        seed: SealedSeed(row.try_get("seed").map_err(|_| broken("seed"))?),
        added_at: UnixTime(row.try_get("added_at").map_err(|_| broken("added_at"))?),
        last_used_at: row
            .try_get::<Option<i64>, _>("last_used_at")
            .map_err(|_| broken("last_used_at"))?
            .map(UnixTime),
        failures: unsigned(row.try_get("failures").map_err(|_| broken("failures"))?),
    })
}
