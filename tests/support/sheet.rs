//! A sheet of backup codes, as its owner has it on paper.

use super::browser::Browser;
use super::page::{Form, Page};
use super::passkey::{Passkey, pages};

pub const NEW: &str = "/settings/security/backup-codes/new";

/// The codes that a page shows.
pub fn codes(page: &Page) -> Vec<String> {
    let text = page.text();
    let list = text.split("id=\"codes\"").nth(1).unwrap_or_default();
    let list = list.split("</ol>").next().unwrap_or_default();
    let codes = list.split("<code>").skip(1);
    codes
        .map(|rest| rest.split('<').next().unwrap().to_owned())
        .collect()
}

/// Makes a sheet, with a step-up by this passkey where one is due.
pub async fn make(browser: &mut Browser, passkey: &mut Passkey) -> Vec<String> {
    let page = pages::open_stepped_up(browser, NEW, passkey).await;
    let made = browser.submit(&page.form_to(NEW)).await;
    let codes = codes(&made);
    assert_eq!(codes.len(), 10, "{made:?}");
    codes
}

/// The challenge's form with this code in it.
pub async fn form(browser: &mut Browser, code: &str) -> Form {
    let page = browser.get("/.mfa/challenge/backup-code").await;
    page.form_with("backup_code").set("backup_code", code)
}

/// Answers the challenge with a code; the answer is not followed.
pub async fn answer(browser: &mut Browser, code: &str) -> Page {
    let form = form(browser, code).await;
    browser.submit(&form).await
}
