//! Failure budgets: counted before the code is looked at, in one transaction.

use async_trait::async_trait;
use sqlx::{Row, Sqlite, Transaction};

use super::super::{Attempt, Stored, ThrottleStore};
use super::{Database, unsigned};
use crate::domain::clock::UnixTime;
use crate::domain::ids::UserId;
use crate::domain::throttle::{BUDGET_PERIOD, Count, FACTOR_FAILURES, Guess, Permit, permit};

#[async_trait]
impl ThrottleStore for Database {
    async fn begin(
        &self,
        user: &UserId,
        guess: Guess,
        now: UnixTime,
    ) -> Stored<(Permit, Option<Attempt>)> {
        let user = user.as_str().to_owned();
        self.run(|pool| async move {
            // IMMEDIATE: the count that is read is the count that is raised.
            let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
            forgive_the_clock(&mut transaction, &user, now).await?;
            let count = count(&mut transaction, &user, guess, now).await?;
            let permit = permit(&count, now);
            if permit != Permit::Granted {
                transaction.commit().await?;
                return Ok((permit, None));
            }
            let attempt = raise(&mut transaction, &user, guess, now).await?;
            transaction.commit().await?;
            Ok((permit, Some(attempt)))
        })
        .await
    }

    async fn look(&self, user: &UserId, guess: Guess, now: UnixTime) -> Stored<Permit> {
        let user = user.as_str().to_owned();
        self.run(|pool| async move {
            // Whoever has to wait must not hold up the writers: a flood of them only reads.
            let mut reading = pool.begin().await?;
            if !is_ahead(&mut reading, &user, now).await? {
                let count = count(&mut reading, &user, guess, now).await?;
                return Ok(permit(&count, now));
            }
            drop(reading);
            let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
            forgive_the_clock(&mut transaction, &user, now).await?;
            let count = count(&mut transaction, &user, guess, now).await?;
            transaction.commit().await?;
            Ok(permit(&count, now))
        })
        .await
    }

    async fn succeed(&self, attempt: Attempt, user: &UserId) -> Stored<()> {
        let user = user.as_str().to_owned();
        self.run(|pool| async move {
            let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
            sqlx::query("DELETE FROM failed_attempts WHERE id = ?")
                .bind(attempt.id)
                .execute(&mut *transaction)
                .await?;
            sqlx::query("DELETE FROM failure_rows WHERE user_id = ? AND guess = ?")
                .bind(&user)
                .bind(attempt.guess.name())
                .execute(&mut *transaction)
                .await?;
            if attempt.guess == Guess::Code {
                // A typo is nobody's attack: a right code clears the user's other authenticators as
                // well, or ordinary slips would disable a spare one that is never used. What is disabled
                // stays so.
                let query = "UPDATE totp_authenticators SET failures = 0 WHERE user_id = ? AND failures < ?";
                sqlx::query(query)
                    .bind(&user)
                    .bind(i64::from(FACTOR_FAILURES) + 1)
                    .execute(&mut *transaction)
                    .await?;
            }
            transaction.commit().await
        })
        .await
    }
}

/// Failures of the future are failures of now: a clock that was wrong must not lock an account for as
/// long as it was wrong.
async fn forgive_the_clock(
    transaction: &mut Transaction<'_, Sqlite>,
    user: &str,
    now: UnixTime,
) -> Result<(), sqlx::Error> {
    for query in [
        "UPDATE failed_attempts SET at = ?2 WHERE user_id = ?1 AND at > ?2",
        "UPDATE failure_rows SET last_failure = ?2 WHERE user_id = ?1 AND last_failure > ?2",
    ] {
        let update = sqlx::query(query).bind(user).bind(now.0);
        update.execute(&mut **transaction).await?;
    }
    Ok(())
}

/// Whether a failure of this user has a time that is still to come.
async fn is_ahead(
    transaction: &mut Transaction<'_, Sqlite>,
    user: &str,
    now: UnixTime,
) -> Result<bool, sqlx::Error> {
    let query = "SELECT EXISTS (SELECT 1 FROM failed_attempts WHERE user_id = ?1 AND at > ?2) \
                 OR EXISTS (SELECT 1 FROM failure_rows WHERE user_id = ?1 AND last_failure > ?2)";
    let ahead = sqlx::query_scalar(query).bind(user).bind(now.0);
    ahead.fetch_one(&mut **transaction).await
}

async fn count(
    transaction: &mut Transaction<'_, Sqlite>,
    user: &str,
    guess: Guess,
    now: UnixTime,
) -> Result<Count, sqlx::Error> {
    let period = i64::try_from(BUDGET_PERIOD.as_secs()).unwrap_or(i64::MAX);
    let query = "SELECT COUNT(*) AS failures, MIN(at) AS oldest FROM failed_attempts \
                 WHERE user_id = ? AND guess = ? AND at > ?";
    let budget = sqlx::query(query)
        .bind(user)
        .bind(guess.name())
        .bind(now.0 - period)
        .fetch_one(&mut **transaction)
        .await?;
    let query = "SELECT in_a_row, last_failure FROM failure_rows WHERE user_id = ? AND guess = ?";
    let row = sqlx::query(query)
        .bind(user)
        .bind(guess.name())
        .fetch_optional(&mut **transaction)
        .await?;
    let (in_a_row, last_failure) = match row {
        Some(row) => (
            unsigned(row.try_get("in_a_row")?),
            Some(UnixTime(row.try_get("last_failure")?)),
        ),
        None => (0, None),
    };
    Ok(Count {
        in_a_row,
        last_failure,
        in_period: unsigned(budget.try_get("failures")?),
        period_frees_at: budget
            .try_get::<Option<i64>, _>("oldest")?
            .map(|at| UnixTime(at + period)),
    })
}

async fn raise(
    transaction: &mut Transaction<'_, Sqlite>,
    user: &str,
    guess: Guess,
    now: UnixTime,
) -> Result<Attempt, sqlx::Error> {
    let query = "INSERT INTO failed_attempts (user_id, guess, at) VALUES (?, ?, ?)";
    let failed = sqlx::query(query)
        .bind(user)
        .bind(guess.name())
        .bind(now.0)
        .execute(&mut **transaction)
        .await?;
    let query = "INSERT INTO failure_rows (user_id, guess, in_a_row, last_failure) VALUES (?1, ?2, 1, ?3) \
                 ON CONFLICT (user_id, guess) DO UPDATE SET in_a_row = in_a_row + 1, last_failure = ?3";
    sqlx::query(query)
        .bind(user)
        .bind(guess.name())
        .bind(now.0)
        .execute(&mut **transaction)
        .await?;
    if guess == Guess::Code {
        let query = "UPDATE totp_authenticators SET failures = failures + 1 WHERE user_id = ?";
        sqlx::query(query)
            .bind(user)
            .execute(&mut **transaction)
            .await?;
    }
    Ok(Attempt {
        id: failed.last_insert_rowid(),
        guess,
    })
}
