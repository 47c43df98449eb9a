//! What Linux says of the gateway's process.

use crate::support::Gateway;
use std::fs;

/// The process that runs this gateway: the one whose command line names its directory.
pub fn pid_of(gateway: &Gateway) -> u32 {
    let directory = gateway.directory().display().to_string();
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let mut pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let ours = |pid: &u32| {
        let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        crate::support::holds(&line, &directory)
    };
    pids.find(ours).expect("the gateway's process in /proc")
}

/// The memory that the process has in use, in MiB.
pub fn resident(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    number.expect("VmRSS in kB") / 1_024
}
