//! What people do, step by step, without a word of HTTP: sign in, answer the challenge, enrol, step
//! up, manage factors, sign out.
//!
//! A flow takes a session as it was read, asks the stores, and moves the session on by
//! compare-and-set. Where somebody else moved it first, the flow reads again and decides afresh.

pub mod administer;
pub mod audit;
pub mod backup_codes;
pub mod challenge;
pub mod check;
mod check_backup_code;
mod check_passkey;
mod check_totp;
mod doubts;
pub mod enrol;
pub mod enrol_passkey;
pub mod enrol_totp;
pub mod hashing;
pub mod manage;
pub mod password;
pub mod sign_in;
pub mod sign_out;
pub mod step_up;

pub use doubts::Doubts;
use hashing::Hashing;

use std::sync::Arc;
use std::time::Duration;

use crate::crypto::at_rest::{AtRest, AtRestError};
use crate::crypto::token::SessionToken;
use crate::domain::assurance::VerifiedFactor;
use crate::domain::authenticator::backup_code::HashError;
use crate::domain::authenticator::passkey::{self, RelyingParty};
use crate::domain::clock::{Clock, Random, RandomError, UnixTime};
use crate::domain::credentials::KeptSeal;
use crate::domain::enrolment::Enrolment;
use crate::domain::ids::{RecordId, UserId};
use crate::domain::session::{IllegalMove, Record, SignedIn};
use crate::stores::{
    AuditStore, AuthenticatorStore, BackupCodeStore, CeremonyStore, Held, PasskeyStore,
    SessionStore, StepUpStore, StoreError, ThrottleStore,
};

/// How often a lost compare-and-set is tried again before the flow gives up.
const TRIES: usize = 16;

/// The stores and rules that flows work with.
#[derive(Clone)]
pub struct Flows {
    pub sessions: Arc<dyn SessionStore>,
    pub authenticators: Arc<dyn AuthenticatorStore>,
    pub passkeys: Arc<dyn PasskeyStore>,
    pub backup_codes: Arc<dyn BackupCodeStore>,
    pub throttle: Arc<dyn ThrottleStore>,
    pub audit: Arc<dyn AuditStore>,
    pub ceremonies: Arc<dyn CeremonyStore>,
    pub step_up: Arc<dyn StepUpStore>,
    pub at_rest: AtRest,
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Random>,
    pub rules: Rules,
    pub doubts: Doubts,
    pub hashing: Arc<dyn Hashing>,
    /// `None` where passkeys cannot be: at an address without a domain.
    pub relying_party: Option<RelyingParty>,
}

/// What the configuration says about flows.
#[derive(Clone, Debug)]
pub struct Rules {
    /// A user without a factor enrols before the first page.
    pub mfa_required: bool,
    pub enrolment: Enrolment,
    pub passkey_enrolment: bool,
    /// The application's name, as authenticator apps show it.
    pub issuer: String,
    /// How long a settled session lasts.
    pub lifetime: Duration,
    /// How long a visitor's session lasts before anybody signs in.
    pub anonymous_lifetime: Duration,
    pub step_up: step_up::StepUpRules,
}

/// A flow could not go on. Nothing was opened.
#[derive(Debug, thiserror::Error)]
pub enum FlowError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Random(#[from] RandomError),
    #[error(transparent)]
    AtRest(#[from] AtRestError),
    #[error(transparent)]
    Illegal(#[from] IllegalMove),
    #[error(transparent)]
    Passkey(#[from] passkey::Refused),
    #[error(transparent)]
    Hash(HashError),
    #[error("too many codes are being checked")]
    Busy,
    #[error("the session changed too often while it was being moved on")]
    Contended,
}

/// A session that has moved on, with the token that now names it.
pub struct Moved {
    pub held: Held,
    pub token: SessionToken,
}

/// Who acts, in which session, from where.
#[derive(Clone, Copy)]
pub struct Actor<'a> {
    pub held: &'a Held,
    pub who: &'a SignedIn,
    /// The client's address, for the audit log.
    pub from: &'a str,
}

impl<'a> Actor<'a> {
    /// `None` for a session in which nobody has signed in.
    pub fn of(held: &'a Held, from: &'a str) -> Option<Self> {
        Some(Self {
            held,
            who: held.record.state.signed_in()?,
            from,
        })
    }

    fn user(&self) -> &'a UserId {
        &self.who.user
    }
}

impl Flows {
    fn now(&self) -> UnixTime {
        self.clock.now()
    }

    /// Marks the session verified. `None` where it has ended or somebody else signed in meanwhile.
    async fn verify(
        &self,
        actor: Actor<'_>,
        factor: &VerifiedFactor,
    ) -> Result<Option<Moved>, FlowError> {
        let token = SessionToken::generate(&*self.random)?;
        let digest = token.digest();
        let step = |record: Record| {
            Ok(Some(record.verify(
                factor.clone(),
                digest,
                self.rules.lifetime,
            )?))
        };
        Ok(self
            .advance(actor, step)
            .await?
            .map(|held| Moved { held, token }))
    }

    /// Keeps seals that are too long for a browser with their session; `false` where that is gone.
    pub async fn keep_seals(&self, id: RecordId, seals: Vec<KeptSeal>) -> Result<bool, FlowError> {
        for _ in 0..TRIES {
            let Some(read) = self.sessions.read(id, self.now()).await? else {
                return Ok(false);
            };
            let next = Record::clone(&read.record).keep(seals.clone());
            if self.sessions.transition(next).await?.is_some() {
                return Ok(true);
            }
        }
        Err(FlowError::Contended)
    }

    /// Moves the actor's session on by `step`, reading afresh whenever somebody else was faster.
    /// `None` where the session has ended, belongs to somebody else now, or `step` declines.
    async fn advance(
        &self,
        actor: Actor<'_>,
        step: impl Fn(Record) -> Result<Option<Record>, FlowError>,
    ) -> Result<Option<Held>, FlowError> {
        for _ in 0..TRIES {
            let Some(read) = self.sessions.read(actor.held.record.id, self.now()).await? else {
                return Ok(None);
            };
            if read.record.epoch != actor.held.record.epoch {
                return Ok(None);
            }
            let Some(next) = step(Record::clone(&read.record))? else {
                return Ok(None);
            };
            if let Some(held) = self.sessions.transition(next).await? {
                return Ok(Some(held));
            }
        }
        Err(FlowError::Contended)
    }
}
