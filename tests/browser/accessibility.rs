//! Keyboard, names, focus, motion; and axe-core where `STEPGATE_AXE` says where it is.

use crate::passkeys::{LAPTOP, attach};
use crate::people::{BOTH, Setting, enrol, sign_in, sign_out, type_over};
use crate::support::{Person, people};
use crate::tab::{Script, Tab};
use serde_json::{Value, json};

#[tokio::test]
async fn the_whole_sign_in_works_with_the_keyboard_only() {
    for script in [Script::On, Script::Off] {
        let set = Setting::new(|_| {}).await;
        let mut phone = set.owner_of_a_phone().await;
        let tab = set.open(script).await;
        tab.go("/private").await;
        tab.hits("Tab").await;
        tab.types(&Person(1).email()).await;
        tab.hits("Tab").await;
        tab.types("pw").await;
        enter(&tab).await;
        assert_eq!(tab.path().await, "/.mfa/challenge");

        // A wrong code; then the keys lead from the summary to the field.
        type_and_send(&tab, &phone.wrong()).await;
        assert_eq!(tab.focus().await, "summary");
        tab.hits("Tab").await;
        tab.hits("Enter").await;
        tab.until(
            "the link leads to the field",
            "document.activeElement.id === 'code'",
        )
        .await;
        type_and_send(&tab, &phone.code().await).await;
        assert!(tab.text().await.contains(&Person(1).marker()));
    }
}

/// Types a code where the focus is, and sends it with the key where the page does not.
async fn type_and_send(tab: &Tab, code: &str) {
    let before = tab.document().await;
    tab.types(code).await;
    if tab.script == Script::Off {
        tab.hits("Enter").await;
    }
    tab.arrive(before).await;
}

async fn enter(tab: &Tab) {
    let before = tab.document().await;
    tab.hits("Enter").await;
    tab.arrive(before).await;
}

#[tokio::test]
async fn an_authenticator_is_renamed_and_removed_with_the_keyboard_only() {
    let set = Setting::new(|_| {}).await;
    let tab = set.password_only(Script::On).await;
    tab.go("/settings/security/authenticators/new").await;
    let mut phone = enrol(&tab, "My phone").await;
    step_to(&tab, "Rename My phone").await;
    tab.hits("Enter").await;
    tab.until(
        "the field has the focus, its text selected",
        "document.activeElement.name === 'name' && getSelection().toString() === 'My phone'",
    )
    .await;
    tab.types("Tablet").await;
    enter(&tab).await;
    let said = tab.text().await;
    assert!(said.contains("is now called “Tablet”"), "{said}");
    step_to(&tab, "Remove Tablet").await;
    enter(&tab).await;
    assert_eq!(tab.title().await, "Confirm that it is you · Acme CRM");
    type_and_send(&tab, &phone.code().await).await;
    assert_eq!(tab.title().await, "Remove Tablet? · Acme CRM");
    step_to(&tab, "Remove Tablet").await;
    enter(&tab).await;
    let said = tab.text().await;
    assert!(said.contains("“Tablet” has been removed"), "{said}");
}

#[tokio::test]
async fn an_authenticator_is_added_and_other_sessions_are_ended_with_the_keyboard_only() {
    let set = Setting::new(|_| {}).await;
    let _elsewhere = people::password_only(&set.gateway, Person(1)).await;
    let tab = set.password_only(Script::On).await;
    tab.go("/settings/security").await;
    step_into(&tab, "Add authenticator").await;
    assert_eq!(tab.title().await, "Add an authenticator · Acme CRM");
    let mut phone = type_over(&tab).await;
    while tab.focus().await != "code" {
        tab.hits("Tab").await;
    }
    tab.types(&phone.code().await).await;
    while tab.focus().await != "name" {
        tab.hits("Tab").await;
    }
    tab.types("Phone").await;
    step_into(&tab, "Save authenticator").await;
    assert!(tab.text().await.contains("“Phone” has been added."));
    step_into(&tab, "Sign out other sessions").await;
    assert!(tab.text().await.contains("No other sessions"));
}

