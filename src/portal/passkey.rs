//! Adding a passkey or a security key.

use http::Method;

use super::challenge::status_of;
use super::views::NewPasskeyPage;
use super::views::texts::{Ending, FormProblem, PageProblem, Reason};
use super::{Page, Portal, Visit};
use crate::domain::authenticator::passkey::Mechanism;
use crate::domain::session::State;
use crate::flows::FlowError;
use crate::flows::enrol::Confirm;
use crate::flows::enrol_passkey::{BeginPasskey, Created};

impl Portal {
    /// `forced` is the enrolment before the first page; the other is a page under the security page.
    pub(super) async fn new_passkey(
        &self,
        visit: Visit<'_>,
        forced: bool,
    ) -> Result<Page, FlowError> {
        let belongs = matches!(visit.held.record.state, State::AwaitingEnrolment(_));
        if forced != belongs {
            return Ok(Page::see_other(self.landing(&visit)));
        }
        if visit.request.method == Method::POST {
            return self.confirm_passkey(visit, forced).await;
        }
        self.passkey_page(visit, forced, None).await
    }

    async fn confirm_passkey(&self, visit: Visit<'_>, forced: bool) -> Result<Page, FlowError> {
        let answer = visit.request.field("credential");
        if answer.is_empty() {
            let problem = Some(FormProblem::PasskeyRefused);
            return self.passkey_page(visit, forced, problem).await;
        }
        let mechanism = mechanism(&visit);
        let plain = match mechanism {
            Mechanism::Passkey => "new-passkey",
            Mechanism::SecurityKey => "new-security-key",
        };
        let frame = self.frame(visit.request.reader());
        let created = Created {
            mechanism,
            answer,
            name: visit.request.field("name"),
            plain_name: &frame.part(plain, "name"),
            token: visit.request.field("enrolment_token"),
        };
        let added = format!("{}?notice=added", self.settings.security_page);
        let problem = match self.flows.confirm_passkey(visit.actor, created).await? {
            Confirm::First(moved) if forced => {
                return Ok(self.moved_on(&moved, self.landing(&visit)));
            }
            Confirm::First(moved) => return Ok(self.moved_on(&moved, &added)),
            Confirm::Another => return Ok(Page::see_other(&added)),
            Confirm::StepUp(due) => {
                return self.step_up_first(&visit, due, Reason::AddPasskey).await;
            }
            Confirm::Overtaken => {
                let challenge = format!("{}/challenge", self.settings.path);
                return Ok(Page::see_other(&challenge));
            }
            Confirm::Ended => return self.without_session(visit.request, Ending::Expired),
            Confirm::Closed => return Ok(self.closed(&visit)),
            Confirm::BadToken => FormProblem::TokenWrong,
            Confirm::Expired => FormProblem::PasskeyExpired,
            Confirm::Known => FormProblem::PasskeyKnown,
            Confirm::NameTaken => FormProblem::NameTaken,
            Confirm::Refused | Confirm::WrongCode | Confirm::BadName(_) => {
                FormProblem::PasskeyRefused
            }
        };
        self.passkey_page(visit, forced, Some(problem)).await
    }

    async fn passkey_page(
        &self,
        visit: Visit<'_>,
        forced: bool,
        problem: Option<FormProblem>,
    ) -> Result<Page, FlowError> {
        let (mechanism, request) = (mechanism(&visit), visit.request);
        // Where only the administrator's code was wrong, what exists on the authenticator still counts.
        let kept = problem == Some(FormProblem::TokenWrong);
        let begun = match kept {
            true => BeginPasskey::Options(String::new()),
            false => self.flows.begin_passkey(visit.actor, mechanism).await?,
        };
        let options = match begun {
            BeginPasskey::Options(options) => options,
            BeginPasskey::StepUp(due) => {
                return self.step_up_first(&visit, due, Reason::AddPasskey).await;
            }
            BeginPasskey::Closed => return Ok(self.closed(&visit)),
            BeginPasskey::NotOffered => {
                return Ok(self.problem(PageProblem::NotFound, request.reader(), None));
            }
        };
        let security_key = mechanism == Mechanism::SecurityKey;
        let new = match forced {
            true => format!("{}/enrol", self.settings.path),
            false => format!("{}/passkeys/new", self.settings.security_page),
        };
        let other = match (forced, security_key) {
            (true, true) => format!("{new}/passkey"),
            (_, false) => format!("{new}/{SECURITY_KEY}"),
            (false, true) => new,
        };
        let csrf = self.csrf_of(visit.held);
        let instead = format!("{}/enrol", self.settings.path);
        let lost = problem.is_some_and(|it| !kept && it != FormProblem::PasskeyKnown);
        let party = self.flows.relying_party.as_ref().filter(|_| lost);
        let unknown = party.and_then(|party| party.unknown(request.field("credential")));
        let asks = self.flows.asks_for_token(visit.actor);
        let backdrop = match forced {
            true => None,
            false => Some(self.backdrop(&visit, request.path).await),
        };
        let page = NewPasskeyPage {
            frame: self.frame_over(&visit, backdrop.as_ref()),
            csrf: &csrf,
            action: request.path,
            account: &visit.actor.who.name,
            forced,
            security_key,
            options: &options,
            credential: if kept {
                request.field("credential")
            } else {
                ""
            },
            unknown: unknown.as_deref().unwrap_or_default(),
            token: asks.then(|| request.field("enrolment_token")),
            name: request.field("name"),
            other: &other,
            cancel: backdrop.as_ref().map_or(&instead, |it| &it.leave),
            problem,
        };
        Ok(self.render(status_of(problem), &page, request.request_id))
    }
}

/// The last part of the address where a security key is added.
const SECURITY_KEY: &str = "security-key";

fn mechanism(visit: &Visit<'_>) -> Mechanism {
    match visit
        .request
        .path
        .trim_end_matches('/')
        .ends_with(SECURITY_KEY)
    {
        true => Mechanism::SecurityKey,
        false => Mechanism::Passkey,
    }
}
