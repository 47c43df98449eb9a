//! `stepgate check`: everything the gateway would read, without listening.

use std::path::Path;

use super::Failure;
use crate::app::App;

pub fn run(file: &Path) -> Result<(), Failure> {
    let config = super::load(file)?;
    App::rehearse(&config)?;
    super::answer(&format!("{}: no problem found", file.display()));
    Ok(())
}
