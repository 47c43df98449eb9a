//! Child processes that end with the comparison, however it ends.

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

const START_TIMEOUT: Duration = Duration::from_secs(30);

/// A listening child; killed when dropped.
pub struct Process {
    child: Child,
}

impl Process {
    /// Starts it and waits until it accepts connections.
    pub async fn start(
        mut command: Command,
        listen: SocketAddr,
        log: File,
    ) -> anyhow::Result<Self> {
        // The pipe is never written to: its end tells the child that this process is gone.
        command
            .stdin(Stdio::piped())
            .stdout(log.try_clone()?)
            .stderr(log);
        let child = command
            .spawn()
            .with_context(|| format!("{command:?} does not start"))?;
        let mut process = Self { child };
        let started = Instant::now();
        while TcpStream::connect(listen).is_err() {
            if let Some(status) = process.child.try_wait()? {
                bail!("{command:?} ended at its start: {status}");
            }
            if started.elapsed() > START_TIMEOUT {
                bail!("{command:?} does not listen on {listen}");
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(process)
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already, which is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// This binary in another role.
pub fn this_binary() -> anyhow::Result<Command> {
    Ok(Command::new(
        std::env::current_exe().context("where is this binary?")?,
    ))
}

/// Ends this process once the parent's end of standard input is closed: a parent that was killed
/// cannot stop its children.
pub fn end_with_parent() {
    std::thread::spawn(|| {
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        std::process::exit(0);
    });
}

/// Loopback addresses that nothing listens on. All are held until the last is found, so that they differ.
pub fn free_addresses<const N: usize>() -> anyhow::Result<[SocketAddr; N]> {
    let mut held = Vec::with_capacity(N);
    let mut addresses = [SocketAddr::from((Ipv4Addr::LOCALHOST, 0)); N];
    for address in &mut addresses {
        let listener = TcpListener::bind(*address)?;
        *address = listener.local_addr()?;
        held.push(listener);
    }
    Ok(addresses)
}
