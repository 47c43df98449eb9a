//! `stepgate factors …`

mod export;
mod import;

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, Subcommand};
use serde_json::json;

use super::{Failure, users};
use crate::app::administration::{Administration, Listed};
use crate::domain::clock::UnixTime;
use crate::domain::ids::{FactorId, UserId};

#[derive(Debug, Subcommand)]
pub enum Command {
    /// List the factors of a user.
    List {
        #[command(flatten)]
        common: Common,
        /// The application's id of the user, as X-MFA-User has it.
        #[arg(long, value_name = "ID")]
        user: String,
    },
    /// Remove a factor of a user, on all nodes within a second. With the last one end the backup codes.
    Remove {
        #[command(flatten)]
        common: Common,
        /// The application's id of the user, as X-MFA-User has it.
        #[arg(long, value_name = "ID")]
        user: String,
        /// The factor's id, as `factors list` has it.
        #[arg(long, value_name = "FACTOR")]
        id: String,
    },
    /// Take in passkeys that exist in another system: all of a file or nothing.
    Import {
        #[command(flatten)]
        common: Common,
        /// JSON as `factors export` writes it; "-" reads standard input.
        #[arg(long, value_name = "FILE")]
        file: PathBuf,
        /// Say what would become of it, and change nothing.
        #[arg(long)]
        dry_run: bool,
    },
    /// Write passkeys as JSON that an import reads. Authenticator apps and backup codes are secrets and stay.
    Export {
        #[command(flatten)]
        common: Common,
        /// One user's; without it, everybody's.
        #[arg(long, value_name = "ID")]
        user: Option<String>,
    },
}

#[derive(Debug, Args)]
pub struct Common {
    /// The configuration file (TOML).
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// Answer in JSON.
    #[arg(long)]
    json: bool,
}

pub fn run(command: &Command) -> Result<(), Failure> {
    match command {
        Command::List { common, user } => list(common, user),
        Command::Remove { common, user, id } => remove(common, user, id),
        Command::Import {
            common,
            file,
            dry_run,
        } => import::run(common, file, *dry_run),
        Command::Export { common, user } => export::run(common, user.as_deref()),
    }
}

/// The stores, and the user that an administrator names.
fn open(config: &Path, user: &str) -> Result<(Administration, UserId), Failure> {
    let config = super::load(config)?;
    let user = users::user_of(&config, user).context("--user is no user id")?;
    Ok((Administration::open(&config)?, user))
}

fn list(common: &Common, user: &str) -> Result<(), Failure> {
    let (stores, user) = open(&common.config, user)?;
    let holdings = stores.list(&user)?;
    if holdings.factors.is_empty() {
        return Err(nobody(&user));
    }
    let codes = holdings.sheet;
    if common.json {
        let factors: Vec<_> = holdings.factors.iter().map(listed).collect();
        let codes = codes.map(|sheet| json!({ "made": sheet.made, "left": sheet.left, "made_at": sheet.made_at.as_secs() }));
        super::answer(
            &json!({ "user": user.as_str(), "factors": factors, "backup_codes": codes })
                .to_string(),
        );
        return Ok(());
    }
    let mut lines: Vec<String> = holdings.factors.iter().map(line).collect();
    lines.extend(codes.map(|sheet| format!("backup codes: {} of {} left", sheet.left, sheet.made)));
    super::answer(&lines.join("\n"));
    Ok(())
}

fn remove(common: &Common, user: &str, id: &str) -> Result<(), Failure> {
    let (stores, user) = open(&common.config, user)?;
    let id =
        FactorId::parse(id).context("--id is no factor's id; `stepgate factors list` has them")?;
    let Some(removed) = stores.remove(&user, &id)? else {
        return Err(Failure::Other(anyhow::anyhow!(
            "user {user} has no factor {}; `stepgate factors list` has those that there are",
            id.as_str()
        )));
    };
    let (kind, name) = (removed.kind, &removed.name);
    if common.json {
        let answer = json!({ "user": user.as_str(), "id": id.as_str(), "kind": kind, "name": name,
            "left": removed.left, "backup_codes_ended": removed.codes });
        super::answer(&answer.to_string());
        return Ok(());
    }
    let left = match (removed.left, removed.codes) {
        (0, 0) => "It was the last one.".to_owned(),
        (0, codes) => format!("It was the last one; {codes} backup codes ended with it."),
        (left, _) => format!("{left} left."),
    };
    super::answer(&format!("Removed {kind} “{name}” of user {user}. {left}"));
    Ok(())
}

fn nobody(user: &UserId) -> Failure {
    Failure::Other(anyhow::anyhow!(
        "user {user} has no factor; ids are the application's, as X-MFA-User has them"
    ))
}

fn listed(factor: &Listed) -> serde_json::Value {
    json!({
        "kind": factor.kind,
        "id": factor.id.as_str(),
        "name": factor.name,
        "added_at": factor.added_at.as_secs(),
        "last_used_at": factor.last_used_at.map(UnixTime::as_secs),
        "disabled": factor.disabled,
        "rp_id": factor.rp_id,
    })
}

fn line(factor: &Listed) -> String {
    let used = factor.last_used_at.map_or("never".to_owned(), day);
    let disabled = if factor.disabled { ", disabled" } else { "" };
    format!(
        "{:8}{}  {}  added {}, last used {used}{disabled}",
        factor.kind,
        factor.id.as_str(),
        factor.name,
        day(factor.added_at)
    )
}

fn day(at: UnixTime) -> String {
    let at = jiff::Timestamp::from_second(at.0).unwrap_or_default();
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}
