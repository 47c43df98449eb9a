//! Ending: on SIGTERM or SIGINT nothing new is accepted, what is under way may finish, and the
//! process goes as soon as it has, or when patience is over.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use async_trait::async_trait;
use pingora::server::{RunArgs, Server, ShutdownSignal, ShutdownSignalWatch};
use tokio::signal::unix::{SignalKind, signal};

use crate::proxy::InFlight;

/// How long requests may take to finish. Pingora's own wait is always the whole of it.
pub const PATIENCE: Duration = Duration::from_secs(20);
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// Set once somebody asked the process to end.
#[derive(Clone, Debug, Default)]
struct Asked(Arc<AtomicBool>);

#[async_trait]
impl ShutdownSignalWatch for Asked {
    async fn recv(&self) -> ShutdownSignal {
        // A terminal that closes is no reason to drop everybody's requests.
        let _hangup = signal(SignalKind::hangup());
        match (
            signal(SignalKind::terminate()),
            signal(SignalKind::interrupt()),
        ) {
            (Ok(mut terminate), Ok(mut interrupt)) => {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = interrupt.recv() => {}
                }
            }
            // Without signals the process can only be killed, and so it waits for that.
            _ => std::future::pending().await,
        }
        self.0.store(true, Ordering::Release);
        ShutdownSignal::GracefulTerminate
    }
}

/// Runs the server until it is told to end and its requests have.
pub fn run(server: Server, in_flight: &InFlight) -> anyhow::Result<()> {
    let asked = Asked::default();
    let signals = asked.clone();
    let running: JoinHandle<()> =
        thread::Builder::new()
            .name("server".to_owned())
            .spawn(move || {
                server.run(RunArgs {
                    shutdown_signal: Box::new(signals),
                });
            })?;
    while !running.is_finished() {
        thread::sleep(LOOK_AGAIN);
        if asked.0.load(Ordering::Acquire) {
            // One more look: a request that was being accepted when the signal came is counted by now.
            thread::sleep(LOOK_AGAIN);
            let waits = PATIENCE.as_millis() / LOOK_AGAIN.as_millis();
            for _ in 0..waits {
                if in_flight.is_empty() {
                    break;
                }
                thread::sleep(LOOK_AGAIN);
            }
            tracing::info!("stepgate has ended");
            return Ok(());
        }
    }
    anyhow::bail!("the server ended by itself; the log says why")
}
