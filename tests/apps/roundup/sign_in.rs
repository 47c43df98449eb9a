//! From the first visit to the second sign-in, at any address.

use super::site::{ADA, GRACE, INSIDE, Site, User, assert_open, enrolled, sign_in};
use crate::support::{Browser, Call, Page, answer_challenge, totp};

const PAGES: [&str; 4] = ["/", "/issue", "/user3", "/issue?@template=item"];
const CALLS: [Call; 4] = [Call::Navigation, Call::Fetch, Call::Image, Call::Frame];

/// Strangers may read issues; no way of asking shows a page of somebody who is signed in.
async fn assert_closed(browser: &mut Browser) {
    for page in PAGES {
        for call in CALLS {
            let answer = browser.send(call, "GET", page, None).await;
            assert!(!answer.holds(INSIDE), "{call:?}: {answer:?}");
        }
    }
}

#[tokio::test]
async fn no_page_opens_before_the_code_and_every_page_after_it() {
    let site = Site::start().await;
    let mut browser = site.gateway.browser();
    let style = browser.image("/@@file/style.css").await;
    assert_eq!(style.status, 200, "{style:?}");
    assert_closed(&mut browser).await;
    let wrong = sign_in(&mut browser, "/issue", ADA, "guess").await;
    let wrong = browser.follow(wrong).await;
    assert!(wrong.reading().contains("Invalid login"), "{wrong:?}");
    assert_closed(&mut browser).await;

    let opened = sign_in(&mut browser, "/issue", ADA, &ADA.password()).await;
    assert!(opened.leads_to("/issue"), "{opened:?}");
    assert!(browser.follow(opened).await.holds(&ADA.greeting()));
    let mut phone = totp::enrol(&mut browser).await;
    site.assert_no_raw_id(&[&browser]).await;
    let home = browser.get("/").await;
    let logout = home.links("@action=logout").remove(0);
    browser.get_following(&logout).await;
    assert_closed(&mut browser).await;

    browser.seen.clear();
    let held = sign_in(&mut browser, "/issue", ADA, &ADA.password()).await;
    assert!(held.leads_to("/.mfa/challenge"), "{held:?}");
    assert_closed(&mut browser).await;
    let wrong = answer_challenge(&mut browser, &phone.wrong()).await;
    assert_ne!(wrong.status, 303, "{wrong:?}");
    assert_closed(&mut browser).await;
    assert!(!browser.saw(INSIDE));
    let code = phone.code().await;
    let passed = answer_challenge(&mut browser, &code).await;
    assert!(passed.leads_to("/issue"), "{passed:?}");
    assert_open(&mut browser, ADA).await;
    site.assert_no_raw_id(&[&browser]).await;
}

#[tokio::test]
async fn a_form_files_an_issue_under_the_name_of_its_sender() {
    let site = Site::start().await;
    let (mut browser, _phone) = enrolled(&site, ADA).await;
    let form = browser
        .get("/issue?@template=item")
        .await
        .form_with("title");
    let form = form.set("title", "Halts on wet days").set("priority", "1");
    let filed = browser.submit(&form).await;
    assert!(filed.leads_to("/issue1"), "{filed:?}");
    let issue = browser.follow(filed).await;
    assert!(
        issue.holds("Halts on wet days") && issue.holds(&ADA.greeting()),
        "{issue:?}"
    );
    site.assert_no_raw_id(&[&browser]).await;
}

/// Without the gateway the second account takes the first one's session over, and no cookie moves.
#[tokio::test]
async fn a_second_account_over_the_first_needs_a_factor_of_its_own_at_every_address() {
    let site = Site::start().await;
    let (_owner, mut phone) = enrolled(&site, ADA).await;
    let mut last = site.gateway.browser();
    for address in ["/", "/issue", "/user4"] {
        for sending in [Sending::Form, Sending::Multipart, Sending::Query] {
            // As a stranger, and inside a session of the attacker's own.
            for is_signed_in in [false, true] {
                let mut browser = site.gateway.browser();
                if is_signed_in {
                    sign_in(&mut browser, "/", GRACE, &GRACE.password()).await;
                    assert_open(&mut browser, GRACE).await;
                }
                let held = sending.sign_in(&mut browser, address, ADA).await;
                let place = format!("{sending:?} to {address} ({is_signed_in})");
                assert!(held.leads_to("/.mfa/challenge"), "{place}: {held:?}");
                for page in PAGES {
                    browser.get(page).await;
                    browser.fetch(page).await;
                }
                assert!(
                    !browser.saw(&ADA.greeting()),
                    "{place}: a page of the victim's"
                );
                last = browser;
            }
        }
    }
    let code = phone.code().await;
    assert_eq!(answer_challenge(&mut last, &code).await.status, 303);
    assert_open(&mut last, ADA).await;
}

/// Where the fields of the sign-in stand: the tracker takes them all.
#[derive(Clone, Copy, Debug)]
enum Sending {
    Form,
    Multipart,
    Query,
}

impl Sending {
    async fn sign_in(self, browser: &mut Browser, address: &str, user: User) -> Page {
        let password = user.password();
        let fields = [
            ("__login_name", user.0),
            ("__login_password", &password),
            ("@action", "Login"),
        ];
        let encoded = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let parts: String = fields
            .iter()
            .map(|(name, value)| {
                format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
            })
            .collect();
        let urlencoded = "application/x-www-form-urlencoded";
        let (target, kind, body) = match self {
            Self::Form => (address.to_owned(), urlencoded, encoded),
            Self::Query => (format!("{address}?{encoded}"), urlencoded, String::new()),
            Self::Multipart => (
                address.to_owned(),
                "multipart/form-data; boundary=b",
                format!("{parts}--b--\r\n"),
            ),
        };
        let body = Some((kind, body.into_bytes()));
        browser.send(Call::Navigation, "POST", &target, body).await
    }
}

/// The reason for the rule without an address, and the proof that the scans would find something.
#[tokio::test]
async fn without_the_gateway_a_sign_in_over_a_session_keeps_its_id() {
    let site = Site::start().await;
    let mut browser = Browser::new(site.server.addr, None, false);
    // The tracker compares the address with its own.
    browser
        .extra
        .push(("Origin".to_owned(), site.gateway.url()));
    let referer = format!("{}/", site.gateway.url());
    browser.extra.push(("Referer".to_owned(), referer));
    browser
        .extra
        .push(("X-Forwarded-Host".to_owned(), site.gateway.host()));
    for user in [GRACE, ADA] {
        let mut stranger = Browser::new(site.server.addr, None, false);
        let form = stranger.get("/").await.form_with("__login_name");
        let form = form
            .without("remember")
            .set("__login_name", user.0)
            .set("__login_password", &user.password());
        let opened = browser.submit(&form).await;
        assert_eq!(
            opened.set_cookies().len(),
            usize::from(user.1 == GRACE.1),
            "{opened:?}"
        );
    }
    let ids = site.ids().await;
    assert!(ids.len() == 1 && browser.saw(&ids[0]), "{ids:?}");
}
