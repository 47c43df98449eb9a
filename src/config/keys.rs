//! `[keys]`: the gateway's own keys.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The gateway's own keys.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Keys {
    /// The file of the key ring; created on the first run, readable only by its owner. Default:
    /// "data/keys.toml".
    pub file: PathBuf,
}

impl Default for Keys {
    fn default() -> Self {
        Self {
            file: "data/keys.toml".into(),
        }
    }
}
