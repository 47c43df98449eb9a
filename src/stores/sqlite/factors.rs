//! What holds for factors of every kind. The view `factors` knows in which tables they are.

use sqlx::{Sqlite, Transaction};

use super::super::{InsertIf, Inserted};
use super::unsigned;
use crate::domain::authenticator::FriendlyName;
use crate::domain::clock::UnixTime;
use crate::domain::ids::UserId;

type Open<'a> = Transaction<'a, Sqlite>;

/// How many factors the user has that satisfy a challenge by themselves.
pub(super) async fn count(transaction: &mut Open<'_>, user: &str) -> Result<u32, sqlx::Error> {
    let query = "SELECT COUNT(*) FROM factors WHERE user_id = ?";
    let count = sqlx::query_scalar::<_, i64>(query).bind(user);
    Ok(unsigned(count.fetch_one(&mut **transaction).await?))
}

/// Whether the user has this factor.
pub(super) async fn is_of(
    transaction: &mut Open<'_>,
    user: &str,
    id: &str,
) -> Result<bool, sqlx::Error> {
    let query = "SELECT EXISTS (SELECT 1 FROM factors WHERE user_id = ? AND id = ?)";
    let found = sqlx::query_scalar(query).bind(user).bind(id);
    found.fetch_one(&mut **transaction).await
}

/// Whether another factor of the user has this name, of whatever kind: people tell them apart by it.
pub(super) async fn is_taken(
    transaction: &mut Open<'_>,
    user: &str,
    name: &str,
    except: &str,
) -> Result<bool, sqlx::Error> {
    let query = "SELECT EXISTS (SELECT 1 FROM factors WHERE user_id = ? AND name = ? AND id <> ?)";
    let found = sqlx::query_scalar(query).bind(user).bind(name).bind(except);
    found.fetch_one(&mut **transaction).await
}

/// Why a factor cannot be inserted; `None` where it can.
pub(super) async fn refusal(
    transaction: &mut Open<'_>,
    user: &UserId,
    name: &FriendlyName,
    condition: InsertIf,
) -> Result<Option<Inserted>, sqlx::Error> {
    if condition != InsertIf::Always && count(transaction, user.as_str()).await? > 0 {
        return Ok(Some(Inserted::NotFirst));
    }
    let taken = is_taken(transaction, user.as_str(), name.as_str(), "").await?;
    Ok(taken.then_some(Inserted::NameTaken))
}

/// Spends the administrator's code that the condition names, and commits.
pub(super) async fn end_insert(
    mut transaction: Open<'_>,
    user: &UserId,
    condition: InsertIf,
    at: UnixTime,
) -> Result<Inserted, sqlx::Error> {
    if let InsertIf::FirstWithToken(digest) = condition {
        let query = "DELETE FROM enrolment_tokens WHERE user_id = ? AND digest = ? AND expires > ?";
        let spend = sqlx::query(query)
            .bind(user.as_str())
            .bind(digest.0.as_slice())
            .bind(at.0);
        if spend.execute(&mut *transaction).await?.rows_affected() != 1 {
            transaction.rollback().await?;
            return Ok(Inserted::NoToken);
        }
    }
    void_tokens(&mut transaction, user.as_str()).await?;
    transaction.commit().await?;
    Ok(Inserted::Done)
}

/// Whichever way a factor came, a code for the first one has had its time.
pub(super) async fn void_tokens(transaction: &mut Open<'_>, user: &str) -> Result<(), sqlx::Error> {
    let delete = sqlx::query("DELETE FROM enrolment_tokens WHERE user_id = ?").bind(user);
    delete.execute(&mut **transaction).await.map(|_| ())
}

/// How many factors remain; `None` where there was no such factor.
pub(super) async fn delete(
    transaction: &mut Open<'_>,
    user: &str,
    id: &str,
) -> Result<Option<u32>, sqlx::Error> {
    let mut removed = 0;
    for query in [
        "DELETE FROM totp_authenticators WHERE user_id = ? AND id = ?",
        "DELETE FROM passkeys WHERE user_id = ? AND id = ?",
    ] {
        let delete = sqlx::query(query).bind(user).bind(id);
        removed += delete.execute(&mut **transaction).await?.rows_affected();
    }
    let left = count(transaction, user).await?;
    if left == 0 {
        // Backup codes stand in for a factor; without one there is nothing to stand in for.
        let delete = sqlx::query("DELETE FROM backup_codes WHERE user_id = ?").bind(user);
        delete.execute(&mut **transaction).await?;
    }
    Ok((removed == 1).then_some(left))
}
