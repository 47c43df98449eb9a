//! `[store]`: where factors and sessions are kept.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where factors and sessions are kept.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Store {
    /// The database of factors and of the audit log: "sqlite:PATH". Default:
    /// "sqlite:data/stepgate.db".
    pub database: Database,
    /// Where sessions are. Default: "embedded".
    pub sessions: Sessions,
}

/// A database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub enum Database {
    /// A SQLite file; a relative path begins at the working directory.
    Sqlite(PathBuf),
}

/// Where sessions are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sessions {
    /// In this process and its database: for one node.
    #[default]
    Embedded,
}

impl Database {
    /// The file of the SQLite database.
    pub fn path(&self) -> &Path {
        match self {
            Self::Sqlite(path) => path,
        }
    }
}

impl Default for Database {
    fn default() -> Self {
        Self::Sqlite("data/stepgate.db".into())
    }
}

impl FromStr for Database {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let path = text.strip_prefix("sqlite:").unwrap_or_default();
        // `sqlite://path`, as connection strings elsewhere have it, means the same file.
        let path = path.strip_prefix("//").unwrap_or(path);
        if path.is_empty() || path.starts_with(':') || path.contains('?') {
            return Err("\"sqlite:\" and the path of a file");
        }
        Ok(Self::Sqlite(path.into()))
    }
}

impl fmt::Display for Database {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "sqlite:{}", self.path().display())
    }
}

impl TryFrom<String> for Database {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Database> for String {
    fn from(database: Database) -> Self {
        database.to_string()
    }
}
