//! Passkeys on their way from one system to another, as JSON.
//!
//! ```json
//! { "stepgate_passkeys": 1,
//!   "credentials": [{
//!     "user": "1007",             the application's id of the user
//!     "credential_id": "…",       base64url, like every other text of bytes here
//!     "public_key": "…",          COSE
//!     "counter": 0,               the highest signature counter seen
//!     "transports": ["internal"],
//!     "name": "Laptop",           and what follows: where it is known
//!     "aaguid": "08987058-cadc-4b81-b6e1-30de50dcbe96",
//!     "user_handle": "…",         WebAuthn's user id at the other system
//!     "user_verified": true,
//!     "backup_eligible": false,
//!     "backup_state": false,
//!     "rp_id": "crm.example.com" }] }
//! ```
//! A bare list of credentials is read as version 1. What is not known is an error: a field with another
//! system's name for it would be lost without a word.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::{Deserialize, Serialize};

use super::{Aaguid, Credential, Parts, base64url};
use crate::domain::authenticator::FriendlyName;
use crate::domain::ids::UserId;
use crate::domain::strict_json;

/// So many at a time: an import is one transaction, and others wait for it.
pub const MOST: usize = 2_000;
/// In bytes (WebAuthn Level 3, sections 7.1 and 5.4.3).
const LONGEST_ID: usize = 1_023;
const LONGEST_HANDLE: usize = 64;
const VERSION: u32 = 1;
/// Where nobody has given a name.
const PLAIN: &str = "Passkey";

/// With or without padding: what is meant is clear.
const BASE64URL: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// One credential as it is written.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    pub user: String,
    pub credential_id: String,
    pub public_key: String,
    pub counter: u32,
    #[serde(default)]
    pub transports: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aaguid: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_handle: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_verified: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backup_eligible: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backup_state: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rp_id: Option<String>,
}

/// A file of them.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stepgate_passkeys: Option<u32>,
    credentials: Vec<serde_json::Value>,
}

/// One that can be taken in.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// Its place in the file, from 0.
    pub index: usize,
    pub user: UserId,
    pub credential: Credential,
    /// The given one, or the provider's, or a plain one.
    pub name: FriendlyName,
    pub aaguid: Option<Aaguid>,
    pub user_handle: Option<Vec<u8>>,
    /// The file says that it was made for this host, and not only nothing of another one.
    pub names_host: bool,
}

/// What is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The place in the file, from 0; `None` for the file.
    pub index: Option<usize>,
    pub field: &'static str,
    pub problem: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.index, self.field) {
            (None, _) => write!(out, "the file {}", self.problem),
            (Some(index), "") => write!(out, "credentials[{index}]: {}", self.problem),
            (Some(index), field) => write!(out, "credentials[{index}].{field} {}", self.problem),
        }
    }
}

/// Reads a file. `user_of` knows how the application's ids are spelt, `rp_id` is the host here.
pub fn read(
    text: &[u8],
    rp_id: &str,
    user_of: &dyn Fn(&str) -> Option<UserId>,
) -> Result<Vec<Arrival>, Vec<Problem>> {
    let whole = |problem: String| {
        let (index, field) = (None, "");
        vec![Problem {
            index,
            field,
            problem,
        }]
    };
    let value: serde_json::Value =
        serde_json::from_slice(text).map_err(|error| whole(format!("is no JSON: {error}")))?;
    if strict_json::parse(text).is_none() {
        return Err(whole(
            "names a field of an object twice: which one counts is unclear".to_owned(),
        ));
    }
    let file = match value {
        serde_json::Value::Array(credentials) => File {
            stepgate_passkeys: Some(VERSION),
            credentials,
        },
        value => serde_json::from_value(value).map_err(|error| {
            whole(format!(
                "is neither a list nor an object with \"credentials\": {error}"
            ))
        })?,
    };
    if file
        .stepgate_passkeys
        .is_some_and(|version| version != VERSION)
    {
        return Err(whole(
            "is of a version that is not known here; 1 is".to_owned(),
        ));
    }
    if file.credentials.len() > MOST {
        return Err(whole(format!("has more than {MOST} credentials; split it")));
    }
    let (mut arrivals, mut problems) = (Vec::new(), Vec::new());
    let mut spellings = BTreeMap::new();
    for (index, value) in file.credentials.into_iter().enumerate() {
        match serde_json::from_value::<Entry>(value) {
            Ok(entry) => {
                let spelt = entry.user.clone();
                match entry.check(index, rp_id, user_of) {
                    Ok(arrival) => {
                        let first = spellings.entry(arrival.user.clone());
                        let first: &String = first.or_insert_with(|| spelt.clone());
                        if *first != spelt {
                            problems.push(two_spellings(index, first));
                        }
                        arrivals.push(arrival);
                    }
                    Err(mut wrong) => problems.append(&mut wrong),
                }
            }
            Err(error) => problems.push(Problem {
                index: Some(index),
                field: "",
                problem: error.to_string(),
            }),
        }
    }
    match problems.is_empty() {
        true => Ok(arrivals),
        false => Err(problems),
    }
}

/// What are two people where the file comes from would be one here, with both their passkeys.
fn two_spellings(index: usize, first: &str) -> Problem {
    Problem {
        index: Some(index),
        field: "user",
        problem: format!("is another spelling of {first:?}, and both are one user here"),
    }
}

/// Writes a file that [`read`] reads.
pub fn write(credentials: &[Entry]) -> serde_json::Value {
    serde_json::json!({ "stepgate_passkeys": VERSION, "credentials": credentials })
}