/// Goes to the control and presses it.
async fn step_into(tab: &Tab, name: &str) {
    step_to(tab, name).await;
    enter(tab).await;
}

#[tokio::test]
async fn a_passkey_is_added_used_and_removed_with_the_keyboard_only() {
    let set = Setting::new(|_| {}).await;
    let tab = set.password_only(Script::On).await;
    attach(&tab, LAPTOP).await;
    tab.go("/settings/security").await;
    step_into(&tab, "Add passkey").await;
    assert_eq!(tab.title().await, "Add a passkey · Acme CRM");
    while tab.focus().await != "name" {
        tab.hits("Tab").await;
    }
    tab.types("Laptop").await;
    step_into(&tab, "Create passkey").await;
    assert!(tab.text().await.contains("“Laptop” has been added."));

    sign_out(&tab).await;
    sign_in(&tab, "/private").await;
    step_into(&tab, "Use passkey").await;
    tab.go("/settings/security").await;
    step_into(&tab, "Remove Laptop").await;
    assert_eq!(tab.title().await, "Confirm that it is you · Acme CRM");
    step_into(&tab, "Use passkey").await;
    assert_eq!(tab.title().await, "Remove Laptop? · Acme CRM");
    step_into(&tab, "Remove Laptop").await;
    assert!(tab.text().await.contains("“Laptop” has been removed."));
    assert_eq!(tab.watch.problems(), [""; 0]);
}

#[tokio::test]
async fn codes_are_made_kept_and_used_to_sign_in_with_the_keyboard_only() {
    for script in BOTH {
        let set = Setting::new(|_| {}).await;
        let mut phone = set.owner_of_a_phone().await;
        let tab = set.admitted(script, &mut phone).await;
        tab.go("/settings/security").await;
        step_into(&tab, "Generate codes").await;
        type_and_send(&tab, &phone.code().await).await;
        assert_eq!(tab.title().await, "New backup codes · Acme CRM");
        step_into(&tab, "Make codes").await;
        let first = "document.querySelector('#codes code').textContent";
        let first = tab.text_of(first).await;
        if script == Script::On {
            // The way out is shut until the box is ticked, and leads to the box.
            step_to(&tab, "Done").await;
            tab.hits("Enter").await;
            tab.until("the box", "document.activeElement.id === 'saved'")
                .await;
            tab.hits("Space").await;
            assert_eq!(
                tab.eval("document.getElementById('saved').checked").await,
                true
            );
        }
        step_into(&tab, "Done").await;
        assert!(tab.text().await.contains("Codes remaining: 10 of 10"));

        sign_out(&tab).await;
        sign_in(&tab, "/private").await;
        step_to(&tab, "Try another way").await;
        tab.hits("Enter").await;
        step_into(&tab, "Use a backup code").await;
        assert_eq!(tab.focus().await, "backup_code");
        tab.types(&first).await;
        enter(&tab).await;
        assert!(tab.text().await.contains(&Person(1).marker()));
    }
}

/// Presses the tab key until the control of this name has the focus.
async fn step_to(tab: &Tab, name: &str) {
    for _ in 0..20 {
        tab.hits("Tab").await;
        let said = "(document.activeElement.getAttribute('aria-label') || document.activeElement.textContent).trim()";
        if tab.text_of(said).await == name {
            return;
        }
    }
    panic!("the tab key does not lead to `{name}`");
}

