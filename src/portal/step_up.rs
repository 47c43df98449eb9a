//! Step-up: the page between a click and a change of factors.

use http::{Method, StatusCode};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::challenge::{slip, status_of};
use super::views::texts::{Ending, FormProblem, Reason};
use super::views::{SignInAgainPage, StepUpPage, Way};
use super::{Page, Portal, Visit};
use crate::domain::ids::FactorId;
use crate::domain::return_address::{has_dot_segments, safe_return};
use crate::flows::FlowError;
use crate::flows::step_up::{Proved, StepUp, Ways};

/// A step-up that has to be made: what could be shown, why, and where it leads back to.
pub(super) struct Due {
    pub ways: Ways,
    pub back: String,
    reason: OwnedReason,
}

impl Portal {
    /// Sends the user to the step-up, and back to this page afterwards.
    pub(super) fn step_up_first(&self, visit: &Visit<'_>, due: StepUp, reason: Reason<'_>) -> Page {
        match due {
            StepUp::SignInAgain => self.sign_in_again(visit, visit.request.path, reason),
            StepUp::Open(_) | StepUp::Due(_) => {
                Page::see_other(&self.step_up_address(visit.request.path, None))
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
                StepUp::SignInAgain => Ok(self.sign_in_again(&visit, &back, reason.as_reason())),
                StepUp::Due(ways) => {
                    let due = Due { ways, back, reason };
                    Ok(self.step_up_page(&visit, &due, self.asked_way(&visit, ways), None))
                }
            };
        }
        let ways = self.flows.step_up_ways(visit.actor).await?;
        let due = Due { ways, back, reason };
        if visit.request.has_field("password") {
            return self.step_up_by_password(&visit, &due).await;
        }
        let typed = visit.request.field("code");
        let again = |problem| Ok(self.step_up_page(&visit, &due, Way::Code, Some(problem)));
        if let Some(problem) = slip(typed) {
            return again(problem);
        }
        match self.flows.step_up_by_totp(visit.actor, typed).await? {
            Proved::Open(moved) => Ok(self.moved_on(&moved, &due.back)),
            Proved::Wrong => again(FormProblem::CodeWrong),
            Proved::Replayed => again(FormProblem::CodeUsed),
            Proved::Locked(until) => Ok(self.locked(&visit, Some(until))),
            Proved::Disabled => Ok(self.locked(&visit, None)),
            Proved::Ended => {
                let mut page = self.without_session(visit.request, Ending::TooManyAttempts)?;
                page.ended = true;
                Ok(page)
            }
        }
    }

    /// The way that the address asks for, if the user has it; a code first.
    fn asked_way(&self, visit: &Visit<'_>, ways: Ways) -> Way {
        let password = visit.request.parameter("with").as_deref() == Some("password");
        if ways.password && (password || !ways.totp) {
            Way::Password
        } else {
            Way::Code
        }
    }

    /// The step-up's own address, with the page that it leads back to.
    fn step_up_address(&self, back: &str, with: Option<&str>) -> String {
        let back = utf8_percent_encode(back, NON_ALPHANUMERIC);
        let with = with.map_or_else(String::new, |way| format!("&with={way}"));
        format!("{}/step-up?return={back}{with}", self.settings.path)
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

    /// For a password that does not count, and was not looked at: what does is asked for.
    pub(super) fn step_up_otherwise(&self, visit: &Visit<'_>, due: &Due) -> Page {
        if due.ways.totp {
            return self.step_up_page(visit, due, Way::Code, Some(FormProblem::PasswordNotOffered));
        }
        self.sign_in_again(visit, &due.back, due.reason.as_reason())
    }

    pub(super) fn step_up_page(
        &self,
        visit: &Visit<'_>,
        due: &Due,
        way: Way,
        problem: Option<FormProblem>,
    ) -> Page {
        let (csrf, action) = (
            self.csrf_of(visit.held),
            format!("{}/step-up", self.settings.path),
        );
        let other = match way {
            Way::Code => due.ways.password.then_some(Some("password")),
            Way::Password => due.ways.totp.then_some(None),
        };
        let other = other.map(|with| self.step_up_address(&due.back, with));
        let name = visit.actor.who.sign_in_name.as_ref();
        let page = StepUpPage {
            frame: self.frame(visit.request.request_id),
            csrf: &csrf,
            action: &action,
            account: &visit.actor.who.name,
            reason: due.reason.as_reason(),
            return_to: Some(&due.back),
            cancel: &self.settings.security_page,
            way,
            other: other.as_deref(),
            sign_in_name: name.map_or("", |name| name.name()),
            problem,
        };
        self.render(status_of(problem), &page, visit.request.request_id)
    }

    fn sign_in_again(&self, visit: &Visit<'_>, back: &str, reason: Reason<'_>) -> Page {
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
            return_to: Some(back),
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
