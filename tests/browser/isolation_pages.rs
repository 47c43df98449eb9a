//! Every page of the gateway against a script on an application page of the same origin, before the code
//! and after it, with and without an open step-up window.

use crate::people::{Setting, confirm_by_password, sign_in};
use crate::support::passkey::pages;
use crate::support::{Person, sheet};
use crate::tab::{Script, Tab};
use serde_json::{Value, json};

/// What only the gateway's own pages say.
const SECRETS: [&str; 7] = [
    "csrf",
    "data-options",
    "otpauth",
    "6-digit code",
    "backup code",
    "Bitwarden",
    "security activity",
];

/// Everything that a script can try to read a page with: what each attempt has got.
async fn reads(tab: &Tab, page: &str) -> Value {
    let script = format!(
        "(async () => {{ const page = {page:?}, out = [];
           for (const options of [{{}}, {{ mode: 'no-cors' }}, {{ mode: 'same-origin', headers: {{ Accept: 'text/html' }} }},
             {{ method: 'POST', body: new URLSearchParams({{ code: '000000', password: 'pw', backup_code: 'A', credential: '{{}}', name: 'Mine' }}) }}]) {{
             const it = await fetch(page, options); out.push(['fetch ' + it.status, await it.text()]); }}
           out.push(['frame', await new Promise((done) => {{ const it = document.createElement('iframe'); it.src = page;
             const end = () => setTimeout(() => {{ let text; try {{ text = it.contentDocument.documentElement.outerHTML; }}
               catch {{ text = 'closed'; }} it.remove(); done(text); }}, 50);
             it.onload = end; setTimeout(end, 2000); document.body.append(it); }})]);
           out.push(['window', await new Promise((done) => {{ const it = window.open(page), until = Date.now() + 5000;
             const look = () => {{ let text = '', there = it.closed;
               try {{ there ||= it.location.pathname !== 'blank' && it.document.readyState === 'complete';
                 text = it.closed ? 'severed' : it.document.documentElement.outerHTML; }}
               catch (error) {{ there = error.name === 'SecurityError'; text = 'severed'; }}
               there || Date.now() > until ? done(text) : setTimeout(look, 20); }}; look(); }})]);
           return out; }})()"
    );
    tab.eval(&script).await
}

/// None of the attempts has got anything.
async fn is_out_of_reach(tab: &Tab, page: &str) {
    let out = reads(tab, page).await;
    let out = out.as_array().unwrap();
    assert_eq!(out.len(), 6, "{page}");
    for attempt in out {
        let (how, text) = (attempt[0].as_str().unwrap(), attempt[1].as_str().unwrap());
        if let Some(status) = how.strip_prefix("fetch ") {
            assert!(status.starts_with('4'), "{page}: {how}");
        }
        if how == "window" {
            assert_eq!(text, "severed", "{page}");
        }
        for secret in SECRETS {
            assert!(
                !text.contains(secret),
                "{page}, {how}: `{secret}` in {text}"
            );
        }
    }
}

/// A form of the application, sent to the page as a navigation.
async fn posts(tab: &Tab, page: &str) {
    tab.go("/private").await;
    let before = tab.document().await;
    tab.eval(&format!(
        "(() => {{ const form = document.createElement('form'); form.method = 'post'; form.action = {page:?};
           for (const [name, value] of new URLSearchParams('code=000000&password=guess&name=Mine&csrf=AAAA&form=x&credential=x')) {{
             const it = document.createElement('input'); it.name = name; it.value = value; form.append(it); }}
           document.body.append(form); form.submit(); }})()"
    ))
    .await;
    tab.arrive(before).await;
    let text = tab.text().await;
    assert!(
        text.contains("That form can't be accepted"),
        "{page}: {text}"
    );
}

async fn reads_and_changes_nothing(open: bool) {
    let set = Setting::new(|_| {}).await;
    let mut owner = set.owner_of_everything().await;
    let tab = set.admitted(Script::On, &mut owner.phone).await;
    if open {
        confirm_by_password(&tab).await;
    }
    let remove = pages::address(&mut owner.elsewhere, "Bitwarden", "remove").await;
    let rename = pages::address(&mut owner.elsewhere, "Bitwarden", "rename").await;
    let all = [
        "/settings/security",
        "/settings/security/authenticators/new",
        "/settings/security/passkeys/new",
        "/settings/security/passkeys/new/security-key",
        "/settings/security/backup-codes/new",
        "/.mfa/step-up?return=/settings/security/passkeys/new&with=password",
        &remove,
        &rename,
    ];
    tab.go(&remove).await;
    let expected = if open { "Remove" } else { "Confirm" };
    assert!(tab.title().await.starts_with(expected), "is it open?");
    tab.go("/private").await;
    // The application's own page can be read: the attack works where nothing stops it.
    let own = reads(&tab, "/private").await;
    for at in [0, 2, 4, 5] {
        assert!(own[at].to_string().contains(&Person(1).marker()), "{own}");
    }
    for page in all {
        is_out_of_reach(&tab, page).await;
    }
    for page in all.iter().filter(|page| **page != "/settings/security") {
        posts(&tab, page).await;
    }
    let page = owner.elsewhere.get("/settings/security").await;
    for kept in [
        "Remove Phone",
        "Remove Bitwarden",
        "Codes remaining: 10 of 10",
    ] {
        assert!(page.holds(kept), "{kept}: {page:?}");
    }
    assert!(!page.holds("Mine"), "{page:?}");
    let mut other = crate::support::people::awaiting(&set.gateway, Person(1)).await;
    let answered = sheet::answer(&mut other, &owner.codes[0]).await;
    assert_eq!(answered.status, 303, "the sheet was replaced: {answered:?}");
}

#[tokio::test]
async fn a_script_reads_no_page_and_changes_no_factor_without_a_step_up_window() {
    reads_and_changes_nothing(false).await;
}

#[tokio::test]
async fn a_script_reads_no_page_and_changes_no_factor_in_an_open_step_up_window() {
    reads_and_changes_nothing(true).await;
}

#[tokio::test]
async fn a_script_reads_no_way_of_the_challenge() {
    let set = Setting::new(|config| {
        config.set("guard", "no_credentials", "[\"/public\"]");
    })
    .await;
    set.owner_of_everything().await;
    let tab = set.challenged(Script::On).await;
    tab.go("/public").await;
    for page in [
        "/.mfa/challenge",
        "/.mfa/challenge/totp",
        "/.mfa/challenge/passkey",
        "/.mfa/challenge/backup-code",
    ] {
        is_out_of_reach(&tab, page).await;
    }
    assert_eq!(tab.path().await, "/public");
}

#[tokio::test]
async fn a_script_reads_no_page_of_a_forced_enrolment() {
    let set = Setting::new(|config| {
        config
            .mfa_required()
            .set("guard", "no_credentials", "[\"/public\"]");
    })
    .await;
    let tab = set.open(Script::On).await;
    sign_in(&tab, "/private").await;
    tab.go("/public").await;
    for page in [
        "/.mfa/enrol",
        "/.mfa/enrol/passkey",
        "/.mfa/enrol/security-key",
    ] {
        is_out_of_reach(&tab, page).await;
    }
    let none = json!([]);
    let cookies = tab.eval("document.cookie.split('; ').filter((it) => /mfa|stepgate/i.test(it))");
    assert_eq!(cookies.await, none, "a script sees the gateway's cookie");
}
