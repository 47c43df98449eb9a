//! What two sides of the gateway could read differently: framing, addresses, scopes, ranges.

use crate::side_doors::{DOOR_ID, Scene, SideDoors};
use crate::support::people;
use crate::support::{Browser, CrmApp, Gateway, Origin, Page, Person, holds, raw};
use std::sync::Arc;
use std::time::Duration;

const OLD: &str = "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nold style body";

async fn setting() -> (CrmApp, Origin, Gateway) {
    let app = CrmApp::default();
    let origin = Origin::start(Arc::new(app.clone())).await;
    let gateway = Gateway::start(origin.addr, |config| {
        config.set("guard", "no_credentials", "[\"/static/**\"]");
    })
    .await;
    (app, origin, gateway)
}

/// A visitor without cookies, a session of nobody, and a settled one.
async fn everybody(gateway: &Gateway, page: &str) -> [(&'static str, Browser); 3] {
    let mut anonymous = gateway.browser();
    anonymous.get(page).await;
    let settled = people::password_only(gateway, Person(1)).await;
    [
        ("bare", gateway.browser()),
        ("anonymous", anonymous),
        ("settled", settled),
    ]
}

async fn get_with(browser: &mut Browser, target: &str, headers: &[(&str, &str)]) -> Page {
    browser.extra = headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let page = browser.get(target).await;
    browser.extra.clear();
    page
}

#[tokio::test]
async fn an_answer_of_http_1_0_without_a_length_is_well_framed_for_every_client() {
    let (app, _origin, gateway) = setting().await;
    app.shape("/old", OLD);
    for (who, mut browser) in everybody(&gateway, "/login").await {
        let page = browser.get("/old").await;
        let raw = String::from_utf8_lossy(&page.raw).into_owned();
        assert!(raw.starts_with("HTTP/1.1 200"), "{who}: {raw}");
        assert_eq!(page.text(), "old style body", "{who}: {raw}");
        let chunked = page.header("transfer-encoding") == Some("chunked");
        let counted = page.header("content-length") == Some("14");
        assert!(chunked != counted, "{who}: {raw}");

        // A client of HTTP/1.0 knows no chunks: the end of the connection ends the body.
        let head = raw::head(&browser, "GET", "/old", &[]);
        let head = String::from_utf8(head).unwrap();
        let head = head.replacen("HTTP/1.1", "HTTP/1.0", 1);
        let asking = raw::send(gateway.addr, head.as_bytes(), Duration::from_secs(5));
        let closed = tokio::time::timeout(Duration::from_secs(4), asking).await;
        let raw = String::from_utf8_lossy(&closed.expect("it stays open")).into_owned();
        assert!(raw.ends_with("\r\n\r\nold style body"), "{who}: {raw}");
        let lower = raw.to_ascii_lowercase();
        assert!(!lower.contains("transfer-encoding"), "{who}: {raw}");
    }
}

#[tokio::test]
async fn no_header_that_some_application_takes_for_the_clients_address_arrives() {
    const ADDRESS: &str = "203.0.113.9";
    let (_app, origin, gateway) = setting().await;
    for name in [
        "True-Client-IP",
        "Client-IP",
        "CF-Connecting-IP",
        "X-Cluster-Client-IP",
        "Fastly-Client-IP",
        "True_Client_IP",
        "client_ip",
        "X-Real-IP",
        "X-Forwarded-For",
        "Forwarded",
    ] {
        for (who, mut browser) in everybody(&gateway, "/login").await {
            origin.forget();
            for target in ["/echo-headers", "/static/app.css"] {
                get_with(&mut browser, target, &[(name, ADDRESS)]).await;
                origin.last_to(target);
            }
            assert!(!origin.received(ADDRESS), "{name} arrived ({who})");
        }
    }
}

#[tokio::test]
async fn no_rarer_header_that_some_application_takes_for_the_clients_address_arrives() {
    const ADDRESS: &str = "203.0.113.9";
    let (_app, origin, gateway) = setting().await;
    let mut arrived = Vec::new();
    for name in [
        "Proxy-Client-IP",
        "WL-Proxy-Client-IP",
        "X-Originating-IP",
        "X-Remote-IP",
        "X-Remote-Addr",
        "X-Azure-ClientIP",
        "Fly-Client-IP",
        "Ali-CDN-Real-IP",
        "CF-Connecting-IPv6",
        "X-Envoy-External-Address",
        "X-Appengine-User-IP",
    ] {
        origin.forget();
        get_with(&mut gateway.browser(), "/public", &[(name, ADDRESS)]).await;
        if origin.received(ADDRESS) {
            arrived.push(name);
        }
    }
    assert!(arrived.is_empty(), "{arrived:#?}");
}

#[tokio::test]
async fn a_service_worker_over_the_gateways_pages_is_refused_and_one_in_a_folder_is_not() {
    let (_app, origin, gateway) = setting().await;
    let script = [("Service-Worker", "script")];
    for (who, mut browser) in everybody(&gateway, "/login").await {
        for target in ["/sw.js", "/sw.js?v=2", "/settings/sw.js"] {
            origin.forget();
            let page = get_with(&mut browser, target, &script).await;
            assert_eq!(page.status, 403, "{who} {target}: {page:?}");
            assert!(!origin.received("/sw.js"), "{who} {target} arrived");
        }
        for target in ["/app/sw.js", "/static/sw.js"] {
            let page = get_with(&mut browser, target, &script).await;
            assert_ne!(page.status, 403, "{who} {target}: {page:?}");
            origin.last_to(target);
        }
        // Not the script of one: the same file is an ordinary one.
        get_with(&mut browser, "/sw.js", &[]).await;
        origin.last_to("/sw.js");
    }
}

#[tokio::test]
async fn a_wider_scope_for_a_service_worker_does_not_reach_the_browser() {
    let (app, _origin, gateway) = setting().await;
    let body = "self.addEventListener('fetch', () => {})";
    let answer = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/javascript\r\nservice-worker-Allowed: /\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    for target in ["/app/sw.js", "/static/sw.js"] {
        app.shape(target, answer.as_str());
        for (who, mut browser) in everybody(&gateway, "/login").await {
            let page = get_with(&mut browser, target, &[("Service-Worker", "script")]).await;
            assert_eq!(page.text(), body, "{who} {target}: {page:?}");
            let scope = page.header("service-worker-allowed");
            assert_eq!(scope, None, "{who} {target}");
        }
    }
}

/// Each half of an id is too short to be recognised by itself.
#[tokio::test]
async fn two_ranges_do_not_cut_a_session_id_in_two() {
    let scene = Scene::start(SideDoors::default(), |config| {
        config.set("guard", "no_credentials", "[\"/static/**\"]");
    })
    .await;
    for (who, mut browser) in everybody(&scene.gateway, "/").await {
        let page = browser.get("/ids").await;
        assert!(!page.holds(DOOR_ID), "{who}: {page:?}");
        let cut = "<a href=\"/x;sessionid=".len() + DOOR_ID.len() + 2;
        let mut halves = Vec::new();
        for range in [format!("bytes=0-{}", cut - 1), format!("bytes={cut}-")] {
            let headers = [("Range", range.as_str()), ("If-Range", "\"x\"")];
            let page = get_with(&mut browser, "/ids", &headers).await;
            assert!(!page.holds(DOOR_ID), "{who}: {page:?}");
            halves.extend(page.body);
        }
        assert!(!holds(&halves, DOOR_ID), "{who}");
        // Control: what is public and carries no credential may be asked for in parts.
        let headers = [("Range", "bytes=0-3")];
        let part = get_with(&mut browser, "/static/page", &headers).await;
        let received = scene.origin.last_to("/static/page");
        assert_eq!(received.header("range"), Some("bytes=0-3"), "{part:?}");
        for request in scene.origin.requests_to("/ids") {
            assert_eq!(request.header("range"), None, "{who}: {request:?}");
        }
    }
}

/// Apache httpd 2.4 takes it for `Range` (`ap_set_byterange`).
#[tokio::test]
async fn the_older_name_of_a_range_does_not_cut_a_session_id_in_two_either() {
    let scene = Scene::start(SideDoors::default(), |_| {}).await;
    for (who, mut browser) in everybody(&scene.gateway, "/").await {
        let cut = "<a href=\"/x;sessionid=".len() + DOOR_ID.len() + 2;
        let range = format!("bytes=0-{}", cut - 1);
        let page = get_with(&mut browser, "/ids", &[("Request-Range", &range)]).await;
        assert!(!page.holds(DOOR_ID), "{who}: {page:?}");
    }
}
