//! The hands of a person at a tab: real clicks and real keys, on what can be seen and named.

use crate::tab::Tab;
use futures_util::future::join_all;
use serde_json::json;

impl Tab {
    /// Clicks with the mouse; the element must be where a person could hit it.
    pub async fn click(&self, css: &str) {
        let script = format!(
            "(() => {{ const e = document.querySelector({css:?}); if (!e) return null;
               e.scrollIntoView({{ block: 'center', behavior: 'instant' }});
               const r = e.getClientRects()[0]; if (!r) return null;
               const x = r.x + r.width / 2, y = r.y + r.height / 2;
               const hit = document.elementFromPoint(x, y);
               return hit && e.contains(hit) ? {{ x, y }} : null; }})()"
        );
        let spot = self.eval(&script).await;
        assert!(
            spot.is_object(),
            "nothing to click at `{css}` on {}:\n{}",
            self.path().await,
            self.text().await
        );
        for kind in ["mousePressed", "mouseReleased"] {
            let event = json!({ "type": kind, "x": spot["x"], "y": spot["y"], "button": "left", "clickCount": 1 });
            self.cdp("Input.dispatchMouseEvent", event).await;
        }
    }

    /// Clicks the link, button or summary that reads like this.
    pub async fn press(&self, label: &str) {
        self.click(&self.control(label).await).await;
    }

    /// The same, and waits for the page that follows.
    pub async fn follow(&self, label: &str) {
        let before = self.document().await;
        self.press(label).await;
        self.arrive(before).await;
    }

    /// A selector of the control with this name, as assistive technology would say it.
    async fn control(&self, label: &str) -> String {
        let script = format!(
            "(() => {{ const said = (e) => (e.getAttribute('aria-label') || e.textContent).trim().replace(/\\s+/g, ' ');
               const all = [...document.querySelectorAll('a, button, summary')];
               const e = all.find((e) => said(e) === {label:?}); if (!e) return all.map(said).join(' | ');
               document.querySelectorAll('[data-pressed]').forEach((e) => e.removeAttribute('data-pressed'));
               e.setAttribute('data-pressed', ''); return ''; }})()"
        );
        let others = self.text_of(&script).await;
        assert!(
            others.is_empty(),
            "nothing reads `{label}` on {}, only: {others}",
            self.path().await
        );
        "[data-pressed]".to_owned()
    }

    /// Clicks into the field with this label and replaces what it holds.
    pub async fn fill(&self, label: &str, value: &str) {
        let script = format!(
            "(() => {{ const e = [...document.querySelectorAll('label')].find((e) => e.textContent.trim() === {label:?});
               return (e && e.control && e.control.id) || ''; }})()"
        );
        let id = self.text_of(&script).await;
        assert!(
            !id.is_empty(),
            "no field is labelled `{label}` on {}:\n{}",
            self.path().await,
            self.text().await
        );
        self.fill_in(&format!("[id='{id}']"), value).await;
    }

    /// The same for a field without a label.
    pub async fn fill_in(&self, css: &str, value: &str) {
        self.click(css).await;
        self.eval(&format!("document.querySelector({css:?}).select()"))
            .await;
        self.types(value).await;
    }

    /// Types into whatever has the focus.
    pub async fn types(&self, text: &str) {
        // In one go: the browser takes the keys in their order, and each answer is a wait.
        let keys = text
            .chars()
            .map(|letter| async move { self.key(&letter.to_string(), 0, Some(letter)).await });
        join_all(keys).await;
    }

    /// Presses `Tab`, `Enter`, `Escape` or `Space`.
    pub async fn hits(&self, key: &str) {
        match key {
            "Tab" => self.key("Tab", 9, None).await,
            "Escape" => self.key("Escape", 27, None).await,
            "Enter" => self.key("Enter", 13, Some('\r')).await,
            "Space" => self.key(" ", 32, Some(' ')).await,
            other => panic!("{other}: not on this keyboard"),
        }
    }

    async fn key(&self, key: &str, code: u32, text: Option<char>) {
        let mut event = json!({ "type": "rawKeyDown", "key": key, "windowsVirtualKeyCode": code });
        if let Some(text) = text {
            event["type"] = json!("keyDown");
            event["text"] = json!(text.to_string());
        }
        let down = event.clone();
        event["type"] = json!("keyUp");
        event.as_object_mut().unwrap().remove("text");
        let send = |event| self.cdp("Input.dispatchKeyEvent", event);
        tokio::join!(send(down), send(event));
    }
}
