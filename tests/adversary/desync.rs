//! Requests that two parsers would cut in two different places, and answers that would be taken for
//! two: none becomes a second request at the application, a second response at the client, or
//! somebody else's answer on a connection that is used again.

mod answers;
mod http1;
mod http2;

use crate::support::people::signed_in;
use crate::support::{Browser, CrmApp, Gateway, Origin, Person, Request, raw, raw_h2};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncWriteExt;

/// What stands where one parser sees a body and another one a request.
const SMUGGLED: &str = "GET /smuggled HTTP/1.1\r\nHost: localhost\r\nX-Rest: ";
const VICTIM: Person = Person(2);

/// The head and the body are what they seem to every parser.
fn assert_plain(request: &Request, how: &str) {
    let head = String::from_utf8_lossy(&request.head).into_owned();
    let how = || format!("{how:?}: the application received {head:?}");
    let lines: Vec<&str> = head.trim_end_matches("\r\n").split("\r\n").collect();
    assert!(
        lines.iter().all(|line| !line.contains(['\r', '\n', '\0'])),
        "{}",
        how()
    );
    let mut words = lines[0].split(' ');
    let version = words.nth(2);
    assert!(
        version == Some("HTTP/1.1") && words.next().is_none(),
        "{}",
        how()
    );
    for line in &lines[1..] {
        let name = line.split_once(':').map_or("", |(name, _)| name);
        let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        assert!(!name.is_empty() && name.bytes().all(token), "{}", how());
    }
    let lengths: Vec<&str> = request.all("Content-Length").collect();
    let codings: Vec<&str> = request.all("Transfer-Encoding").collect();
    assert!(lengths.len() + codings.len() <= 1, "{}", how());
    for length in lengths {
        let number: Option<u64> = length.parse().ok();
        assert_eq!(
            number.map(|number| number.to_string()).as_deref(),
            Some(length),
            "{}",
            how()
        );
    }
    assert!(
        codings.iter().all(|coding| *coding == "chunked"),
        "{}",
        how()
    );
    assert_ne!(request.path(), "/smuggled", "{}", how());
    assert_ne!(request.header("X-Smuggled"), Some("1"), "{}", how());
}

/// Final responses in the bytes of a connection, as a client cuts them; bytes that are none count too.
fn responses(received: &[u8], to_head: bool) -> usize {
    let (mut rest, mut count) = (received, 0);
    while !rest.is_empty() {
        let end = rest.windows(4).position(|bytes| bytes == b"\r\n\r\n");
        let head = String::from_utf8_lossy(&rest[..end.unwrap_or(rest.len())]).to_ascii_lowercase();
        rest = end.map_or(&[], |end| &rest[end + 4..]);
        let status = head
            .strip_prefix("http/1.1 ")
            .and_then(|rest| rest.get(..3));
        let field = |name: &str| {
            let mut values = head.lines().filter_map(|line| line.strip_prefix(name));
            values.next().map(str::trim)
        };
        if status.is_some_and(|status| status.starts_with('1') && status != "101") {
            continue;
        }
        count += 1;
        if to_head || matches!(status, Some("204" | "304")) {
            continue;
        }
        let length = match (field("transfer-encoding:"), field("content-length:")) {
            (Some(_), _) => chunked_length(rest),
            (None, Some(length)) => length
                .parse()
                .unwrap_or_else(|_| panic!("no length: {head:?}")),
            (None, None) => rest.len(),
        };
        rest = rest.get(length..).unwrap_or_default();
    }
    count
}

fn chunked_length(bytes: &[u8]) -> usize {
    let mut at = 0;
    loop {
        let Some(line) = bytes[at..].windows(2).position(|bytes| bytes == b"\r\n") else {
            return bytes.len();
        };
        let digits = String::from_utf8_lossy(&bytes[at..at + line]).into_owned();
        let size = usize::from_str_radix(&digits, 16)
            .unwrap_or_else(|_| panic!("no chunk: {:?}", String::from_utf8_lossy(bytes)));
        at = (at + line + 2 + size + 2).min(bytes.len());
        if size == 0 {
            return at;
        }
    }
}

struct Scene {
    origin: Origin,
    gateway: Gateway,
    victim: Browser,
}

