//! Every spelling and trick, over HTTP/1.1 and HTTP/2, to every way in which a server shows its headers:
//! none is taken for the gateway's word, and the gateway's own headers are always there.

use super::echo::Seen;
use super::http2_tricks::{self, Trick};
use super::spellings::SPOOF;
use super::upstream::Upstream;
use super::{http1_tricks, spellings};
use crate::support::people::enrolled_in;
use crate::support::raw_h2::{self, Field};
use crate::support::{Browser, Gateway, Person, raw};
use std::time::Duration;
use tokio::io::AsyncWriteExt;

const WHO: Person = Person(1);

/// How many tries were made, and how many reached the server.
#[derive(Debug, Default)]
struct Count {
    tried: usize,
    arrived: usize,
}

/// Whether the visitor is signed in, or a stranger.
#[derive(Clone, Copy)]
struct Visitor(Option<Person>);

impl Visitor {
    fn judge(self, browser: &Browser, body: &[u8], how: &str, count: &mut Count) {
        let seen = Seen::read(body);
        let taken_in = seen.taken_in();
        assert!(taken_in.is_empty(), "{how}: {taken_in:?}");
        // An answer of the gateway's own says nothing of headers.
        if !body.windows(3).any(|bytes| bytes == b"127") {
            return;
        }
        count.arrived += 1;
        match self.0 {
            Some(person) => seen.assert_own(person, &browser.host(), how),
            None => seen.assert_nobody(&browser.host(), how),
        }
    }
}

async fn exchange(browser: &Browser, bytes: &[u8]) -> Vec<u8> {
    let mut stream = browser.connect("http/1.1").await.unwrap();
    // A server may refuse a head before it has read all of it.
    let _ = stream.write_all(bytes).await;
    // Of two fields the gateway heeds the first, so that some tricks keep the connection open.
    let kept = bytes
        .windows(11)
        .filter(|part| part == b"Connection:")
        .count()
        > 1;
    let quiet = if kept { 400 } else { 2_000 };
    raw::drain(&mut stream, Duration::from_millis(quiet)).await
}

/// Every body that is in the bytes of a connection, one for each head.
fn bodies(received: &[u8]) -> Vec<Vec<u8>> {
    let text = String::from_utf8_lossy(received);
    let heads = text.split("HTTP/1.1 ").skip(1);
    heads
        .filter_map(|one| one.split_once("\r\n\r\n"))
        .map(|(_, body)| body.as_bytes().to_vec())
        .collect()
}

async fn over_http1(browser: &Browser, view: &str, visitor: Visitor) -> Count {
    let mut count = Count::default();
    let names = spellings::names().into_iter();
    let named = names.map(|name| http1_tricks::Trick {
        lines: format!("{name}: {SPOOF}").into_bytes(),
        body: Vec::new(),
    });
    for trick in named.chain(http1_tricks::tricks()) {
        let method = if trick.body.is_empty() { "GET" } else { "POST" };
        let mut bytes = raw::head(browser, method, view, &["Accept: text/html"]);
        bytes.truncate(bytes.len() - 2);
        for part in [
            &trick.lines,
            b"\r\nConnection: close\r\n\r\n".as_slice(),
            &trick.body,
        ] {
            bytes.extend_from_slice(part);
        }
        let how = format!("{view} {:?}", String::from_utf8_lossy(&trick.lines));
        let received = exchange(browser, &bytes).await;
        for body in bodies(&received) {
            visitor.judge(browser, &body, &how, &mut count);
        }
        count.tried += 1;
    }
    count
}

/// The frames of a GET, or a POST, with the trick in it.
fn frames(browser: &Browser, view: &str, trick: &Trick) -> Vec<u8> {
    let mut fields: Vec<Field> = raw_h2::get(browser, view);
    match trick {
        Trick::After(further) => fields.extend(further.iter().cloned()),
        Trick::Before(further) => {
            fields.splice(0..0, further.iter().cloned());
        }
        Trick::Instead(name, value) => {
            let of_name = |(known, _): &&mut Field| known == name.as_bytes();
            let field = fields.iter_mut().find(of_name).unwrap();
            field.1 = value.replace("{path}", view).into_bytes();
        }
        Trick::Trailers(trailers) => {
            fields[0].1 = b"POST".to_vec();
            return [
                raw_h2::headers(&fields, false),
                raw_h2::data(b"abc", false),
                raw_h2::headers(trailers, true),
            ]
            .concat();
        }
    }
    raw_h2::headers(&fields, true)
}

async fn over_http2(browser: &Browser, view: &str, visitor: Visitor) -> Count {
    let mut count = Count::default();
    let names = spellings::names().into_iter();
    let named = names.map(|name| {
        let name = name.to_ascii_lowercase().into_bytes();
        Trick::After(vec![(name, SPOOF.as_bytes().to_vec())])
    });
    for (number, trick) in named.chain(http2_tricks::tricks()).enumerate() {
        let frames = frames(browser, view, &trick);
        let how = format!("{view} {number} {:?}", String::from_utf8_lossy(&frames));
        let talk = raw_h2::talk(browser, &frames).await.unwrap();
        visitor.judge(browser, &talk.body, &how, &mut count);
        count.tried += 1;
    }
    count
}

fn assert_enough(count: &Count, how: &str) {
    eprintln!("{how}: {count:?}");
    assert!(count.tried >= 200, "{how}: {count:?}");
    assert!(count.arrived >= 200, "{how}: {count:?}");
}

/// Without the gateway the server is taken in: it is the worst case, and the judgement sees it.
async fn assert_taken_in_by_itself(upstream: &Upstream) {
    for view in upstream.views {
        let head = format!(
            "GET {view} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-MFA-User: {SPOOF}\r\n\r\n"
        );
        let received = raw::send(upstream.addr, head.as_bytes(), Duration::from_secs(5)).await;
        let bodies = bodies(&received);
        let seen = Seen::read(bodies.first().map_or(&received, |body| body));
        assert!(!seen.taken_in().is_empty(), "{} {view}", upstream.name);
    }
}

async fn assert_none_passes(upstream: Upstream) {
    assert_taken_in_by_itself(&upstream).await;
    let gateway = Gateway::start_tls(upstream.addr, |_| {}).await;
    let (browser, _phone) = enrolled_in(gateway.browser(), WHO).await;
    let stranger = gateway.browser();
    for view in upstream.views {
        let how = format!("{} {view}", upstream.name);
        let user = Visitor(Some(WHO));
        let count = over_http1(&browser, view, user).await;
        assert_enough(&count, &format!("{how} over HTTP/1.1"));
        let count = over_http2(&browser, view, user).await;
        assert_enough(&count, &format!("{how} over HTTP/2"));
    }
    let view = upstream.views[0];
    let count = over_http1(&stranger, view, Visitor(None)).await;
    assert_enough(&count, &format!("{} by a stranger", upstream.name));
    let count = over_http2(&stranger, view, Visitor(None)).await;
    assert_enough(&count, &format!("{} by a stranger, HTTP/2", upstream.name));
}

#[tokio::test]
async fn nginx_and_what_it_leads_to_take_no_made_up_header() {
    assert_none_passes(Upstream::nginx()).await;
}

#[tokio::test]
async fn apache_and_its_scripts_take_no_made_up_header() {
    assert_none_passes(Upstream::apache()).await;
}

#[tokio::test]
async fn a_python_application_takes_no_made_up_header() {
    assert_none_passes(Upstream::python()).await;
}

#[tokio::test]
async fn a_node_application_takes_no_made_up_header() {
    assert_none_passes(Upstream::node()).await;
}
