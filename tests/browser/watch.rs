//! What a tab reports by itself: errors of the console, violations of the policy, bytes on the wire.

use chromiumoxide::Page;
use chromiumoxide::cdp::IntoEventKind;
use chromiumoxide::cdp::browser_protocol::audits::EventIssueAdded;
use chromiumoxide::cdp::browser_protocol::log::{EventEntryAdded, LogEntryLevel, LogEntrySource};
use chromiumoxide::cdp::browser_protocol::network::{EventLoadingFinished, EventRequestWillBeSent};
use chromiumoxide::cdp::js_protocol::runtime::{
    ConsoleApiCalledType, EventConsoleApiCalled, EventExceptionThrown,
};
use futures_util::StreamExt;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// The collected reports of one tab.
#[derive(Clone, Default)]
pub struct Watch(Arc<Mutex<Seen>>);

#[derive(Default)]
struct Seen {
    problems: Vec<String>,
    requests: Vec<Sent>,
    bytes: HashMap<String, f64>,
}

struct Sent {
    id: String,
    loader: String,
    url: String,
}

impl Watch {
    /// Listens from now on.
    pub async fn start(page: &Page) -> Self {
        let watch = Self::default();
        watch
            .on(page, |seen, event: &EventConsoleApiCalled| {
                if matches!(
                    event.r#type,
                    ConsoleApiCalledType::Error
                        | ConsoleApiCalledType::Warning
                        | ConsoleApiCalledType::Assert
                ) {
                    seen.problems.push(format!("console: {:?}", event.args));
                }
            })
            .await;
        watch
            .on(page, |seen, event: &EventExceptionThrown| {
                seen.problems
                    .push(format!("exception: {:?}", event.exception_details));
            })
            .await;
        watch.on(page, note_entry).await;
        watch
            .on(page, |seen, event: &EventIssueAdded| {
                let details = &event.issue.details;
                if let Some(violation) = &details.content_security_policy_issue_details {
                    seen.problems.push(format!("policy: {violation:?}"));
                }
            })
            .await;
        watch
            .on(page, |seen, event: &EventRequestWillBeSent| {
                seen.requests.push(Sent {
                    id: event.request_id.inner().clone(),
                    loader: event.loader_id.inner().clone(),
                    url: event.request.url.clone(),
                });
            })
            .await;
        watch
            .on(page, |seen, event: &EventLoadingFinished| {
                seen.bytes
                    .insert(event.request_id.inner().clone(), event.encoded_data_length);
            })
            .await;
        watch
    }

    async fn on<T>(&self, page: &Page, note: impl Fn(&mut Seen, &T) + Send + 'static)
    where
        T: IntoEventKind + Unpin + Send + Sync + 'static,
    {
        let mut events = page.event_listener::<T>().await.unwrap();
        let seen = Arc::clone(&self.0);
        tokio::spawn(async move {
            while let Some(event) = events.next().await {
                note(&mut seen.lock().unwrap(), &event);
            }
        });
    }

    /// What went wrong so far.
    pub fn problems(&self) -> Vec<String> {
        self.0.lock().unwrap().problems.clone()
    }

    /// Forgets what went wrong so far.
    pub fn forget(&self) {
        self.0.lock().unwrap().problems.clear();
    }

    /// Every address that the document of this loader asked for, with the bytes that came; `None`
    /// while some are still under way. Of redirects, which keep their id, the end.
    pub fn transfers(&self, loader: &str) -> Option<Vec<(String, f64)>> {
        let seen = self.0.lock().unwrap();
        seen.requests
            .iter()
            .enumerate()
            .filter(|(at, sent)| {
                let again = seen.requests.iter().skip(at + 1);
                sent.loader == loader && !again.into_iter().any(|later| later.id == sent.id)
            })
            .map(|(_, sent)| Some((sent.url.clone(), *seen.bytes.get(&sent.id)?)))
            .collect()
    }
}

fn note_entry(seen: &mut Seen, event: &EventEntryAdded) {
    let entry = &event.entry;
    // The console calls a page of status 422 a failed resource; the status is meant.
    let a_document = entry.source == LogEntrySource::Network
        && seen
            .requests
            .iter()
            .any(|sent| sent.id == sent.loader && Some(&sent.url) == entry.url.as_ref());
    // The application's pages name no icon, so that the browser guesses one, and is not let in.
    let an_icon = entry
        .url
        .as_ref()
        .is_some_and(|url| url.ends_with("/favicon.ico"));
    let wrong = entry.level == LogEntryLevel::Error || entry.source == LogEntrySource::Security;
    if wrong && !a_document && !an_icon {
        seen.problems.push(format!(
            "log: {} ({})",
            entry.text,
            entry.url.as_deref().unwrap_or_default()
        ));
    }
}
