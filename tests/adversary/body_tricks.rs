//! Sign-ins that are declared by what their body says, and bodies that only the application reads as
//! the attacker means them. All inside the attacker's own verified session.

use crate::side_doors::{DOOR_ID, Scene, SideDoors, packed};
use crate::support::people;
use crate::support::{Browser, Call, CrmApp, Gateway, Origin, Page, Person, holds, raw};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncWriteExt;

const VICTIM: Person = Person(1);
const JSON: &str = "application/json";
const SOCKET: [&str; 4] = [
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
];
const FORM: &str = "application/x-www-form-urlencoded";

async fn setting(rotates: bool) -> Scene {
    let app = SideDoors::with(|app| app.rotates = rotates);
    let scene = Scene::start(app, |config| {
        config
            .append(
                "guard.sign_in",
                "path = \"/rpc\"\nwhen = { \"json:/method\" = \"login\" }",
            )
            .append(
                "guard.sign_in",
                "path = \"/form\"\nwhen = { \"form:action\" = \"login\" }",
            )
            .append(
                "guard.sign_in",
                "path = \"/round\"\nwhen = { \"form:_task\" = \"login\" }",
            )
            .append(
                "guard.sign_in",
                "path = \"/php\"\nmethod = \"*\"\nwhen = { \"query:_task\" = \"login\" }",
            );
    })
    .await;
    let (_victim, _phone) = people::enrolled(&scene.gateway, VICTIM).await;
    scene
}

/// One way to say it.
struct Trick {
    name: &'static str,
    target: &'static str,
    kind: &'static str,
    header: Option<(&'static str, &'static str)>,
    body: Vec<u8>,
}

fn json(name: &'static str, body: impl Into<Vec<u8>>) -> Trick {
    Trick {
        name,
        target: "/rpc",
        kind: JSON,
        header: None,
        body: body.into(),
    }
}

fn other(name: &'static str, target: &'static str, kind: &'static str, body: &str) -> Trick {
    Trick {
        name,
        target,
        kind,
        header: None,
        body: body.as_bytes().to_vec(),
    }
}

impl Trick {
    fn with(mut self, header: &'static str, value: &'static str) -> Self {
        self.header = Some((header, value));
        self
    }
}

/// The call that signs the victim in, with something more at its end.
fn call(more: &str) -> String {
    format!("{{\"method\":\"login\",\"email\":\"user01@example.com\",\"password\":\"pw\"{more}}}")
}

const TYPED: &str = "email=user01%40example.com&password=pw";

fn tricks() -> Vec<Trick> {
    let deep = format!(",\"x\":{}{}", "[".repeat(200), "]".repeat(200));
    let part = "--b\r\nContent-Disposition: form-data; name='action'\r\n\r\nlogin\r\n--b\r\nContent-Disposition: form-data; name='email'\r\n\r\nuser01@example.com\r\n--b\r\nContent-Disposition: form-data; name='password'\r\n\r\npw\r\n--b--\r\n";
    let multipart = "multipart/form-data; boundary=b";
    vec![
        json("an upgrade that is none", call("")).with("Upgrade", "x"),
        other(
            "an upgrade of a form",
            "/form",
            FORM,
            &format!("action=login&{TYPED}"),
        )
        .with("Upgrade", "websocket"),
        json("NaN", call(",\"x\":NaN")),
        json("a byte order mark", format!("\u{feff}{}", call(""))),
        json("a lone surrogate", call(",\"x\":\"\\ud800\"")),
        json("200-fold nesting", call(&deep)),
        json(
            "a key twice, the last harmless",
            call(",\"method\":\"list\""),
        ),
        json("a comma too many", call(",")),
        json("a comment", format!("/* */{}", call(""))),
        json("gzip", packed(call("").as_bytes())).with("Content-Encoding", "gzip"),
        other("single quotes", "/form", multipart, part),
        other("a dot for _", "/php?.task=login", FORM, TYPED),
        other("a bracket for _", "/php?[task=login", FORM, TYPED),
        other("a space before", "/php?%20_task=login", FORM, TYPED),
        other("an encoded name", "/php?%5ftask=login", FORM, TYPED),
    ]
}

