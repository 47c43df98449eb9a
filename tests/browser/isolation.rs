//! A script of the application, on the same origin, against the gateway's pages.

use crate::people::{Setting, sign_in};
use crate::support::{Authenticator, Person, Response};
use crate::tab::{Script, Tab};
use serde_json::{Value, json};

/// What only the gateway's own pages say.
const SECRETS: [&str; 3] = ["csrf", "Sign out other sessions", "6-digit code"];

async fn victim() -> (Setting, Tab, Authenticator) {
    let set = Setting::new(|_| {}).await;
    let mut phone = set.owner_of_a_phone().await;
    let tab = set.admitted(Script::On, &mut phone).await;
    (set, tab, phone)
}

/// Where the application has a page that opens before the code.
async fn before_the_code() -> Setting {
    let set = Setting::new(|config| {
        config.set("guard", "no_credentials", "[\"/public\"]");
    })
    .await;
    set.owner_of_a_phone().await;
    set
}

fn reveals_nothing(what: &str, text: &Value) {
    let text = text.to_string();
    for secret in SECRETS {
        assert!(!text.contains(secret), "{what} reveals `{secret}`: {text}");
    }
}

#[tokio::test]
async fn a_script_cannot_fetch_the_security_page() {
    let (_set, tab, _phone) = victim().await;
    tab.go("/settings/security").await;
    let text = tab.text().await;
    assert!(text.contains("Sign out other sessions"), "{text}");
    tab.go("/private").await;
    for page in [
        "/settings/security",
        "/settings/security/",
        "/settings/security/authenticators/new",
        "/.mfa/step-up",
        "/.mfa/sign-out",
    ] {
        for options in [
            "{}",
            "{ mode: 'no-cors' }",
            "{ mode: 'same-origin', headers: { Accept: 'text/html' } }",
            "{ method: 'POST', body: new URLSearchParams({ code: '000000' }) }",
        ] {
            let script = format!(
                "fetch('{page}', {options}).then(async (it) => [it.status, await it.text()])"
            );
            let answer = tab.eval(&script).await;
            let status = answer[0].as_u64().unwrap();
            assert!((400..500).contains(&status), "{page} {options}: {answer}");
            reveals_nothing(&script, &answer);
        }
    }
    let old = "new Promise((done) => { const it = new XMLHttpRequest(); it.open('GET', '/settings/security');
        it.onloadend = () => done([it.status, it.responseText]); it.send(); })";
    let answer = tab.eval(old).await;
    assert_eq!(answer[0], 403);
    reveals_nothing("XMLHttpRequest", &answer);
}

#[tokio::test]
async fn a_script_cannot_fetch_the_challenge_page() {
    let set = before_the_code().await;
    let tab = set.challenged(Script::On).await;
    tab.go("/public").await;
    let answer = "fetch('/.mfa/challenge').then(async (it) => [it.status, await it.text()])";
    let answer = tab.eval(answer).await;
    assert_eq!(answer[0], 403);
    reveals_nothing("fetch", &answer);
}

#[tokio::test]
async fn a_frame_on_an_application_page_stays_empty() {
    let (_set, tab, _phone) = victim().await;
    // All at the same time: some of them never say that they have ended.
    let script = "const inner = (it) => it.contentDocument || [...Array(window.length).keys()].map((at) => window[at])
          .find((frame) => { try { return frame.frameElement === it; } catch (error) { return false; } }).document;
        Promise.all(['iframe', 'object', 'embed'].flatMap((element) => ['/private', '/settings/security', '/.mfa/sign-out']
        .map((page) => new Promise((done) => { const it = document.createElement(element);
          it.setAttribute(element === 'object' ? 'data' : 'src', page);
          const end = () => setTimeout(() => { let text; try { text = inner(it).documentElement.outerHTML; }
            catch (error) { text = 'closed'; } done([`<${element}> of ${page}`, text]); }, 100);
          it.onload = it.onerror = end; setTimeout(end, 2000); document.body.append(it); }))))";
    let frames = tab.eval(script).await;
    let frames = frames.as_array().unwrap();
    assert_eq!(frames.len(), 9);
    let of = |page: &'static str| {
        let named = move |it: &&Value| it[0].as_str().is_some_and(|name| name.ends_with(page));
        frames.iter().filter(named)
    };
    // A page of the application itself can be read: the attack works where nothing stops it.
    for frame in of(" of /private") {
        let text = frame.to_string();
        assert!(text.contains(&Person(1).marker()), "{text}");
    }
    for frame in of(" of /settings/security").chain(of(" of /.mfa/sign-out")) {
        reveals_nothing("a frame", frame);
    }
}

