//! What holds on every page.

use crate::inspect::{keep_picture, nothing_sticks_out};
use crate::people::{Setting, answer, enrol, type_over};
use crate::tab::{Script, Tab};
use serde_json::json;

/// The pages of somebody who has everything, in an open step-up window.
const PAGES: [&str; 6] = [
    "/settings/security",
    "/settings/security/authenticators/new",
    "/settings/security/passkeys/new",
    "/settings/security/passkeys/new/security-key",
    "/settings/security/backup-codes/new",
    "/.mfa/sign-out",
];

/// Somebody who has everything, with the window open.
async fn stepped_up(set: &Setting) -> Tab {
    let mut owner = set.owner_of_everything().await;
    let tab = set.admitted(Script::On, &mut owner.phone).await;
    crate::people::confirm_by_password(&tab).await;
    tab
}

#[tokio::test]
async fn row_28_a_page_is_drawn_once_by_one_sheet_and_one_script_and_nothing_jumps() {
    let set = Setting::new(|_| {}).await;
    let tab = stepped_up(&set).await;
    // The bytes of every page are counted where the pages are inspected.
    for page in PAGES {
        tab.go(page).await;
        tab.until(
            "it is drawn",
            "performance.getEntriesByName('first-contentful-paint').length === 1",
        )
        .await;
        let loaded = "performance.getEntriesByType('resource').filter((it) => /\\.(css|js)/.test(it.name))
            .map((it) => [it.name.replace(/^.*\\.(css|js).*$/, '$1'), it.renderBlockingStatus, new URL(it.name).origin === location.origin])";
        let loaded = tab.eval(loaded).await;
        // The sheet is there before the first picture. So is the script where it makes a dialog of the
        // page, which would jump otherwise; elsewhere it holds nothing up.
        let dialog = tab.eval("!!document.querySelector('dialog')").await == true;
        let script = if dialog { "blocking" } else { "non-blocking" };
        let expected = json!([["css", "blocking", true], ["js", script, true]]);
        assert_eq!(loaded, expected, "{page}");
        let shifts = "new Promise((done) => { let sum = 0; const all = new PerformanceObserver((list) =>
            list.getEntries().forEach((it) => { sum += it.value; }));
            all.observe({ type: 'layout-shift', buffered: true }); setTimeout(() => done(sum), 300); })";
        let shifts = tab.eval(shifts).await.as_f64().unwrap();
        assert!(shifts < 0.02, "{page} jumps by {shifts}");
        let inline = "document.querySelectorAll('style, script:not([src]), [style], [onclick], [onload]').length";
        assert_eq!(tab.eval(inline).await, 0, "{page}");
        // In the dark nothing is white before the sheet comes.
        let schemes = "document.querySelector('meta[name=color-scheme]').content + ' '
            + (document.querySelector('meta[name=color-scheme]').compareDocumentPosition(document.querySelector('link[rel=stylesheet]')) === 4)";
        assert_eq!(tab.text_of(schemes).await, "light dark true", "{page}");
    }
    assert_eq!(tab.watch.problems(), [""; 0]);
}

#[tokio::test]
async fn row_29_name_logo_and_colour_are_the_applications_and_pages_read_from_either_side() {
    let logo = tempfile::Builder::new().suffix(".svg").tempfile().unwrap();
    let drawing = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'><circle cx='4' cy='4' r='4' fill='#7a1f5c'/></svg>";
    std::fs::write(logo.path(), drawing).unwrap();
    let path = format!("\"{}\"", logo.path().display());
    let set = Setting::new(|config| {
        config
            .set("app", "name", "\"Orchard\"")
            .set("app", "accent", "\"#7a1f5c\"")
            .set("app", "logo", &path);
    })
    .await;
    let tab = stepped_up(&set).await;
    for page in PAGES {
        tab.go(page).await;
        assert!(tab.title().await.ends_with(" · Orchard"), "{page}");
        let language = "document.documentElement.lang + ' ' + document.documentElement.dir";
        assert_eq!(tab.text_of(language).await, "en ltr", "{page}");
        let logo = "(() => { const e = document.querySelector('.app img'); return e.complete && e.naturalWidth > 0 && e.checkVisibility(); })()";
        assert_eq!(tab.eval(logo).await, true, "{page}");
        let colour = "(() => { const e = document.querySelector('main .primary'); return e ? getComputedStyle(e).backgroundColor : ''; })()";
        let colour = tab.text_of(colour).await;
        assert!(
            ["", "rgb(122, 31, 92)"].contains(&colour.as_str()),
            "{page}: {colour}"
        );

        // Turned round, what was at the end of a line is at its beginning.
        tab.eval("document.documentElement.dir = 'rtl'").await;
        for width in [1_280, 360] {
            match width {
                360 => tab.narrow().await,
                _ => tab.wide().await,
            }
            nothing_sticks_out(&tab, page, width).await;
            keep_picture(&tab, &format!("rtl{}-{width}.png", page.replace('/', "-"))).await;
        }
        tab.wide().await;
        if page == "/settings/security" {
            let turned = "[...document.querySelectorAll('.rows .icon')].every((e) =>
                e.getBoundingClientRect().right < e.parentElement.querySelector('.name').getBoundingClientRect().left)";
            assert_eq!(tab.eval(turned).await, true);
        }
    }
}

#[tokio::test]
async fn row_30_changes_are_announced_and_everything_can_be_hit() {
    let set = Setting::new(|_| {}).await;
    let tab = set.password_only(Script::On).await;
    tab.go("/settings/security").await;
    // What is said later goes into an element that is there from the start.
    let empty = "document.querySelector('main [role=status]').textContent.trim()";
    assert_eq!(tab.text_of(empty).await, "");
    tab.follow("Add authenticator").await;
    let phone = type_over(&tab).await;
    tab.fill("6-digit code", &phone.wrong()).await;
    tab.follow("Save authenticator").await;
    let alert = "document.querySelector('.summary').getAttribute('role')";
    assert_eq!(tab.text_of(alert).await, "alert");
    let mut phone = enrol(&tab, "Phone").await;
    let said = tab.text_of("document.querySelector('main [role=status]').innerText");
    assert!(said.await.starts_with("“Phone” has been added."));

    tab.follow("Add passkey").await;
    if tab.path().await.starts_with("/.mfa/step-up") {
        answer(&tab, &phone.code().await, "Confirm").await;
    }
    let alert = "document.querySelector('[data-said]').getAttribute('role')";
    assert_eq!(tab.text_of(alert).await, "alert");
    // At least 24 by 24, or 24 away from the next; links within a sentence are free.
    for page in [
        "/settings/security",
        "/settings/security/authenticators/new",
    ] {
        tab.go(page).await;
        for narrow in [false, true] {
            if narrow {
                tab.narrow().await;
            }
            let small = "[...document.querySelectorAll('a, button, input:not([type=hidden]), summary')]
                .filter((e) => e.checkVisibility() && getComputedStyle(e).display !== 'inline')
                .filter((e) => { const r = e.getBoundingClientRect(); return r.width < 24 || r.height < 24; })
                .map((e) => e.outerHTML.slice(0, 80))";
            assert_eq!(tab.eval(small).await, json!([]), "{page}");
        }
        tab.wide().await;
    }
}