/// ASCII in UTF-16, the low byte first, after a byte order mark.
fn utf16(text: &str) -> Vec<u8> {
    let units = text.encode_utf16().flat_map(u16::to_le_bytes);
    [0xff, 0xfe].into_iter().chain(units).collect()
}

/// What some applications read and the gateway does not yet.
fn open_tricks() -> Vec<Trick> {
    let dotted = "--b\r\nContent-Disposition: form-data; name=\".task\"\r\n\r\nlogin\r\n--b\r\nContent-Disposition: form-data; name=\"email\"\r\n\r\nuser01@example.com\r\n--b\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\npw\r\n--b--\r\n";
    let encoded = dotted.replace("name=\".task\"", "name*=utf-8''%61ction");
    let wide = |name, target, kind, text: &str| Trick {
        body: utf16(text),
        ..other(name, target, kind, "")
    };
    let form = format!("action=login&{TYPED}");
    let seven = format!("action=+AGwAbwBnAGkAbg-&{TYPED}");
    let in_seven = |kind| other(kind, "/form", kind, &seven);
    let semicolons = form.replace('&', ";");
    vec![
        wide("UTF-16 as JSON", "/rpc", JSON, &call("")),
        wide("UTF-16 as text", "/rpc", "text/plain", &call("")),
        wide(
            "a form in UTF-16",
            "/form",
            "application/x-www-form-urlencoded; charset=utf-16",
            &form,
        ),
        in_seven("application/x-www-form-urlencoded; charset=utf-7"),
        in_seven("application/x-www-form-urlencoded; charset =utf-7"),
        in_seven("application/x-www-form-urlencoded; charset=utf-8; charset=utf-7"),
        in_seven("application/x-www-form-urlencoded; charset=utf-7; charset=utf-8"),
        in_seven("application/x-www-form-urlencoded; xcharset=utf-7"),
        in_seven("application/x-www-form-urlencoded; x=\"; charset=utf-7\""),
        other(
            "an encoded name of a part",
            "/form",
            "multipart/form-data; boundary=b",
            &encoded,
        ),
        json("a second type", call("")).with("Content-Type", "text/plain"),
        json("a second coding", packed(call("").as_bytes())).with("Content-Encoding", "gzip, gzip"),
        other(
            "a form of semicolons",
            "/form",
            FORM,
            &format!("x=1;{semicolons}"),
        ),
        other("a query of semicolons", "/php?x=1;_task=login", FORM, TYPED),
        other(
            "a dot for _ in multipart",
            "/round",
            "multipart/form-data; boundary=b",
            dotted,
        ),
        other(
            "a comment before JSON",
            "/rpc",
            "text/plain",
            &format!("/**/{}", call("")),
        ),
    ]
}

async fn play(browser: &mut Browser, trick: &Trick) -> Page {
    let header = trick.header;
    browser.extra = header
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into_iter()
        .collect();
    let body = Some((trick.kind, trick.body.clone()));
    let page = browser.send(Call::Fetch, "POST", trick.target, body).await;
    browser.extra.clear();
    page
}

/// Whether the trick shows anything of the victim, at once or afterwards.
async fn comes_through(scene: &Scene, own: Person, trick: &Trick) -> bool {
    let (mut browser, _phone) = people::enrolled(&scene.gateway, own).await;
    let before = browser.clone();
    let known = scene.app.sessions_of(VICTIM).len();
    let page = play(&mut browser, trick).await;
    let mut saw = false;
    for mut browser in [browser, before] {
        for _ in 0..2 {
            browser.post_form("/private", &[("a", "b")]).await;
            browser.get("/private").await;
            browser.fetch("/private").await;
        }
        saw |= browser.saw(&VICTIM.marker());
    }
    // Refused, or signed in and held back.
    let signed_in = scene.app.sessions_of(VICTIM).len() > known;
    let refused = page.status >= 400;
    assert!(saw || signed_in || refused, "{}: {page:?}", trick.name);
    saw
}

async fn assert_none_comes_through(rotates: bool, tricks: &[Trick]) {
    let scene = setting(rotates).await;
    let (mut through, mut own) = (Vec::new(), 10);
    for trick in tricks {
        own += 1;
        if comes_through(&scene, Person(own), trick).await {
            through.push(trick.name);
        }
    }
    assert!(through.is_empty(), "{through:#?}");
    scene.assert_nobody_crossed("a settled session as the victim");
}

