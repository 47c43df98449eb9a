//! Keys, database, sessions, and the runtime that they live on.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tokio::runtime::Runtime;
use zeroize::Zeroizing;

use super::hashing::Turns;
use super::make_private_dir;
use crate::config::{Config, Mfa, StepUpMethod};
use crate::crypto::at_rest::AtRest;
use crate::crypto::keyring::KeyRing;
use crate::domain::authenticator::FriendlyName;
use crate::domain::authenticator::passkey::RelyingParty;
use crate::domain::authenticator::totp::Seed;
use crate::domain::clock::{Clock, Random, SystemClock, SystemRandom};
use crate::domain::ids::{FactorId, UserId};
use crate::flows::step_up::StepUpRules;
use crate::flows::{Doubts, FlowError, Flows, Rules};
use crate::stores::embedded::{Ceremonies, EmbeddedSessions, Limits, StepUpWindows};
use crate::stores::sqlite::Database;
use crate::stores::{
    AdministrationStore, AuthenticatorStore, CeremonyStore, InsertIf, NewTotp, SessionStore,
    StepUpStore,
};

/// Visitors without a sign-in that memory is kept for, in all.
const ANONYMOUS_IN_ALL: usize = 200_000;

/// How often users in doubt are gone through, and those whom an administrator has changed: a change counts
/// within a second.
const DOUBTS_EVERY: Duration = Duration::from_millis(500);

