//! The step-up by password: what is typed goes to the application, and nothing of its answer comes back.

use super::step_up::Due;
use super::views::texts::{Ending, FormProblem, Tried, Way};
use super::{Page, Portal, Visit};
use crate::domain::password::Password;
use crate::flows::FlowError;
use crate::flows::password::{PasswordProved, SessionEnd};

impl Portal {
    pub(super) async fn step_up_by_password(
        &self,
        visit: &Visit<'_>,
        due: &Due,
    ) -> Result<Page, FlowError> {
        let again = |problem| self.step_up_page(visit, due, Way::Password, Some(problem));
        let Some(page) = visit.request.sign_in.filter(|_| due.ways.password) else {
            return self.step_up_otherwise(visit, due).await;
        };
        let Some(password) = Password::new(visit.request.field("password")) else {
            return again(FormProblem::PasswordMissing).await;
        };
        match self
            .flows
            .step_up_by_password(visit.actor, password, page)
            .await?
        {
            PasswordProved::Open(moved) => Ok(self.moved_on(&moved, &due.back)),
            PasswordProved::Wrong { left } => again(FormProblem::PasswordWrong(left)).await,
            PasswordProved::Unchecked => again(FormProblem::PasswordUnchecked).await,
            PasswordProved::TurnedAway => again(FormProblem::PasswordTurnedAway).await,
            PasswordProved::NotOffered => self.step_up_otherwise(visit, due).await,
            PasswordProved::Locked(until) => {
                Ok(self.locked(visit, Some(until), Tried::Passwords, Vec::new()))
            }
            PasswordProved::Ended(why) => {
                let ending = match why {
                    SessionEnd::Elsewhere => Ending::Expired,
                    SessionEnd::WrongPasswords => Ending::TooManyPasswords,
                    SessionEnd::Unchecked => Ending::PasswordsUnchecked,
                };
                let mut page = self.without_session(visit.request, ending)?;
                page.ended = true;
                Ok(page)
            }
        }
    }
}
