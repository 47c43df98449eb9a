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
            Method::Totp | Method::BackupCode => "pwd otp mfa",
            Method::Passkey(shown) => match (shown.backup_eligible, shown.user_verified) {
                (false, true) => "pwd hwk user mfa",
                (false, false) => "pwd hwk mfa",
                (true, true) => "pwd swk user mfa",
                (true, false) => "pwd swk mfa",
            },
        }
    }

    /// NIST SP 800-63B's level, or `phr`: phishing-resistant, by an authenticator that knew its user.
    pub fn acr(&self) -> &'static str {
        match self.method {
            Method::Passkey(shown) if shown.user_verified => "phr",
            Method::Totp | Method::BackupCode | Method::Passkey(_) => "aal2",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::authenticator::Possession;

    fn verified(method: Method) -> VerifiedFactor {
        let id = FactorId::parse(&"a".repeat(32)).unwrap();
        VerifiedFactor::new(id, method, UnixTime(1))
    }

    #[test]
    fn only_a_passkey_that_knew_its_user_is_phishing_resistant() {
        let passkey = |user_verified, backup_eligible| {
            verified(Method::Passkey(Possession {
                user_verified,
                backup_eligible,
            }))
        };
        for (factor, amr, acr) in [
            (verified(Method::Totp), "pwd otp mfa", "aal2"),
            (verified(Method::BackupCode), "pwd otp mfa", "aal2"),
            (passkey(true, false), "pwd hwk user mfa", "phr"),
            (passkey(true, true), "pwd swk user mfa", "phr"),
            (passkey(false, false), "pwd hwk mfa", "aal2"),
            (passkey(false, true), "pwd swk mfa", "aal2"),
        ] {
            assert_eq!((factor.amr(), factor.acr()), (amr, acr));
        }
    }

    #[test]
    fn a_session_of_an_earlier_version_still_knows_its_factor() {
        let factor = verified(Method::Totp);
        let json = serde_json::to_string(&factor).unwrap();
        assert!(json.contains("\"method\":\"totp\""), "{json}");
        let again: VerifiedFactor = serde_json::from_str(&json).unwrap();
        assert_eq!(again, factor);
    }
}
