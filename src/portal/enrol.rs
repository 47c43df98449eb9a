//! Enrolling an authenticator app: QR, secret, code, name.

use http::Method;
use qrcode::{Color, QrCode};

use super::challenge::{slip, status_of};
use super::views::texts::{Ending, FormProblem, PageProblem, Reason};
use super::views::{EnrolPage, Offer, qr_svg};
use super::{Page, Portal, Visit};
use crate::domain::authenticator::BadName;
use crate::domain::authenticator::totp::Seed;
use crate::domain::session::State;
use crate::flows::FlowError;
use crate::flows::check;
use crate::flows::enrol::Confirm;
use crate::flows::enrol_totp::{Begin, Typed};

impl Portal {
    /// `forced` is the enrolment before the first page; the other is a page under the security page.
    pub(super) async fn enrol(&self, visit: Visit<'_>, forced: bool) -> Result<Page, FlowError> {
        let belongs = matches!(visit.held.record.state, State::AwaitingEnrolment(_));
        if forced != belongs {
            return Ok(Page::see_other(if belongs {
                "/"
            } else {
                self.landing(&visit)
            }));
        }
        if visit.request.method == Method::POST {
            return self.confirm(visit, forced).await;
        }
        self.enrol_page(visit, forced, None).await
    }

    async fn confirm(&self, visit: Visit<'_>, forced: bool) -> Result<Page, FlowError> {
        let typed = Typed {
            code: visit.request.field("code"),
            name: visit.request.field("name"),
            token: visit.request.field("enrolment_token"),
        };
        if let Some(problem) = slip(check::Shown::Totp(typed.code)) {
            return self.enrol_page(visit, forced, Some(problem)).await;
        }
        let problem = match self.flows.confirm_totp(visit.actor, typed).await? {
            Confirm::First(moved) => {
                let to = if forced {
                    self.landing(&visit).to_owned()
                } else {
                    format!("{}?notice=added", self.settings.security_page)
                };
                return Ok(self.moved_on(&moved, &to));
            }
            Confirm::Another => {
                return Ok(Page::see_other(&format!(
                    "{}?notice=added",
                    self.settings.security_page
                )));
            }
            Confirm::StepUp(due) => {
                return self
                    .step_up_first(&visit, due, Reason::AddAuthenticator)
                    .await;
            }
            Confirm::Overtaken => {
                return Ok(Page::see_other(&format!(
                    "{}/challenge",
                    self.settings.path
                )));
            }
            Confirm::Ended => return self.without_session(visit.request, Ending::Expired),
            Confirm::Closed => return Ok(self.closed(&visit)),
            Confirm::BadToken => FormProblem::TokenWrong,
            Confirm::WrongCode => FormProblem::CodeWrong,
            Confirm::Expired => FormProblem::SecretExpired,
            Confirm::NameTaken | Confirm::Known => FormProblem::NameTaken,
            Confirm::Refused => FormProblem::CodeWrong,
            Confirm::BadName(BadName::Empty) => FormProblem::NameEmpty,
            Confirm::BadName(BadName::Unfit) => FormProblem::NameTooLong,
        };
        self.enrol_page(visit, forced, Some(problem)).await
    }

    async fn enrol_page(
        &self,
        visit: Visit<'_>,
        forced: bool,
        problem: Option<FormProblem>,
    ) -> Result<Page, FlowError> {
        let seed = match self.flows.begin_totp(visit.actor).await? {
            Begin::Pending(seed) => seed,
            Begin::StepUp(due) => {
                return self
                    .step_up_first(&visit, due, Reason::AddAuthenticator)
                    .await;
            }
            Begin::Closed => return Ok(self.closed(&visit)),
        };
        let shown = Shown::of(&seed, &self.settings.app_name, &visit.actor.who.name);
        let Some(shown) = shown else {
            return Ok(self.problem(PageProblem::Internal, visit.request.reader(), None));
        };
        let name = match visit.request.field("name") {
            "" => self.free_name(&visit).await?,
            typed => typed.to_owned(),
        };
        let csrf = self.csrf_of(visit.held);
        let passkey = format!("{}/enrol/passkey", self.settings.path);
        let offered = forced && self.passkey_offer() == Offer::Now;
        let asks = self.flows.asks_for_token(visit.actor);
        let backdrop = match forced {
            true => None,
            false => Some(self.backdrop(&visit, visit.request.path).await),
        };
        let page = EnrolPage {
            frame: self.frame_over(&visit, backdrop.as_ref()),
            csrf: &csrf,
            action: visit.request.path,
            account: &visit.actor.who.name,
            forced,
            token: asks.then(|| visit.request.field("enrolment_token")),
            qr_svg: &shown.qr,
            secret: &shown.secret,
            otpauth_uri: &shown.uri,
            name: &name,
            passkey: offered.then_some(&passkey),
            cancel: backdrop.as_ref().map_or("/", |it| it.leave.as_str()),
            problem,
        };
        Ok(self.render(status_of(problem), &page, visit.request.request_id))
    }

    pub(super) fn closed(&self, visit: &Visit<'_>) -> Page {
        self.problem(PageProblem::EnrolmentClosed, visit.request.reader(), None)
    }

    /// A name that this user has not given yet.
    async fn free_name(&self, visit: &Visit<'_>) -> Result<String, FlowError> {
        let taken = self.flows.names(visit.actor).await?;
        let frame = self.frame(visit.request.reader());
        let names = (1..).map(|number: usize| match number {
            1 => frame.text("enrol-name").into_owned(),
            _ => frame.count("enrol-name-next", &number).into_owned(),
        });
        let mut free = names.skip_while(|name| taken.contains(name));
        Ok(free.next().unwrap_or_default())
    }
}

/// A seed in the three forms that the page shows.
struct Shown {
    secret: zeroize::Zeroizing<String>,
    uri: zeroize::Zeroizing<String>,
    qr: zeroize::Zeroizing<String>,
}

impl Shown {
    fn of(seed: &Seed, issuer: &str, account: &str) -> Option<Self> {
        // A QR holds so much and no more; an address longer than that is cut, the secret never.
        let account: String = account.chars().take(128).collect();
        let uri = seed.otpauth(issuer, &account).ok()?;
        let code = QrCode::new(uri.as_bytes()).ok()?;
        let (width, colors) = (code.width(), code.to_colors());
        let qr = qr_svg(width, |x, y| {
            colors.get(y * width + x) == Some(&Color::Dark)
        });
        Some(Self {
            secret: seed.base32(),
            uri,
            qr: zeroize::Zeroizing::new(qr),
        })
    }
}
