//! Sessions on disk, for the embedded session store: it survives a restart by them.

use sqlx::Row;

use super::super::{StoreError, Stored};
use super::{Database, signed};
use crate::domain::clock::UnixTime;
use crate::domain::ids::RecordId;
use crate::domain::session::Record;

/// A session as it is found at the start.
#[derive(Debug)]
pub struct SavedSession {
    pub record: Record,
    pub last_seen: UnixTime,
}

impl Database {
    /// Writes a session that is not there yet.
    pub async fn insert_session(&self, record: &Record, now: UnixTime) -> Stored<()> {
        let (id, version, user, json) = columns(record)?;
        let expires = record.expires_at.0;
        self.run(|pool| async move {
            let query = "INSERT INTO sessions (id, version, user_id, expires, last_seen, record) VALUES (?, ?, ?, ?, ?, ?)";
            let insert = sqlx::query(query).bind(id).bind(version).bind(user).bind(expires).bind(now.0).bind(json);
            insert.execute(&pool).await.map(|_| ())
        })
        .await
    }

    /// Writes a session over the version before; `false` where that is not what is there.
    pub async fn update_session(&self, record: &Record) -> Stored<bool> {
        let (id, version, user, json) = columns(record)?;
        let expires = record.expires_at.0;
        self.run(|pool| async move {
            let query = "UPDATE sessions SET version = ?2, user_id = ?3, expires = ?4, record = ?5 WHERE id = ?1 AND version = ?2 - 1";
            let update = sqlx::query(query).bind(id).bind(version).bind(user).bind(expires).bind(json);
            Ok(update.execute(&pool).await?.rows_affected() == 1)
        })
        .await
    }

    pub async fn delete_session(&self, id: RecordId) -> Stored<()> {
        let id = id.to_string();
        self.run(|pool| async move {
            sqlx::query("DELETE FROM sessions WHERE id = ?")
                .bind(id)
                .execute(&pool)
                .await
                .map(|_| ())
        })
        .await
    }

    pub async fn save_last_seen(&self, id: RecordId, at: UnixTime) -> Stored<()> {
        let id = id.to_string();
        self.run(|pool| async move {
            sqlx::query("UPDATE sessions SET last_seen = ? WHERE id = ?")
                .bind(at.0)
                .bind(id)
                .execute(&pool)
                .await
                .map(|_| ())
        })
        .await
    }

    /// Every session that is not over; those that are get deleted.
    pub async fn load_sessions(&self, now: UnixTime) -> Stored<Vec<SavedSession>> {
        let rows = self.run(|pool| async move {
            sqlx::query("DELETE FROM sessions WHERE expires <= ?")
                .bind(now.0)
                .execute(&pool)
                .await?;
            sqlx::query("SELECT record, last_seen FROM sessions")
                .fetch_all(&pool)
                .await
        });
        let broken = |what: String| StoreError::Unreadable {
            store: "database",
            what,
        };
        let read = |row: &sqlx::sqlite::SqliteRow| {
            let json: String = row
                .try_get("record")
                .map_err(|error| broken(format!("sessions.record: {error}")))?;
            let record = serde_json::from_str(&json)
                .map_err(|error| broken(format!("sessions.record: {error}")))?;
            let last_seen = row
                .try_get("last_seen")
                .map_err(|error| broken(format!("sessions.last_seen: {error}")))?;
            Ok(SavedSession {
                record,
                last_seen: UnixTime(last_seen),
            })
        };
        rows.await?.iter().map(read).collect()
    }
}

fn columns(record: &Record) -> Stored<(String, i64, String, String)> {
    let json = serde_json::to_string(record);
    let json = json.map_err(|error| StoreError::Unreadable {
        store: "database",
        what: format!("a session to write: {error}"),
    })?;
    let user = record
        .state
        .signed_in()
        .map_or_else(String::new, |who| who.user.as_str().to_owned());
    Ok((record.id.to_string(), signed(record.version), user, json))
}
