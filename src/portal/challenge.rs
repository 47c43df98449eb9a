//! The challenge after the password.

use http::{Method, StatusCode};

use super::views::texts::{Ending, FormProblem, Tried, Way};
use super::views::{ChallengePage, LockedPage, Other};
use super::{Page, Portal, PortalRequest, Visit, times};
use crate::domain::authenticator::backup_code::BackupCode;
use crate::domain::authenticator::totp::Code;
use crate::domain::clock::UnixTime;
use crate::domain::session::State;
use crate::flows::FlowError;
use crate::flows::challenge::{Answer, Kind};
use crate::flows::check::Shown;

impl Portal {
    /// `asked` is the way that the address names; otherwise the user's best one is shown.
    pub(super) async fn challenge(
        &self,
        visit: Visit<'_>,
        asked: Option<Way>,
    ) -> Result<Page, FlowError> {
        match &visit.held.record.state {
            State::AwaitingFactor(_) => {}
            State::AwaitingEnrolment(_) => {
                return Ok(Page::see_other(&format!("{}/enrol", self.settings.path)));
            }
            _ => return Ok(Page::see_other(self.landing(&visit))),
        }
        if visit.request.method != Method::POST {
            return self.challenge_page(&visit, asked, None).await;
        }
        let (way, shown) = shown_in(visit.request);
        if let Some(problem) = slip(shown) {
            return self.challenge_page(&visit, Some(way), Some(problem)).await;
        }
        let problem = match self.flows.answer_challenge(visit.actor, shown).await? {
            Answer::Verified(moved) => return Ok(self.moved_on(&moved, self.landing(&visit))),
            Answer::Wrong => wrong(way),
            Answer::Replayed => used(way),
            Answer::Expired => FormProblem::PasskeyExpired,
            Answer::Unverified => FormProblem::PasskeyUnverified,
            Answer::Locked(until) => return self.locked_out(&visit, Some(until)).await,
            Answer::Disabled => return self.locked_out(&visit, None).await,
            Answer::Ended => {
                let mut page = self.without_session(visit.request, Ending::TooManyAttempts)?;
                page.ended = true;
                return Ok(page);
            }
        };
        self.challenge_page(&visit, Some(way), Some(problem)).await
    }

    /// A form of a challenge that was restarted meanwhile, as by another tab: the page is shown again, and
    /// what was sent is not looked at. `None` for other forms.
    pub(super) async fn challenge_anew(
        &self,
        visit: &Visit<'_>,
    ) -> Result<Option<Page>, FlowError> {
        if !matches!(visit.held.record.state, State::AwaitingFactor(_)) {
            return Ok(None);
        }
        let (way, problem) = match self.under(visit.request.path, &self.settings.path) {
            Some("/challenge" | "/challenge/totp") => (Way::Code, FormProblem::FormExpired),
            Some("/challenge/passkey") => (Way::Passkey, FormProblem::PasskeyExpired),
            Some("/challenge/backup-code") => (Way::BackupCode, FormProblem::BackupCodeExpired),
            _ => return Ok(None),
        };
        let page = self.challenge_page(visit, Some(way), Some(problem)).await?;
        Ok(Some(page))
    }

