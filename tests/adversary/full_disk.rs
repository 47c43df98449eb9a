//! No byte more can be written: not to the database, its journal or the log.

use crate::support::people::{self, Person, answer_challenge, sign_in};
use crate::support::{Browser, CrmApp, Gateway, Origin, PROTECTED};
use std::fs;
use std::sync::Arc;

/// Files may grow to a little more than what they are now; beyond it writes fail as on a full disk.
fn fill_the_disk(gateway: &mut Gateway) {
    let data = gateway.directory().join("data");
    let files = fs::read_dir(data).unwrap().flatten();
    let largest = files.map(|file| file.metadata().unwrap().len()).max();
    let blocks = largest.unwrap().div_ceil(512) + 64;
    // The log has reached that size already.
    let log = fs::File::options()
        .write(true)
        .open(gateway.directory().join("gateway.log"));
    log.unwrap().set_len(blocks * 512).unwrap();
    gateway.before = format!("trap '' XFSZ; ulimit -f {blocks}");
}

/// People without a factor sign in until nothing can be written down any more.
async fn sign_in_until_it_is_full(gateway: &Gateway) -> Vec<(Person, Browser)> {
    let mut signed_in = Vec::new();
    for number in 100..400 {
        let (person, mut browser) = (Person(number), gateway.browser());
        let answer = sign_in(&mut browser, person).await;
        if answer.status == 503 {
            let words = answer.reading();
            assert!(words.contains("Sign-in is unavailable"), "{answer:?}");
            assert!(!browser.saw(PROTECTED), "{answer:?}");
            return signed_in;
        }
        assert_eq!(answer.status, 302, "{answer:?}");
        signed_in.push((person, browser));
    }
    panic!("the disk never filled up");
}

#[tokio::test]
async fn a_full_disk_opens_nothing_loses_nothing_and_the_page_says_so() {
    let origin = Origin::start(Arc::new(CrmApp::default())).await;
    let mut gateway = Gateway::start(origin.addr, |_| {}).await;
    let owner = Person(1);
    let (mut verified, mut phone) = people::enrolled(&gateway, owner).await;
    gateway.kill9();
    fill_the_disk(&mut gateway);
    gateway.spawn().await;

    let mut signed_in = sign_in_until_it_is_full(&gateway).await;
    for _ in 0..20 {
        let mut stranger = gateway.browser();
        let answer = sign_in(&mut stranger, owner).await;
        assert_eq!(answer.status, 503, "{answer:?}");
        assert!(!stranger.get("/private").await.holds(PROTECTED));
        assert!(!stranger.saw(PROTECTED));
    }
    // Nothing needs to be written for a session that is settled.
    assert!(verified.get("/private").await.holds(&owner.marker()));
    assert!(gateway.is_alive(), "{}", gateway.log());

    gateway.before.clear();
    gateway.restart().await;
    assert!(verified.get("/private").await.holds(&owner.marker()));
    for (person, browser) in &mut signed_in {
        let page = browser.get("/private").await;
        assert!(page.holds(&person.marker()), "{person:?}: {page:?}");
    }
    let mut browser = gateway.browser();
    sign_in(&mut browser, owner).await;
    let code = phone.code().await;
    assert_eq!(answer_challenge(&mut browser, &code).await.status, 303);
    assert!(browser.get("/private").await.holds(&owner.marker()));
}
