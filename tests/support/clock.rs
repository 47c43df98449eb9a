//! A clock for the gateway that the test sets.

use super::gateway::Gateway;
use std::fs;

/// Debian's libfaketime, which `scripts/prepare test` installs.
fn faketime() -> String {
    let folders = fs::read_dir("/usr/lib").unwrap().flatten();
    let mut found = folders.map(|entry| entry.path().join("faketime/libfaketimeMT.so.1"));
    let found = found.find(|path| path.exists());
    let found = found.expect("libfaketime: `scripts/prepare test` installs it");
    found.display().to_string()
}

/// What the gateway takes for the time.
pub struct Clock(std::path::PathBuf);

impl Clock {
    /// Puts the gateway's next start under this clock.
    pub fn of(gateway: &mut Gateway) -> Self {
        let file = gateway.directory().join("clock");
        gateway.before = format!(
            "export LD_PRELOAD={} FAKETIME_TIMESTAMP_FILE={} FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1",
            faketime(),
            file.display()
        );
        let clock = Self(file);
        clock.set(0);
        clock
    }

    /// So many seconds from the real time.
    pub fn set(&self, offset: i32) {
        fs::write(&self.0, format!("{offset:+}")).unwrap();
    }
}