#[tokio::test]
async fn a_window_opened_on_the_security_page_is_out_of_reach() {
    let (_set, tab, _phone) = victim().await;
    // A window of the application itself is within reach: the attack works where nothing stops it.
    let script = |page: &str| {
        format!(
            "new Promise((done) => {{ const it = window.open('{page}'); const until = Date.now() + 5000;
               const look = () => {{ let text = '', there = it.closed;
                 try {{ there ||= it.location.pathname === '{page}' && it.document.readyState === 'complete';
                   text = it.closed ? 'severed' : it.document.documentElement.outerHTML; }}
                 catch (error) {{ there ||= error.name === 'SecurityError'; text = 'severed'; }}
                 there || Date.now() > until ? done(text) : setTimeout(look, 20); }}; look(); }})"
        )
    };
    let own = tab.eval(&script("/private")).await;
    assert!(own.to_string().contains(&Person(1).marker()), "{own}");
    for page in ["/settings/security", "/.mfa/sign-out"] {
        assert_eq!(tab.eval(&script(page)).await, "severed", "{page}");
    }
}

#[tokio::test]
async fn a_form_of_the_application_without_the_token_changes_nothing() {
    let (set, tab, mut phone) = victim().await;
    let mut elsewhere = set.gateway.browser();
    crate::support::people::admit(&mut elsewhere, Person(1), &mut phone).await;
    tab.go("/settings/security").await;
    let removal = "new URL(document.querySelector('[aria-label=\"Remove Phone\"]').href).pathname";
    let removal = tab.text_of(removal).await;
    let rename = removal.replace("/remove", "/rename");
    for (action, field) in [
        ("/settings/security/sign-out-others", ""),
        (&removal, ""),
        (&rename, "name=Mine"),
        ("/.mfa/sign-out", ""),
        (
            "/.mfa/sign-out",
            "csrf=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        ),
    ] {
        tab.go("/private").await;
        let before = tab.document().await;
        tab.eval(&format!(
            "(() => {{ const form = document.createElement('form'); form.method = 'post'; form.action = '{action}';
               for (const [name, value] of new URLSearchParams('{field}')) {{
                 const it = document.createElement('input'); it.name = name; it.value = value; form.append(it); }}
               document.body.append(form); form.submit(); }})()"
        ))
        .await;
        tab.arrive(before).await;
        let text = tab.text().await;
        assert!(
            text.contains("That form can't be accepted"),
            "{action}: {text}"
        );
        assert!(
            text.contains("Nothing has been changed"),
            "{action}: {text}"
        );
    }
    assert!(elsewhere.get("/private").await.holds(&Person(1).marker()));
    tab.go("/settings/security").await;
    let text = tab.text().await;
    assert!(text.contains("Phone") && !text.contains("Mine"), "{text}");
}

#[tokio::test]
async fn a_service_worker_of_the_application_does_not_get_over_the_gateways_pages() {
    a_worker_stays_out(false).await;
}

#[tokio::test]
async fn a_service_worker_does_not_get_over_the_pages_of_an_open_step_up_window() {
    a_worker_stays_out(true).await;
}

