//! Bad requests, and an application that is down: a clear answer each, and no harm.

use crate::support::cases::Noise;
use crate::support::gateway::free_addr;
use crate::support::people::{self, sign_in};
use crate::support::wire::{self, Outgoing};
use crate::support::{CrmApp, Gateway, Origin, Person, raw};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::AsyncWriteExt;

async fn setting() -> (Origin, Gateway) {
    let origin = Origin::start(Arc::new(CrmApp::default())).await;
    let gateway = Gateway::start(origin.addr, |_| {}).await;
    (origin, gateway)
}

#[tokio::test]
async fn an_application_that_is_down_gives_a_page_that_says_so_and_works_when_it_is_back() {
    let addr = free_addr();
    let gateway = Gateway::start(addr, |_| {}).await;
    let mut browser = gateway.browser();
    let page = browser.get("/private").await;
    assert_eq!(page.status, 502, "{page:?}");
    assert!(page.reading().contains("Acme CRM"), "{page:?}");
    assert_eq!(browser.fetch("/api/contacts").await.status, 502);
    let _origin = Origin::start_at(addr, Arc::new(CrmApp::default())).await;
    let started = Instant::now();
    while browser.get("/public").await.status != 200 {
        assert!(
            started.elapsed() < Duration::from_secs(5),
            "no recovery within five seconds"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// A `Cookie` value of odds and ends, often with names that matter.
fn cookie_noise(noise: &mut Noise) -> Vec<u8> {
    const PIECES: [&[u8]; 22] = [
        b"sessionid",
        b"stepgate",
        b"SESSIONID",
        b"session%69d",
        b"sg1.",
        b"sg1.x.AAAA",
        b"=",
        b"=",
        b";",
        b"; ",
        b",",
        b"\"",
        b"%",
        b"%00",
        b" ",
        b"\t",
        b"\xff\xfe",
        b"$Version=1",
        b"a",
        b"__Host-stepgate",
        b"RAWNOISE",
        b"\\",
    ];
    let mut value = Vec::new();
    for _ in 0..noise.below(14) {
        value.extend_from_slice(PIECES[noise.below(PIECES.len())]);
    }
    value
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_random_cookie_headers_do_no_harm() {
    let (origin, mut gateway) = setting().await;
    let (_owner, mut phone) = people::enrolled(&gateway, Person(1)).await;
    let host = gateway.host();
    let addr = gateway.addr;
    let tasks: Vec<_> = (1..=4_u64)
        .map(|seed| {
            let host = host.clone();
            tokio::spawn(async move {
                let mut noise = Noise::new(0x9E37_79B9 * seed);
                let mut stream = None;
                for number in 0..2_500 {
                    let cookie = cookie_noise(&mut noise);
                    let mut head =
                        format!("GET /public HTTP/1.1\r\nHost: {host}\r\nCookie: ").into_bytes();
                    head.extend_from_slice(&cookie);
                    head.extend_from_slice(b"\r\n\r\n");
                    let mut open = match stream.take() {
                        Some(open) => open,
                        None => wire::connect(addr, None, "").await.unwrap(),
                    };
                    open.write_all(&head).await.unwrap();
                    let shown = String::from_utf8_lossy(&cookie).into_owned();
                    let answer = wire::read_http1(&mut open, false, &mut Vec::new()).await;
                    let answer =
                        answer.unwrap_or_else(|error| panic!("{seed}/{number} {shown:?}: {error}"));
                    assert!(
                        answer.status < 500,
                        "{seed}/{number} {shown:?}: {}",
                        answer.status
                    );
                    let closes = answer.headers.iter().any(|(name, value)| {
                        name.eq_ignore_ascii_case("connection")
                            && value.eq_ignore_ascii_case("close")
                    });
                    stream = (!closes).then_some(open);
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert!(gateway.is_alive());
    let passed = origin.requests_to("/public");
    assert!(
        passed.len() > 1_000,
        "only {} of the requests were passed on",
        passed.len()
    );
    for request in &passed {
        let cookies = request
            .all("cookie")
            .collect::<Vec<_>>()
            .join("; ")
            .to_ascii_lowercase();
        let own = cookies
            .split(';')
            .find(|pair| pair.trim().starts_with("stepgate="));
        assert!(own.is_none(), "{cookies:?} travelled");
        // Wherever some parser would start a pair.
        for pair in cookies.split([';', ',', '"', ' ', '\t']) {
            let protected = pair.starts_with("sessionid=") || pair.starts_with("session%69d=");
            assert!(!protected, "{cookies:?} travelled");
        }
    }
    let mut browser = gateway.browser();
    people::admit(&mut browser, Person(1), &mut phone).await;
}

#[tokio::test]
async fn oversized_heads_are_refused_and_the_next_request_is_served() {
    let (origin, mut gateway) = setting().await;
    for line in [
        format!("X-Long: {}", "a".repeat(2 << 20)),
        format!("Cookie: {}", "a=b; ".repeat(400_000)),
        "X-Many: 1\r\n".repeat(20_000),
    ] {
        let head = format!(
            "GET /public HTTP/1.1\r\nHost: {}\r\n{}\r\n\r\n",
            gateway.host(),
            line.trim_end()
        );
        let received = raw::send(gateway.addr, head.as_bytes(), Duration::from_secs(5)).await;
        let status = raw::status(&received);
        assert!(
            status.is_none_or(|status| (400..500).contains(&status)),
            "{status:?}"
        );
    }
    assert!(gateway.is_alive());
    assert!(
        origin.requests_to("/public").is_empty(),
        "an oversized head was passed on"
    );
    assert_eq!(gateway.browser().get("/public").await.status, 200);
}

#[tokio::test]
async fn oversized_bodies_are_refused_and_the_next_request_is_served() {
    let (_origin, mut gateway) = setting().await;
    let host = gateway.host();
    let declared = format!(
        "POST /login HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 10000000000\r\n\r\nemail="
    );
    let received = raw::send(gateway.addr, declared.as_bytes(), Duration::from_secs(10)).await;
    assert_eq!(
        raw::status(&received),
        Some(413),
        "{}",
        String::from_utf8_lossy(&received)
    );

    let body = vec![b'a'; 64 << 20];
    let request = Outgoing {
        body: Some(body),
        ..Outgoing::new("POST", "/login")
    };
    let stream = wire::connect(gateway.addr, None, "").await.unwrap();
    if let Ok(answer) = wire::http1(stream, &host, &request, &mut Vec::new()).await {
        assert_eq!(answer.status, 413);
    }
    assert!(gateway.is_alive());
    let mut browser = gateway.browser();
    assert!(sign_in(&mut browser, Person(1)).await.is_redirect());
}

#[tokio::test]
async fn a_portal_form_with_an_endless_body_is_refused() {
    let (_origin, mut gateway) = setting().await;
    let (mut browser, _phone) = people::enrolled(&gateway, Person(1)).await;
    let huge = "a".repeat(4 << 20);
    let sent = browser
        .try_send(
            crate::support::Call::Navigation,
            "POST",
            "/settings/security/authenticators/new",
            Some(("application/x-www-form-urlencoded", huge.into_bytes())),
        )
        .await;
    assert!(sent.is_err() || sent.is_ok_and(|page| (400..500).contains(&page.status)));
    assert!(gateway.is_alive());
    assert!(browser.get("/private").await.holds(&Person(1).marker()));
}
