//! What an administrator does to users from the command line, beside a gateway that may be running.

use anyhow::Context;

use crate::config::Config;
use crate::domain::clock::{Clock, SystemClock, SystemRandom, UnixTime};
use crate::domain::enrolment::EnrolmentToken;
use crate::domain::ids::UserId;
use crate::flows::audit;
use crate::stores::sqlite::Database;
use crate::stores::{AuditEvent, AuditStore};

/// A code that was made for a user.
pub struct Issued {
    pub token: EnrolmentToken,
    pub expires: UnixTime,
}

/// Makes the one-time code with which `user` may enrol the first factor. The one before is void.
pub fn issue_enrolment_token(
    config: &Config,
    user: &UserId,
    valid: std::time::Duration,
) -> anyhow::Result<Issued> {
    let path = existing(config)?;
    let runtime = super::administration::runtime()?;
    let token = EnrolmentToken::generate(&SystemRandom::new())?;
    let now = SystemClock.now();
    let expires = now.plus(valid);
    let handle = runtime.handle().clone();
    runtime
        .block_on(async {
            let database = Database::open_beside(path, handle).await?;
            database
                .put_enrolment_token(user, token.digest(), expires)
                .await?;
            let event = AuditEvent {
                at: now,
                user: user.clone(),
                what: audit::ENROLMENT_TOKEN_MADE,
                kind: None,
                detail: String::new(),
                from: audit::ADMINISTRATOR.to_owned(),
            };
            anyhow::Ok(database.append(event).await?)
        })
        .context("store.database")?;
    Ok(Issued { token, expires })
}

/// The database's file. A command does not make one: it would be nobody's.
pub(super) fn existing(config: &Config) -> anyhow::Result<&std::path::Path> {
    let path = config.store.database.path();
    anyhow::ensure!(
        path.exists(),
        "store.database: {} does not exist yet; start the gateway once with this configuration",
        path.display()
    );
    Ok(path)
}
