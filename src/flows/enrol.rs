//! What every enrolment has in common: who may begin one, and what follows from a new factor.

use super::{Actor, FlowError, Flows, Moved, audit, step_up::StepUp};
use crate::domain::assurance::VerifiedFactor;
use crate::domain::authenticator::{BadName, Method};
use crate::domain::enrolment::{Enrolment, EnrolmentToken};
use crate::domain::ids::RecordId;
use crate::domain::session::{Record, State};
use crate::stores::{Held, InsertIf};

/// How an enrolment ended.
pub enum Confirm {
    /// The first factor: the session is verified now.
    First(Moved),
    Another,
    WrongCode,
    /// What the browser sent about a passkey is not accepted.
    Refused,
    /// The credential is enrolled already, here or for somebody else.
    Known,
    NameTaken,
    BadName(BadName),
    /// The administrator's code is wrong, used or too old.
    BadToken,
    Closed,
    /// The pending secret is too old or was never shown.
    Expired,
    StepUp(StepUp),
    /// Somebody enrolled the first factor elsewhere: this session has to meet its challenge.
    Overtaken,
    Ended,
}

impl Flows {
    /// Under which condition the factor is inserted; `None` for what cannot be an administrator's code.
    pub(super) fn condition(&self, actor: Actor<'_>, token: &str) -> Option<InsertIf> {
        match (is_first(actor), self.rules.enrolment) {
            (false, _) => Some(InsertIf::Always),
            (true, Enrolment::Open) => Some(InsertIf::First),
            (true, Enrolment::Token) => {
                let token = EnrolmentToken::parse(token)?;
                Some(InsertIf::FirstWithToken(token.digest()))
            }
            (true, Enrolment::Closed) => None,
        }
    }

    pub(super) fn is_closed(&self, actor: Actor<'_>) -> bool {
        is_first(actor) && self.rules.enrolment == Enrolment::Closed
    }

    /// Whether the page has to ask for an administrator's code.
    pub fn asks_for_token(&self, actor: Actor<'_>) -> bool {
        is_first(actor) && self.rules.enrolment == Enrolment::Token
    }

    /// What follows from an insert. `name` is the new factor's, `factor` its proof.
    pub(super) async fn after_insert(
        &self,
        actor: Actor<'_>,
        name: &str,
        factor: Option<VerifiedFactor>,
    ) -> Result<Confirm, FlowError> {
        self.note(actor, audit::FACTOR_ADDED, name).await;
        match self.enrolled(actor, is_first(actor), factor).await {
            Ok(confirmed) => Ok(confirmed),
            Err(error) => {
                // The factor is there, and no session may go on as if it were not.
                self.doubts.about(actor.user());
                let _ = self.sessions.end(actor.held.record.id).await;
                Err(error)
            }
        }
    }

    /// For this session and for the user's others.
    async fn enrolled(
        &self,
        actor: Actor<'_>,
        first: bool,
        factor: Option<VerifiedFactor>,
    ) -> Result<Confirm, FlowError> {
        self.others_fall(actor).await?;
        if !first {
            return Ok(Confirm::Another);
        }
        let Some(factor) = factor else {
            return Ok(Confirm::Ended);
        };
        Ok(self
            .verify(actor, &factor)
            .await?
            .map_or(Confirm::Ended, Confirm::First))
    }

    /// A verified session steps up first; one without any factor shows what it has.
    pub(super) async fn step_up_before_enrolment(
        &self,
        actor: Actor<'_>,
    ) -> Result<Option<StepUp>, FlowError> {
        match &actor.held.record.state {
            // The forced enrolment follows the password at once.
            State::AwaitingEnrolment(_) => Ok(None),
            State::AwaitingFactor(_) | State::Anonymous => Ok(Some(StepUp::SignInAgain)),
            // Who came in with a backup code has nothing else at hand, and needs something new.
            State::Verified(_, factor)
                if factor.method() == Method::BackupCode
                    && self.now() < factor.verified_at().plus(self.rules.step_up.window) =>
            {
                Ok(None)
            }
            State::PasswordOnly(_) | State::Verified(..) => match self.step_up_due(actor).await? {
                StepUp::Open(_) => Ok(None),
                due => Ok(Some(due)),
            },
        }
    }

    pub(super) async fn overtaken(&self, actor: Actor<'_>) -> Result<Confirm, FlowError> {
        self.fall(actor.held).await?;
        Ok(Confirm::Overtaken)
    }

    /// Whoever parked a session before the owner enrolled gains nothing by it. Every session is
    /// tried, whatever becomes of the one before.
    async fn others_fall(&self, actor: Actor<'_>) -> Result<(), FlowError> {
        let mut others = self.sessions.of_user(actor.user()).await?;
        others.retain(|held| held.record.id != actor.held.record.id);
        let ids: Vec<RecordId> = others.iter().map(|held| held.record.id).collect();
        let mut outcome = self
            .ceremonies
            .drop_all_of(&ids)
            .await
            .map_err(FlowError::from);
        for held in &others {
            outcome = outcome.and(self.fall(held).await);
        }
        outcome
    }

    /// Sends one session to the challenge if it got by without a factor; ends it if that fails.
    pub(super) async fn fall(&self, held: &Held) -> Result<(), FlowError> {
        let Some(actor) = Actor::of(held, "") else {
            return Ok(());
        };
        let falls = |record: Record| match record.state {
            State::PasswordOnly(_) | State::AwaitingEnrolment(_) => {
                Ok(Some(record.fall_to_challenge()?))
            }
            _ => Ok(None),
        };
        match self.advance(actor, falls).await {
            Ok(_) => Ok(()),
            Err(_) => Ok(self.sessions.end(held.record.id).await?),
        }
    }
}

/// Whoever has verified a factor in this session has shown more than the password.
pub(super) fn is_first(actor: Actor<'_>) -> bool {
    !matches!(actor.held.record.state, State::Verified(..))
}
