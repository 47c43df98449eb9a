//! SQLite: one file, WAL, every commit synced before it is acknowledged.

mod administration;
mod audit;
mod authenticators;
mod backup_codes;
mod canary;
mod enrolment_tokens;
mod factors;
mod passkeys;
mod sessions;
mod throttle;

pub use canary::CanaryError;
pub use sessions::SavedSession;

use std::future::Future;
use std::path::Path;
use std::time::Duration;

use sqlx::Connection;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};
use tokio::runtime::Handle;

use crate::crypto::at_rest::AtRest;

use super::{StoreError, Stored};

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("migrations/sqlite");
const STORE: &str = "database";
/// An answer later than this is none.
const PATIENCE: Duration = Duration::from_secs(5);

/// The database. Clones share one pool.
///
/// Every statement runs on the runtime that the pool was made on, for the proxy's workers each have
/// a runtime of their own and a connection belongs to the one that opened it.
#[derive(Clone, Debug)]
pub struct Database {
    pool: SqlitePool,
    stores: Handle,
}

/// Why a database cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("cannot open the database {path}")]
    Open { path: String, source: sqlx::Error },
    #[error("cannot bring the database {path} up to date")]
    Migrate {
        path: String,
        source: sqlx::migrate::MigrateError,
    },
    #[error(
        "the database {path} has tables of version {found}, and this program's are of version {known}: \
         start the gateway of this program's version first, or use the program that the gateway runs"
    )]
    Version {
        path: String,
        found: i64,
        known: i64,
    },
}

/// Why an existing database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    #[error("it cannot be read: {0}")]
    Read(#[from] sqlx::Error),
    #[error(transparent)]
    Keys(#[from] CanaryError),
}

async fn connect(path: &Path, create: bool) -> Result<SqlitePool, OpenError> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(create)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(PATIENCE)
        .foreign_keys(true);
    let pool = SqlitePoolOptions::new()
        .max_connections(4)
        .acquire_timeout(PATIENCE)
        .connect_with(options)
        .await;
    pool.map_err(|source| OpenError::Open {
        path: path.display().to_string(),
        source,
    })
}

impl Database {
    /// Opens or creates the file and brings its tables up to date. Call it on the stores runtime.
    pub async fn open(path: &Path, stores: Handle) -> Result<Self, OpenError> {
        let pool = connect(path, true).await?;
        let migrated = MIGRATIONS.run(&pool).await;
        migrated.map_err(|source| OpenError::Migrate {
            path: path.display().to_string(),
            source,
        })?;
        Ok(Self { pool, stores })
    }

    /// For commands beside a gateway that may be running: what it does not know it could not live with,
    /// so that tables of another version are left as they are.
    pub async fn open_beside(path: &Path, stores: Handle) -> Result<Self, OpenError> {
        let pool = connect(path, false).await?;
        let query = "SELECT MAX(version) FROM _sqlx_migrations WHERE success";
        let found: Option<i64> = sqlx::query_scalar(query)
            .fetch_one(&pool)
            .await
            .unwrap_or_default();
        let known = MIGRATIONS.iter().map(|migration| migration.version).max();
        if found != known {
            return Err(OpenError::Version {
                path: path.display().to_string(),
                found: found.unwrap_or_default(),
                known: known.unwrap_or_default(),
            });
        }
        Ok(Self { pool, stores })
    }

    /// Whether there is a readable database at `path` that belongs to these keys. Writes nothing.
    pub async fn opens_with(path: &Path, keys: &AtRest) -> Result<(), CheckError> {
        let options = SqliteConnectOptions::new().filename(path).read_only(true);
        let mut connection = SqliteConnection::connect_with(&options).await?;
        let tables: i64 =
            sqlx::query_scalar("SELECT COUNT(*) FROM sqlite_schema WHERE name = 'key_canary'")
                .fetch_one(&mut connection)
                .await?;
        if tables == 0 {
            return Ok(());
        }
        let sealed: Option<Vec<u8>> = sqlx::query_scalar("SELECT sealed FROM key_canary")
            .fetch_optional(&mut connection)
            .await?;
        match sealed {
            Some(sealed) if !keys.opens_canary(&sealed) => Err(CanaryError::WrongKeys.into()),
            _ => Ok(()),
        }
    }

    /// As [`super::AdministrationStore::strays`], of a database that may be older. Writes nothing.
    pub async fn strays_in(path: &Path, rp_id: &str) -> Result<Vec<(String, u32)>, sqlx::Error> {
        let options = SqliteConnectOptions::new().filename(path).read_only(true);
        let mut connection = SqliteConnection::connect_with(&options).await?;
        let query = "SELECT COUNT(*) FROM pragma_table_info('passkeys') WHERE name = 'rp_id'";
        let known: i64 = sqlx::query_scalar(query).fetch_one(&mut connection).await?;
        match known {
            0 => Ok(Vec::new()),
            _ => administration::strays(&mut connection, rp_id).await,
        }
    }

    /// Runs `work` on the stores runtime. It goes on there even if the caller is dropped, so a
    /// client that hangs up cannot leave a count unwritten.
    async fn run<T, F>(&self, work: impl FnOnce(SqlitePool) -> F) -> Stored<T>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, sqlx::Error>> + Send + 'static,
    {
        let task = self
            .stores
            .spawn(tokio::time::timeout(PATIENCE, work(self.pool.clone())));
        match task.await {
            Ok(Ok(Ok(value))) => Ok(value),
            Ok(Ok(Err(error))) => Err(unavailable(&error)),
            Ok(Err(_)) => Err(StoreError::Unavailable {
                store: STORE,
                why: format!("no answer within {PATIENCE:?}"),
            }),
            Err(_) => Err(StoreError::Unavailable {
                store: STORE,
                why: "it is shutting down".to_owned(),
            }),
        }
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Stored<()> {
        // It takes the write lock and writes nothing: a database that only answers reads is not ready.
        self.run(|pool| async move { pool.begin_with("BEGIN IMMEDIATE").await?.rollback().await })
            .await
    }
}

fn unavailable(error: &sqlx::Error) -> StoreError {
    StoreError::Unavailable {
        store: STORE,
        why: error.to_string(),
    }
}

/// SQLite has signed integers only; what does not fit is as good as unreadable.
fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn unsigned(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