#[tokio::test]
async fn no_spelling_of_a_declared_body_signs_in_inside_ones_own_session_where_ids_are_kept() {
    assert_none_comes_through(false, &tricks()).await;
}

#[tokio::test]
async fn no_spelling_of_a_declared_body_signs_in_inside_ones_own_session_where_ids_rotate() {
    assert_none_comes_through(true, &tricks()).await;
}

#[tokio::test]
async fn no_spelling_that_only_some_applications_read_signs_in_either() {
    assert_none_comes_through(false, &open_tricks()).await;
}

#[tokio::test]
async fn a_harmless_body_at_the_same_path_goes_through() {
    let scene = setting(false).await;
    let (mut browser, _phone) = people::enrolled(&scene.gateway, Person(3)).await;
    let body = br#"{"method":"list","x":[1,2.5,null,"\u00e9"]}"#.to_vec();
    let page = browser
        .send(Call::Fetch, "POST", "/rpc", Some((JSON, body)))
        .await;
    assert!(page.holds(&Person(3).marker()), "{page:?}");
    let page = browser.get("/private").await;
    assert!(page.holds(&Person(3).marker()), "{page:?}");
}

/// With `Upgrade` it streamed past the place where a changed cookie is asked about.
#[tokio::test]
async fn an_undeclared_sign_in_with_an_upgrade_header_is_held_all_the_same() {
    let scene = setting(true).await;
    for (number, upgrade) in ["x", "websocket", "h2c"].into_iter().enumerate() {
        let own = Person(40 + u32::try_from(number).unwrap());
        let (mut browser, _phone) = people::enrolled(&scene.gateway, own).await;
        let trick = other("undeclared", "/sso/new", FORM, TYPED).with("Upgrade", upgrade);
        let page = play(&mut browser, &trick).await;
        assert!(!page.holds(&VICTIM.marker()), "{upgrade}: {page:?}");
        browser.get("/private").await;
        assert!(!browser.saw(&VICTIM.marker()), "{upgrade}");
    }
    assert!(scene.app.sessions_of(VICTIM).len() > 1, "no sign-in");
}

/// A handshake as it should be, to an application that does not look at it and signs in by GET.
#[tokio::test]
async fn an_undeclared_sign_in_with_a_websocket_handshake_is_held_all_the_same() {
    let app = CrmApp::with(|app| app.query_sign_in = true);
    let origin = Origin::start(Arc::new(app)).await;
    let gateway = Gateway::start(origin.addr, |_| {}).await;
    let (_victim, _phone) = people::enrolled(&gateway, VICTIM).await;
    let (mut browser, _own) = people::enrolled(&gateway, Person(2)).await;
    let target = "/report?email=user01%40example.com&password=pw";
    let mut stream = browser.connect("http/1.1").await.unwrap();
    let head = raw::head(&browser, "GET", target, &SOCKET);
    stream.write_all(&head).await.unwrap();
    let received = raw::drain(&mut stream, Duration::from_millis(600)).await;
    let text = String::from_utf8_lossy(&received);
    assert!(!origin.requests_to("/report").is_empty(), "{text}");
    assert!(!holds(&received, VICTIM.marker()), "{text}");
    browser.get("/private").await;
    assert!(!browser.saw(&VICTIM.marker()));
}

#[tokio::test]
async fn early_hints_do_not_show_the_session_id_to_a_client_that_asks_for_a_websocket() {
    let scene = setting(false).await;
    let (browser, _phone) = people::enrolled(&scene.gateway, Person(3)).await;
    for lines in [&SOCKET[..], &[]] {
        let mut stream = browser.connect("http/1.1").await.unwrap();
        let head = raw::head(&browser, "GET", "/hints", lines);
        stream.write_all(&head).await.unwrap();
        let received = raw::drain(&mut stream, Duration::from_millis(600)).await;
        let text = String::from_utf8_lossy(&received).into_owned();
        assert!(text.contains("after hints"), "{lines:?}: {text}");
        assert!(!text.contains(DOOR_ID), "{lines:?}: {text}");
        assert!(!text.contains("X-Debug"), "{lines:?}: {text}");
    }
}
