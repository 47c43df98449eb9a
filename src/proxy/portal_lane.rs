//! Requests for the gateway's own pages, handed to the portal without a word of Pingora.

use std::sync::Arc;

use pingora::proxy::Session;
use zeroize::Zeroizing;

use super::body::{self, BodyError};
use super::facts::{Facts, language_of};
use super::gateway::Parts;
use super::jar::{Jar, ResponseCookies, expire};
use super::password_check::ApplicationSignIn;
use super::reply::Reply;
use crate::flows::password::SignInPage;
use crate::portal::views::texts::PageProblem;
use crate::portal::{Page, PortalRequest, PortalSession};
use crate::stores::Found;

/// The gateway's forms are small.
const LARGEST_FORM: usize = 16 * 1024;

/// The fields of a form, as a browser wrote them.
pub fn form_fields(body: &[u8]) -> Vec<(String, Zeroizing<String>)> {
    form_urlencoded::parse(body)
        .map(|(name, value)| (name.into_owned(), Zeroizing::new(value.into_owned())))
        .collect()
}

impl Parts {
    pub async fn portal_lane(
        self: &Arc<Self>,
        session: &mut Session,
        facts: &Facts,
        found: Option<Found>,
    ) -> pingora::Result<Reply> {
        let body = match body::read(session, facts, self.room_for(LARGEST_FORM)).await {
            Ok(body) => body,
            Err(BodyError::TooLarge) => return Ok(self.refusal(facts, PageProblem::TooLarge)),
            Err(BodyError::Full) => return Ok(self.refusal(facts, PageProblem::Busy)),
            Err(BodyError::Broken(error)) => return Err(error),
        };
        let form = form_fields(body.as_ref());
        body.wipe();
        let headers = &session.req_header().headers;
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        if text("service-worker").is_some() {
            // A worker over these pages could answer in their place.
            return Ok(self.refusal(facts, PageProblem::Forbidden));
        }
        let from = facts.client.to_string();
        let sign_in = match &found {
            Some(Found::Current(held)) if !facts.is_safe() => {
                let (head, session) = (session.req_header(), held.record.id);
                Some(ApplicationSignIn::new(self, facts, head, session))
            }
            _ => None,
        };
        let request = PortalRequest {
            method: facts.method.clone(),
            path: &facts.target.path,
            query: &facts.target.query,
            form,
            session: match found {
                None => PortalSession::None,
                Some(Found::Replaced) => PortalSession::Replaced,
                Some(Found::Current(held)) => PortalSession::Current(held),
            },
            sign_in: sign_in.as_ref().map(|page| page as &dyn SignInPage),
            from: &from,
            request_id: &facts.request_id,
            language: language_of(session.req_header()),
            origin: text("origin"),
            fetch_site: text("sec-fetch-site"),
            fetch_dest: text("sec-fetch-dest"),
            fetch_mode: text("sec-fetch-mode"),
        };
        let page = self.portal.handle(&request).await;
        Ok(self.with_cookies(page, facts))
    }

    /// The new token where there is one; everything forgotten where the session has ended.
    fn with_cookies(&self, page: Page, facts: &Facts) -> Reply {
        let (token, ended) = (page.token.clone(), page.ended);
        let mut lines = Vec::new();
        if let Some(token) = token {
            lines.push(self.guard.token_line(&token).into_bytes());
        }
        if let Some(path) = &page.remember {
            lines.push(self.guard.return_line(path).into_bytes());
        }
        if ended {
            let dead = facts.presented_names();
            lines.extend(expire(
                &dead,
                &Jar::default(),
                &ResponseCookies::default(),
                self.guard.https,
            ));
            lines.push(self.guard.token_deletion().into_bytes());
        }
        Reply::from(page).with_cookies(lines)
    }
}
