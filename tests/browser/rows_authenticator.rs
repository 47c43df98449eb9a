//! Adding an authenticator app.

use crate::people::{BOTH, Setting, answer, type_over};
use crate::support::Person;
use crate::tab::{Script, Tab};
use qrcode::{Color, QrCode};
use serde_json::json;

const NEW: &str = "/settings/security/authenticators/new";
const LINK: &str = "document.querySelector('a[href^=\"otpauth://\"]').href";
const SECRET: &str = "document.getElementById('secret').innerText";

/// The modules of the drawn code, row by row, with its quiet zone: `#` is dark.
const DRAWN: &str = "(() => { const svg = document.querySelector('.qr svg'), side = svg.viewBox.baseVal.width;
    const [ground, lines] = svg.querySelectorAll('path'), all = [...Array(side).keys()];
    const dark = (x, y) => lines.isPointInStroke(new DOMPoint(x + .5, y + .5)) ? '#' : '.';
    const white = getComputedStyle(ground).fill === 'rgb(255, 255, 255)'
      && getComputedStyle(lines).stroke === 'rgb(0, 0, 0)'
      && getComputedStyle(svg.parentElement).backgroundColor === 'rgb(255, 255, 255)';
    return white ? all.map((y) => all.map((x) => dark(x, y)).join('')).join('\\n') : 'not black on white'; })()";

/// What the address looks like as a code with four light modules around.
fn drawn(address: &str) -> String {
    let code = QrCode::new(address.as_bytes()).unwrap();
    let (width, modules) = (code.width(), code.to_colors());
    let side = width + 8;
    let dark = |x: usize, y: usize| {
        let inside = (4..width + 4).contains(&x) && (4..width + 4).contains(&y);
        inside && modules[(y - 4) * width + x - 4] == Color::Dark
    };
    let row = |y| {
        (0..side)
            .map(|x| if dark(x, y) { '#' } else { '.' })
            .collect()
    };
    let rows: Vec<String> = (0..side).map(row).collect();
    rows.join("\n")
}

#[tokio::test]
async fn row_13_the_qr_code_scans_in_the_dark_and_the_secret_under_it_can_be_typed_copied_and_tapped()
 {
    for script in BOTH {
        let set = Setting::new(|_| {}).await;
        let tab = set.password_only(script).await;
        for scheme in ["light", "dark"] {
            tab.scheme(scheme).await;
            tab.go(NEW).await;
            let link = tab.text_of(LINK).await;
            assert_eq!(tab.text_of(DRAWN).await, drawn(&link), "{scheme}");
        }
        let alternative = "(() => { const e = document.querySelector('.qr'); return e.getAttribute('role') + ' ' + e.getAttribute('aria-label'); })()";
        let alternative = tab.text_of(alternative).await;
        assert!(
            alternative.starts_with("img QR code for your authenticator app"),
            "{alternative}"
        );
        // Groups of four that say the same as the link, under the code.
        type_over(&tab).await;
        let under = "document.querySelector('.qr').getBoundingClientRect().bottom <= document.getElementById('secret').getBoundingClientRect().top";
        assert_eq!(tab.eval(under).await, true);
        copies(&tab).await;
    }
}

/// The button copies the secret; where it could not, there is none.
async fn copies(tab: &Tab) {
    let grant = json!({ "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"] });
    tab.cdp("Browser.grantPermissions", grant).await;
    if tab.script == Script::Off {
        let buttons = tab.eval("[...document.querySelectorAll('main button')].filter((e) => e.checkVisibility()).map((e) => e.innerText)");
        assert_eq!(buttons.await, json!(["Save authenticator"]));
        return;
    }
    tab.press("Copy").await;
    let done = "document.querySelector('[data-copy]').textContent === 'Copied' && document.querySelector('.key [role=status]').textContent === 'Copied'";
    tab.until("the button says that it is done", done).await;
    let copied = tab.text_of("navigator.clipboard.readText()").await;
    assert_eq!(copied, tab.text_of(SECRET).await.replace(' ', ""));
}

#[tokio::test]
async fn row_14_the_link_is_what_every_authenticator_app_reads() {
    let set = Setting::new(|_| {}).await;
    let tab = set.password_only(Script::On).await;
    tab.go(NEW).await;
    let link = tab.text_of(LINK).await;
    let rest = link.strip_prefix("otpauth://totp/").unwrap();
    let (label, query) = rest.split_once('?').unwrap();
    let account = Person(1).email().replace('@', "%40");
    assert_eq!(label, format!("Acme%20CRM:{account}"));
    let mut values = std::collections::BTreeMap::new();
    for pair in query.split('&') {
        let (name, value) = pair.split_once('=').unwrap();
        assert!(values.insert(name, value).is_none(), "{link}");
    }
    let secret = values.remove("secret").unwrap();
    // 160 bits, without padding.
    let base32 = |it: u8| it.is_ascii_uppercase() || (b'2'..=b'7').contains(&it);
    assert!(secret.len() == 32 && secret.bytes().all(base32), "{secret}");
    assert_eq!(values.remove("issuer"), Some("Acme%20CRM"));
    // What apps take for granted may be said, and nothing else.
    for (name, usual) in [("algorithm", "SHA1"), ("digits", "6"), ("period", "30")] {
        assert!(values.remove(name).is_none_or(|it| it == usual), "{link}");
    }
    assert!(values.is_empty(), "{link}");
}

#[tokio::test]
async fn row_15_h03_nothing_is_enrolled_before_a_code_a_reload_keeps_the_secret_and_names_are_free()
{
    const NAME: &str = "document.getElementById('name').value";
    for script in BOTH {
        let set = Setting::new(|_| {}).await;
        let tab = set.password_only(script).await;
        tab.go(NEW).await;
        let secret = tab.text_of(SECRET).await;
        tab.go(NEW).await;
        assert_eq!(tab.text_of(SECRET).await, secret, "scanned for nothing");
        let mut phone = type_over(&tab).await;
        assert_eq!(tab.text_of(NAME).await, "Authenticator app");
        tab.fill("6-digit code", &phone.wrong()).await;
        tab.follow("Save authenticator").await;
        assert_eq!(tab.text_of(SECRET).await, secret, "scanned for nothing");
        tab.go("/settings/security").await;
        let text = tab.text().await;
        assert!(text.contains("No authenticator yet"), "{text}");

        tab.go(NEW).await;
        tab.fill("6-digit code", &phone.code().await).await;
        tab.follow("Save authenticator").await;
        let text = tab.text().await;
        assert!(
            text.contains("“Authenticator app” has been added."),
            "{text}"
        );

        // The next one has another name, and cannot have the same.
        tab.go(NEW).await;
        if tab.path().await.starts_with("/.mfa/step-up") {
            answer(&tab, &phone.code().await, "Confirm").await;
        }
        assert_eq!(tab.text_of(NAME).await, "Authenticator app 2");
        let mut tablet = type_over(&tab).await;
        tab.fill("6-digit code", &tablet.code().await).await;
        tab.fill("Name", "Authenticator app").await;
        tab.follow("Save authenticator").await;
        let text = tab.text().await;
        assert!(text.contains("You already use this name."), "{text}");
        tab.fill("6-digit code", &tablet.code().await).await;
        tab.fill("Name", "Tablet").await;
        tab.follow("Save authenticator").await;
        let text = tab.text().await;
        assert!(text.contains("“Tablet” has been added."), "{text}");
    }
}
