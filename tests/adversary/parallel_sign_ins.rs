//! One user signs in sixty-four times at once, in one browser and in many: every sign-in ends verified
//! by its own factor, or not at all.

use crate::support::people::{self, Person, answer_challenge, give_password, sign_in};
use crate::support::{Authenticator, Browser, CrmApp, Gateway, Ids, Origin, PROTECTED};
use std::sync::Arc;
use tokio::sync::Barrier;

const AT_ONCE: usize = 64;

async fn setting(ids: Ids) -> (Origin, Gateway, Authenticator) {
    let origin = Origin::start(Arc::new(CrmApp::with(|app| app.ids = ids))).await;
    let gateway = Gateway::start(origin.addr, |_| {}).await;
    let (_owner, phone) = people::enrolled(&gateway, Person(1)).await;
    (origin, gateway, phone)
}

/// Runs `work` in each browser at the same moment.
async fn at_once<F>(browsers: Vec<Browser>, work: impl Fn(Browser) -> F) -> Vec<Browser>
where
    F: Future<Output = Browser> + Send + 'static,
{
    let barrier = Arc::new(Barrier::new(browsers.len()));
    let start = |browser| {
        let (barrier, work) = (Arc::clone(&barrier), work(browser));
        tokio::spawn(async move {
            barrier.wait().await;
            work.await
        })
    };
    let tasks: Vec<_> = browsers.into_iter().map(start).collect();
    let mut done = Vec::new();
    for task in tasks {
        done.push(task.await.unwrap());
    }
    done
}

async fn answer(mut browser: Browser, code: String) -> Browser {
    let page = browser.get_following("/.mfa/challenge").await;
    if page.has_field("code") {
        let form = page.form_with("code").set("code", &code);
        browser.submit(&form).await;
    }
    browser
}

async fn opened(browsers: &mut [Browser]) -> usize {
    let mut opened = 0;
    for browser in browsers {
        let page = browser.get("/private").await;
        opened += usize::from(page.holds(&Person(1).marker()));
    }
    opened
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_many_browsers_one_code_opens_one_of_them() {
    for ids in [Ids::Rotates, Ids::Kept] {
        let (_origin, gateway, mut phone) = setting(ids).await;
        let browsers = (0..AT_ONCE).map(|_| gateway.browser()).collect();
        let password = |mut browser: Browser| async move {
            sign_in(&mut browser, Person(1)).await;
            browser
        };
        let browsers = at_once(browsers, password).await;
        assert!(browsers.iter().all(|browser| !browser.saw(PROTECTED)));
        let fresh = phone.code().await;
        let code = |browser| answer(browser, fresh.clone());
        let mut browsers = at_once(browsers, code).await;
        assert_eq!(opened(&mut browsers).await, 1, "{ids:?}");
    }
}

/// Tabs of one browser share its cookies, as they were when each of them began.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_tabs_of_one_browser_no_tab_opens_without_a_code_of_its_session() {
    for ids in [Ids::Rotates, Ids::Kept] {
        let (_origin, gateway, mut phone) = setting(ids).await;
        let mut browser = gateway.browser();
        let page = Arc::new(browser.get("/login").await);
        let tabs: Vec<Browser> = (0..AT_ONCE).map(|_| browser.clone()).collect();
        let password = |mut tab: Browser| {
            let page = Arc::clone(&page);
            async move {
                give_password(&mut tab, &page, Person(1), "pw").await;
                tab
            }
        };
        let mut tabs = at_once(tabs, password).await;
        assert!(tabs.iter().all(|tab| !tab.saw(PROTECTED)), "{ids:?}");
        assert_eq!(opened(&mut tabs).await, 0, "{ids:?}");

        // The last answer is what the browser keeps. With it, or anew, the user gets in.
        let mut last = tabs.pop().unwrap();
        if !last.get("/private").await.leads_to("/.mfa/challenge") {
            last = gateway.browser();
            sign_in(&mut last, Person(1)).await;
        }
        let fresh = phone.code().await;
        let answer = answer_challenge(&mut last, &fresh).await;
        assert_eq!(answer.status, 303, "{ids:?}: {answer:?}");
        assert!(last.get("/private").await.holds(&Person(1).marker()));
        assert_eq!(
            opened(&mut tabs).await,
            0,
            "{ids:?}: another tab's old session"
        );
    }
}
