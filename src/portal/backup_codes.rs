//! Making backup codes, and the one page that shows them.

use http::{Method, StatusCode};
use zeroize::Zeroizing;

use super::views::BackupCodesPage;
use super::views::texts::Reason;
use super::{Page, Portal, Visit, times};
use crate::domain::authenticator::backup_code::BackupCode;
use crate::flows::FlowError;
use crate::flows::backup_codes::{BeginSheet, NewSheet, SheetForm};

impl Portal {
    pub(super) async fn backup_codes(&self, visit: Visit<'_>) -> Result<Page, FlowError> {
        if visit.request.method != Method::POST {
            return self.before_codes(&visit, false).await;
        }
        let form = SheetForm(visit.request.field("form").to_owned());
        match self.flows.new_sheet(visit.actor, &form).await? {
            NewSheet::Made(codes) => self.codes_page(&visit, &codes, "", false).await,
            // Sent twice, or reloaded: the codes of the first time are the ones that count.
            NewSheet::Again => self.before_codes(&visit, true).await,
            NewSheet::StepUp(due) => {
                self.step_up_first(&visit, due, Reason::NewBackupCodes)
                    .await
            }
            NewSheet::NoFactor => Ok(Page::see_other(&self.settings.security_page)),
        }
    }

    async fn before_codes(&self, visit: &Visit<'_>, again: bool) -> Result<Page, FlowError> {
        match self.flows.begin_sheet(visit.actor).await? {
            BeginSheet::Form(form) => self.codes_page(visit, &[], &form.0, again).await,
            BeginSheet::StepUp(due) => self.step_up_first(visit, due, Reason::NewBackupCodes).await,
            BeginSheet::NoFactor => Ok(Page::see_other(&self.settings.security_page)),
        }
    }

    async fn codes_page(
        &self,
        visit: &Visit<'_>,
        codes: &[BackupCode],
        form: &str,
        again: bool,
    ) -> Result<Page, FlowError> {
        let replaces = codes.is_empty() && self.flows.sheet_of(visit.actor).await?.is_some();
        let (csrf, made) = (
            self.csrf_of(visit.held),
            times::show(self.flows.clock.now(), visit.request.language),
        );
        let site = self.settings.origin.split("://").last().unwrap_or_default();
        let backdrop = self.backdrop(visit, visit.request.path).await;
        let page = BackupCodesPage {
            frame: self.frame_over(visit, Some(&backdrop)),
            csrf: &csrf,
            action: visit.request.path,
            account: &visit.actor.who.name,
            form,
            again,
            replaces,
            codes: codes
                .iter()
                .map(|code| Zeroizing::new(code.expose()))
                .collect(),
            made: made.moment(),
            site,
            back: &backdrop.leave,
        };
        Ok(self.render(StatusCode::OK, &page, visit.request.request_id))
    }
}
