//! Asking for one page again and again, in every way a browser asks, while something else happens.

use crate::support::{Browser, Call};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;

const CALLS: [Call; 4] = [Call::Navigation, Call::Fetch, Call::Image, Call::Frame];

/// Copies of a browser at work.
pub struct Hammering {
    stop: Arc<AtomicBool>,
    count: Arc<AtomicUsize>,
    tasks: Vec<JoinHandle<Browser>>,
}

impl Hammering {
    /// `tabs` copies of the browser, with the cookies that it has now.
    pub fn start(browser: &Browser, target: &'static str, tabs: usize) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let count = Arc::new(AtomicUsize::new(0));
        let tasks = (0..tabs)
            .map(|number| {
                let (stop, count) = (Arc::clone(&stop), Arc::clone(&count));
                let (cookies, mut tab) = (browser.jar.clone(), browser.clone());
                tokio::spawn(async move {
                    while !stop.load(Ordering::Relaxed) {
                        // The attacker keeps to the old cookies, whatever is set.
                        tab.jar = cookies.clone();
                        let call = CALLS[number % CALLS.len()];
                        let _ = tab.try_send(call, "GET", target, None).await;
                        count.fetch_add(1, Ordering::Relaxed);
                    }
                    tab
                })
            })
            .collect();
        Self { stop, count, tasks }
    }

    /// Goes on until so many answers have come, then stops; what the copies have seen.
    pub async fn stop(self, answers: usize) -> Vec<Browser> {
        let started = Instant::now();
        while self.count.load(Ordering::Relaxed) < answers {
            assert!(
                started.elapsed() < Duration::from_secs(60),
                "only {:?} answers",
                self.count
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        self.stop.store(true, Ordering::Relaxed);
        let mut tabs = Vec::new();
        for task in self.tasks {
            tabs.push(task.await.unwrap());
        }
        tabs
    }
}
