//! Backup codes. A code is spent in one statement; a new sheet replaces the old one in one transaction.

use async_trait::async_trait;
use sqlx::Row;

use super::super::{BackupCodeRow, BackupCodeStore, NewBackupCode, Sheet, StoreError, Stored};
use super::{Database, factors, unsigned};
use crate::domain::clock::UnixTime;
use crate::domain::ids::{FactorId, UserId};

#[async_trait]
impl BackupCodeStore for Database {
    async fn replace_sheet(
        &self,
        user: &UserId,
        codes: Vec<NewBackupCode>,
        at: UnixTime,
    ) -> Stored<bool> {
        let user = user.as_str().to_owned();
        self.run(|pool| async move {
            let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
            if factors::count(&mut transaction, &user).await? == 0 {
                return Ok(false);
            }
            sqlx::query("DELETE FROM backup_codes WHERE user_id = ?")
                .bind(&user)
                .execute(&mut *transaction)
                .await?;
            for code in codes {
                let query = "INSERT INTO backup_codes (id, user_id, selector, hash, made_at) VALUES (?, ?, ?, ?, ?)";
                sqlx::query(query)
                    .bind(code.id.as_str())
                    .bind(&user)
                    .bind(code.hashed.selector)
                    .bind(code.hashed.hash)
                    .bind(at.0)
                    .execute(&mut *transaction)
                    .await?;
            }
            transaction.commit().await?;
            Ok(true)
        })
        .await
    }

    async fn sheet_of(&self, user: &UserId) -> Stored<Option<Sheet>> {
        let user = user.as_str().to_owned();
        let row = self.run(|pool| async move {
            let query = "SELECT COUNT(*) AS made, COUNT(used_at) AS used, MAX(made_at) AS made_at \
                         FROM backup_codes WHERE user_id = ?";
            let row = sqlx::query(query).bind(user).fetch_one(&pool).await?;
            let (made, used): (i64, i64) = (row.try_get("made")?, row.try_get("used")?);
            Ok((made, used, row.try_get::<Option<i64>, _>("made_at")?))
        });
        let (made, used, at) = row.await?;
        Ok(at.map(|at| Sheet {
            made: unsigned(made),
            left: unsigned(made - used),
            made_at: UnixTime(at),
        }))
    }

    async fn find_code(&self, user: &UserId, selector: &str) -> Stored<Option<BackupCodeRow>> {
        let (user, selector) = (user.as_str().to_owned(), selector.to_owned());
        let row = self.run(|pool| async move {
            let query =
                "SELECT id, hash, used_at FROM backup_codes WHERE user_id = ? AND selector = ?";
            let row = sqlx::query(query).bind(user).bind(selector);
            let Some(row) = row.fetch_optional(&pool).await? else {
                return Ok(None);
            };
            let (id, hash): (String, String) = (row.try_get("id")?, row.try_get("hash")?);
            let used_at: Option<i64> = row.try_get("used_at")?;
            Ok(Some((id, hash, used_at.is_some())))
        });
        let Some((id, hash, used)) = row.await? else {
            return Ok(None);
        };
        let id = FactorId::parse(&id).ok_or_else(|| StoreError::Unreadable {
            store: super::STORE,
            what: "backup_codes.id".to_owned(),
        })?;
        Ok(Some(BackupCodeRow { id, hash, used }))
    }

    async fn spend_code(&self, id: &FactorId, at: UnixTime) -> Stored<bool> {
        let id = id.as_str().to_owned();
        self.run(|pool| async move {
            let query = "UPDATE backup_codes SET used_at = ? WHERE id = ? AND used_at IS NULL";
            let done = sqlx::query(query)
                .bind(at.0)
                .bind(id)
                .execute(&pool)
                .await?;
            Ok(done.rows_affected() == 1)
        })
        .await
    }
}
