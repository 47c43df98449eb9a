//! The session that a check has made ends at the application, as its user would end it: by the form of
//! the page that came of it, or else as a rule says.
//!
//! A way has worked where the cookies are gone, or nobody is signed in with them any more
//! (`applications.md` T18). What goes wrong costs the user nothing: nobody holds those cookies.

use std::time::Duration;

use super::{OpenForm, text};
use crate::domain::evidence::Evidence;
use crate::domain::own_request::{OwnRequest, sign_out_form, sign_outs};
use crate::domain::page::Page;
use crate::proxy::gateway::Parts;
use crate::proxy::spool::Spooled;

/// For all of it: it is nobody's to wait for, and must not pile up.
const WITHIN: Duration = Duration::from_secs(15);

/// How far the way from a sign-in to its first page is followed.
const MOST_REDIRECTS: usize = 3;

/// How many ways are tried beside the forms of pages.
const MOST_WAYS: usize = 4;

impl OpenForm {
    pub(super) async fn sign_out(&mut self, landing: String) {
        if self.parts.guard.sign_out.is_empty() {
            return;
        }
        let signed_out = tokio::time::timeout(WITHIN, self.try_ways(landing)).await;
        if signed_out != Ok(true) {
            tracing::info!(
                request_id = self.facts.request_id,
                "the session that the check of a password made could not be signed out (guard.sign_out)"
            );
        }
    }

    async fn try_ways(&mut self, landing: String) -> bool {
        let (html, address) = self.page_at(landing).await;
        if let Some(form) = self.parts.sign_out_form(html, address).await
            && self.has_worked(form).await.is_ok()
        {
            return true;
        }
        let rules = self.parts.guard.sign_out.iter();
        let ways: Vec<_> = rules.flat_map(sign_outs).take(MOST_WAYS).collect();
        for way in ways {
            let address = way.target.clone();
            let Err(page) = self.has_worked(way).await else {
                return true;
            };
            // Some ask whether one is sure, by a form.
            let html = page.as_ref().map(text).unwrap_or_default();
            if let Some(form) = self.parts.sign_out_form(html, address).await
                && self.has_worked(form).await.is_ok()
            {
                return true;
            }
        }
        false
    }

    /// Whether nobody is signed in after this; the answer where somebody is.
    async fn has_worked(&mut self, way: OwnRequest) -> Result<(), Option<Spooled>> {
        let before = self.stranger.jar.clone();
        let answer = self.ask_for(way).await;
        let lost = self
            .parts
            .guard
            .identity
            .is_lost(&before, &self.stranger.jar);
        if lost || self.whose().await == Evidence::SignedOut {
            return Ok(());
        }
        Err(answer)
    }

    /// The page, or the one that it redirects to, with its address.
    async fn page_at(&mut self, mut address: String) -> (String, String) {
        for _ in 0..MOST_REDIRECTS {
            let Some(page) = self.ask_for(OwnRequest::get(&address)).await else {
                break;
            };
            if !page.head.status.is_redirection() {
                return (text(&page), address);
            }
            address = self.landing(&page);
        }
        (String::new(), address)
    }

    async fn ask_for(&mut self, request: OwnRequest) -> Option<Spooled> {
        let limit = self.parts.guard.limits.exchange_timeout;
        let answer =
            self.parts
                .exchange_alone(request, &mut self.stranger, &self.facts, &self.head);
        tokio::time::timeout(limit, answer).await.ok()?.ok()
    }
}

impl Parts {
    /// The sign-out that a form of this page makes, if there is one.
    async fn sign_out_form(&self, html: String, address: String) -> Option<OwnRequest> {
        let (rules, origin) = (self.guard.sign_out.clone(), self.guard.origin.clone());
        let read = move || {
            let page = Page::parse(&html, &address, &origin);
            rules.iter().find_map(|rule| sign_out_form(rule, &page))
        };
        tokio::task::spawn_blocking(read).await.ok().flatten()
    }
}
