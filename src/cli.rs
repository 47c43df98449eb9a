//! Commands. Each has a file; errors become one clear text and an exit code.

mod check;
mod config;
mod demo;
mod factors;
mod run;
mod users;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

/// sysexits.h: the command was used wrongly. Also for a configuration that cannot be used.
const EX_USAGE: u8 = 64;

/// A reverse proxy that adds multi-factor authentication to a web application without changing it.
#[derive(Debug, Parser)]
#[command(name = "stepgate", version, about)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the gateway.
    Run(File),
    /// Read and validate everything that the gateway would, without listening.
    Check(File),
    /// Run the gateway in front of a small built-in CRM.
    Demo(demo::Options),
    /// Show the configuration or its schema.
    #[command(subcommand)]
    Config(config::Command),
    /// Administer enrolled factors.
    #[command(subcommand)]
    Factors(factors::Command),
    /// Administer users.
    #[command(subcommand)]
    Users(users::Command),
}

#[derive(Debug, Args)]
struct File {
    /// The configuration file (TOML).
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
}

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Config(#[from] crate::config::ConfigErrors),
    #[error("{0:#}")]
    Other(#[from] anyhow::Error),
}

/// Runs one command to its end.
pub fn run(arguments: Arguments) -> ExitCode {
    let done = match arguments.command {
        Command::Run(file) => run::run(&file.config),
        Command::Check(file) => check::run(&file.config),
        Command::Demo(options) => demo::run(&options),
        Command::Config(command) => config::run(&command),
        Command::Factors(command) => factors::run(&command),
        Command::Users(command) => users::run(&command),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure @ Failure::Config(_)) => {
            say(&failure);
            ExitCode::from(EX_USAGE)
        }
        Err(failure) => {
            say(&failure);
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stderr, reason = "this is the command line's voice")]
fn say(failure: &Failure) {
    eprintln!("stepgate: {failure}");
}

/// Says something that does not stop the command.
#[expect(clippy::print_stderr, reason = "this is the command line's voice")]
fn warn(text: &str) {
    eprintln!("stepgate: warning: {text}");
}

/// Writes a command's answer. Whoever stops reading (`| head`) has had enough, and that is no error.
fn answer(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}

fn load(file: &std::path::Path) -> Result<crate::config::Config, crate::config::ConfigErrors> {
    crate::config::load(file, std::env::vars().collect())
}
