//! Verified-factor headers that a client makes up, in every spelling that some server would take for
//! the same name; and the attempt to have the gateway's own ones removed.

use crate::support::people::{self, enrolled_in};
use crate::support::raw_h2::{self, End};
use crate::support::{Browser, CrmApp, Gateway, Origin, Person, Request, raw};
use std::sync::Arc;
use std::time::Duration;

const SPOOF: &str = "SPOOFED-1002";
const NAMES: [&str; 8] = [
    "X-MFA-User",
    "X-MFA-Verified",
    "X-MFA-Factor",
    "X-MFA-AMR",
    "X-MFA-ACR",
    "X-MFA-Auth-Time",
    "X-MFA-Step-Up-Expires",
    "X-MFA-Assertion",
];
const OVERRIDES: [&str; 6] = [
    "X-HTTP-Method-Override",
    "X-HTTP-Method",
    "X-Method-Override",
    "X-Original-URL",
    "X-Rewrite-URL",
    "X-Forwarded-For",
];

/// A name in the spellings that some server folds into it.
fn spellings(name: &str) -> Vec<String> {
    let mut all = vec![
        name.to_owned(),
        name.to_ascii_lowercase(),
        name.to_ascii_uppercase(),
        name.replacen('-', "_", 1),
        format!("{name}-"),
        format!("-{name}"),
    ];
    all.extend(
        [
            "_", ".", "--", "-_", "", "~", "+", "!", "*", "'", "`", "|", "^", "$", "#", "&", "%",
            "%2D", "%5F",
        ]
        .map(|with| name.replace('-', with)),
    );
    all
}

/// Header lines, in a form that only raw HTTP/1.1 can have.
fn raw_lines() -> Vec<String> {
    let mut lines: Vec<String> = NAMES
        .iter()
        .flat_map(|name| spellings(name))
        .map(|name| format!("{name}: {SPOOF}"))
        .collect();
    lines.extend(
        OVERRIDES
            .iter()
            .flat_map(|name| [(*name).to_owned(), name.replace('-', "_")])
            .map(|name| format!("{name}: {SPOOF}")),
    );
    for line in [
        "X-MFA-User : {}",
        "X-MFA-User\t: {}",
        " X-MFA-User: {}",
        "X-MFA -User: {}",
        "X-MFA-User:{}",
        "X-MFA-User: {}\r\nX-MFA-User: {}",
        "X-MFA-User: \r\nx_mfa_user: {}",
        "X-Other: a\r\n X-MFA-User: {}",
        "X-Other: a\r\n\tX-MFA-User: {}",
        "X-Other: a\nX-MFA-User: {}",
        "X-Other: a\rX-MFA-User: {}",
        "X-Other: a\0X-MFA-User: {}",
        "X-MFA-User\0: {}",
        "X-MFA-User\u{a0}: {}",
        "X\u{2010}MFA\u{2010}User: {}",
        "Connection: close, X-MFA-User\r\nX-MFA-User: {}",
        "Connection: X-MFA-User, X-MFA-Verified, X-MFA-Factor\r\nX-MFA-Verified: {}",
        "Connection: x_mfa_user, keep-alive",
        "Connection: x-mfa-user,x-mfa-verified,x-mfa-factor,x-mfa-amr,x-mfa-acr,x-mfa-auth-time",
        "Connection: cookie",
        "Proxy-Connection: X-MFA-User",
        "Keep-Alive: X-MFA-User",
        "TE: trailers\r\nTrailer: X-MFA-User",
        "Forwarded: for={}",
        "X-Real-IP: {}",
        "X-Forwarded-Host: {}",
    ] {
        lines.push(line.replace("{}", SPOOF));
    }
    lines
}

async fn setting(tls: bool) -> (Origin, Gateway) {
    let origin = Origin::start(Arc::new(CrmApp::default())).await;
    let gateway = if tls {
        Gateway::start_tls(origin.addr, |_| {}).await
    } else {
        Gateway::start(origin.addr, |_| {}).await
    };
    (origin, gateway)
}