impl Scene {
    async fn start(tls: bool) -> Self {
        let origin = Origin::start(Arc::new(CrmApp::default())).await;
        let change = |config: &mut crate::support::Config| {
            config.set("guard", "no_credentials", "[\"/static/**\"]");
        };
        let gateway = if tls {
            Gateway::start_tls(origin.addr, change).await
        } else {
            Gateway::start(origin.addr, change).await
        };
        let victim = signed_in(gateway.browser(), VICTIM).await;
        Self {
            origin,
            gateway,
            victim,
        }
    }

    /// Whoever comes next, on connections that may have been used, gets the own answer.
    async fn assert_untouched(&mut self, how: &str) {
        for request in self.origin.requests() {
            assert_plain(&request, how);
        }
        self.origin.forget();
        let page = self.victim.get("/private").await;
        assert!(page.holds(&VICTIM.marker()), "{how:?} changed {page:?}");
        let received = self.origin.last_to("/private");
        assert!(
            received.head.starts_with(b"GET /private HTTP/1.1\r\n"),
            "{how:?}"
        );
        self.origin.forget();
    }
}

/// Sends every variant as this visitor; how many there were and how many reached the application.
async fn over_http1(scene: &mut Scene, visitor: &Browser, path: &str) -> (usize, usize) {
    let (mut tried, mut arrived) = (0, 0);
    for variant in http1::variants(visitor, path) {
        let how = String::from_utf8_lossy(&variant).into_owned();
        let mut stream = visitor.connect("http/1.1").await.unwrap();
        let _ = stream.write_all(&variant).await;
        let received = raw::drain(&mut stream, Duration::from_millis(250)).await;
        let shown = String::from_utf8_lossy(&received).into_owned();
        assert!(
            responses(&received, variant.starts_with(b"HEAD")) <= 1,
            "{how:?} was answered twice: {shown}"
        );
        tried += 1;
        arrived += usize::from(!scene.origin.requests().is_empty());
        scene.assert_untouched(&how).await;
    }
    (tried, arrived)
}

#[tokio::test]
async fn over_http1_a_signed_in_user_smuggles_nothing() {
    let mut scene = Scene::start(false).await;
    let visitor = signed_in(scene.gateway.browser(), Person(1)).await;
    let (tried, arrived) = over_http1(&mut scene, &visitor, "/upload").await;
    eprintln!("{tried} variants, {arrived} arrived");
    assert!(tried >= 100 && arrived >= 10, "{arrived} of {tried}");
}

#[tokio::test]
async fn over_http1_a_stranger_smuggles_nothing() {
    let mut scene = Scene::start(false).await;
    let visitor = scene.gateway.browser();
    let (tried, arrived) = over_http1(&mut scene, &visitor, "/public").await;
    eprintln!("{tried} variants, {arrived} arrived");
    assert!(tried >= 100 && arrived >= 10, "{arrived} of {tried}");
}

#[tokio::test]
async fn over_http1_nothing_is_smuggled_through_a_public_route() {
    let mut scene = Scene::start(false).await;
    let visitor = signed_in(scene.gateway.browser(), Person(1)).await;
    over_http1(&mut scene, &visitor, "/static/app.css").await;
}

#[tokio::test]
async fn over_http2_nothing_is_smuggled() {
    let mut scene = Scene::start(true).await;
    let user = signed_in(scene.gateway.browser_h2(), Person(1)).await;
    let (mut tried, mut arrived) = (0, 0);
    for (visitor, path) in [(&user, "/upload"), (&scene.gateway.browser_h2(), "/public")] {
        for variant in http2::variants(visitor, path) {
            let how = String::from_utf8_lossy(&variant).into_owned();
            let talk = raw_h2::talk(visitor, &variant).await.unwrap();
            assert!(talk.heads <= 2, "{how:?} was answered {} times", talk.heads);
            tried += 1;
            arrived += usize::from(!scene.origin.requests().is_empty());
            scene.assert_untouched(&how).await;
        }
    }
    eprintln!("{tried} variants, {arrived} arrived");
    assert!(tried >= 60 && arrived >= 10, "{arrived} of {tried}");
}