#[tokio::test]
async fn row_30_nothing_moves_for_people_who_asked_for_less_motion() {
    let set = Setting::new(|_| {}).await;
    let tab = set.password_only(Script::On).await;
    tab.go("/settings/security").await;
    let moving = "[...document.querySelectorAll('*')].some((e) => { const s = getComputedStyle(e);
        return s.animationName !== 'none' || s.transitionDuration.split(',').some((t) => parseFloat(t) > 0); })";
    for (preference, expected) in [("no-preference", true), ("reduce", false)] {
        let feature =
            json!({ "features": [{ "name": "prefers-reduced-motion", "value": preference }] });
        tab.cdp("Emulation.setEmulatedMedia", feature).await;
        assert_eq!(tab.eval(moving).await, expected, "{preference}");
    }
}

/// Every field, button and link has a name in the tree that assistive technology reads.
pub async fn every_control_has_a_name(tab: &Tab, name: &str) {
    let tree = tab.cdp("Accessibility.getFullAXTree", json!({})).await;
    let controls = [
        "button",
        "link",
        "textbox",
        "img",
        "image",
        "heading",
        "DisclosureTriangle",
    ];
    let mut found = 0;
    for node in tree["nodes"].as_array().unwrap() {
        let role = node["role"]["value"].as_str().unwrap_or_default();
        if node["ignored"] == Value::Bool(true) || !controls.contains(&role) {
            continue;
        }
        found += 1;
        let said = node["name"]["value"].as_str().unwrap_or_default();
        assert!(
            !said.trim().is_empty(),
            "{name}: a {role} without a name: {node}"
        );
        let turns = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        assert!(!said.contains(turns), "{name}: unseen signs in {said:?}");
    }
    assert!(found > 1, "{name}: nothing but {found} in {tree}");
}

/// Goes round with the tab key: each stop has an outline and, outside of text, a fair size.
pub async fn every_stop_of_the_tab_key_is_visible(tab: &Tab, name: &str) {
    tab.eval("document.activeElement.blur()").await;
    let look = "(() => { const e = document.activeElement; if (e === document.body || e.dataset.passed) return null;
        e.dataset.passed = '1'; const s = getComputedStyle(e), r = e.getBoundingClientRect();
        return { tag: e.outerHTML.slice(0, 120), outline: s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2,
                 size: Math.min(r.width, r.height), inline: s.display === 'inline' }; })()";
    // Behind a modal dialog nothing can be reached.
    let expected = "[...(document.querySelector('dialog:modal') || document).querySelectorAll('a[href], button:enabled, input:not([type=hidden]), summary')].filter((e) => e.checkVisibility()).length";
    let expected = tab.eval(expected).await;
    let mut stops = 0;
    // Some rounds more than stops: it may start anywhere, and the browser's own frame is one.
    for _ in 0..40 {
        if expected == stops {
            break;
        }
        tab.hits("Tab").await;
        let stop = tab.eval(look).await;
        if stop.is_null() {
            continue;
        }
        stops += 1;
        assert_eq!(stop["outline"], true, "{name}: no focus to see: {stop}");
        let large = stop["inline"] == true || stop["size"].as_f64().unwrap() >= 24.0;
        assert!(large, "{name}: too small to hit: {stop}");
    }
    assert_eq!(expected, stops, "{name}: the tab key misses something");
}

/// No violation of WCAG 2.2 AA that axe-core can see.
pub async fn run_axe(tab: &Tab, name: &str) {
    let Some(path) = std::env::var_os("STEPGATE_AXE").filter(|path| !path.is_empty()) else {
        println!("{name}: axe-core not run (STEPGATE_AXE is not set)");
        return;
    };
    let source = std::fs::read_to_string(path).expect("STEPGATE_AXE names axe.min.js");
    tab.eval(&format!(
        "typeof axe === 'object' || void eval({})",
        json!(source)
    ))
    .await;
    let tags = "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']";
    let found = tab
        .eval(&format!(
            "axe.run({{ runOnly: {tags} }}).then((all) => all.violations.map((it) =>
               it.id + ': ' + it.nodes.map((node) => node.html.slice(0, 160) + ' ' + node.failureSummary).join(' / ')))"
        ))
        .await;
    assert_eq!(found, json!([]), "{name}");
}
