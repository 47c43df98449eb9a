//! What every implementation of a store does, races included. A backend is done when it passes.

mod administration;
mod authenticators;
mod backup_codes;
mod ceremonies;
mod passkeys;
mod sessions;
mod throttle;

use std::sync::Arc;
use std::time::Duration;

use super::embedded::{Ceremonies, EmbeddedSessions, Limits, StepUpWindows};
use super::sqlite::Database;
use super::*;
use crate::crypto::at_rest::{SealedCredential, SealedSeed};
use crate::domain::authenticator::FriendlyName;
use crate::domain::authenticator::backup_code::HashedCode;
use crate::domain::authenticator::passkey::{Aaguid, UserHandle};
use crate::domain::clock::{Clock, SystemRandom};
use crate::domain::credentials::{CookieKey, Credential, Secret};
use crate::domain::enrolment::EnrolmentDigest;
use crate::domain::ids::{Epoch, FactorId};
use crate::domain::session::{Asked, Landing, SignedIn, State};
use crate::domain::throttle::{BUDGET, FREE_FAILURES, Guess};

struct StoppedClock;

impl Clock for StoppedClock {
    fn now(&self) -> UnixTime {
        NOW
    }
}

const NOW: UnixTime = UnixTime(1_800_000_000);
const LIMITS: Limits = Limits {
    idle: Duration::from_secs(3600),
    anonymous_per_network: 3,
    anonymous_in_all: 5,
};

struct Bench {
    directory: tempfile::TempDir,
    database: Database,
}

impl Bench {
    async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let database = open(&directory).await;
        Self {
            directory,
            database,
        }
    }

    async fn reopened(&self) -> Database {
        open(&self.directory).await
    }

    async fn sessions(&self) -> EmbeddedSessions {
        let handle = tokio::runtime::Handle::current();
        EmbeddedSessions::load(
            self.database.clone(),
            LIMITS,
            handle,
            Arc::new(StoppedClock),
        )
        .await
        .unwrap()
    }
}

async fn open(directory: &tempfile::TempDir) -> Database {
    Database::open(
        &directory.path().join("test.db"),
        tokio::runtime::Handle::current(),
    )
    .await
    .unwrap()
}

fn user(name: &str) -> UserId {
    UserId::new(name).unwrap()
}

fn totp(owner: &str, name: &str, step: u64) -> NewTotp {
    NewTotp {
        id: FactorId::generate(&SystemRandom::new()).unwrap(),
        user: user(owner),
        name: FriendlyName::new(name).unwrap(),
        seed: SealedSeed(vec![1, 2, 3]),
        step,
        at: NOW,
    }
}

fn token(byte: u8) -> TokenDigest {
    TokenDigest([byte; 32])
}

fn anonymous(byte: u8) -> Record {
    let key = CookieKey {
        name: "sid".into(),
        path: "/".into(),
        domain: None,
    };
    let jar = [Credential {
        key,
        value: Secret::new("v"),
        expires: None,
        epoch: Epoch(0),
    }];
    Record::anonymous(
        RecordId::from_bytes([byte; 16]),
        token(byte),
        Asked { jar: &jar, at: NOW },
        Duration::from_secs(600),
    )
}

fn signed_in(record: Record, who: &str, next: u8) -> Record {
    let who = SignedIn {
        user: user(who),
        name: who.into(),
        sign_in_name: None,
        at: NOW,
    };
    record
        .sign_in(
            who,
            Landing::PasswordOnly,
            Asked { jar: &[], at: NOW },
            token(next),
            Duration::from_secs(86_400),
        )
        .unwrap()
}
