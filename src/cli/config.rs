//! `stepgate config show` and `stepgate config schema`

use std::path::PathBuf;

use anyhow::Context;
use clap::Subcommand;

use super::Failure;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// The merged configuration, redacted.
    Show {
        /// The configuration file (TOML).
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
    },
    /// The JSON schema of the configuration.
    Schema,
}

pub fn run(command: &Command) -> Result<(), Failure> {
    match command {
        Command::Show { config } => {
            let shown = super::load(config)?
                .redacted_toml()
                .context("the configuration cannot be written as TOML")?;
            super::answer(&shown);
        }
        Command::Schema => {
            let schema = serde_json::to_string_pretty(&crate::config::schema())
                .context("the schema cannot be written")?;
            super::answer(&schema);
        }
    }
    Ok(())
}
