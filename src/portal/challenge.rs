//! The challenge after the password.

use http::{Method, StatusCode};

use super::views::texts::{Ending, FormProblem, Tried};
use super::views::{ChallengePage, LockedPage};
use super::{Page, Portal, Visit, times};
use crate::domain::clock::UnixTime;
use crate::domain::session::State;
use crate::flows::FlowError;
use crate::flows::challenge::Answer;

impl Portal {
    pub(super) async fn challenge(&self, visit: Visit<'_>) -> Result<Page, FlowError> {
        match &visit.held.record.state {
            State::AwaitingFactor(_) => {}
            State::AwaitingEnrolment(_) => {
                return Ok(Page::see_other(&format!("{}/enrol", self.settings.path)));
            }
            _ => return Ok(Page::see_other(self.landing(&visit))),
        }
        if visit.request.method != Method::POST {
            return Ok(self.challenge_page(&visit, None));
        }
        let typed = visit.request.field("code");
        if let Some(problem) = slip(typed) {
            return Ok(self.challenge_page(&visit, Some(problem)));
        }
        match self.flows.answer_challenge(visit.actor, typed).await? {
            Answer::Verified(moved) => Ok(self.moved_on(&moved, self.landing(&visit))),
            Answer::Wrong => Ok(self.challenge_page(&visit, Some(FormProblem::CodeWrong))),
            Answer::Replayed => Ok(self.challenge_page(&visit, Some(FormProblem::CodeUsed))),
            Answer::Locked(until) => Ok(self.locked(&visit, Some(until))),
            Answer::Disabled => Ok(self.locked(&visit, None)),
            Answer::Ended => {
                let mut page = self.without_session(visit.request, Ending::TooManyAttempts)?;
                page.ended = true;
                Ok(page)
            }
        }
    }

    /// The place that the user wanted before the challenge came.
    pub(super) fn landing<'a>(&self, visit: &Visit<'a>) -> &'a str {
        visit.held.record.return_to.as_deref().unwrap_or("/")
    }

    fn challenge_page(&self, visit: &Visit<'_>, problem: Option<FormProblem>) -> Page {
        let (csrf, action) = (
            self.csrf_of(visit.held),
            format!("{}/challenge/totp", self.settings.path),
        );
        let page = ChallengePage {
            frame: self.frame(visit.request.request_id),
            csrf: &csrf,
            action: &action,
            account: &visit.actor.who.name,
            problem,
        };
        self.render(status_of(problem), &page, visit.request.request_id)
    }

    /// The lock-out page; without a time only an administrator can help.
    pub(super) fn locked(&self, visit: &Visit<'_>, until: Option<UnixTime>) -> Page {
        self.locked_after(visit, until, Tried::Codes)
    }

    pub(super) fn locked_after(
        &self,
        visit: &Visit<'_>,
        until: Option<UnixTime>,
        tried: Tried,
    ) -> Page {
        let (csrf, shown) = (self.csrf_of(visit.held), until.map(times::show_end));
        let page = LockedPage {
            frame: self.frame(visit.request.request_id),
            csrf: &csrf,
            account: &visit.actor.who.name,
            retry_at: shown.as_ref().map(times::Shown::moment),
            retry: visit.request.path,
            tried,
        };
        let page = self.render(
            StatusCode::TOO_MANY_REQUESTS,
            &page,
            visit.request.request_id,
        );
        let wait = until.map(|until| until.since(self.flows.clock.now()).as_secs().max(1));
        page.with("Retry-After", wait.unwrap_or(3600).to_string())
    }
}

/// What is no code at all is told apart from a wrong one.
pub(super) fn slip(typed: &str) -> Option<FormProblem> {
    if typed.trim().is_empty() {
        return Some(FormProblem::CodeMissing);
    }
    let parsed = crate::domain::authenticator::totp::Code::parse(typed);
    parsed.is_none().then_some(FormProblem::CodeMalformed)
}

/// A form that comes back with a problem is no success.
pub(super) fn status_of(problem: Option<FormProblem>) -> StatusCode {
    match problem {
        None => StatusCode::OK,
        // Nothing was wrong with the form.
        Some(FormProblem::PasswordUnchecked | FormProblem::PasswordTurnedAway) => {
            StatusCode::SERVICE_UNAVAILABLE
        }
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
    }
}
