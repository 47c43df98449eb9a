//! Many forms at the same moment, and what they opened.

use crate::support::{Browser, Form, PROTECTED, Page};
use std::sync::Arc;
use tokio::sync::Barrier;

/// Sends every form, so many copies of each, each on a connection of its own.
pub async fn all_at_once(waiting: &[(Browser, Form)], copies: usize) -> Vec<(Browser, Page)> {
    let barrier = Arc::new(Barrier::new(waiting.len() * copies));
    let send = |(mut browser, form): (Browser, Form)| {
        let barrier = Arc::clone(&barrier);
        tokio::spawn(async move {
            barrier.wait().await;
            let page = browser.submit(&form).await;
            (browser, page)
        })
    };
    let all = waiting
        .iter()
        .flat_map(|pair| std::iter::repeat_n(pair.clone(), copies));
    let tasks: Vec<_> = all.map(send).collect();
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.unwrap());
    }
    answers
}

/// How many of the answers opened the application.
pub async fn opened(answers: Vec<(Browser, Page)>, waiting: &[(Browser, Form)]) -> usize {
    let token = |browser: &Browser| browser.jar.token().map(str::to_owned);
    let old: Vec<_> = waiting.iter().map(|(browser, _)| token(browser)).collect();
    let mut count = 0;
    for (mut browser, page) in answers {
        assert!(!page.holds(PROTECTED), "{page:?}");
        assert!(page.status < 500 || page.status == 503, "{page:?}");
        // Only a new token can open anything; the old ones are tried once below.
        let token = token(&browser);
        if token.is_some() && !old.contains(&token) {
            count += usize::from(browser.get("/private").await.holds(PROTECTED));
        }
    }
    for (browser, _) in waiting {
        let page = browser.clone().get("/private").await;
        assert!(!page.holds(PROTECTED), "an old token opened: {page:?}");
    }
    count
}
