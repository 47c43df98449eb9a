//! The CPU time that a process has used, all threads together.

use std::collections::HashMap;
use std::time::Duration;

use anyhow::Context;

/// What the kernel has counted so far.
pub struct Snapshot {
    /// Time on a CPU by thread, in nanoseconds. `stat` says the same in hundredths of a second, too
    /// coarse for the difference that is looked for.
    threads: HashMap<u32, u64>,
    /// Clock ticks in user and in kernel mode.
    ticks: (u64, u64),
}

/// CPU time that was used between two snapshots.
#[derive(Clone, Copy, Debug)]
pub struct Used {
    pub user: Duration,
    pub sys: Duration,
}

impl Used {
    pub fn total(&self) -> Duration {
        self.user + self.sys
    }
}

impl Snapshot {
    pub fn of(pid: u32) -> anyhow::Result<Self> {
        let mut threads = HashMap::new();
        for entry in
            std::fs::read_dir(format!("/proc/{pid}/task")).context("the process has ended")?
        {
            let path = entry?.path();
            let id = path
                .file_name()
                .and_then(|name| name.to_str())
                .and_then(|name| name.parse().ok());
            // A thread may end between the listing and the look.
            let Ok(text) = std::fs::read_to_string(path.join("schedstat")) else {
                continue;
            };
            let time = text
                .split_whitespace()
                .next()
                .and_then(|field| field.parse().ok());
            if let (Some(id), Some(time)) = (id, time) {
                threads.insert(id, time);
            }
        }
        Ok(Self {
            threads,
            ticks: ticks(pid)?,
        })
    }

    pub fn since(&self, before: &Self) -> Used {
        let of_thread = |(id, time): (&u32, &u64)| {
            time.saturating_sub(before.threads.get(id).copied().unwrap_or(0))
        };
        let total = Duration::from_nanos(self.threads.iter().map(of_thread).sum());
        let user = self.ticks.0.saturating_sub(before.ticks.0);
        let sys = self.ticks.1.saturating_sub(before.ticks.1);
        // The kernel samples the mode once a tick; over a round the share is good.
        let share = user as f64 / (user + sys).max(1) as f64;
        let user = total.mul_f64(share);
        Used {
            user,
            sys: total.saturating_sub(user),
        }
    }
}

/// `utime` and `stime` of `/proc/PID/stat` (proc_pid_stat(5), fields 14 and 15).
fn ticks(pid: u32) -> anyhow::Result<(u64, u64)> {
    let stat =
        std::fs::read_to_string(format!("/proc/{pid}/stat")).context("the process has ended")?;
    // The name is in parentheses and may hold anything; field 3 follows the last one.
    let (_, rest) = stat
        .rsplit_once(')')
        .context("a stat line without a name")?;
    let mut times = rest.split_whitespace().skip(11).map(str::parse);
    match (times.next(), times.next()) {
        (Some(Ok(user)), Some(Ok(sys))) => Ok((user, sys)),
        _ => anyhow::bail!("a stat line without times: {stat}"),
    }
}
