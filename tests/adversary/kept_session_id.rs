//! An application that keeps its session id at sign-in, and an attacker with the password who was
//! there before it with the same cookies.

use crate::support::people::{self, answer_challenge};
use crate::support::wire::{self, Outgoing};
use crate::support::{
    Authenticator, Bind, Browser, Call, CrmApp, Gateway, Ids, Origin, PROTECTED, Page, Person,
    holds, raw,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::task::JoinHandle;

const VICTIM: Person = Person(1);

struct Setting {
    app: CrmApp,
    _origin: Origin,
    gateway: Gateway,
    phone: Authenticator,
}

async fn setting(bind: Bind) -> Setting {
    let app = CrmApp::with(|app| {
        (app.ids, app.bind, app.login_delay) = (Ids::Kept, bind, Duration::from_secs(1));
    });
    let origin = Origin::start(Arc::new(app.clone())).await;
    let gateway = Gateway::start(origin.addr, |_| {}).await;
    let (_owner, phone) = people::enrolled(&gateway, VICTIM).await;
    Setting {
        app,
        _origin: origin,
        gateway,
        phone,
    }
}

/// Opens pages without a pause until told to stop; returns how many answers came, and every byte.
fn hammer(
    mut browser: Browser,
    number: usize,
    stop: Arc<AtomicBool>,
    count: Arc<AtomicUsize>,
) -> JoinHandle<Vec<u8>> {
    tokio::spawn(async move {
        let calls = [Call::Navigation, Call::Fetch, Call::Image, Call::Frame];
        while !stop.load(Ordering::Relaxed) {
            let _ = browser
                .try_send(calls[number % 4], "GET", "/private", None)
                .await;
            count.fetch_add(1, Ordering::Relaxed);
        }
        browser.seen
    })
}

/// Starts an upload with the old cookies and holds it open at its half.
async fn half_an_upload(browser: &Browser) -> Box<dyn wire::Stream> {
    let lines = [
        "Content-Length: 2000",
        "Content-Type: application/octet-stream",
        "Sec-Fetch-Mode: cors",
        "Sec-Fetch-Dest: empty",
    ];
    let mut stream = browser.connect("http/1.1").await.unwrap();
    stream
        .write_all(&raw::head(browser, "POST", "/upload", &lines))
        .await
        .unwrap();
    stream.write_all(&[b'u'; 1_000]).await.unwrap();
    stream
}

/// The application itself opens to the raw session: the gateway is all that stands between.
async fn assert_signed_in_at_the_application(setting: &Setting) {
    let sessions = setting.app.sessions_of(VICTIM);
    let mut opened = 0;
    for id in sessions {
        let mut direct = Browser::new(setting._origin.addr, None, false);
        direct.jar.plant("sessionid", &id);
        opened += usize::from(direct.get("/private").await.holds(&VICTIM.marker()));
    }
    assert!(
        opened > 1,
        "the sign-in never took place at the application"
    );
}

async fn hammered_sign_in(bind: Bind) {
    let mut setting = setting(bind).await;
    let mut browser = setting.gateway.browser();
    let login = browser.get("/login").await;
    let form = login
        .form_with("password")
        .set("email", &VICTIM.email())
        .set("password", "pw");
    let old = browser.clone();

    let (stop, count) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicUsize::new(0)),
    );
    let mut tasks: Vec<_> = (0..8)
        .map(|number| hammer(old.clone(), number, Arc::clone(&stop), Arc::clone(&count)))
        .collect();
    let mut upload = half_an_upload(&old).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    let held = submit_patiently(&mut browser, &form).await;
    assert!(held.leads_to("/.mfa/challenge"), "{bind:?}: {held:?}");

    // After the sign-in the new cookies hammer too, and the upload is finished.
    tasks.extend((0..4).map(|number| {
        hammer(
            browser.clone(),
            number,
            Arc::clone(&stop),
            Arc::clone(&count),
        )
    }));
    let _ = upload.write_all(&[b'u'; 1_000]).await;
    let uploaded = raw::drain(&mut upload, Duration::from_secs(5)).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    stop.store(true, Ordering::Relaxed);
    assert!(
        !holds(&uploaded, PROTECTED),
        "{bind:?}: the upload was answered with a protected page"
    );
    for task in tasks {
        assert!(
            !holds(&task.await.unwrap(), PROTECTED),
            "{bind:?}: a protected page came through"
        );
    }
    assert!(
        count.load(Ordering::Relaxed) > 50,
        "{bind:?}: only {count:?} attempts"
    );
    assert!(!browser.saw(PROTECTED));
    assert_signed_in_at_the_application(&setting).await;

    let code = setting.phone.code().await;
    assert_eq!(
        answer_challenge(&mut browser, &code).await.status,
        303,
        "{bind:?}"
    );
    assert!(
        browser.get("/private").await.holds(&VICTIM.marker()),
        "{bind:?}: the owner does not get in"
    );
    let mut late = old.clone();
    late.seen.clear();
    for _ in 0..5 {
        late.get("/private").await;
    }
    assert!(
        !late.saw(PROTECTED),
        "{bind:?}: the old cookies opened after the factor"
    );
}

