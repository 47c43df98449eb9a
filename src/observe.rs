//! Logs. Everything goes to standard error, one line an event.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

/// Starts logging for this process; a second call does nothing.
///
/// `STEPGATE_LOG` is a level for Stepgate's own lines (`warn`, `info`, `debug`, `trace`; `info` where it
/// is missing or is none). Libraries speak up at warnings only, whatever it says: some log whole
/// request heads below that, and a head holds credentials.
pub fn start_logging() {
    let asked = std::env::var("STEPGATE_LOG").ok();
    let level = asked.and_then(|level| level.parse::<LevelFilter>().ok());
    let level = level.unwrap_or(LevelFilter::INFO);
    let filter = EnvFilter::new(format!("warn,stepgate={level},audit={level}"));
    let colours = std::io::stderr().is_terminal();
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(colours)
        // It would say on standard error that standard error is full, and panic: a disk that the log
        // has filled must not end a single request.
        .log_internal_errors(false);
    // Fails only where a logger is there already, which is as good.
    let _ = subscriber.try_init();
}
