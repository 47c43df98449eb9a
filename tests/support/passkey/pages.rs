//! What the script of the pages does with passkeys, and what people do there.

use super::{Device, Passkey};
use crate::support::people::{self, Person};
use crate::support::{Browser, Form, Gateway, Page};
use serde_json::Value;

pub const NEW: &str = "/settings/security/passkeys/new";
pub const NEW_KEY: &str = "/settings/security/passkeys/new/security-key";

/// What the page asks the browser for.
pub fn options(page: &Page) -> Value {
    let options = page.attribute("form[data-passkey]", "data-options");
    let options = options.unwrap_or_else(|| panic!("no passkey is asked for: {page:?}"));
    serde_json::from_str(&options).unwrap_or_else(|error| panic!("{options}: {error}"))
}

/// Whether the page asks for a passkey.
pub fn asks(page: &Page) -> bool {
    page.attribute("form[data-passkey=get]", "data-options")
        .is_some()
}

/// The page's form with this answer in it.
pub fn filled(page: &Page, credential: &str) -> Form {
    page.form_with("credential").set("credential", credential)
}

/// Uses the passkey on a page that asks for one; the answer is not followed.
pub async fn give(browser: &mut Browser, page: &Page, passkey: &mut Passkey) -> Page {
    let credential = passkey.get(&options(page), &browser.origin());
    browser.submit(&filled(page, &credential)).await
}

/// Makes a passkey on a page that offers it; also what came of it, which is not followed.
pub async fn make(
    browser: &mut Browser,
    page: &Page,
    device: Device,
    name: &str,
) -> (Passkey, Page) {
    let (passkey, created) = device.create(&options(page), &browser.origin());
    let form = filled(page, &created).set("name", name);
    (passkey, browser.submit(&form).await)
}

/// The page's form about a factor with one more field, also where the page does not ask for it.
pub fn filled_with(page: &Page, field: &str, value: &str) -> Form {
    let forms = page.forms().into_iter();
    let mut others = forms.filter(|form| !form.action.ends_with("/sign-out"));
    let form = others.next().unwrap_or_else(|| panic!("no form: {page:?}"));
    form.without("credential").set(field, value)
}

/// Adds a passkey on the security page, for a session that needs no step-up first.
pub async fn enrol(browser: &mut Browser, device: Device) -> Passkey {
    let page = browser.get(if device.uv { NEW } else { NEW_KEY }).await;
    assert_eq!(page.status, 200, "no page for a passkey: {page:?}");
    let (passkey, saved) = make(browser, &page, device, "").await;
    assert!(saved.leads_to("/settings/security"), "{saved:?}");
    passkey
}

/// A user whose first factor is a passkey, in the session that enrolled it: verified.
pub async fn enrolled(gateway: &Gateway, person: Person, device: Device) -> (Browser, Passkey) {
    let mut browser = people::password_only(gateway, person).await;
    let passkey = enrol(&mut browser, device).await;
    (browser, passkey)
}

/// Answers the challenge that the browser stands before.
pub async fn answer(browser: &mut Browser, passkey: &mut Passkey) -> Page {
    let page = browser.get("/.mfa/challenge/passkey").await;
    assert_eq!(page.status, 200, "no challenge to answer: {page:?}");
    give(browser, &page, passkey).await
}

/// Password and passkey; the browser ends at the application.
pub async fn admit(gateway: &Gateway, person: Person, passkey: &mut Passkey) -> Browser {
    let mut browser = people::awaiting(gateway, person).await;
    let page = answer(&mut browser, passkey).await;
    assert_eq!(page.status, 303, "a right passkey was not taken: {page:?}");
    browser
}

/// Opens a page that wants a step-up first, and uses the passkey there.
pub async fn open_stepped_up(browser: &mut Browser, target: &str, passkey: &mut Passkey) -> Page {
    let asked = browser.get(target).await;
    if !asked.leads_to("/.mfa/step-up") {
        return browser.follow(asked).await;
    }
    let question = browser.follow(asked).await;
    let answered = give(browser, &question, passkey).await;
    assert_eq!(answered.status, 303, "no step-up: {answered:?}");
    browser.follow(answered).await
}

/// The address of a page about the passkey of this name: `rename` or `remove`.
pub async fn address(browser: &mut Browser, name: &str, what: &str) -> String {
    let page = browser.get("/settings/security").await;
    let remove = page.attribute(&format!("a[aria-label='Remove {name}']"), "href");
    let remove = remove.unwrap_or_else(|| panic!("no passkey {name}: {page:?}"));
    assert!(remove.contains("/passkeys/"), "{remove}");
    format!("{}{what}", remove.trim_end_matches("remove"))
}

/// Removes the passkey of this name, and shows `passkey` for it where a step-up is due.
pub async fn remove(browser: &mut Browser, name: &str, passkey: &mut Passkey) -> Page {
    let target = address(browser, name, "remove").await;
    let dialog = open_stepped_up(browser, &target, passkey).await;
    let removed = browser.submit(&dialog.form_to(&target)).await;
    assert!(removed.leads_to("/settings/security"), "{removed:?}");
    dialog
}

/// The credential ids of a list of the options.
pub fn ids(list: &Value) -> Vec<Vec<u8>> {
    let list = list.as_array().into_iter().flatten();
    list.map(|one| super::decoded(&one["id"])).collect()
}
