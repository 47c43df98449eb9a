//! Enrolled authenticators. What must happen once happens in one statement.

use async_trait::async_trait;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::super::{
    AuthenticatorStore, InsertIf, Inserted, NewTotp, Renamed, StoreError, Stored, TotpRow,
};
use super::{Database, signed, unsigned};
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

    async fn count(&self, user: &UserId) -> Stored<u32> {
        let id = user.as_str().to_owned();
        let query = "SELECT COUNT(*) FROM totp_authenticators WHERE user_id = ?";
        let count = self.run(|pool| async move {
            sqlx::query_scalar::<_, i64>(query)
                .bind(id)
                .fetch_one(&pool)
                .await
        });
        count.await.map(unsigned)
    }

    async fn insert_totp(&self, new: NewTotp, condition: InsertIf) -> Stored<Inserted> {
        self.run(|pool| async move {
            // One transaction: a code is spent exactly when its factor is there.
            let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
            let first = condition != InsertIf::Always;
            let query = "INSERT INTO totp_authenticators (id, user_id, name, seed, last_step, added_at) \
                         SELECT ?1, ?2, ?3, ?4, ?5, ?6 \
                         WHERE ?7 = 0 OR NOT EXISTS (SELECT 1 FROM totp_authenticators WHERE user_id = ?2)";
            let insert = sqlx::query(query)
                .bind(new.id.as_str())
                .bind(new.user.as_str())
                .bind(new.name.as_str())
                .bind(&new.seed.0)
                .bind(signed(new.step))
                .bind(new.at.0)
                .bind(i64::from(first));
            match insert.execute(&mut *transaction).await {
                Ok(done) if done.rows_affected() == 1 => {}
                Ok(_) => return Ok(Inserted::NotFirst),
                Err(sqlx::Error::Database(error)) if error.is_unique_violation() => {
                    return Ok(Inserted::NameTaken);
                }
                Err(error) => return Err(error),
            }
            if let InsertIf::FirstWithToken(digest) = condition {
                let spend = "DELETE FROM enrolment_tokens WHERE user_id = ? AND digest = ? AND expires > ?";
                let spend = sqlx::query(spend)
                    .bind(new.user.as_str())
                    .bind(digest.0.as_slice())
                    .bind(new.at.0);
                if spend.execute(&mut *transaction).await?.rows_affected() != 1 {
                    transaction.rollback().await?;
                    return Ok(Inserted::NoToken);
                }
            }
            // Whichever way the factor came, a code for the first one has had its time.
            sqlx::query("DELETE FROM enrolment_tokens WHERE user_id = ?")
                .bind(new.user.as_str())
                .execute(&mut *transaction)
                .await?;
            transaction.commit().await?;
            Ok(Inserted::Done)
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
            let query = "UPDATE totp_authenticators SET name = ?3 WHERE user_id = ?1 AND id = ?2";
            match sqlx::query(query)
                .bind(user)
                .bind(id)
                .bind(name)
                .execute(&pool)
                .await
            {
                Ok(done) if done.rows_affected() == 1 => Ok(Renamed::Done),
                Ok(_) => Ok(Renamed::Gone),
                Err(sqlx::Error::Database(error)) if error.is_unique_violation() => {
                    Ok(Renamed::NameTaken)
                }
                Err(error) => Err(error),
            }
        })
        .await
    }

    async fn remove(&self, user: &UserId, id: &FactorId) -> Stored<Option<u32>> {
        let (user, id) = (user.as_str().to_owned(), id.as_str().to_owned());
        self.run(|pool| async move {
            let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
            let query = "DELETE FROM totp_authenticators WHERE user_id = ? AND id = ?";
            let done = sqlx::query(query)
                .bind(&user)
                .bind(id)
                .execute(&mut *transaction)
                .await?;
            let query = "SELECT COUNT(*) FROM totp_authenticators WHERE user_id = ?";
            let left = sqlx::query_scalar::<_, i64>(query)
                .bind(&user)
                .fetch_one(&mut *transaction)
                .await?;
            transaction.commit().await?;
            Ok((done.rows_affected() == 1).then(|| unsigned(left)))
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