/// The name with everything but letters and digits removed.
fn folded(name: &str) -> String {
    name.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_lowercase())
        .collect()
}

fn assert_clean(request: &Request, how: &str) {
    let head = String::from_utf8_lossy(&request.head).into_owned();
    for line in head.split(['\r', '\n']) {
        let Some((name, value)) = line.split_once(':') else {
            continue;
        };
        let ours = folded(name).contains("xmfa")
            || OVERRIDES
                .iter()
                .any(|header| folded(header) == folded(name));
        assert!(
            !(ours && value.contains(SPOOF)),
            "{how}: the application received {line:?}"
        );
    }
    for name in [
        "Forwarded",
        "X-Real-IP",
        "X-Forwarded-Host",
        "X-Forwarded-For",
    ] {
        assert!(
            request.all(name).all(|value| !value.contains(SPOOF)),
            "{how}: {name} was believed"
        );
    }
}

/// The gateway's own headers are there once each, and true.
fn assert_own(request: &Request, person: Person, how: &str) {
    let expected = [
        ("X-MFA-User", person.id().to_string()),
        ("X-MFA-Verified", "true".to_owned()),
        ("X-MFA-Factor", "totp".to_owned()),
        ("X-MFA-AMR", "pwd otp mfa".to_owned()),
        ("X-MFA-ACR", "aal2".to_owned()),
    ];
    for (name, value) in expected {
        let found: Vec<_> = request.all(name).collect();
        assert_eq!(found, [value], "{how}: {name}");
    }
    assert_eq!(request.all("X-MFA-Auth-Time").count(), 1, "{how}");
}

/// Nothing of ours is there at all: nobody is signed in.
fn assert_none(request: &Request, how: &str) {
    let ours = request
        .headers
        .iter()
        .find(|(name, _)| folded(name).starts_with("xmfa"));
    assert!(ours.is_none(), "{how}: {ours:?}");
}

async fn over_http1(
    browser: &Browser,
    origin: &Origin,
    check: impl Fn(&Request, &str),
) -> (usize, usize) {
    let (mut arrived, mut tried) = (0, 0);
    for (number, line) in raw_lines().into_iter().enumerate() {
        let path = format!("/public?spoof={number}");
        let bytes = raw::head(
            browser,
            "GET",
            &path,
            &["Accept: text/html", "Connection: close", &line],
        );
        let mut stream = browser.connect("http/1.1").await.unwrap();
        tokio::io::AsyncWriteExt::write_all(&mut stream, &bytes)
            .await
            .unwrap();
        let received = raw::drain(&mut stream, Duration::from_secs(3)).await;
        assert!(
            raw::status(&received).is_none_or(|status| status < 500),
            "{line:?}: {}",
            String::from_utf8_lossy(&received)
        );
        tried += 1;
        for request in origin.requests() {
            assert_clean(&request, &line);
            if request.target == path {
                arrived += 1;
                check(&request, &line);
            }
        }
        origin.forget();
    }
    (arrived, tried)
}

#[tokio::test]
async fn over_http1_a_verified_user_cannot_change_a_header() {
    let (origin, gateway) = setting(false).await;
    let (browser, _phone) = people::enrolled(&gateway, Person(1)).await;
    origin.forget();
    let (arrived, tried) = over_http1(&browser, &origin, |request, line| {
        if !line.contains("Connection: cookie") {
            assert_own(request, Person(1), line);
        }
    })
    .await;
    assert!(tried >= 60 && arrived >= 60, "{arrived} of {tried} arrived");
}

#[tokio::test]
async fn over_http1_a_stranger_cannot_bring_a_header() {
    let (origin, gateway) = setting(false).await;
    let browser = gateway.browser();
    let (arrived, tried) = over_http1(&browser, &origin, assert_none).await;
    assert!(tried >= 60 && arrived >= 60, "{arrived} of {tried} arrived");
}

