//! The same journey over HTTPS, by HTTP/1.1 and HTTP/2, and what the pages and cookies carry there.

use crate::support::crm::RAW_ID;
use crate::support::people::{self, admit, answer_challenge, sign_in};
use crate::support::{Browser, CrmApp, Gateway, Origin, PROTECTED, Page, Person};
use std::sync::Arc;

async fn setting() -> (Origin, Gateway) {
    let origin = Origin::start(Arc::new(CrmApp::default())).await;
    let gateway = Gateway::start_tls(origin.addr, |_| {}).await;
    (origin, gateway)
}

async fn whole_journey(origin: &Origin, first: Browser, second: Browser, person: Person) {
    let (mut owner, mut phone) = people::enrolled_in(first, person).await;
    let mut browser = second;
    let held = sign_in(&mut browser, person).await;
    assert!(held.leads_to("/.mfa/challenge"), "{held:?}");
    assert!(!browser.saw(PROTECTED));
    let code = phone.code().await;
    assert_eq!(answer_challenge(&mut browser, &code).await.status, 303);
    for _ in 0..3 {
        assert!(browser.get("/private").await.holds(&person.marker()));
    }
    let sent = browser
        .post_form("/upload", &[("note", &"n".repeat(100_000))])
        .await;
    assert!(sent.holds(&person.marker()), "{sent:?}");
    assert!(
        origin.last_to("/upload").body.len() > 100_000,
        "the body did not arrive whole"
    );
    assert!(owner.get("/private").await.holds(&person.marker()));
    assert!(!browser.saw(RAW_ID) && !owner.saw(RAW_ID));
}

#[tokio::test]
async fn over_https_the_journey_is_the_same_by_http1_and_by_http2() {
    let (origin, gateway) = setting().await;
    whole_journey(&origin, gateway.browser(), gateway.browser(), Person(1)).await;
    whole_journey(
        &origin,
        gateway.browser_h2(),
        gateway.browser_h2(),
        Person(2),
    )
    .await;
    whole_journey(&origin, gateway.browser(), gateway.browser_h2(), Person(3)).await;
}

#[tokio::test]
async fn the_cookies_are_out_of_reach_of_scripts_and_other_sites() {
    let (_origin, gateway) = setting().await;
    let (_owner, mut phone) = people::enrolled(&gateway, Person(1)).await;
    let mut browser = gateway.browser();
    let mut lines: Vec<String> = Vec::new();
    let login = browser.get("/login").await;
    let held = people::give_password(&mut browser, &login, Person(1), "pw").await;
    let code = phone.code().await;
    let passed = answer_challenge(&mut browser, &code).await;
    for page in [&login, &held, &passed] {
        lines.extend(page.set_cookies().into_iter().map(str::to_owned));
    }
    let own: Vec<_> = lines
        .iter()
        .filter(|line| line.starts_with("__Host-stepgate="))
        .collect();
    assert!(!own.is_empty(), "{lines:?}");
    assert!(
        lines.iter().any(|line| line.starts_with("sessionid=sg1.")),
        "{lines:?}"
    );
    for line in &lines {
        let folded = line.to_ascii_lowercase().replace(' ', "");
        assert!(folded.contains(";secure"), "{line}");
        assert!(folded.contains(";httponly"), "{line}");
        assert!(folded.contains(";path=/"), "{line}");
    }
    for line in own {
        let folded = line.to_ascii_lowercase();
        assert!(
            folded.contains("samesite=lax") && !folded.contains("domain="),
            "{line}"
        );
    }
}

fn assert_strict(page: &Page) {
    let value = |name: &str| {
        page.header(name)
            .unwrap_or_else(|| panic!("no {name}: {page:?}"))
            .to_owned()
    };
    let policy = value("content-security-policy");
    assert!(!policy.contains("unsafe"), "{policy}");
    assert!(
        policy.contains("frame-ancestors 'none'") && policy.contains("default-src"),
        "{policy}"
    );
    assert!(value("strict-transport-security").contains("max-age="));
    assert_eq!(value("x-content-type-options"), "nosniff");
    assert_eq!(value("referrer-policy"), "no-referrer");
    assert_eq!(value("cross-origin-opener-policy"), "same-origin");
    assert!(value("cache-control").contains("no-store"));
}

#[tokio::test]
async fn the_gateways_pages_are_strict_about_what_may_touch_them() {
    let (_origin, gateway) = setting().await;
    let (mut owner, mut phone) = people::enrolled(&gateway, Person(1)).await;
    let mut browser = people::awaiting(&gateway, Person(1)).await;
    assert_strict(&browser.get_following("/.mfa/challenge").await);
    assert_strict(&owner.get("/settings/security").await);
    assert_strict(
        &owner
            .get_following("/settings/security/authenticators/new")
            .await,
    );
    assert_strict(&owner.get("/.mfa/nothing-here").await);
    let mut other = gateway.browser_h2();
    admit(&mut other, Person(1), &mut phone).await;
    assert_strict(&other.get("/settings/security").await);
}

#[tokio::test]
async fn a_service_worker_cannot_be_put_over_the_gateways_pages() {
    let (origin, gateway) = setting().await;
    let (mut browser, _phone) = people::enrolled(&gateway, Person(1)).await;
    browser.extra = vec![("Service-Worker".to_owned(), "script".to_owned())];
    for target in ["/.mfa/worker.js", "/settings/security/worker.js"] {
        let page = browser.fetch(target).await;
        assert!(page.status >= 400, "{page:?}");
        assert!(origin.requests_to(target).is_empty());
    }
    // From the top of the site its scope would cover them too.
    let page = browser.fetch("/worker.js").await;
    assert!(
        page.status >= 400 || !page.holds("Service-Worker-Allowed"),
        "{page:?}"
    );
}
