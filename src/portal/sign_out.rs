//! Signing out of the gateway's session.

use http::{Method, StatusCode};

use super::views::SignOutPage;
use super::views::texts::Ending;
use super::{Page, Portal, Visit};
use crate::flows::FlowError;

impl Portal {
    pub(super) async fn sign_out(&self, visit: Visit<'_>) -> Result<Page, FlowError> {
        if visit.request.method == Method::POST {
            self.flows.sign_out(visit.actor).await?;
            if let Some(back) = self.own_page(visit.request.field("return")) {
                // Signing in again was what it was for: on to that, and then back.
                let mut page = Page::see_other(&self.settings.sign_in_page);
                (page.ended, page.remember) = (true, Some(back));
                return Ok(page);
            }
            let mut page = self.without_session(visit.request, Ending::SignedOut)?;
            page.ended = true;
            return Ok(page);
        }
        let (csrf, action) = (
            self.csrf_of(visit.held),
            format!("{}/sign-out", self.settings.path),
        );
        let page = SignOutPage {
            frame: self.frame(visit.request.reader()),
            csrf: &csrf,
            action: &action,
            account: &visit.actor.who.name,
            cancel: "/",
        };
        Ok(self.render(StatusCode::OK, &page, visit.request.request_id))
    }
}
