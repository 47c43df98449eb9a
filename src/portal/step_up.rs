//! Step-up: the page between a click and a change of factors.

use http::{Method, StatusCode};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::challenge::{slip, status_of};
use super::views::texts::{Ending, FormProblem, Reason};
use super::views::{SignInAgainPage, StepUpPage};
use super::{Page, Portal, Visit};
use crate::domain::ids::FactorId;
use crate::domain::return_address::{has_dot_segments, safe_return};
use crate::flows::FlowError;
use crate::flows::step_up::{Proved, StepUp};

impl Portal {
    /// Sends the user to the step-up, and back to this page afterwards.
    pub(super) fn step_up_first(&self, visit: &Visit<'_>, due: StepUp, reason: Reason<'_>) -> Page {
        match due {
            StepUp::SignInAgain => self.sign_in_again(visit, reason),
            StepUp::Open(_) | StepUp::Totp => {
                let back = utf8_percent_encode(visit.request.path, NON_ALPHANUMERIC);
                Page::see_other(&format!("{}/step-up?return={back}", self.settings.path))
            }
        }
    }

    pub(super) async fn step_up(&self, visit: Visit<'_>) -> Result<Page, FlowError> {
        if !visit.held.record.state.is_settled() {
            return Ok(Page::see_other(&format!(
                "{}/challenge",
                self.settings.path
            )));
        }
        let back = self.return_of(&visit);
        let reason = self.reason_of(&visit, &back).await?;
        if visit.request.method != Method::POST {
            return match self.flows.step_up_due(visit.actor).await? {
                StepUp::Open(_) => Ok(Page::see_other(&back)),
                StepUp::SignInAgain => Ok(self.sign_in_again(&visit, reason.as_reason())),
                StepUp::Totp => Ok(self.step_up_page(&visit, &back, reason.as_reason(), None)),
            };
        }
        let typed = visit.request.field("code");
        if let Some(problem) = slip(typed) {
            return Ok(self.step_up_page(&visit, &back, reason.as_reason(), Some(problem)));
        }
        match self.flows.step_up_by_totp(visit.actor, typed).await? {
            Proved::Open(moved) => Ok(self.moved_on(&moved, &back)),
            Proved::Wrong => Ok(self.step_up_page(
                &visit,
                &back,
                reason.as_reason(),
                Some(FormProblem::CodeWrong),
            )),
            Proved::Replayed => Ok(self.step_up_page(
                &visit,
                &back,
                reason.as_reason(),
                Some(FormProblem::CodeUsed),
            )),
            Proved::Locked(until) => Ok(self.locked(&visit, Some(until))),
            Proved::Disabled => Ok(self.locked(&visit, None)),
            Proved::Ended => {
                let mut page = self.without_session(visit.request, Ending::TooManyAttempts)?;
                page.ended = true;
                Ok(page)
            }
        }
    }

    /// Where the step-up leads back to: a page of ours, never anywhere else.
    fn return_of(&self, visit: &Visit<'_>) -> String {
        let asked = match visit.request.field("return") {
            "" => visit.request.parameter("return").unwrap_or_default(),
            field => field.to_owned(),
        };
        self.own_page(&asked)
            .unwrap_or_else(|| self.settings.security_page.clone())
    }

    /// An address, if it is one of the security page or below.
    pub(super) fn own_page(&self, address: &str) -> Option<String> {
        let address = safe_return(address)?;
        let path = address.split('?').next().unwrap_or_default();
        let ours = self.under(path, &self.settings.security_page).is_some();
        (ours && !has_dot_segments(path)).then_some(address)
    }

    /// Why the step-up is asked, read from the page that it leads back to.
    async fn reason_of(&self, visit: &Visit<'_>, back: &str) -> Result<OwnedReason, FlowError> {
        let path = self
            .under(back, &self.settings.security_page)
            .unwrap_or_default();
        Ok(
            match path.split('/').skip(1).collect::<Vec<_>>().as_slice() {
                ["authenticators", "new"] => OwnedReason::Add,
                ["authenticators", id, "remove"] => {
                    let row = match FactorId::parse(id) {
                        Some(id) => self.flows.find_totp(visit.actor, &id).await?,
                        None => None,
                    };
                    row.map_or(OwnedReason::Open, |(row, _)| OwnedReason::Remove(row.name))
                }
                _ => OwnedReason::Open,
            },
        )
    }

    fn step_up_page(
        &self,
        visit: &Visit<'_>,
        back: &str,
        reason: Reason<'_>,
        problem: Option<FormProblem>,
    ) -> Page {
        let (csrf, action) = (
            self.csrf_of(visit.held),
            format!("{}/step-up", self.settings.path),
        );
        let page = StepUpPage {
            frame: self.frame(visit.request.request_id),
            csrf: &csrf,
            action: &action,
            account: &visit.actor.who.name,
            reason,
            return_to: Some(back),
            cancel: &self.settings.security_page,
            problem,
        };
        self.render(status_of(problem), &page, visit.request.request_id)
    }

    fn sign_in_again(&self, visit: &Visit<'_>, reason: Reason<'_>) -> Page {
        let (csrf, action) = (
            self.csrf_of(visit.held),
            format!("{}/sign-out", self.settings.path),
        );
        let page = SignInAgainPage {
            frame: self.frame(visit.request.request_id),
            csrf: &csrf,
            action: &action,
            account: &visit.actor.who.name,
            reason,
            return_to: Some(visit.request.path),
            cancel: &self.settings.security_page,
        };
        self.render(StatusCode::OK, &page, visit.request.request_id)
    }
}

/// A [`Reason`] that owns the factor's name.
enum OwnedReason {
    Add,
    Remove(String),
    Open,
}

impl OwnedReason {
    fn as_reason(&self) -> Reason<'_> {
        match self {
            Self::Add => Reason::AddAuthenticator,
            Self::Remove(name) => Reason::RemoveAuthenticator(name),
            Self::Open => Reason::OpenPage,
        }
    }
}
