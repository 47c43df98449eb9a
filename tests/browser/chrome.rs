//! One Chromium with a profile of its own; both are gone when the test ends, also by a panic.

use crate::support::Gateway;
use crate::tab::{Script, Tab};
use chromiumoxide::{Browser, BrowserConfig};
use futures_util::StreamExt;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// The running browser.
pub struct Chrome {
    browser: Browser,
    profile: Option<TempDir>,
}

impl Chrome {
    /// Starts the browser with an empty profile.
    pub async fn start() -> Self {
        let profile = tempfile::Builder::new()
            .prefix("stepgate-chrome-")
            .tempdir()
            .unwrap();
        // What Chromium puts beside its profile goes with it.
        let aside = profile.path().join("tmp");
        std::fs::create_dir(&aside).unwrap();
        let config = BrowserConfig::builder()
            .chrome_executable(executable())
            .user_data_dir(profile.path())
            .env("TMPDIR", aside.to_str().unwrap())
            .no_sandbox()
            .viewport(None)
            .launch_timeout(Duration::from_secs(60))
            .args([
                "disable-gpu",
                "disable-quic",
                "disable-component-update",
                "no-default-browser-check",
            ])
            .build()
            .unwrap();
        let (browser, mut handler) = Browser::launch(config)
            .await
            .unwrap_or_else(|error| panic!("Chromium does not start: {error}"));
        // What it cannot read belongs to a newer protocol than the crate's.
        tokio::spawn(async move { while handler.next().await.is_some() {} });
        Self {
            browser,
            profile: Some(profile),
        }
    }

    /// A new tab on the gateway's site.
    pub async fn open(&self, gateway: &Gateway, script: Script) -> Tab {
        self.open_at(gateway.url(), script).await
    }

    /// The same on any site.
    pub async fn open_at(&self, site: String, script: Script) -> Tab {
        let page = self.browser.new_page("about:blank").await.unwrap();
        Tab::new(page, site, script).await
    }
}

impl Drop for Chrome {
    fn drop(&mut self) {
        if let Some(child) = self.browser.get_mut_child() {
            let child = child.as_mut_inner();
            let _ = child.start_kill();
            let killed = Instant::now();
            while matches!(child.try_wait(), Ok(None)) && killed.elapsed() < Duration::from_secs(5)
            {
                std::thread::sleep(Duration::from_millis(5));
            }
        }
        // The browser's own children write for a moment longer: gone is what stays gone.
        let Some(path) = self.profile.take().map(TempDir::keep) else {
            return;
        };
        let mut absent = 0;
        for _ in 0..100 {
            let _ = std::fs::remove_dir_all(&path);
            absent = if path.exists() { 0 } else { absent + 1 };
            if absent == 4 {
                return;
            }
            std::thread::sleep(Duration::from_millis(25));
        }
    }
}

/// `CHROME`, or the first of the usual names on the path.
fn executable() -> PathBuf {
    if let Some(path) = std::env::var_os("CHROME").filter(|path| !path.is_empty()) {
        return path.into();
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let names = [
        "chromium",
        "chromium-browser",
        "google-chrome-stable",
        "chrome",
    ];
    let found = names
        .iter()
        .flat_map(|name| std::env::split_paths(&path).map(move |folder| folder.join(name)))
        .find(|candidate| candidate.is_file());
    found.unwrap_or_else(|| panic!("no Chromium: install one, or set CHROME to its path"))
}
