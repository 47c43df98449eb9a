//! `stepgate check`: everything the gateway would read, without listening.

use std::path::Path;

use super::Failure;
use crate::app::App;

pub fn run(file: &Path) -> Result<(), Failure> {
    let config = super::load(file)?;
    for warning in App::rehearse(&config)? {
        super::warn(&warning);
    }
    super::answer(&format!("{}: no problem found", file.display()));
    Ok(())
}
