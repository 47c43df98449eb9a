//! Enrolling an authenticator app: a pending seed, then the code that proves it, then the row.

use std::time::Duration;

use super::enrol::Confirm;
use super::{Actor, FlowError, Flows, audit, step_up::StepUp};
use crate::domain::authenticator::FriendlyName;
use crate::domain::authenticator::totp::{self, Code, MatchedStep, Seed};
use crate::domain::ids::FactorId;
use crate::stores::{CeremonyKey, InsertIf, Inserted, NewTotp};

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

impl Flows {
    pub async fn begin_totp(&self, actor: Actor<'_>) -> Result<Begin, FlowError> {
        if let Some(due) = self.step_up_before_enrolment(actor).await? {
            return Ok(Begin::StepUp(due));
        }
        if self.is_closed(actor) {
            return Ok(Begin::Closed);
        }
        let (key, now) = (CeremonyKey::of(&actor.held.record, KIND), self.now());
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
        let (key, now) = (CeremonyKey::of(&actor.held.record, KIND), self.now());
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
        let id = FactorId::generate(&*self.random)?;
        let proof = (&seed, step);
        match self
            .insert(actor, proof, id.clone(), name.clone(), condition)
            .await
        {
            Ok(Inserted::Done) => {}
            Ok(Inserted::NotFirst) => return self.overtaken(actor).await,
            // Nothing was enrolled: the secret that the user has scanned stays good.
            Ok(Inserted::NameTaken | Inserted::Known) => {
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
        let factor = totp::finish(id, true, self.now());
        self.after_insert(actor, name.as_str(), factor).await
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

    async fn pend(&self, key: CeremonyKey, seed: &Seed) -> Result<(), FlowError> {
        let until = self.now().plus(PENDING);
        Ok(self
            .ceremonies
            .put(key, seed.as_bytes().to_vec(), until)
            .await?)
    }
}
