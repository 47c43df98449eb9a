//! The audit log.

use async_trait::async_trait;
use sqlx::Row;
use sqlx::sqlite::SqliteConnection;

use super::super::{AuditEvent, AuditLine, AuditStore, Stored};
use super::Database;
use crate::domain::clock::UnixTime;
use crate::domain::ids::UserId;

#[async_trait]
impl AuditStore for Database {
    async fn append(&self, event: AuditEvent) -> Stored<()> {
        self.run(|pool| async move {
            let mut connection = pool.acquire().await?;
            append(&mut connection, event).await
        })
        .await
    }

    async fn recent(&self, user: &UserId, most: u32) -> Stored<Vec<AuditLine>> {
        let user = user.as_str().to_owned();
        self.run(|pool| async move {
            // What an administrator only looked at must not push out what happened.
            let query = "SELECT at, what, kind, detail, client FROM audit_log WHERE user_id = ? \
                         AND what NOT IN ('factors_listed', 'factors_exported') ORDER BY id DESC LIMIT ?";
            let rows = sqlx::query(query).bind(user).bind(i64::from(most)).fetch_all(&pool).await?;
            let read = |row: &sqlx::sqlite::SqliteRow| {
                Ok(AuditLine {
                    at: UnixTime(row.try_get("at")?),
                    what: row.try_get("what")?,
                    kind: row.try_get("kind")?,
                    detail: row.try_get("detail")?,
                    from: row.try_get("client")?,
                })
            };
            rows.iter().map(read).collect()
        })
        .await
    }
}

/// Writes a line, in the transaction of what it tells where there is one.
pub(super) async fn append(
    connection: &mut SqliteConnection,
    event: AuditEvent,
) -> Result<(), sqlx::Error> {
    let query =
        "INSERT INTO audit_log (at, user_id, what, kind, detail, client) VALUES (?, ?, ?, ?, ?, ?)";
    let insert = sqlx::query(query)
        .bind(event.at.0)
        .bind(event.user.as_str())
        .bind(event.what)
        .bind(event.kind)
        .bind(event.detail)
        .bind(event.from);
    insert.execute(connection).await.map(|_| ())
}
