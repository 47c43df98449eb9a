//! The gateway's own pages: a request in, a page out. No Pingora here.
//!
//! ```text
//!  {portal}/challenge     a factor after the password      {security}                       cards, activity
//!  {portal}/enrol         forced enrolment                  {security}/authenticators/…       new, rename, remove
//!  {portal}/step-up       before factors change             {security}/passkeys/…             new, rename, remove
//!  {portal}/sign-out      ends the session                  {security}/backup-codes/new
//!                                                           {security}/sign-out-others
//! ```
//! Every page works without JavaScript. Changes are POSTs with the session's form token, from this
//! origin; pages answer navigations only, so that a script of the application cannot fetch or frame them.

pub mod assets;
mod backup_codes;
mod challenge;
mod checks;
mod dialogs;
mod enrol;
mod factors;
pub mod languages;
mod page;
mod passkey;
mod security;
mod sign_out;
mod step_up;
mod step_up_password;
pub mod theme;
mod times;
pub mod views;
mod well_known;

pub use page::{Page, PortalRequest, PortalSession};
pub use well_known::WELL_KNOWN;

use askama::Template;
use http::{Method, StatusCode};

use crate::crypto::token::Csrf;
use crate::domain::ids::FactorId;
use crate::domain::session::State;
use crate::flows::{Actor, FlowError, Flows, Moved};
use crate::stores::Held;
use languages::{Language, Reader};
use theme::Theme;
use views::texts::{Ending, PageProblem, Way};
use views::{EndedPage, ErrorPage, Frame, FramedPage, MomentPage};

/// What the pages need to know of the deployment.
#[derive(Clone, Debug)]
pub struct PortalSettings {
    pub app_name: String,
    pub support_url: Option<String>,
    /// `/.mfa`
    pub path: String,
    /// `/settings/security`
    pub security_page: String,
    /// Where people sign in.
    pub sign_in_page: String,
    /// Where they change their password, where that is known.
    pub password_page: Option<String>,
    /// `https://crm.example.com`, what `Origin` must say.
    pub origin: String,
    pub mfa_required: bool,
    pub theme: Theme,
}

/// The gateway's own pages.
pub struct Portal {
    settings: PortalSettings,
    flows: Flows,
    csrf: Csrf,
    /// Of the assets.
    version: String,
}

/// A request in a session where somebody has signed in.
#[derive(Clone, Copy)]
struct Visit<'a> {
    request: &'a PortalRequest<'a>,
    held: &'a Held,
    actor: Actor<'a>,
}

impl Portal {
    pub fn new(settings: PortalSettings, flows: Flows, csrf: Csrf) -> Self {
        Language::prepare();
        Self {
            version: settings.theme.version(),
            settings,
            flows,
            csrf,
        }
    }

    /// Answers a request for one of the gateway's own paths.
    pub async fn handle(&self, request: &PortalRequest<'_>) -> Page {
        if let Some(name) = self
            .under(request.path, &self.settings.path)
            .and_then(|path| path.strip_prefix("/assets/"))
        {
            return self.asset(request, name);
        }
        if let Some(page) = self.well_known(request) {
            return page;
        }
        if let Err(problem) = checks::admit(request, &self.settings.origin) {
            return self.problem(problem, request.reader(), None);
        }
        match self.page(request).await {
            Ok(page) => page,
            Err(error) => {
                tracing::error!(request_id = request.request_id, %error, "a page could not be served");
                self.problem(problem_of(&error), request.reader(), Some(request.path))
            }
        }
    }

    async fn page(&self, request: &PortalRequest<'_>) -> Result<Page, FlowError> {
        let held = match &request.session {
            PortalSession::None => return self.without_session(request, Ending::NotSignedIn),
            PortalSession::Replaced => return self.moment(request),
            PortalSession::Current(held) => held,
        };
        let Some(actor) = Actor::of(held, request.from) else {
            return self.without_session(request, Ending::NotSignedIn);
        };
        let visit = Visit {
            request,
            held,
            actor,
        };
        if request.method == Method::POST && !self.csrf_holds(&visit) {
            if let Some(page) = self.challenge_anew(&visit).await? {
                return Ok(page);
            }
            return Ok(self.problem(
                PageProblem::FormRejected,
                request.reader(),
                Some(request.path),
            ));
        }
        if let Some(path) = self.under(request.path, &self.settings.security_page) {
            return self.security_path(visit, path).await;
        }
        match self.under(request.path, &self.settings.path) {
            Some("/challenge") => self.challenge(visit, None).await,
            Some("/challenge/totp") => self.challenge(visit, Some(Way::Code)).await,
            Some("/challenge/passkey") => self.challenge(visit, Some(Way::Passkey)).await,
            Some("/challenge/backup-code") => self.challenge(visit, Some(Way::BackupCode)).await,
            Some("/enrol") => self.enrol(visit, true).await,
            Some("/enrol/passkey" | "/enrol/security-key") => self.new_passkey(visit, true).await,
            Some("/step-up") => self.step_up(visit).await,
            Some("/sign-out") => self.sign_out(visit).await,
            _ => Ok(self.problem(PageProblem::NotFound, request.reader(), None)),
        }
    }

