//! `stepgate factors export`

use anyhow::Context;

use super::super::{Failure, users};
use super::Common;
use crate::app::administration::Administration;
use crate::domain::authenticator::passkey::transfer;

pub fn run(common: &Common, user: Option<&str>) -> Result<(), Failure> {
    let config = super::super::load(&common.config)?;
    let user = user.map(|raw| users::user_of(&config, raw)).transpose();
    let user = user.context("--user is no user id")?;
    let export = Administration::open(&config)?.export(user.as_ref())?;
    for (user, name) in &export.left_out {
        super::super::warn(&format!(
            "“{name}” of user {user} is left out: it cannot be read, or its key is of a kind that no import takes"
        ));
    }
    if let Some(user) = user.filter(|_| export.entries.is_empty()) {
        return Err(Failure::Other(anyhow::anyhow!(
            "user {user} has no passkey to export; authenticator apps and backup codes are secrets and stay"
        )));
    }
    let file = transfer::write(&export.entries);
    super::super::answer(&match common.json {
        true => file.to_string(),
        // The same, to be read by people.
        false => format!("{file:#}"),
    });
    Ok(())
}