async fn a_worker_stays_out(open: bool) {
    let (set, tab, _phone) = victim().await;
    if open {
        crate::people::confirm_by_password(&tab).await;
        tab.go("/private").await;
    }
    let spy = "let seen = []; addEventListener('install', () => skipWaiting());
        addEventListener('activate', (event) => event.waitUntil(clients.claim()));
        addEventListener('message', (event) => event.source.postMessage(seen));
        addEventListener('fetch', (event) => event.respondWith(fetch(event.request).then(async (it) => {
          seen.push(event.request.url + ' ' + it.status + ' ' + await it.clone().text()); return it; })));";
    let script = Response::new(200)
        .header("Content-Type", "text/javascript")
        .header("Service-Worker-Allowed", "/")
        .body(spy);
    for path in ["/spy.js", "/settings/spy.js", "/static/spy.js"] {
        set.app
            .shape(path, [script.head(), script.body.clone()].concat());
    }
    let page = Response::html(200, "<title>within its folder</title>");
    set.app
        .shape("/static/page", [page.head(), page.body.clone()].concat());
    // The crate's automatic attaching may leave a new worker paused for a debugger for ever.
    let detached = json!({ "autoAttach": false, "waitForDebuggerOnStart": false });
    tab.cdp("Target.setAutoAttach", detached).await;
    let install = |path: &str, scope: &str| {
        format!(
            "navigator.serviceWorker.register('{path}', {{ scope: '{scope}' }})
               .then(() => 'installed', (error) => 'refused: ' + error)"
        )
    };

    // Over the pages by where it lies: the script is refused, and not even asked for.
    for (path, scope) in [("/spy.js", "/"), ("/settings/spy.js", "/settings/")] {
        let answer = tab.text_of(&install(path, scope)).await;
        assert!(
            answer.starts_with("refused: ") && answer.contains("(403)"),
            "{path}: {answer}"
        );
        assert!(!set.origin.received(path), "{path} was asked for");
    }
    // Over them by what the application allows: the header does not arrive.
    let answer = tab.text_of(&install("/static/spy.js", "/")).await;
    assert!(
        answer.starts_with("refused: SecurityError") && answer.contains("max scope"),
        "{answer}"
    );

    // In a folder of its own it works, and sees that folder only.
    let answer = tab.text_of(&install("/static/spy.js", "/static/")).await;
    assert_eq!(answer, "installed");
    let works = "navigator.serviceWorker.getRegistration('/static/').then((it) => it?.active?.state === 'activated')";
    tab.until("the worker works", works).await;
    tab.go("/static/page").await;
    tab.go("/settings/security").await;
    let text = tab.text().await;
    assert!(text.contains("Sign out other sessions"), "{text}");
    let controller = tab.eval("String(navigator.serviceWorker.controller)").await;
    assert_eq!(controller, "null");
    tab.go("/settings/security/authenticators/new").await;
    let expected = if open { "Add an" } else { "Confirm" };
    assert!(tab.title().await.starts_with(expected), "is it open?");
    tab.go("/private").await;
    let report = "new Promise((done) => { navigator.serviceWorker.onmessage = (event) => done(event.data);
        navigator.serviceWorker.startMessages(); setTimeout(() => done(['silent']), 3000);
        navigator.serviceWorker.getRegistration('/static/').then((it) => it.active.postMessage('')); })";
    let seen = tab.eval(report).await;
    assert!(
        seen.to_string().contains("/static/page 200"),
        "the worker sees nothing at all: {seen}"
    );
    assert!(!seen.to_string().contains("/settings"), "{seen}");
    reveals_nothing("a worker", &seen);
}

#[tokio::test]
async fn a_frame_of_the_application_that_needs_the_code_leads_out_to_the_challenge() {
    let set = before_the_code().await;
    let tab = set.open(Script::On).await;
    sign_in(&tab, "/private").await;
    tab.go("/public").await;
    let frame = "new Promise((done) => { const it = document.createElement('iframe'); it.src = '/private/part';
        it.onload = () => done(it.contentDocument.body.innerText); document.body.append(it); })";
    let text = tab.text_of(frame).await;
    assert!(text.contains("Finish signing in"), "{text}");
    let before = tab.document().await;
    tab.eval("document.querySelector('iframe').contentDocument.querySelector('a').click()")
        .await;
    tab.arrive(before).await;
    assert_eq!(tab.path().await, "/.mfa/challenge");
}
