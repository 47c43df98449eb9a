//! Renaming and removing one factor.

use http::Method;

use super::challenge::status_of;
use super::views::texts::{AfterLast, FormProblem, PageProblem, Reason};
use super::views::{RemovePage, RenamePage};
use super::{Page, Portal, Visit};
use crate::domain::authenticator::BadName;
use crate::domain::ids::FactorId;
use crate::flows::FlowError;
use crate::flows::manage::{Factor, Remove, Rename};
use crate::flows::step_up::StepUp;

impl Portal {
    pub(super) async fn with_factor(
        &self,
        visit: Visit<'_>,
        id: Option<FactorId>,
        remove: bool,
    ) -> Result<Page, FlowError> {
        let found = match &id {
            Some(id) => self.flows.find_factor(visit.actor, id).await?,
            None => None,
        };
        let Some((row, count)) = found else {
            return Ok(self.problem(PageProblem::NotFound, visit.request.reader(), None));
        };
        match (remove, visit.request.method == Method::POST) {
            (true, false) => self.remove_page(visit, &row, count).await,
            (true, true) => self.remove(visit, &row).await,
            (false, false) => self.rename_page(&visit, &row, None).await,
            (false, true) => self.rename(visit, &row).await,
        }
    }

    async fn remove_page(
        &self,
        visit: Visit<'_>,
        row: &Factor,
        count: u32,
    ) -> Result<Page, FlowError> {
        match self.flows.step_up_due(visit.actor).await? {
            StepUp::Open(_) => {}
            due => {
                return self
                    .step_up_first(&visit, due, Reason::Remove(&row.name))
                    .await;
            }
        }
        let csrf = self.csrf_of(visit.held);
        let after = if self.settings.mfa_required {
            AfterLast::EnrolAgain
        } else {
            AfterLast::Unprotected
        };
        let backdrop = self.backdrop(&visit, visit.request.path).await;
        let page = RemovePage {
            frame: self.frame_over(&visit, Some(&backdrop)),
            csrf: &csrf,
            action: visit.request.path,
            cancel: &backdrop.leave,
            name: &row.name,
            last: (count == 1).then_some(after),
            ends_codes: count == 1 && self.flows.sheet_of(visit.actor).await?.is_some(),
        };
        Ok(self.render(http::StatusCode::OK, &page, visit.request.request_id))
    }

    async fn remove(&self, visit: Visit<'_>, row: &Factor) -> Result<Page, FlowError> {
        match self.flows.remove_factor(visit.actor, &row.id).await? {
            Remove::StepUp(due) => {
                self.step_up_first(&visit, due, Reason::Remove(&row.name))
                    .await
            }
            Remove::Done(_) => Ok(Page::see_other(&format!(
                "{}?notice=removed",
                self.settings.security_page
            ))),
            Remove::Gone => Ok(self.problem(PageProblem::NotFound, visit.request.reader(), None)),
        }
    }

    async fn rename(&self, visit: Visit<'_>, row: &Factor) -> Result<Page, FlowError> {
        let problem = match self
            .flows
            .rename_factor(visit.actor, &row.id, visit.request.field("name"))
            .await?
        {
            Rename::Done(_) => {
                return Ok(Page::see_other(&format!(
                    "{}?notice=renamed",
                    self.settings.security_page
                )));
            }
            Rename::Gone => {
                return Ok(self.problem(PageProblem::NotFound, visit.request.reader(), None));
            }
            Rename::NameTaken => FormProblem::NameTaken,
            Rename::BadName(BadName::Empty) => FormProblem::NameEmpty,
            Rename::BadName(BadName::Unfit) => FormProblem::NameTooLong,
        };
        self.rename_page(&visit, row, Some(problem)).await
    }

    async fn rename_page(
        &self,
        visit: &Visit<'_>,
        row: &Factor,
        problem: Option<FormProblem>,
    ) -> Result<Page, FlowError> {
        let csrf = self.csrf_of(visit.held);
        let typed = visit.request.field("name");
        let backdrop = self.backdrop(visit, visit.request.path).await;
        let page = RenamePage {
            frame: self.frame_over(visit, Some(&backdrop)),
            csrf: &csrf,
            action: visit.request.path,
            cancel: &backdrop.leave,
            current: &row.name,
            name: if problem.is_some() { typed } else { &row.name },
            problem,
        };
        Ok(self.render(status_of(problem), &page, visit.request.request_id))
    }
}
