//! Enrolling an authenticator app: a pending seed, then the code that proves it, then the row.

use std::time::Duration;

use super::{Actor, FlowError, Flows, Moved, audit, step_up::StepUp};
use crate::domain::authenticator::totp::{self, Code, MatchedStep, Seed};
use crate::domain::authenticator::{BadName, FriendlyName};
use crate::domain::enrolment::{Enrolment, EnrolmentToken};
use crate::domain::ids::{FactorId, RecordId};
use crate::domain::session::{Record, State};
use crate::stores::{CeremonyKey, Held, InsertIf, Inserted, NewTotp};

/// How long a shown secret can still be confirmed.
const PENDING: Duration = Duration::from_secs(10 * 60);
const KIND: &str = "totp";

/// How an enrolment may begin.
pub enum Begin {
    /// The secret to show: the same one until it is confirmed or ten minutes old.
    Pending(Seed),
    /// Something must be shown first.
    StepUp(StepUp),
    /// Nobody enrols a first factor by themselves.
    Closed,
}

/// What a user typed to enrol an authenticator.
pub struct Typed<'a> {
    pub code: &'a str,
    pub name: &'a str,
    /// The administrator's one-time code, where the policy asks for one.
    pub token: &'a str,
}

/// How an enrolment ended.
pub enum Confirm {
    /// The first factor: the session is verified now.
    First(Moved),
    Another,
    WrongCode,
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
    pub async fn begin_totp(&self, actor: Actor<'_>) -> Result<Begin, FlowError> {
        if let Some(due) = self.step_up_before_enrolment(actor).await? {
            return Ok(Begin::StepUp(due));
        }
        if self.is_closed(actor) {
            return Ok(Begin::Closed);
        }
        let (key, now) = (key(actor.held), self.now());
        if let Some(seed) = self
            .ceremonies
            .get(&key, now)
            .await?
            .as_deref()
            .and_then(Seed::from_bytes)
        {
            return Ok(Begin::Pending(seed));
        }
        let seed = Seed::generate(&*self.random)?;
        self.pend(key, &seed).await?;
        Ok(Begin::Pending(seed))
    }

    pub async fn confirm_totp(
        &self,
        actor: Actor<'_>,
        typed: Typed<'_>,
    ) -> Result<Confirm, FlowError> {
        if let Some(due) = self.step_up_before_enrolment(actor).await? {
            return Ok(Confirm::StepUp(due));
        }
        if self.is_closed(actor) {
            return Ok(Confirm::Closed);
        }
        let (key, now) = (key(actor.held), self.now());
        let Some(seed) = self
            .ceremonies
            .get(&key, now)
            .await?
            .as_deref()
            .and_then(Seed::from_bytes)
        else {
            return Ok(Confirm::Expired);
        };
        let Some(MatchedStep(step)) =
            Code::parse(typed.code).and_then(|code| seed.verify(&code, now))
        else {
            return Ok(Confirm::WrongCode);
        };
        let name = match FriendlyName::new(typed.name) {
            Ok(name) => name,
            Err(bad) => return Ok(Confirm::BadName(bad)),
        };
        let Some(condition) = self.condition(actor, typed.token) else {
            self.note(actor, audit::ENROLMENT_TOKEN_REFUSED, "").await;
            return Ok(Confirm::BadToken);
        };
        // Taken before the row is written: of two answers to one secret only one is enrolled.
        if !self.ceremonies.take(&key, seed.as_bytes(), now).await? {
            return Ok(Confirm::Expired);
        }
        let first = is_first(actor);
        let id = FactorId::generate(&*self.random)?;
        let proof = (&seed, step);
        match self
            .insert(actor, proof, id.clone(), name.clone(), condition)
            .await
        {
            Ok(Inserted::Done) => {}
            Ok(Inserted::NotFirst) => return self.overtaken(actor).await,
            // Nothing was enrolled: the secret that the user has scanned stays good.
            Ok(Inserted::NameTaken) => {
                self.pend(key, &seed).await?;
                return Ok(Confirm::NameTaken);
            }
            Ok(Inserted::NoToken) => {
                self.pend(key, &seed).await?;
                self.note(actor, audit::ENROLMENT_TOKEN_REFUSED, "").await;
                return Ok(Confirm::BadToken);
            }
            Err(error) => {
                // The row may have been written all the same, and then the others must fall.
                self.doubts.about(actor.user());
                return Err(error);
            }
        }
        self.note(actor, audit::FACTOR_ADDED, name.as_str()).await;
        match self.enrolled(actor, first, id).await {
            Ok(confirmed) => Ok(confirmed),
            Err(error) => {
                // The factor is there, and no session may go on as if it were not.
                self.doubts.about(actor.user());
                let _ = self.sessions.end(actor.held.record.id).await;
                Err(error)
            }
        }
    }

