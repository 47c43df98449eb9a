//! Ten thousand visitors with a session cookie each, within a minute, from as many networks.

use crate::process;
use crate::support::people::{self, Person, give_password};
use crate::support::{Browser, CrmApp, Gateway, Origin};
use std::sync::Arc;
use std::time::{Duration, Instant};

const VISITORS: u32 = 10_000;
const AT_ONCE: u32 = 8;

/// Somebody behind the front proxy.
fn from(gateway: &Gateway, address: &str) -> Browser {
    let mut browser = gateway.browser();
    let forwarded = ("X-Forwarded-For".to_owned(), address.to_owned());
    browser.extra.push(forwarded);
    browser
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crowd_of_visitors_takes_little_memory_and_evicts_nobodys_sign_in() {
    let origin = Origin::start(Arc::new(CrmApp::default())).await;
    let gateway = Gateway::start(origin.addr, |config| {
        config.set("listen", "trusted_proxies", "[\"127.0.0.1/32\"]");
    })
    .await;
    let (_owner, mut phone) = people::enrolled(&gateway, Person(1)).await;
    let mut user = from(&gateway, "192.0.2.7");
    let form = user.get("/login").await;

    let pid = process::pid_of(&gateway);
    let (before, started) = (process::resident(pid), Instant::now());
    let tasks: Vec<_> = (0..AT_ONCE)
        .map(|lane| {
            let mut browsers: Vec<Browser> = (lane..VISITORS)
                .step_by(AT_ONCE as usize)
                .map(|number| {
                    let [_, a, b, c] = number.to_be_bytes();
                    from(&gateway, &format!("10.{a}.{b}.{c}"))
                })
                .collect();
            tokio::spawn(async move {
                for browser in &mut browsers {
                    let page = browser.get("/login").await;
                    assert_eq!(page.status, 200, "{page:?}");
                    assert!(browser.jar.get("sessionid").is_some(), "{page:?}");
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let (took, grew) = (started.elapsed(), process::resident(pid) - before);
    println!("{VISITORS} visitors in {took:?}: {grew} MiB more");
    assert!(took < Duration::from_secs(60), "{took:?}");
    // Some 7 KiB each, and what is under way at the moment.
    assert!(grew < 96, "{grew} MiB for {VISITORS} visitors");

    let held = give_password(&mut user, &form, Person(1), "pw").await;
    assert!(held.leads_to("/.mfa/challenge"), "{held:?}");
    let code = phone.code().await;
    people::answer_challenge(&mut user, &code).await;
    assert!(user.get("/private").await.holds(&Person(1).marker()));
}
