//! `stepgate run`

use std::path::Path;

use super::Failure;
use crate::app::App;

pub fn run(file: &Path) -> Result<(), Failure> {
    let config = super::load(file)?;
    crate::observe::start_logging();
    let app = App::build(&config)?;
    tracing::info!(public_url = %config.app.public_url, addresses = ?config.listen.addr, "stepgate is starting");
    app.serve()?;
    Ok(())
}
