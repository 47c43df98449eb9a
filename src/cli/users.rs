//! `stepgate users …`

use std::path::PathBuf;

use anyhow::Context;
use clap::Subcommand;

use super::Failure;
use crate::app::users;
use crate::config::{Config, Period};
use crate::domain::enrolment::Enrolment;
use crate::domain::ids::{BadUserId, UserId};
use crate::domain::source::EvidenceSource;
use crate::domain::typed_name::TypedName;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a one-time code with which a user may enrol the first factor (policy.enrolment = "token").
    EnrolmentToken {
        /// The configuration file (TOML).
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
        /// The application's id of the user, as X-MFA-User has it.
        #[arg(long, value_name = "ID")]
        user: String,
        /// How long the code is good for: "30m", "12h", "7d".
        #[arg(long, value_name = "PERIOD", default_value = "7d")]
        valid: Period,
        /// Answer in JSON: user, code, expires (Unix seconds).
        #[arg(long)]
        json: bool,
    },
}

pub fn run(command: &Command) -> Result<(), Failure> {
    match command {
        Command::EnrolmentToken {
            config,
            user,
            valid,
            json,
        } => enrolment_token(config, user, *valid, *json),
    }
}

fn enrolment_token(
    config: &std::path::Path,
    user: &str,
    valid: Period,
    json: bool,
) -> Result<(), Failure> {
    let config = super::load(config)?;
    let user = user_of(&config, user).context("--user")?;
    if config.policy.enrolment != Enrolment::Token {
        super::warn("policy.enrolment is not \"token\", so nobody is asked for this code");
    }
    let issued = users::issue_enrolment_token(&config, &user, valid.get())?;
    let code = issued.token.expose();
    let answer = if json {
        serde_json::json!({ "user": user.as_str(), "code": code, "expires": issued.expires.as_secs() })
            .to_string()
    } else {
        format!(
            "Enrolment code for user {user}, good once within {valid}:\n\n    {code}\n\nThe user types it where the first authenticator is added."
        )
    };
    super::answer(&answer);
    Ok(())
}

/// The id that sessions know a user by.
pub(super) fn user_of(config: &Config, raw: &str) -> Result<UserId, BadUserId> {
    let user = match config.guard.identity.id() {
        // Sessions know a typed name folded.
        Some((_, EvidenceSource::SignIn)) => {
            TypedName::new(raw).map(|name| name.as_str().to_owned())
        }
        _ => Some(raw.to_owned()),
    };
    UserId::new(user.unwrap_or_default())
}
