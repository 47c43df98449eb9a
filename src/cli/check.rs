//! `stepgate check`: everything the gateway would read, without listening.

use std::path::Path;

use super::Failure;
use crate::app::App;

#[expect(clippy::print_stdout, reason = "the command's answer")]
pub fn run(file: &Path) -> Result<(), Failure> {
    let config = super::load(file)?;
    App::rehearse(&config)?;
    println!("{}: no problem found", file.display());
    Ok(())
}