#[tokio::test]
async fn over_http1_a_user_without_a_factor_cannot_claim_one() {
    let (origin, gateway) = setting(false).await;
    let browser = people::password_only(&gateway, Person(1)).await;
    origin.forget();
    let (arrived, _) = over_http1(&browser, &origin, |request, line| {
        if !line.contains("Connection: cookie") {
            assert_eq!(
                request.all("X-MFA-User").collect::<Vec<_>>(),
                ["1001"],
                "{line}"
            );
            assert_eq!(
                request.all("X-MFA-Verified").collect::<Vec<_>>(),
                ["false"],
                "{line}"
            );
            assert_eq!(request.header("X-MFA-Factor"), None, "{line}");
        }
    })
    .await;
    assert!(arrived >= 60, "only {arrived} arrived");
}

#[tokio::test]
async fn over_http2_no_spelling_passes_and_the_own_headers_always_do() {
    let (origin, gateway) = setting(true).await;
    let (browser, _phone) = enrolled_in(gateway.browser_h2(), Person(1)).await;
    origin.forget();
    let mut tries: Vec<Vec<(String, String)>> = NAMES
        .iter()
        .chain(&OVERRIDES)
        .flat_map(|name| spellings(name))
        .flat_map(|name| [name.to_ascii_lowercase(), name])
        .map(|name| vec![(name, SPOOF.to_owned())])
        .collect();
    for pairs in [
        vec![("connection", "x-mfa-user"), ("x-mfa-user", SPOOF)],
        vec![("connection", "x-mfa-user, x-mfa-verified, x-mfa-factor")],
        vec![("te", "trailers"), ("trailer", "x-mfa-user")],
        vec![("x-mfa-user ", SPOOF)],
        vec![(" x-mfa-user", SPOOF)],
        vec![("x-mfa-user:", SPOOF)],
        vec![("x-other", "a\r\nX-MFA-User: SPOOFED-1002")],
        vec![("x-other", "a\nX-MFA-User: SPOOFED-1002")],
        vec![("x-other\r\nx-mfa-user", SPOOF)],
        vec![(":x-mfa-user", SPOOF)],
        vec![("x-mfa-user", SPOOF), ("x-mfa-user", SPOOF)],
        vec![("x-mfa-user\0", SPOOF)],
        vec![("upgrade", "h2c"), ("x-mfa-user", SPOOF)],
    ] {
        tries.push(
            pairs
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        );
    }
    let (mut arrived, mut answered) = (0, 0);
    for (number, pairs) in tries.iter().enumerate() {
        let path = format!("/public?spoof={number}");
        let mut fields = raw_h2::get(&browser, &path);
        fields.extend(
            pairs
                .iter()
                .map(|(name, value)| (name.as_bytes().to_vec(), value.as_bytes().to_vec())),
        );
        let end = raw_h2::send(&browser, &fields).await.unwrap();
        answered += usize::from(end == End::Answered);
        for request in origin.requests() {
            assert_clean(&request, &format!("{pairs:?}"));
            if request.target == path {
                arrived += 1;
                assert_own(&request, Person(1), &format!("{pairs:?}"));
            }
        }
        origin.forget();
    }
    assert!(
        arrived >= 60,
        "{arrived} of {} arrived, {answered} were answered",
        tries.len()
    );
}

#[tokio::test]
async fn trailers_bring_no_header() {
    let (origin, gateway) = setting(false).await;
    let (browser, _phone) = people::enrolled(&gateway, Person(1)).await;
    origin.forget();
    let lines = [
        "Transfer-Encoding: chunked",
        "Trailer: X-MFA-User",
        "Content-Type: text/plain",
    ];
    let mut bytes = raw::head(&browser, "POST", "/upload", &lines);
    bytes.extend_from_slice(format!("3\r\nabc\r\n0\r\nX-MFA-User: {SPOOF}\r\n\r\n").as_bytes());
    raw::send(gateway.addr, &bytes, Duration::from_secs(3)).await;
    assert!(!origin.received(SPOOF), "a trailer travelled");
}
