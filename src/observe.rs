//! Logs. Everything goes to standard error, one line an event.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

/// What is logged unless `STEPGATE_LOG` says otherwise. Libraries speak up at warnings only: some
/// log whole request heads below that, and a head holds credentials.
const DEFAULT: &str = "warn,stepgate=info,audit=info";

/// Starts logging for this process; a second call does nothing.
pub fn start_logging() {
    let filter =
        EnvFilter::try_from_env("STEPGATE_LOG").unwrap_or_else(|_| EnvFilter::new(DEFAULT));
    let colours = std::io::stderr().is_terminal();
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(colours);
    // Fails only where a logger is there already, which is as good.
    let _ = subscriber.try_init();
}
