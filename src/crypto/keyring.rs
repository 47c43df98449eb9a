//! The key ring: named 256-bit keys in one file, from which every other key is derived.
//!
//! New material is protected with the newest key; every key opens what it once protected. Each use
//! has its own derived key (HKDF-SHA256 with the use as context), so that a seal never opens as a
//! stored secret or the other way round.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::hkdf;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::domain::clock::{Clock, Random};

/// What a derived key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Cookies, bound to one record.
    Seal,
    /// Secrets in the database.
    AtRest,
    /// Form tokens.
    Csrf,
}

impl Purpose {
    fn label(self) -> &'static [u8] {
        match self {
            Self::Seal => b"stepgate/seal/1",
            Self::AtRest => b"stepgate/at-rest/1",
            Self::Csrf => b"stepgate/csrf/1",
        }
    }
}

/// A named key of the ring.
pub struct RingKey {
    id: String,
    secret: Zeroizing<[u8; 32]>,
}

impl RingKey {
    pub fn id(&self) -> &str {
        &self.id
    }

    /// 256 bits for `purpose`, further bound to `context` (a record id, say).
    pub fn derive(&self, purpose: Purpose, context: &[u8]) -> Zeroizing<[u8; 32]> {
        let prk = hkdf::Salt::new(hkdf::HKDF_SHA256, b"").extract(self.secret.as_slice());
        let info = [purpose.label(), context];
        let mut out = Zeroizing::new([0; 32]);
        // Filling 32 bytes from SHA-256's HKDF cannot fail: only more than 255 blocks would.
        if let Ok(okm) = prk.expand(&info, hkdf::HKDF_SHA256) {
            let _ = okm.fill(out.as_mut_slice());
        }
        out
    }
}

/// All keys, newest last.
pub struct KeyRing {
    keys: Vec<RingKey>,
}

impl std::fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list()
            .entries(self.keys.iter().map(RingKey::id))
            .finish()
    }
}

/// Why the key file does not serve.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    #[error("{path}: cannot read the key file")]
    Read {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{path}: cannot create the key file")]
    Create {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{path}: not a key file: {why}")]
    Malformed { path: PathBuf, why: String },
    #[error("{path}: others may read the key file (mode {mode:o}); run `chmod 600 {path}`", path = path.display())]
    TooOpen { path: PathBuf, mode: u32 },
    #[error("no key could be made: {0}")]
    Random(#[from] crate::domain::clock::RandomError),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    key: Vec<FileKey>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileKey {
    id: String,
    /// 32 bytes in Base64.
    secret: String,
    /// Unix seconds.
    created: i64,
}

impl KeyRing {
    /// Reads the file, or makes it (mode 0600, one key) where it is missing and `create` allows it.
    pub fn open(
        path: &Path,
        create: bool,
        clock: &dyn Clock,
        random: &dyn Random,
    ) -> Result<Self, KeyFileError> {
        match fs::read_to_string(path) {
            Ok(text) => {
                check_mode(path)?;
                Self::parse(path, &Zeroizing::new(text))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && create => {
                make_file(path, clock, random)?;
                let text = fs::read_to_string(path).map_err(|source| KeyFileError::Read {
                    path: path.to_owned(),
                    source,
                })?;
                Self::parse(path, &Zeroizing::new(text))
            }
            Err(source) => Err(KeyFileError::Read {
                path: path.to_owned(),
                source,
            }),
        }
    }

    fn parse(path: &Path, text: &str) -> Result<Self, KeyFileError> {
        let malformed = |why: String| KeyFileError::Malformed {
            path: path.to_owned(),
            why,
        };
        let file: File =
            toml::from_str(text).map_err(|error| malformed(error.message().to_owned()))?;
        let keys = file.key.into_iter().map(|key| {
            let named = !key.id.is_empty() && key.id.bytes().all(|b| b.is_ascii_alphanumeric());
            if !named {
                return Err(malformed(
                    "a key's id has letters and digits only".to_owned(),
                ));
            }
            let bytes = STANDARD.decode(&key.secret).ok().map(Zeroizing::new);
            let secret = bytes.and_then(|bytes| <[u8; 32]>::try_from(bytes.as_slice()).ok());
            let secret = secret.ok_or_else(|| {
                malformed(format!(
                    "the secret of key {} is not 32 bytes in Base64",
                    key.id
                ))
            })?;
            Ok(RingKey {
                id: key.id,
                secret: Zeroizing::new(secret),
            })
        });
        let keys: Vec<RingKey> = keys.collect::<Result<_, _>>()?;
        if keys.is_empty() {
            return Err(malformed("it holds no key".to_owned()));
        }
        Ok(Self { keys })
    }

    /// The key that protects new material.
    pub fn newest(&self) -> Option<&RingKey> {
        self.keys.last()
    }

    pub fn get(&self, id: &str) -> Option<&RingKey> {
        self.keys.iter().find(|key| key.id == id)
    }

    pub fn iter(&self) -> impl Iterator<Item = &RingKey> {
        self.keys.iter()
    }

    /// A ring of one key that no file holds.
    pub fn ephemeral(random: &dyn Random) -> Result<Self, crate::domain::clock::RandomError> {
        let mut secret = Zeroizing::new([0; 32]);
        random.fill(secret.as_mut_slice())?;
        Ok(Self {
            keys: vec![RingKey {
                id: "k1".to_owned(),
                secret,
            }],
        })
    }
}

fn make_file(path: &Path, clock: &dyn Clock, random: &dyn Random) -> Result<(), KeyFileError> {
    let mut secret = Zeroizing::new([0; 32]);
    random.fill(secret.as_mut_slice())?;
    let key = FileKey {
        id: "k1".to_owned(),
        secret: STANDARD.encode(secret.as_slice()),
        created: clock.now().0,
    };
    let malformed = |error: toml::ser::Error| KeyFileError::Malformed {
        path: path.to_owned(),
        why: error.to_string(),
    };
    let text = Zeroizing::new(toml::to_string(&File { key: vec![key] }).map_err(malformed)?);
    let head =
        "# Stepgate's keys. Keep a copy: without it no enrolled authenticator can be read.\n";
    write_private(path, &[head.as_bytes(), text.as_bytes()].concat()).map_err(|source| {
        KeyFileError::Create {
            path: path.to_owned(),
            source,
        }
    })
}

/// Never leaves a half-written file under the final name, and never overwrites one.
fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    let draft = path.with_extension("new");
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&draft)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    let linked = fs::hard_link(&draft, path);
    fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        other => other,
    }
}

fn check_mode(path: &Path) -> Result<(), KeyFileError> {
    use std::os::unix::fs::PermissionsExt;
    let metadata = fs::metadata(path).map_err(|source| KeyFileError::Read {
        path: path.to_owned(),
        source,
    })?;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o007 != 0 {
        Err(KeyFileError::TooOpen {
            path: path.to_owned(),
            mode,
        })
    } else {
        Ok(())
    }
}