    async fn security_path(&self, visit: Visit<'_>, path: &str) -> Result<Page, FlowError> {
        // The security page belongs to settled sessions; the others go where they belong.
        match &visit.held.record.state {
            State::AwaitingFactor(_) => {
                return Ok(Page::see_other(&format!(
                    "{}/challenge",
                    self.settings.path
                )));
            }
            State::AwaitingEnrolment(_) => {
                return Ok(Page::see_other(&format!("{}/enrol", self.settings.path)));
            }
            State::Anonymous | State::PasswordOnly(_) | State::Verified(..) => {}
        }
        let factor = |id: &str| FactorId::parse(id);
        match path.split('/').skip(1).collect::<Vec<_>>().as_slice() {
            [] => self.security(visit).await,
            ["sign-out-others"] => self.sign_out_others(visit).await,
            ["authenticators", "new"] => self.enrol(visit, false).await,
            ["passkeys", "new"] | ["passkeys", "new", "security-key"] => {
                self.new_passkey(visit, false).await
            }
            ["backup-codes", "new"] => self.backup_codes(visit).await,
            ["authenticators" | "passkeys", id, "remove"] => {
                self.with_factor(visit, factor(id), true).await
            }
            ["authenticators" | "passkeys", id, "rename"] => {
                self.with_factor(visit, factor(id), false).await
            }
            _ => Ok(self.problem(PageProblem::NotFound, visit.request.reader(), None)),
        }
    }

    /// What lies below `root`, without a trailing slash; `None` for other paths.
    fn under<'a>(&self, path: &'a str, root: &str) -> Option<&'a str> {
        let rest = path.strip_prefix(root)?;
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        (rest.is_empty() || rest.starts_with('/')).then_some(rest)
    }

    fn without_session(
        &self,
        request: &PortalRequest<'_>,
        ending: Ending,
    ) -> Result<Page, FlowError> {
        let page = EndedPage {
            frame: self.frame(request.reader()),
            ending,
            sign_in: &self.settings.sign_in_page,
        };
        let out = ending == Ending::SignedOut;
        let status = if out {
            StatusCode::OK
        } else {
            StatusCode::UNAUTHORIZED
        };
        let mut page = self.render(status, &page, request.request_id);
        let ours = self
            .under(request.path, &self.settings.security_page)
            .is_some();
        page.remember = (ours && request.method == Method::GET).then(|| request.path.to_owned());
        Ok(page)
    }

    /// The token was replaced a moment ago, by this browser in another tab: the next request brings
    /// the new one.
    fn moment(&self, request: &PortalRequest<'_>) -> Result<Page, FlowError> {
        let page = MomentPage {
            frame: self.frame(request.reader()),
        };
        Ok(self.render(StatusCode::OK, &page, request.request_id))
    }

    fn csrf_holds(&self, visit: &Visit<'_>) -> bool {
        let record = &visit.held.record;
        self.csrf
            .holds(visit.request.field("csrf"), record.id, record.epoch)
    }

    fn csrf_of(&self, held: &Held) -> String {
        self.csrf.token(held.record.id, held.record.epoch)
    }

    /// After a ceremony: the new token, and on to where the user wanted to go.
    fn moved_on(&self, moved: &Moved, to: &str) -> Page {
        let mut page = Page::see_other(to);
        page.token = Some(moved.token.expose().to_owned());
        page
    }

    fn frame<'a>(&'a self, reader: Reader<'a>) -> Frame<'a> {
        Frame {
            app_name: &self.settings.app_name,
            portal: &self.settings.path,
            version: &self.version,
            logo: self.settings.theme.logo.is_some(),
            support_url: self.settings.support_url.as_deref(),
            request_id: reader.request_id,
            language: reader.language,
            lang: reader.language.tag(),
            dir: reader.language.direction(),
            over: None,
        }
    }

    /// An error page.
    pub fn problem(&self, problem: PageProblem, reader: Reader<'_>, retry: Option<&str>) -> Page {
        let status =
            StatusCode::from_u16(problem.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut page = self.render(
            status,
            &ErrorPage {
                frame: self.frame(reader),
                problem,
                retry,
            },
            reader.request_id,
        );
        if matches!(problem.status(), 429 | 503) {
            page.headers.push(("Retry-After", "5".to_owned()));
        }
        page
    }

    /// The small page in a frame of the application that cannot show the challenge.
    pub fn framed(&self, reader: Reader<'_>) -> Page {
        let challenge = format!("{}/challenge", self.settings.path);
        let page = FramedPage {
            frame: self.frame(reader),
            challenge: &challenge,
        };
        self.render(StatusCode::UNAUTHORIZED, &page, reader.request_id)
            .framed_by_self()
    }

    /// The page between two tabs, for a path of the application.
    pub fn one_moment(&self, reader: Reader<'_>) -> Page {
        self.render(
            StatusCode::OK,
            &MomentPage {
                frame: self.frame(reader),
            },
            reader.request_id,
        )
    }

    fn render(&self, status: StatusCode, page: &impl Template, request_id: &str) -> Page {
        match page.render() {
            Ok(html) => Page::html(status, html, self.settings.origin.starts_with("https://")),
            Err(error) => {
                tracing::error!(request_id, %error, "a page could not be rendered");
                Page::html(StatusCode::INTERNAL_SERVER_ERROR, String::new(), false)
            }
        }
    }

    fn asset(&self, request: &PortalRequest<'_>, name: &str) -> Page {
        match self.settings.theme.asset(name) {
            Some((bytes, kind)) => Page::asset(bytes, kind),
            None => self.problem(PageProblem::NotFound, request.reader(), None),
        }
    }
}

/// Which page a failed flow shows.
pub fn problem_of(error: &FlowError) -> PageProblem {
    match error {
        FlowError::Store(_) | FlowError::Contended => PageProblem::Unavailable,
        FlowError::Busy => PageProblem::TooManyRequests,
        FlowError::Random(_)
        | FlowError::AtRest(_)
        | FlowError::Illegal(_)
        | FlowError::Passkey(_)
        | FlowError::Hash(_) => PageProblem::Internal,
    }
}
