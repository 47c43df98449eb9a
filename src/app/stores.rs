//! Keys, database, sessions, and the runtime that they live on.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use tokio::runtime::Runtime;
use zeroize::Zeroizing;

use super::make_private_dir;
use crate::config::{Config, Mfa};
use crate::crypto::at_rest::AtRest;
use crate::crypto::keyring::KeyRing;
use crate::domain::authenticator::FriendlyName;
use crate::domain::authenticator::totp::Seed;
use crate::domain::clock::{Clock, Random, SystemClock, SystemRandom};
use crate::domain::ids::{FactorId, UserId};
use crate::flows::{Flows, Rules};
use crate::stores::embedded::{Ceremonies, EmbeddedSessions, Limits, StepUpWindows};
use crate::stores::sqlite::Database;
use crate::stores::{AuthenticatorStore, InsertIf, NewTotp, SessionStore};

/// Visitors without a sign-in that memory is kept for, in all.
const ANONYMOUS_IN_ALL: usize = 200_000;

/// Opened stores.
pub struct Stores {
    pub database: Database,
    pub keys: Arc<KeyRing>,
    sessions: EmbeddedSessions,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    /// Database and session work runs here, and not on the proxy's workers.
    runtime: Runtime,
}

impl Stores {
    pub fn open(config: &Config) -> anyhow::Result<Self> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let random: Arc<dyn Random> = Arc::new(SystemRandom::new());
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("stores")
            .enable_all()
            .build();
        let runtime = runtime.context("the stores' runtime cannot start")?;
        for file in [config.store.database.path(), &config.keys.file] {
            match file.parent() {
                Some(directory) if !directory.as_os_str().is_empty() && !directory.exists() => {
                    make_private_dir(directory)?
                }
                _ => {}
            }
        }
        let keys =
            KeyRing::open(&config.keys.file, true, &*clock, &*random).context("keys.file")?;
        let keys = Arc::new(keys);
        let limits = Limits {
            idle: config.session.idle.get(),
            anonymous_per_network: usize::try_from(config.limits.anonymous_per_network)
                .unwrap_or(usize::MAX),
            anonymous_in_all: ANONYMOUS_IN_ALL,
        };
        let handle = runtime.handle().clone();
        let (database, sessions) = runtime.block_on(async {
            let database = Database::open(config.store.database.path(), handle.clone())
                .await
                .context("store.database")?;
            database
                .check_keys(&AtRest::new(Arc::clone(&keys)), &*random)
                .await
                .context("keys.file")?;
            let sessions =
                EmbeddedSessions::load(database.clone(), limits, handle, Arc::clone(&clock))
                    .await
                    .context("store.sessions")?;
            anyhow::Ok((database, sessions))
        })?;
        let stores = Self {
            database,
            keys,
            sessions,
            clock,
            random,
            runtime,
        };
        let flows = stores.flows(config);
        let settled = stores.sessions.all();
        stores
            .runtime
            .block_on(flows.reconcile(&settled))
            .context("store.sessions")?;
        Ok(stores)
    }

    pub fn flows(&self, config: &Config) -> Flows {
        let sessions: Arc<dyn SessionStore> = Arc::new(self.sessions.clone());
        let database = Arc::new(self.database.clone());
        Flows {
            sessions,
            authenticators: database.clone(),
            throttle: database.clone(),
            audit: database,
            ceremonies: Arc::new(Ceremonies::default()),
            step_up: Arc::new(StepUpWindows::default()),
            at_rest: AtRest::new(Arc::clone(&self.keys)),
            clock: Arc::clone(&self.clock),
            random: Arc::clone(&self.random),
            rules: Rules {
                mfa_required: config.policy.mfa == Mfa::Required,
                issuer: config.app.name.clone(),
                lifetime: config.session.lifetime.get(),
                anonymous_lifetime: config.limits.anonymous_lifetime.get(),
                step_up_window: config.step_up.window.get(),
            },
        }
    }

    /// The Base32 secret of the user's first authenticator, enrolled now if there is none.
    pub fn enrol_for_demo(&self, user: &UserId, name: &str) -> anyhow::Result<Zeroizing<String>> {
        let at_rest = AtRest::new(Arc::clone(&self.keys));
        self.runtime.block_on(async {
            if let Some(row) = self.database.totp_of(user).await?.first() {
                return Ok(at_rest.open_seed(&row.seed, user, &row.id)?.base32());
            }
            let (id, seed) = (
                FactorId::generate(&*self.random)?,
                Seed::generate(&*self.random)?,
            );
            let sealed = at_rest.seal_seed(&seed, user, &id, &*self.random)?;
            let new = NewTotp {
                id,
                user: user.clone(),
                name: FriendlyName::new(name)?,
                seed: sealed,
                step: 0,
                at: self.clock.now(),
            };
            self.database.insert_totp(new, InsertIf::First).await?;
            Ok(seed.base32())
        })
    }
}

/// What can be said of the stores without making any.
pub fn rehearse(config: &Config) -> anyhow::Result<()> {
    let keys = &config.keys.file;
    if keys.exists() {
        KeyRing::open(keys, false, &SystemClock, &SystemRandom::new()).context("keys.file")?;
    }
    for (key, file) in [
        ("store.database", config.store.database.path()),
        ("keys.file", keys.as_path()),
    ] {
        let directory = file
            .parent()
            .filter(|directory| !directory.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        let made = directory
            .ancestors()
            .find(|ancestor| ancestor.exists())
            .unwrap_or(Path::new("/"));
        let metadata = std::fs::metadata(made)
            .with_context(|| format!("{key}: cannot look at {}", made.display()))?;
        anyhow::ensure!(
            metadata.is_dir(),
            "{key}: {} is not a directory",
            made.display()
        );
    }
    Ok(())
}
