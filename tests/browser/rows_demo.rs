//! The built-in CRM of `stepgate demo`, as whoever tries it for the first time sees it.

use crate::accessibility;
use crate::chrome::Chrome;
use crate::inspect::{keep_picture, nothing_sticks_out};
use crate::support::gateway::free_addr;
use crate::tab::{Script, Tab};
use serde_json::json;
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A running demo; it ends with the test, and its directory goes with it.
struct Demo {
    child: Child,
    addr: SocketAddr,
    _data: TempDir,
}

impl Demo {
    fn start() -> Self {
        let data = tempfile::Builder::new()
            .prefix("stepgate-demo-test-")
            .tempdir()
            .unwrap();
        let addr = free_addr();
        let child = Command::new(env!("CARGO_BIN_EXE_stepgate"))
            .args(["demo", "--listen", &addr.to_string(), "--data"])
            .arg(data.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let demo = Self {
            child,
            addr,
            _data: data,
        };
        let started = Instant::now();
        while TcpStream::connect(addr).is_err() {
            assert!(started.elapsed() < Duration::from_secs(30), "no demo");
            std::thread::sleep(Duration::from_millis(20));
        }
        demo
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn sign_in(tab: &Tab, email: &str, password: &str) {
    tab.go("/").await;
    tab.fill("Email", email).await;
    tab.fill("Password", password).await;
    tab.follow("Sign in").await;
}

/// It fits both widths, in both schemes, and reads well.
async fn looks_well(tab: &Tab, name: &str) {
    for scheme in ["light", "dark"] {
        tab.scheme(scheme).await;
        for width in [1_280, 360] {
            match width {
                360 => tab.narrow().await,
                _ => tab.wide().await,
            }
            nothing_sticks_out(tab, name, width).await;
            accessibility::run_axe(tab, &format!("{name} ({width}, {scheme})")).await;
            keep_picture(tab, &format!("{name}-{width}-{scheme}.png")).await;
        }
    }
    tab.scheme("light").await;
    tab.wide().await;
}

#[tokio::test]
async fn row_31_the_demo_is_a_small_crm_with_security_among_its_settings() {
    let demo = Demo::start();
    let chrome = Chrome::start().await;
    let site = format!("http://localhost:{}", demo.addr.port());
    let tab = chrome.open_at(site, Script::On).await;
    tab.go("/").await;
    looks_well(&tab, "demo-login").await;
    sign_in(&tab, "ada@example.com", "analytical-engine").await;
    assert_eq!(tab.path().await, "/");
    assert!(tab.text().await.contains("Good to see you, Ada"));
    looks_well(&tab, "demo-dashboard").await;
    tab.follow("Contacts").await;
    looks_well(&tab, "demo-contacts").await;
    let first = "document.querySelector('main a[href^=\"/contacts/\"]').getAttribute('href')";
    tab.go(&tab.text_of(first).await).await;
    looks_well(&tab, "demo-contact").await;
    tab.follow("Settings").await;
    looks_well(&tab, "demo-settings").await;
    tab.follow("Security").await;
    let cards = "[...document.querySelectorAll('main h2')].slice(0, 3).map((e) => e.innerText)";
    let three = json!(["Authenticator app (TOTP)", "Passkeys", "Backup codes"]);
    assert_eq!(tab.eval(cards).await, three);
    tab.follow("Back to the application").await;
    assert_eq!(tab.path().await, "/");
    tab.follow("Sign out").await;
    assert_eq!(tab.path().await, "/login");

    // The other one has a second factor already.
    sign_in(&tab, "grace@example.com", "compiler-1952").await;
    assert_eq!(tab.path().await, "/.mfa/challenge");
    assert!(tab.text().await.contains("grace@example.com"));
    assert_eq!(tab.watch.problems(), [""; 0]);
}