    /// The place that the user wanted before the challenge came.
    pub(super) fn landing<'a>(&self, visit: &Visit<'a>) -> &'a str {
        visit.held.record.return_to.as_deref().unwrap_or("/")
    }

    async fn challenge_page(
        &self,
        visit: &Visit<'_>,
        asked: Option<Way>,
        problem: Option<FormProblem>,
    ) -> Result<Page, FlowError> {
        let kinds = self.flows.challenge_kinds(visit.actor).await?;
        let ways: Vec<Way> = kinds.into_iter().map(Way::from).collect();
        // The last used one first, so the first is the one to show.
        let way = asked
            .filter(|asked| ways.contains(asked))
            .or_else(|| ways.first().copied())
            .unwrap_or(Way::Code);
        // What was wrong with a way that is gone cannot be mended any more.
        let problem = problem.map(|problem| match asked == Some(way) {
            true => problem,
            false => FormProblem::WayGone(way),
        });
        let others = ways.iter().filter(|other| **other != way);
        let others = others.map(|other| Other {
            way: *other,
            address: self.challenge_address(*other),
        });
        let options = match way {
            Way::Passkey => self.flows.begin_assertion(visit.actor).await?,
            _ => None,
        };
        let (csrf, action) = (self.csrf_of(visit.held), self.challenge_address(way));
        let page = ChallengePage {
            frame: self.frame(visit.request.reader()),
            csrf: &csrf,
            action: &action,
            account: &visit.actor.who.name,
            way,
            options: options.as_deref().unwrap_or_default(),
            others: others.collect(),
            problem,
        };
        Ok(self.render(status_of(problem), &page, visit.request.request_id))
    }

    fn challenge_address(&self, way: Way) -> String {
        let page = match way {
            Way::Passkey => "passkey",
            Way::BackupCode => "backup-code",
            Way::Code | Way::Password => "totp",
        };
        format!("{}/challenge/{page}", self.settings.path)
    }

    /// The lock-out page of the challenge, with the ways that are still open.
    async fn locked_out(
        &self,
        visit: &Visit<'_>,
        until: Option<UnixTime>,
    ) -> Result<Page, FlowError> {
        let kinds = self.flows.challenge_kinds(visit.actor).await?;
        // Backup codes wait as long as codes do; where these are off for good they still work.
        let open = |kind: &Kind| match kind {
            Kind::Passkey => true,
            Kind::BackupCode => until.is_none(),
            Kind::Totp => false,
        };
        let ways = kinds.into_iter().filter(open).map(Way::from);
        let others = ways.map(|way| Other {
            way,
            address: self.challenge_address(way),
        });
        Ok(self.locked(visit, until, Tried::Codes, others.collect()))
    }

    /// The lock-out page; without a time only an administrator can help, or one of the other ways.
    pub(super) fn locked(
        &self,
        visit: &Visit<'_>,
        until: Option<UnixTime>,
        tried: Tried,
        others: Vec<Other>,
    ) -> Page {
        let (csrf, shown) = (
            self.csrf_of(visit.held),
            until.map(|until| times::show_end(until, visit.request.language)),
        );
        let page = LockedPage {
            frame: self.frame(visit.request.reader()),
            csrf: &csrf,
            account: &visit.actor.who.name,
            retry_at: shown.as_ref().map(times::Shown::moment),
            retry: visit.request.path,
            tried,
            others,
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

impl From<Kind> for Way {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Totp => Self::Code,
            Kind::Passkey => Self::Passkey,
            Kind::BackupCode => Self::BackupCode,
        }
    }
}

/// What a form holds, by the field that it has.
pub(super) fn shown_in<'a>(request: &'a PortalRequest<'_>) -> (Way, Shown<'a>) {
    if request.has_field("credential") {
        (Way::Passkey, Shown::Passkey(request.field("credential")))
    } else if request.has_field("backup_code") {
        let typed = request.field("backup_code");
        (Way::BackupCode, Shown::BackupCode(typed))
    } else {
        (Way::Code, Shown::Totp(request.field("code")))
    }
}

/// What is no code at all is told apart from a wrong one.
pub(super) fn slip(shown: Shown<'_>) -> Option<FormProblem> {
    match shown {
        Shown::Totp(typed) if typed.trim().is_empty() => Some(FormProblem::CodeMissing),
        Shown::Totp(typed) => Code::parse(typed)
            .is_none()
            .then_some(FormProblem::CodeMalformed),
        Shown::BackupCode(typed) if typed.trim().is_empty() => Some(FormProblem::BackupCodeMissing),
        Shown::BackupCode(typed) => BackupCode::parse(typed)
            .is_none()
            .then_some(FormProblem::BackupCodeMalformed),
        // Without the script nothing fills it in.
        Shown::Passkey(answer) => answer.is_empty().then_some(FormProblem::PasskeyRefused),
    }
}

pub(super) fn wrong(way: Way) -> FormProblem {
    match way {
        Way::Code | Way::Password => FormProblem::CodeWrong,
        Way::BackupCode => FormProblem::BackupCodeWrong,
        Way::Passkey => FormProblem::PasskeyRefused,
    }
}

pub(super) fn used(way: Way) -> FormProblem {
    match way {
        Way::BackupCode => FormProblem::BackupCodeUsed,
        Way::Passkey => FormProblem::PasskeyExpired,
        Way::Code | Way::Password => FormProblem::CodeUsed,
    }
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