/// Under load the sign-in may be told to try again, and does.
async fn submit_patiently(browser: &mut Browser, form: &crate::support::Form) -> Page {
    let mut page = browser.submit(form).await;
    for _ in 0..3 {
        if page.status != 503 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
        page = browser.submit(form).await;
    }
    page
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hammering_a_page_through_the_sign_in_shows_nothing() {
    hammered_sign_in(Bind::Early).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hammering_shows_nothing_where_the_session_is_saved_after_the_answer() {
    hammered_sign_in(Bind::Late).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hanging_up_in_the_middle_of_the_sign_in_shows_nothing() {
    for bind in [Bind::Early, Bind::Late] {
        let setting = setting(bind).await;
        let mut browser = setting.gateway.browser();
        let login = browser.get("/login").await;
        let form = login
            .form_with("password")
            .set("email", &VICTIM.email())
            .set("password", "pw");
        let body = form.encode();
        let lines = [
            format!("Content-Length: {}", body.len()),
            "Content-Type: application/x-www-form-urlencoded".to_owned(),
            "Accept: text/html".to_owned(),
            format!("Origin: {}", browser.origin()),
        ];
        let mut head = raw::head(
            &browser,
            "POST",
            "/login",
            &lines.iter().map(String::as_str).collect::<Vec<_>>(),
        );
        head.extend_from_slice(body.as_bytes());
        let mut stream = browser.connect("http/1.1").await.unwrap();
        stream.write_all(&head).await.unwrap();
        tokio::time::sleep(Duration::from_millis(300)).await;
        drop(stream);

        let (stop, count) = (
            Arc::new(AtomicBool::new(false)),
            Arc::new(AtomicUsize::new(0)),
        );
        let tasks: Vec<_> = (0..4)
            .map(|number| {
                hammer(
                    browser.clone(),
                    number,
                    Arc::clone(&stop),
                    Arc::clone(&count),
                )
            })
            .collect();
        tokio::time::sleep(Duration::from_secs(2)).await;
        stop.store(true, Ordering::Relaxed);
        for task in tasks {
            assert!(
                !holds(&task.await.unwrap(), PROTECTED),
                "{bind:?}: hanging up released a page"
            );
        }
        assert!(
            count.load(Ordering::Relaxed) > 10,
            "{bind:?}: only {count:?} attempts"
        );
        assert_signed_in_at_the_application(&setting).await;
    }
}

#[tokio::test]
async fn a_wrong_length_or_a_broken_off_sign_in_ends_the_record() {
    let setting = setting(Bind::Early).await;
    let mut browser = setting.gateway.browser();
    browser.get("/login").await;
    let lines = [
        "Content-Length: 500",
        "Content-Type: application/x-www-form-urlencoded",
    ];
    let mut stream = browser.connect("http/1.1").await.unwrap();
    stream
        .write_all(&raw::head(&browser, "POST", "/login", &lines))
        .await
        .unwrap();
    stream
        .write_all(b"email=user01%40example.com&password=pw")
        .await
        .unwrap();
    drop(stream);
    tokio::time::sleep(Duration::from_millis(300)).await;
    let mut raw = Vec::new();
    let stream = browser.connect("http/1.1").await.unwrap();
    let bare = Outgoing::new("GET", "/private");
    wire::http1(stream, &browser.host(), &bare, &mut raw)
        .await
        .unwrap();
    assert!(!holds(&raw, PROTECTED));
    assert!(!browser.get("/private").await.holds(PROTECTED));
}
