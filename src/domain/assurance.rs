//! How well somebody has been recognised: RFC 8176 `amr`, NIST SP 800-63B `acr`, the time of it.

use serde::{Deserialize, Serialize};

use super::authenticator::Method;
use super::clock::UnixTime;
use super::ids::FactorId;

/// Proof that a ceremony ended well: which factor, and when.
///
/// Only [`super::authenticator`] makes one, at the end of a check; the headers that the application
/// receives are built from it and from nothing else (invariant I4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifiedFactor {
    factor: FactorId,
    method: Method,
    verified_at: UnixTime,
}

impl VerifiedFactor {
    pub(super) fn new(factor: FactorId, method: Method, verified_at: UnixTime) -> Self {
        Self {
            factor,
            method,
            verified_at,
        }
    }

    pub fn factor(&self) -> &FactorId {
        &self.factor
    }

    pub fn method(&self) -> Method {
        self.method
    }

    pub fn verified_at(&self) -> UnixTime {
        self.verified_at
    }

    /// RFC 8176 values, space-separated; the application's own password came first.
    pub fn amr(&self) -> &'static str {
        match self.method {
            Method::Totp => "pwd otp mfa",
        }
    }

    pub fn acr(&self) -> &'static str {
        match self.method {
            Method::Totp => "aal2",
        }
    }
}
