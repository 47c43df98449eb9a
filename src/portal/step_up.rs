//! Step-up: the page between a click and a change of factors.

use http::{Method, StatusCode};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::challenge::{shown_in, slip, status_of, used, wrong};
use super::views::texts::{Ending, FormProblem, Reason, Tried, Way};
use super::views::{Other, SignInAgainPage, StepUpPage};
use super::{Page, Portal, Visit};
use crate::domain::clock::UnixTime;
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
    pub(super) async fn step_up_first(
        &self,
        visit: &Visit<'_>,
        due: StepUp,
        reason: Reason<'_>,
    ) -> Result<Page, FlowError> {
        let path = visit.request.path;
        match due {
            StepUp::SignInAgain => self.sign_in_again(visit, path, reason).await,
            StepUp::Open(_) | StepUp::Due(_) => {
                Ok(Page::see_other(&self.step_up_address(path, None)))
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
                StepUp::SignInAgain => self.sign_in_again(&visit, &back, reason.as_reason()).await,
                StepUp::Due(ways) => {
                    let due = Due { ways, back, reason };
                    let way = self.asked_way(&visit, ways);
                    self.step_up_page(&visit, &due, way, None).await
                }
            };
        }
        let ways = self.flows.step_up_ways(visit.actor).await?;
        let due = Due { ways, back, reason };
        if visit.request.has_field("password") {
            return self.step_up_by_password(&visit, &due).await;
        }
        let (way, shown) = shown_in(visit.request);
        if let Some(problem) = slip(shown) {
            return self.step_up_page(&visit, &due, way, Some(problem)).await;
        }
        let problem = match self.flows.step_up_by(visit.actor, shown).await? {
            Proved::Open(moved) => return Ok(self.moved_on(&moved, &due.back)),
            Proved::Wrong => wrong(way),
            Proved::Replayed => used(way),
            Proved::Expired => FormProblem::PasskeyExpired,
            Proved::Unverified => FormProblem::PasskeyUnverified,
            Proved::NothingLeft => return Ok(Page::see_other(&due.back)),
            Proved::Locked(until) => return Ok(self.locked_step_up(&visit, &due, Some(until))),
            Proved::Disabled => return Ok(self.locked_step_up(&visit, &due, None)),
            Proved::Ended => {
                let mut page = self.without_session(visit.request, Ending::TooManyAttempts)?;
                page.ended = true;
                return Ok(page);
            }
        };
        self.step_up_page(&visit, &due, way, Some(problem)).await
    }

    /// Codes are not accepted; the user's other ways are.
    fn locked_step_up(&self, visit: &Visit<'_>, due: &Due, until: Option<UnixTime>) -> Page {
        let ways = offered(due.ways);
        let others = ways.into_iter().filter(|way| *way != Way::Code);
        let others = others.map(|way| Other {
            way,
            address: self.step_up_address(&due.back, Some(way)),
        });
        self.locked(visit, until, Tried::Codes, others.collect())
    }

    /// The way that the address asks for, if the user has it; the strongest otherwise.
    fn asked_way(&self, visit: &Visit<'_>, ways: Ways) -> Way {
        let asked = visit.request.parameter("with").unwrap_or_default();
        let offered = offered(ways);
        let named = offered.iter().find(|way| with(**way) == asked);
        named.or(offered.first()).copied().unwrap_or(Way::Code)
    }

    /// The step-up's own address, with the page that it leads back to.
    fn step_up_address(&self, back: &str, way: Option<Way>) -> String {
        let back = utf8_percent_encode(back, NON_ALPHANUMERIC);
        let with = way.map_or_else(String::new, |way| format!("&with={}", with(way)));
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
                ["passkeys", "new", ..] => OwnedReason::AddPasskey,
                ["backup-codes", "new"] => OwnedReason::BackupCodes,
                ["authenticators" | "passkeys", id, "remove"] => {
                    let row = match FactorId::parse(id) {
                        Some(id) => self.flows.find_factor(visit.actor, &id).await?,
                        None => None,
                    };
                    row.map_or(OwnedReason::Open, |(row, _)| OwnedReason::Remove(row.name))
                }
                _ => OwnedReason::Open,
            },
        )
    }

    /// For a password that does not count, and was not looked at: what does is asked for.
    pub(super) async fn step_up_otherwise(
        &self,
        visit: &Visit<'_>,
        due: &Due,
    ) -> Result<Page, FlowError> {
        match offered(due.ways).first() {
            Some(Way::Code) => {
                let problem = Some(FormProblem::PasswordNotOffered);
                self.step_up_page(visit, due, Way::Code, problem).await
            }
            Some(way) => self.step_up_page(visit, due, *way, None).await,
            None => {
                let reason = due.reason.as_reason();
                self.sign_in_again(visit, &due.back, reason).await
            }
        }
    }

    pub(super) async fn step_up_page(
        &self,
        visit: &Visit<'_>,
        due: &Due,
        way: Way,
        problem: Option<FormProblem>,
    ) -> Result<Page, FlowError> {
        let (csrf, action) = (
            self.csrf_of(visit.held),
            format!("{}/step-up", self.settings.path),
        );
        let others = offered(due.ways).into_iter().filter(|other| *other != way);
        let others = others.map(|other| Other {
            way: other,
            address: self.step_up_address(&due.back, Some(other)),
        });
        let options = match way {
            Way::Passkey => self.flows.begin_assertion(visit.actor).await?,
            _ => None,
        };
        let name = visit.actor.who.sign_in_name.as_ref();
        let backdrop = self.backdrop(visit, &due.back).await;
        let page = StepUpPage {
            frame: self.frame_over(visit, Some(&backdrop)),
            csrf: &csrf,
            action: &action,
            account: &visit.actor.who.name,
            reason: due.reason.as_reason(),
            return_to: Some(&due.back),
            cancel: &backdrop.leave,
            way,
            options: options.as_deref().unwrap_or_default(),
            others: others.collect(),
            sign_in_name: name.map_or("", |name| name.name()),
            problem,
        };
        Ok(self.render(status_of(problem), &page, visit.request.request_id))
    }

    async fn sign_in_again(
        &self,
        visit: &Visit<'_>,
        back: &str,
        reason: Reason<'_>,
    ) -> Result<Page, FlowError> {
        let (csrf, action) = (
            self.csrf_of(visit.held),
            format!("{}/sign-out", self.settings.path),
        );
        let backdrop = self.backdrop(visit, back).await;
        let page = SignInAgainPage {
            frame: self.frame_over(visit, Some(&backdrop)),
            csrf: &csrf,
            action: &action,
            account: &visit.actor.who.name,
            reason,
            return_to: Some(back),
            cancel: &backdrop.leave,
        };
        Ok(self.render(StatusCode::OK, &page, visit.request.request_id))
    }
}

/// The ways that a user has, the strongest first.
fn offered(ways: Ways) -> Vec<Way> {
    let all = [
        (ways.passkey, Way::Passkey),
        (ways.totp, Way::Code),
        (ways.password, Way::Password),
    ];
    let offered = all.into_iter().filter(|(has, _)| *has);
    offered.map(|(_, way)| way).collect()
}

/// What an address calls a way.
fn with(way: Way) -> &'static str {
    match way {
        Way::Passkey => "passkey",
        Way::Code => "totp",
        Way::BackupCode => "backup-code",
        Way::Password => "password",
    }
}

/// A [`Reason`] that owns the factor's name.
enum OwnedReason {
    Add,
    AddPasskey,
    BackupCodes,
    Remove(String),
    Open,
}

impl OwnedReason {
    fn as_reason(&self) -> Reason<'_> {
        match self {
            Self::Add => Reason::AddAuthenticator,
            Self::AddPasskey => Reason::AddPasskey,
            Self::BackupCodes => Reason::NewBackupCodes,
            Self::Remove(name) => Reason::Remove(name),
            Self::Open => Reason::OpenPage,
        }
    }
}