/// Opened stores.
pub struct Stores {
    pub database: Database,
    pub keys: Arc<KeyRing>,
    sessions: EmbeddedSessions,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    doubts: Doubts,
    windows: Arc<StepUpWindows>,
    ceremonies: Arc<Ceremonies>,
    hashing: Arc<Turns>,
    relying_party: Option<RelyingParty>,
    /// Held for as long as this process uses the database.
    _lock: File,
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
        let database = config.store.database.path();
        let lock = lock(database)?;
        // A database without its keys is a mistake that a new key file would only hide.
        let create = !database.exists() || database.metadata().is_ok_and(|found| found.len() == 0);
        // SQLite would make it readable to everybody.
        private_file(database)
            .with_context(|| format!("store.database: cannot write {}", database.display()))?;
        let keys =
            KeyRing::open(&config.keys.file, create, &*clock, &*random).context("keys.file")?;
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
            doubts: Doubts::default(),
            windows: Arc::default(),
            ceremonies: Arc::default(),
            hashing: Arc::new(Turns::of_this_machine()),
            relying_party: relying_party(config),
            _lock: lock,
            runtime,
        };
        let host = config.app.public_url.host();
        let strays = stores.runtime.block_on(stores.database.strays(host));
        for warning in about_strays(strays.context("store.database")?, host) {
            tracing::warn!("{warning}");
        }
        let flows = stores.flows(config);
        let users: BTreeSet<UserId> = stores.sessions.users();
        stores
            .runtime
            .block_on(async {
                for user in &users {
                    flows.level(user).await?;
                }
                Ok::<_, FlowError>(())
            })
            .context("store.sessions")?;
        let changes = stores.database.clone();
        stores.runtime.spawn(async move {
            loop {
                tokio::time::sleep(DOUBTS_EVERY).await;
                flows.settle_doubts().await;
                if let Err(error) = flows.hear_of_changes(&changes).await {
                    tracing::warn!(%error, "an administrator's changes could not be read; trying again");
                }
            }
        });
        Ok(stores)
    }

    pub fn flows(&self, config: &Config) -> Flows {
        let sessions: Arc<dyn SessionStore> = Arc::new(self.sessions.clone());
        let database = Arc::new(self.database.clone());
        Flows {
            sessions,
            authenticators: database.clone(),
            passkeys: database.clone(),
            backup_codes: database.clone(),
            throttle: database.clone(),
            audit: database,
            ceremonies: Arc::clone(&self.ceremonies) as Arc<dyn CeremonyStore>,
            step_up: Arc::clone(&self.windows) as Arc<dyn StepUpStore>,
            at_rest: AtRest::new(Arc::clone(&self.keys)),
            clock: Arc::clone(&self.clock),
            random: Arc::clone(&self.random),
            rules: Rules {
                mfa_required: config.policy.mfa == Mfa::Required,
                enrolment: config.policy.enrolment,
                passkey_enrolment: config.factors.passkey.enrolment,
                issuer: config.app.name.clone(),
                lifetime: config.session.lifetime.get(),
                anonymous_lifetime: config.limits.anonymous_lifetime.get(),
                step_up: StepUpRules {
                    window: config.step_up.window.get(),
                    totp: config.step_up.has(StepUpMethod::Totp),
                    passkey: config.step_up.has(StepUpMethod::Passkey),
                    password: config.step_up.password(),
                    password_checks: config
                        .password_checks()
                        .iter()
                        .map(|it| it.key().clone())
                        .collect(),
                },
            },
            doubts: self.doubts.clone(),
            hashing: self.hashing.clone(),
            relying_party: self.relying_party.clone(),
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

/// `None`, and a line in the log, where passkeys cannot be.
fn relying_party(config: &Config) -> Option<RelyingParty> {
    let origin = config.app.public_url.origin();
    RelyingParty::new(&origin, &config.app.name)
        .inspect_err(|error| tracing::warn!(%error, "no passkeys are offered"))
        .ok()
}

/// Keeps a second gateway off this database: embedded sessions are of one process.
fn lock(database: &Path) -> anyhow::Result<File> {
    let mut name = database.as_os_str().to_owned();
    name.push(".lock");
    let path = Path::new(&name);
    let file = private_file(path)
        .with_context(|| format!("store.database: cannot write {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(_) => anyhow::bail!(
            "store.database: another stepgate uses {}; store.sessions = \"embedded\" is for one process",
            database.display()
        ),
    }
}

/// What can be said of the stores without making any, and what is worth a warning.
pub fn rehearse(config: &Config) -> anyhow::Result<Vec<String>> {
    let (database, keys) = (config.store.database.path(), config.keys.file.as_path());
    let (clock, random) = (SystemClock, SystemRandom::new());
    for (key, file) in [("store.database", database), ("keys.file", keys)] {
        writable(file).with_context(|| key.to_owned())?;
    }
    if !keys.exists() && !database.exists() {
        return Ok(Vec::new());
    }
    let ring = Arc::new(KeyRing::open(keys, false, &clock, &random).context("keys.file")?);
    if !database.exists() {
        return Ok(Vec::new());
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("the stores' runtime cannot start")?;
    let at_rest = AtRest::new(ring);
    let opens = Database::opens_with(database, &at_rest);
    runtime.block_on(opens).context("store.database")?;
    let host = config.app.public_url.host();
    let strays = runtime.block_on(Database::strays_in(database, host));
    Ok(about_strays(strays.context("store.database")?, host).collect())
}

/// Passkeys that were made for another host.
fn about_strays(strays: Vec<(String, u32)>, host: &str) -> impl Iterator<Item = String> {
    strays.into_iter().map(move |(other, count)| {
        format!(
            "app.public_url: {count} passkeys were made for {other} and cannot be used at {host}: browsers offer them to that host only"
        )
    })
}

/// Whether the file could be written: it is there and may be, or its directory can take it.
fn writable(file: &Path) -> anyhow::Result<()> {
    if file.exists() {
        anyhow::ensure!(file.is_file(), "{} is not a file", file.display());
        let opened = std::fs::OpenOptions::new().append(true).open(file);
        return opened
            .map(drop)
            .with_context(|| format!("cannot write {}", file.display()));
    }
    let named = file
        .parent()
        .filter(|directory| !directory.as_os_str().is_empty());
    let directory = named.unwrap_or(Path::new("."));
    let made = directory.ancestors().find(|ancestor| ancestor.exists());
    let made = made.unwrap_or(Path::new("."));
    anyhow::ensure!(made.is_dir(), "{} is not a directory", made.display());
    // The only way to know is to try; what is made goes at once.
    let trial = made.join(format!(".stepgate-check-{}", std::process::id()));
    private_file(&trial).with_context(|| format!("cannot write into {}", made.display()))?;
    std::fs::remove_file(&trial).with_context(|| format!("cannot remove {}", trial.display()))
}

/// Opens or makes a file that only its owner may read.
fn private_file(path: &Path) -> std::io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = std::fs::OpenOptions::new();
    options
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
}
