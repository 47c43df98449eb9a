//! Written request targets (`targets.txt`), through the real gateway over HTTP/1.1 and HTTP/2, inside a
//! signed-in session: none brings a credential to where the rules say that none goes.

use crate::support::people::signed_in;
use crate::support::raw_h2::{self, Field};
use crate::support::{Browser, CrmApp, Gateway, Origin, Person, Request, raw};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncWriteExt;

const WRITTEN: &str = include_str!("targets.txt");
const WHO: Person = Person(1);
/// What shows that a request is that of a public route: ranges go on there alone.
const RANGE: &str = "bytes=0-3";

/// What a target tries, and its bytes.
struct Written {
    kind: &'static str,
    target: Vec<u8>,
}

fn written() -> Vec<Written> {
    let lines = WRITTEN.lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| line.split_once(' '))
        .map(|(kind, text)| Written {
            kind,
            target: bytes_of(text),
        })
        .collect()
}

/// `\xNN` is a byte, `\\` a backslash.
fn bytes_of(text: &str) -> Vec<u8> {
    let (mut bytes, mut rest) = (Vec::new(), text);
    while let Some((before, after)) = rest.split_once('\\') {
        bytes.extend_from_slice(before.as_bytes());
        rest = match after.strip_prefix('x') {
            Some(digits) => {
                bytes.push(u8::from_str_radix(&digits[..2], 16).unwrap());
                &digits[2..]
            }
            None => {
                bytes.push(b'\\');
                &after[1..]
            }
        };
    }
    bytes.extend_from_slice(rest.as_bytes());
    bytes
}

struct Scene {
    origin: Origin,
    browser: Browser,
    fresh: Browser,
    http2: bool,
}

impl Scene {
    async fn start(http2: bool) -> (Self, Gateway) {
        let origin = Origin::start(Arc::new(CrmApp::default())).await;
        let gateway = Gateway::start_tls(origin.addr, |config| {
            config
                .set("guard", "no_credentials", "[\"/static/**\"]")
                .set("guard", "refuse", "[\"/xmlrpc.php\"]");
        })
        .await;
        let fresh = if http2 {
            gateway.browser_h2()
        } else {
            gateway.browser()
        };
        let browser = signed_in(fresh.clone(), WHO).await;
        let scene = Self {
            origin,
            browser,
            fresh,
            http2,
        };
        (scene, gateway)
    }

    /// Sends a target with every cookie; what the application received but for the gateway's own questions.
    async fn send(&self, method: &str, target: &[u8]) -> Vec<Request> {
        self.origin.forget();
        if self.http2 {
            let mut fields: Vec<Field> = raw_h2::get(&self.browser, "/");
            fields[0].1 = method.as_bytes().to_vec();
            fields[3].1 = target.to_vec();
            fields.push((b"range".to_vec(), RANGE.as_bytes().to_vec()));
            raw_h2::send(&self.browser, &fields).await.unwrap();
        } else {
            let range = format!("Range: {RANGE}");
            let lines = [
                "Accept: text/html",
                "Connection: close",
                "Content-Length: 0",
                &range,
            ];
            let head = raw::head(&self.browser, method, "/TARGET", &lines);
            let at = head.windows(7).position(|part| part == b"/TARGET").unwrap();
            let bytes = [&head[..at], target, &head[at + 7..]].concat();
            let mut stream = self.browser.connect("http/1.1").await.unwrap();
            stream.write_all(&bytes).await.unwrap();
            raw::drain(&mut stream, Duration::from_secs(5)).await;
        }
        let mut requests = self.origin.requests();
        requests.retain(|request| request.target != "/api/me");
        requests
    }

    /// A session that was ended for its user's good is followed by another.
    async fn settle(&mut self) {
        self.origin.forget();
        self.browser.get("/private").await;
        let requests = self.origin.requests_to("/private");
        if !requests.iter().any(carries) {
            self.browser = signed_in(self.fresh.clone(), WHO).await;
        }
    }
}

fn carries(request: &Request) -> bool {
    request.cookie("sessionid").is_some() || request.header("X-MFA-User").is_some()
}

fn is_clean(request: &Request) -> bool {
    let mut bytes = request.target.bytes();
    bytes.all(|byte| byte.is_ascii_graphic() && byte != b'#')
}

/// What is wrong with how a target was treated.
fn verdict(kind: &str, requests: &[Request]) -> Option<&'static str> {
    let credential = requests.iter().any(carries);
    let public = requests
        .iter()
        .any(|request| request.header("Range").is_some());
    match kind {
        "sign-in" if credential => Some("a sign-in rode the session"),
        "refused" | "own" | "malformed" if !requests.is_empty() => {
            Some("it reached the application")
        }
        "repaired" if !requests.iter().all(is_clean) => Some("it went on as it was"),
        "not-public" if public => Some("it was taken for a public route"),
        "public" if credential || !public => Some("a public route was not taken for one"),
        "other" if !credential => Some("an ordinary page lost its session"),
        _ => None,
    }
}

async fn assert_none_passes(http2: bool) {
    let (mut scene, _gateway) = Scene::start(http2).await;
    let (mut wrong, mut tried, mut arrived) = (Vec::new(), 0, 0);
    for Written { kind, target } in written() {
        let method = if kind == "sign-in" { "POST" } else { "GET" };
        let requests = scene.send(method, &target).await;
        tried += 1;
        arrived += usize::from(!requests.is_empty());
        if let Some(why) = verdict(kind, &requests) {
            let seen: Vec<&str> = requests.iter().map(|r| r.target.as_str()).collect();
            let target = String::from_utf8_lossy(&target);
            wrong.push(format!("{kind} {target:?}: {why} {seen:?}"));
        }
        if kind == "sign-in" {
            scene.settle().await;
        }
    }
    eprintln!("{tried} targets, {arrived} arrived");
    assert!(wrong.is_empty(), "{} of {tried}: {wrong:#?}", wrong.len());
    assert!(tried >= 500 && arrived >= 50, "{arrived} of {tried}");
}

#[tokio::test]
async fn over_http1_no_written_target_gets_past_a_rule() {
    assert_none_passes(false).await;
}

#[tokio::test]
async fn over_http2_no_written_target_gets_past_a_rule() {
    assert_none_passes(true).await;
}
