//! Passkeys: WebAuthn Level 3, by webauthn-rs.
//!
//! ```text
//!  options ──create()──▶ authenticator ──attestation──▶ verified ──store: new credential?──▶ enrolled
//!  options ──get()─────▶ authenticator ──assertion────▶ verified ──store: counter rises?───▶ Verified
//! ```
//! An assertion alone proves nothing yet: its ceremony is taken from the store, once, and the store must
//! accept the signature counter.

mod aaguid;
mod cose;
mod credential;
mod providers;
mod relying_party;
pub mod transfer;

pub use aaguid::Aaguid;
pub use cose::BadKey;
pub use credential::{Credential, Parts};
pub use relying_party::{
    Assertion, Expected, Mechanism, Options, Refused, Registered, RelyingParty, UnfitOrigin,
    credential_of, is_answer_to,
};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::{Method, Possession};
use crate::domain::assurance::VerifiedFactor;
use crate::domain::clock::{Random, RandomError, UnixTime};
use crate::domain::ids::FactorId;

/// WebAuthn's user handle: 128 random bits for each user, so that an authenticator is told no name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UserHandle(pub [u8; 16]);

impl UserHandle {
    pub fn generate(random: &dyn Random) -> Result<Self, RandomError> {
        let mut bytes = [0; 16];
        random.fill(&mut bytes)?;
        Ok(Self(bytes))
    }
}

/// As WebAuthn writes bytes in JSON.
fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Proof that an assertion was right. `accepted` is the store's word for its counter.
pub fn finish(
    id: FactorId,
    accepted: bool,
    shown: Possession,
    at: UnixTime,
) -> Option<VerifiedFactor> {
    accepted.then(|| VerifiedFactor::new(id, Method::Passkey(shown), at))
}
