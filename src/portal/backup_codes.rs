//! Making backup codes, and the one page that shows them.

use http::{Method, StatusCode};
use zeroize::Zeroizing;

use super::dialogs::Backdrop;
use super::views::BackupCodesPage;
use super::views::texts::Reason;
use super::{Page, Portal, Visit, times};
use crate::domain::authenticator::backup_code::BackupCode;
use crate::flows::FlowError;
use crate::flows::backup_codes::{BeginSheet, NewSheet, SheetForm};

impl Portal {
    pub(super) async fn backup_codes(&self, visit: Visit<'_>) -> Result<Page, FlowError> {
        // Before the codes are made: between that and showing them nothing is waited for.
        let backdrop = self.backdrop(&visit, visit.request.path).await;
        if visit.request.method != Method::POST {
            return self.before_codes(&visit, &backdrop, false).await;
        }
        let form = SheetForm(visit.request.field("form").to_owned());
        match self.flows.new_sheet(visit.actor, &form).await? {
            NewSheet::Made(codes) => {
                Ok(self.codes_page(&visit, &backdrop, &codes, Asked::default()))
            }
            // Sent twice, or reloaded: the codes of the first time are the ones that count.
            NewSheet::Again => self.before_codes(&visit, &backdrop, true).await,
            NewSheet::StepUp(due) => {
                self.step_up_first(&visit, due, Reason::NewBackupCodes)
                    .await
            }
            NewSheet::NoFactor => Ok(Page::see_other(&self.settings.security_page)),
        }
    }

    async fn before_codes(
        &self,
        visit: &Visit<'_>,
        backdrop: &Backdrop,
        again: bool,
    ) -> Result<Page, FlowError> {
        match self.flows.begin_sheet(visit.actor).await? {
            BeginSheet::Form(form) => {
                let asked = Asked {
                    form: &form.0,
                    again,
                    replaces: self.flows.sheet_of(visit.actor).await?.is_some(),
                };
                Ok(self.codes_page(visit, backdrop, &[], asked))
            }
            BeginSheet::StepUp(due) => self.step_up_first(visit, due, Reason::NewBackupCodes).await,
            BeginSheet::NoFactor => Ok(Page::see_other(&self.settings.security_page)),
        }
    }

    fn codes_page(
        &self,
        visit: &Visit<'_>,
        backdrop: &Backdrop,
        codes: &[BackupCode],
        asked: Asked<'_>,
    ) -> Page {
        let (csrf, made) = (
            self.csrf_of(visit.held),
            times::show(self.flows.clock.now(), visit.request.language),
        );
        let site = self.settings.origin.split("://").last().unwrap_or_default();
        let page = BackupCodesPage {
            frame: self.frame_over(visit, Some(backdrop)),
            csrf: &csrf,
            action: visit.request.path,
            account: &visit.actor.who.name,
            form: asked.form,
            again: asked.again,
            replaces: asked.replaces,
            codes: codes
                .iter()
                .map(|code| Zeroizing::new(code.expose()))
                .collect(),
            made: made.moment(),
            site,
            back: &backdrop.leave,
        };
        self.render(StatusCode::OK, &page, visit.request.request_id)
    }
}

/// The question whether to make codes; empty where they have been made.
#[derive(Default)]
struct Asked<'a> {
    /// One use of the form.
    form: &'a str,
    /// It was sent before.
    again: bool,
    /// There is a sheet that stops working.
    replaces: bool,
}
