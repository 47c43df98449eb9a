//! One tab: opens addresses, asks the page, waits for what is to come, takes pictures.

use crate::watch::Watch;
use chromiumoxide::Page;
use chromiumoxide::types::{Command, Method, MethodId};
use serde::Serialize;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(15);

/// Whether pages may run scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Script {
    On,
    Off,
}

pub struct Tab {
    page: Page,
    base: String,
    pub script: Script,
    pub watch: Watch,
}

/// A command by name: the browser may be newer than the crate's types.
#[derive(Debug, Serialize)]
#[serde(transparent)]
struct Cdp {
    #[serde(skip)]
    name: &'static str,
    params: Value,
}

impl Method for Cdp {
    fn identifier(&self) -> MethodId {
        self.name.into()
    }
}

impl Command for Cdp {
    type Response = Value;
}

impl Tab {
    pub async fn new(page: Page, base: String, script: Script) -> Self {
        let watch = Watch::start(&page).await;
        let tab = Self {
            page,
            base,
            script,
            watch,
        };
        tab.cdp("Audits.enable", json!({})).await;
        tab.cdp("Network.setCacheDisabled", json!({ "cacheDisabled": true }))
            .await;
        let off = json!({ "value": script == Script::Off });
        tab.cdp("Emulation.setScriptExecutionDisabled", off).await;
        tab.wide().await;
        tab
    }

    pub async fn cdp(&self, name: &'static str, params: Value) -> Value {
        let answer = self.page.execute(Cdp { name, params }).await;
        answer
            .unwrap_or_else(|error| panic!("{name}: {error}"))
            .result
    }

    /// A narrow phone.
    pub async fn narrow(&self) {
        self.width(360).await;
    }

    /// A desktop window.
    pub async fn wide(&self) {
        self.width(1_280).await;
    }

    async fn width(&self, width: u32) {
        let metrics =
            json!({ "width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.cdp("Emulation.setDeviceMetricsOverride", metrics)
            .await;
    }

    /// `light` or `dark`.
    pub async fn scheme(&self, scheme: &str) {
        let feature = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.cdp("Emulation.setEmulatedMedia", feature).await;
    }

    /// Opens a path of the site and follows its redirects.
    pub async fn go(&self, path: &str) {
        let url = format!("{}{path}", self.base);
        let before = self.document().await;
        let answer = self.cdp("Page.navigate", json!({ "url": url })).await;
        assert!(answer.get("errorText").is_none(), "{path}: {answer}");
        self.arrive(before).await;
    }

    /// What the page's own script would get; panics when it throws.
    pub async fn eval(&self, script: &str) -> Value {
        let answer = self.try_eval(script).await;
        answer.unwrap_or_else(|problem| panic!("{script}: {problem}"))
    }

    pub async fn try_eval(&self, script: &str) -> Result<Value, String> {
        let params = json!({ "expression": script, "returnByValue": true, "awaitPromise": true, "userGesture": true });
        let call = Cdp {
            name: "Runtime.evaluate",
            params,
        };
        let answer = self.page.execute(call).await;
        let answer = answer.map_err(|error| error.to_string())?.result;
        match answer.get("exceptionDetails") {
            Some(thrown) => Err(thrown.to_string()),
            None => Ok(answer["result"]["value"].clone()),
        }
    }

    pub async fn text_of(&self, script: &str) -> String {
        self.eval(script)
            .await
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    /// Asks until the script's answer is true.
    pub async fn until(&self, what: &str, script: &str) {
        let started = Instant::now();
        // In the middle of a navigation there is nobody to ask.
        while self.try_eval(script).await != Ok(Value::Bool(true)) {
            if started.elapsed() > PATIENCE {
                let (path, text) = (self.path().await, self.text().await);
                panic!(
                    "{what}: not so after {PATIENCE:?}; the tab is at {path} and shows:\n{text}"
                );
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// What tells this document from the next.
    pub async fn document(&self) -> f64 {
        let mark = self.eval("performance.timeOrigin").await;
        mark.as_f64().unwrap_or_default()
    }

    /// Waits until another document has loaded.
    pub async fn arrive(&self, before: f64) {
        let there =
            format!("document.readyState === 'complete' && performance.timeOrigin !== {before}");
        self.until("the next page", &there).await;
    }

    /// Path and query of the address.
    pub async fn path(&self) -> String {
        self.text_of("location.pathname + location.search").await
    }

    pub async fn title(&self) -> String {
        self.text_of("document.title").await
    }

    /// The text that a person sees.
    pub async fn text(&self) -> String {
        self.text_of("document.body.innerText").await
    }

    /// The id of the element that has the focus, or the class where it has none.
    pub async fn focus(&self) -> String {
        self.text_of("document.activeElement.id || document.activeElement.className")
            .await
    }

    /// A picture of the whole page.
    pub async fn picture(&self) -> Vec<u8> {
        use chromiumoxide::page::ScreenshotParams;
        let whole = ScreenshotParams::builder().full_page(true).build();
        self.page.screenshot(whole).await.unwrap()
    }
}