impl Entry {
    /// `None` where the key is of a kind that no import takes.
    pub fn of(
        user: &UserId,
        credential: &Credential,
        name: &str,
        aaguid: Option<Aaguid>,
        user_handle: Option<&[u8]>,
        rp_id: Option<String>,
    ) -> Option<Self> {
        let parts = credential.to_parts()?;
        Some(Self {
            user: user.as_str().to_owned(),
            credential_id: base64url(&parts.id),
            public_key: base64url(&parts.public_key),
            counter: parts.counter,
            transports: parts.transports,
            name: Some(name.to_owned()),
            aaguid: aaguid.map(|aaguid| uuid(aaguid.0)),
            user_handle: user_handle.map(base64url),
            user_verified: Some(parts.user_verified),
            backup_eligible: parts.backup_eligible,
            backup_state: Some(parts.backup_state),
            rp_id,
        })
    }

    fn check(
        self,
        index: usize,
        here: &str,
        user_of: &dyn Fn(&str) -> Option<UserId>,
    ) -> Result<Arrival, Vec<Problem>> {
        let mut wrong = Wrong(index, Vec::new());
        let user = user_of(&self.user);
        wrong.unless(
            self.user.trim() == self.user,
            "user",
            "has a blank at its beginning or end",
        );
        wrong.unless(
            user.is_some(),
            "user",
            "is no user id: 1 to 255 characters, none of them a control character",
        );
        let id = bytes(&self.credential_id, LONGEST_ID);
        wrong.unless(
            id.is_some(),
            "credential_id",
            "is not 1 to 1023 bytes in base64url",
        );
        let public_key = bytes(&self.public_key, 4_096);
        wrong.unless(
            public_key.is_some(),
            "public_key",
            "is no COSE key in base64url",
        );
        let handle = self
            .user_handle
            .as_deref()
            .map(|it| bytes(it, LONGEST_HANDLE));
        wrong.unless(
            handle != Some(None),
            "user_handle",
            "is not 1 to 64 bytes in base64url",
        );
        let aaguid = self.aaguid.as_deref().map(parse_uuid);
        wrong.unless(
            aaguid != Some(None),
            "aaguid",
            "is not 32 hexadecimal digits, with or without hyphens",
        );
        let provider = aaguid.flatten().and_then(Aaguid::provider);
        let name = self.name.as_deref().unwrap_or(provider.unwrap_or(PLAIN));
        let name = FriendlyName::new(name);
        wrong.unless(
            name.is_ok(),
            "name",
            "is empty, longer than 64 characters, or holds control characters",
        );
        let backup = (self.backup_eligible, self.backup_state.unwrap_or_default());
        wrong.unless(
            backup != (Some(false), true),
            "backup_state",
            "is true, but backup_eligible is false",
        );
        if let Some(rp_id) = self.rp_id.as_deref().filter(|rp_id| *rp_id != here) {
            wrong.add("rp_id", format!(
                "is {rp_id:?}, but app.public_url's host is {here:?}: browsers offer a passkey to the host that it was made for only, so it could never be used"
            ));
        }
        let names_host = self.rp_id.is_some();
        let parts = id.zip(public_key).map(|(id, public_key)| Parts {
            id,
            public_key,
            counter: self.counter,
            // Browsers ignore those that they do not know; so does this.
            transports: self.transports,
            user_verified: self.user_verified.unwrap_or_default(),
            backup_eligible: self.backup_eligible,
            backup_state: self.backup_state.unwrap_or_default(),
        });
        let credential = parts
            .map(|parts| Credential::from_parts(&parts))
            .transpose();
        let credential = credential.unwrap_or_else(|bad| {
            wrong.add("public_key", bad.to_string());
            None
        });
        match (user, credential, name) {
            (Some(user), Some(credential), Ok(name)) if wrong.1.is_empty() => Ok(Arrival {
                index,
                user,
                credential,
                name,
                aaguid: aaguid.flatten().filter(|aaguid| aaguid.0 != [0; 16]),
                user_handle: handle.flatten(),
                names_host,
            }),
            _ => Err(wrong.1),
        }
    }
}

/// What is wrong with one entry.
struct Wrong(usize, Vec<Problem>);

impl Wrong {
    fn unless(&mut self, right: bool, field: &'static str, problem: &str) {
        if !right {
            self.add(field, problem.to_owned());
        }
    }

    fn add(&mut self, field: &'static str, problem: String) {
        let index = Some(self.0);
        self.1.push(Problem {
            index,
            field,
            problem,
        });
    }
}

fn bytes(text: &str, most: usize) -> Option<Vec<u8>> {
    let bytes = BASE64URL.decode(text).ok()?;
    (1..=most).contains(&bytes.len()).then_some(bytes)
}

fn parse_uuid(text: &str) -> Option<Aaguid> {
    let digits: String = text.chars().filter(|c| *c != '-').collect();
    let hexadecimal = digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let number = u128::from_str_radix(&digits, 16).ok();
    number
        .filter(|_| hexadecimal)
        .map(|number| Aaguid(number.to_be_bytes()))
}

fn uuid(bytes: [u8; 16]) -> String {
    let digits = format!("{:032x}", u128::from_be_bytes(bytes));
    let part = |range: std::ops::Range<usize>| digits.get(range).unwrap_or_default();
    [
        part(0..8),
        part(8..12),
        part(12..16),
        part(16..20),
        part(20..32),
    ]
    .join("-")
}

#[cfg(test)]
mod tests;
