//! The stores as an administrator's commands open them, beside a gateway that may be running.

use std::sync::Arc;

use anyhow::Context;
use tokio::runtime::Runtime;

use crate::config::Config;
use crate::crypto::at_rest::AtRest;
use crate::crypto::keyring::KeyRing;
use crate::domain::authenticator::passkey::RelyingParty;
use crate::domain::clock::{SystemClock, SystemRandom};
use crate::domain::ids::{FactorId, UserId};
use crate::flows::administer::Administrator;
pub use crate::flows::administer::{Export, Holdings, Import, ImportError, Listed, Removed};
use crate::stores::sqlite::Database;

/// Opened stores, and the runtime that they live on.
pub struct Administration {
    administrator: Administrator,
    runtime: Runtime,
}

impl Administration {
    /// Neither database nor keys are made: both are the gateway's.
    pub fn open(config: &Config) -> anyhow::Result<Self> {
        let path = super::users::existing(config)?;
        let runtime = runtime()?;
        let (clock, random) = (Arc::new(SystemClock), Arc::new(SystemRandom::new()));
        let keys = KeyRing::open(&config.keys.file, false, &*clock, &*random);
        let at_rest = AtRest::new(Arc::new(keys.context("keys.file")?));
        let handle = runtime.handle().clone();
        let database = runtime.block_on(async {
            let database = Database::open_beside(path, handle)
                .await
                .context("store.database")?;
            database
                .check_keys(&at_rest, &*random)
                .await
                .context("keys.file")?;
            anyhow::Ok(Arc::new(database))
        })?;
        let party = RelyingParty::new(&config.app.public_url.origin(), &config.app.name);
        let administrator = Administrator {
            authenticators: database.clone(),
            passkeys: database.clone(),
            backup_codes: database.clone(),
            audit: database.clone(),
            changes: database,
            at_rest,
            clock,
            random,
            rp_id: party.ok().map(|party| party.id().to_owned()),
        };
        Ok(Self {
            administrator,
            runtime,
        })
    }

    pub fn list(&self, user: &UserId) -> anyhow::Result<Holdings> {
        Ok(self.runtime.block_on(self.administrator.list(user))?)
    }

    pub fn remove(&self, user: &UserId, id: &FactorId) -> anyhow::Result<Option<Removed>> {
        Ok(self.runtime.block_on(self.administrator.remove(user, id))?)
    }

    pub fn import(
        &self,
        file: &[u8],
        user_of: &dyn Fn(&str) -> Option<UserId>,
        keep: bool,
    ) -> Result<Import, ImportError> {
        let work = self.administrator.import(file, user_of, keep);
        self.runtime.block_on(work)
    }

    pub fn export(&self, user: Option<&UserId>) -> anyhow::Result<Export> {
        Ok(self.runtime.block_on(self.administrator.export(user))?)
    }
}

pub(super) fn runtime() -> anyhow::Result<Runtime> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    let runtime = builder.worker_threads(1).enable_all().build();
    runtime.context("the stores' runtime cannot start")
}
