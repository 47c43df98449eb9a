//! What holds for every page in every state: one call looks at it in two widths and two schemes.

use crate::accessibility;
use crate::tab::Tab;
use serde_json::json;
use std::path::PathBuf;
use std::time::{Duration, Instant};

const MOST_BYTES: f64 = 30.0 * 1024.0;

/// Looks at the page that the tab shows; `name` is its name in messages and picture files.
pub async fn inspect(tab: &Tab, name: &str) {
    one_heading_and_a_title(tab, name).await;
    few_bytes_from_here_only(tab, name).await;
    for scheme in ["light", "dark"] {
        tab.scheme(scheme).await;
        for width in [1_280, 360] {
            match width {
                360 => tab.narrow().await,
                _ => tab.wide().await,
            }
            // Colours fade from one scheme to the other.
            tab.eval("document.getAnimations().forEach((it) => it.finish())")
                .await;
            nothing_sticks_out(tab, name, width).await;
            accessibility::run_axe(tab, &format!("{name} ({width}, {scheme})")).await;
            keep_picture(tab, &format!("{name}-{width}-{scheme}.png")).await;
        }
    }
    accessibility::every_control_has_a_name(tab, name).await;
    accessibility::every_stop_of_the_tab_key_is_visible(tab, name).await;
    tab.scheme("light").await;
    tab.wide().await;
    assert_eq!(tab.watch.problems(), [""; 0], "{name}");
}

async fn one_heading_and_a_title(tab: &Tab, name: &str) {
    let headings = "[...document.querySelectorAll('h1')].filter((e) => e.checkVisibility()).length";
    assert_eq!(tab.eval(headings).await, 1, "{name}: headings of level 1");
    let title = tab.title().await;
    assert!(title.ends_with(" · Acme CRM"), "{name}: {title}");
    let language = tab.text_of("document.documentElement.lang").await;
    let meant = if name.starts_with("de-") { "de" } else { "en" };
    assert_eq!(language, meant, "{name}");
}

/// The page with everything that it loads, as it came over the wire, headers included.
async fn few_bytes_from_here_only(tab: &Tab, name: &str) {
    let tree = tab.cdp("Page.getFrameTree", json!({})).await;
    let loader = tree["frameTree"]["frame"]["loaderId"].as_str().unwrap();
    let started = Instant::now();
    let transfers = loop {
        if let Some(transfers) = tab.watch.transfers(loader) {
            break transfers;
        }
        let late = started.elapsed() > Duration::from_secs(5);
        assert!(!late, "{name}: something never arrives");
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    let home = tab.text_of("location.origin + '/'").await;
    for (url, _) in &transfers {
        let own = url.starts_with(&home) || url.starts_with("data:");
        assert!(own, "{name} asks somebody else: {url}");
    }
    let kinds = |end: &str| {
        transfers
            .iter()
            .filter(|(url, _)| url.contains(end))
            .count()
    };
    let (sheets, scripts) = (kinds(".css?v="), kinds(".js?v="));
    let wanted = usize::from(tab.script == crate::tab::Script::On);
    assert_eq!((sheets, scripts), (1, wanted), "{name}: {transfers:?}");
    let bytes: f64 = transfers.iter().map(|(_, bytes)| bytes).sum();
    assert!(
        (1_000.0..MOST_BYTES).contains(&bytes),
        "{name}: {bytes} bytes in {transfers:?}"
    );
}

/// The page is as wide as the window.
pub async fn nothing_sticks_out(tab: &Tab, name: &str, width: u32) {
    let script = format!(
        "(() => {{ const wide = document.scrollingElement.scrollWidth;
           const out = [...document.body.querySelectorAll('*')].filter((e) => e.checkVisibility() && !e.closest('.unseen *') &&
             (e.getBoundingClientRect().right > {width} + 0.5 || e.getBoundingClientRect().left < -0.5));
           return (wide > {width} ? wide + ' px wide ' : '') + out.map((e) => e.outerHTML.slice(0, 80)).join(' | '); }})()"
    );
    let out = tab.text_of(&script).await;
    assert!(out.is_empty(), "{name} at {width} px: {out}");
}

/// Saves a picture where `STEPGATE_SCREENS` says.
pub async fn keep_picture(tab: &Tab, file: &str) {
    let Some(folder) = std::env::var_os("STEPGATE_SCREENS").map(PathBuf::from) else {
        return;
    };
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(file), tab.picture().await).unwrap();
}
