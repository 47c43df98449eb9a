//! Sessions on disk, for the embedded session store: it survives a restart by them.

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
        self.delete_row(id.to_string()).await
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

    /// Every session that is not over. Those that are, or that this version cannot read, are deleted:
    /// a lost session costs a sign-in.
    pub async fn load_sessions(&self, now: UnixTime) -> Stored<Vec<SavedSession>> {
        let rows = self.run(|pool| async move {
            sqlx::query("DELETE FROM sessions WHERE expires <= ?")
                .bind(now.0)
                .execute(&pool)
                .await?;
            let query = "SELECT id, record, last_seen FROM sessions";
            sqlx::query_as::<_, (String, String, i64)>(query)
                .fetch_all(&pool)
                .await
        });
        let mut sessions = Vec::new();
        for (id, json, last_seen) in rows.await? {
            match serde_json::from_str(&json) {
                Ok(record) => sessions.push(SavedSession {
                    record,
                    last_seen: UnixTime(last_seen),
                }),
                Err(error) => {
                    tracing::warn!(session = id, %error, "a stored session cannot be read and is deleted");
                    self.delete_row(id).await?;
                }
            }
        }
        Ok(sessions)
    }

    async fn delete_row(&self, id: String) -> Stored<()> {
        self.run(|pool| async move {
            let delete = sqlx::query("DELETE FROM sessions WHERE id = ?").bind(id);
            delete.execute(&pool).await.map(|_| ())
        })
        .await
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