    /// Under which condition the factor is inserted; `None` for what cannot be an administrator's code.
    fn condition(&self, actor: Actor<'_>, token: &str) -> Option<InsertIf> {
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

    fn is_closed(&self, actor: Actor<'_>) -> bool {
        is_first(actor) && self.rules.enrolment == Enrolment::Closed
    }

    /// Whether the page has to ask for an administrator's code.
    pub fn asks_for_token(&self, actor: Actor<'_>) -> bool {
        is_first(actor) && self.rules.enrolment == Enrolment::Token
    }

    async fn insert(
        &self,
        actor: Actor<'_>,
        (seed, step): (&Seed, u64),
        id: FactorId,
        name: FriendlyName,
        condition: InsertIf,
    ) -> Result<Inserted, FlowError> {
        let user = actor.user().clone();
        let sealed = self.at_rest.seal_seed(seed, &user, &id, &*self.random)?;
        let at = self.now();
        let new = NewTotp {
            id,
            user,
            name,
            seed: sealed,
            step,
            at,
        };
        Ok(self.authenticators.insert_totp(new, condition).await?)
    }

    /// What follows from a new factor, for this session and for the user's others.
    async fn enrolled(
        &self,
        actor: Actor<'_>,
        first: bool,
        id: FactorId,
    ) -> Result<Confirm, FlowError> {
        self.others_fall(actor).await?;
        if !first {
            return Ok(Confirm::Another);
        }
        let Some(factor) = totp::finish(id, true, self.now()) else {
            return Ok(Confirm::Ended);
        };
        Ok(self
            .verify(actor, &factor)
            .await?
            .map_or(Confirm::Ended, Confirm::First))
    }

    async fn pend(&self, key: CeremonyKey, seed: &Seed) -> Result<(), FlowError> {
        let until = self.now().plus(PENDING);
        Ok(self
            .ceremonies
            .put(key, seed.as_bytes().to_vec(), until)
            .await?)
    }

    /// A verified session steps up first; one without any factor shows what it has.
    async fn step_up_before_enrolment(
        &self,
        actor: Actor<'_>,
    ) -> Result<Option<StepUp>, FlowError> {
        match &actor.held.record.state {
            // The forced enrolment follows the password at once.
            State::AwaitingEnrolment(_) => Ok(None),
            State::AwaitingFactor(_) | State::Anonymous => Ok(Some(StepUp::SignInAgain)),
            State::PasswordOnly(_) | State::Verified(..) => match self.step_up_due(actor).await? {
                StepUp::Open(_) => Ok(None),
                due => Ok(Some(due)),
            },
        }
    }

    async fn overtaken(&self, actor: Actor<'_>) -> Result<Confirm, FlowError> {
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
fn is_first(actor: Actor<'_>) -> bool {
    !matches!(actor.held.record.state, State::Verified(..))
}

fn key(held: &Held) -> CeremonyKey {
    CeremonyKey {
        record: held.record.id,
        epoch: held.record.epoch.0,
        kind: KIND,
    }
}
