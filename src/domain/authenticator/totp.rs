//! Time-based one-time passwords: RFC 6238 over RFC 4226, SHA-1, 6 digits, 30 seconds, one step of
//! drift either way. These are the values that every authenticator app reads.
//!
//! ```text
//!  seed ──otpauth://──▶ app          typed code ──verify──▶ step ──store: step > last_step?──▶ Verified
//! ```
//! A matched step alone proves nothing yet: the store must accept it first, once, for all nodes.

use totp_rs::{Builder, Secret, Totp, TotpError};
use zeroize::Zeroizing;

use super::Method;
use crate::domain::assurance::VerifiedFactor;
use crate::domain::clock::{Random, RandomError, UnixTime};
use crate::domain::ids::FactorId;

/// Seconds that one code lasts.
pub const STEP: u64 = 30;
/// Steps of drift accepted either way (RFC 6238, section 5.2, recommends one).
const DRIFT: u16 = 1;

/// 160 random bits shared with an authenticator app.
#[derive(Clone)]
pub struct Seed(Zeroizing<[u8; 20]>);

impl std::fmt::Debug for Seed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seed(redacted)")
    }
}

/// A code that fits a seed at some step. It proves nothing until the store has accepted the step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MatchedStep(pub u64);

impl Seed {
    pub fn generate(random: &dyn Random) -> Result<Self, RandomError> {
        let mut bytes = Zeroizing::new([0; 20]);
        random.fill(&mut *bytes)?;
        Ok(Self(bytes))
    }

    /// `None` unless there are exactly 160 bits.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Some(Self(Zeroizing::new(bytes.try_into().ok()?)))
    }

    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_slice()
    }

    /// RFC 4648 Base32 without padding: what a person types into an app.
    pub fn base32(&self) -> Zeroizing<String> {
        Zeroizing::new(Secret::new_stack(*self.0).to_base32())
    }

    /// The key URI that authenticator apps read; `account` is the sign-in name.
    pub fn otpauth(&self, issuer: &str, account: &str) -> Result<Zeroizing<String>, TotpError> {
        // A colon parts issuer from account in the label, so neither may hold one.
        let clean = |text: &str| text.replace(':', " ");
        let totp = self
            .builder()
            .with_issuer(Some(clean(issuer)))
            .with_account_name(clean(account));
        totp.build()?.to_url().map(Zeroizing::new)
    }

    /// Finds the step that `code` belongs to, within one step of `now`.
    ///
    /// `code` is six ASCII digits ([`Code::parse`]); the comparison is the library's, in constant time.
    pub fn verify(&self, code: &Code, now: UnixTime) -> Option<MatchedStep> {
        self.totp().check(&code.0, now.as_secs()).map(MatchedStep)
    }

    fn totp(&self) -> Totp {
        self.builder().build_noncompliant()
    }

    fn builder(&self) -> Builder {
        Builder::new()
            .with_secret(Secret::new_stack(*self.0))
            .with_digits(6)
            .with_skew(DRIFT)
            .with_step_duration(STEP)
    }
}

/// Six digits as typed: spaces and dashes dropped, leading zeros kept.
#[derive(Clone)]
pub struct Code(Zeroizing<String>);

impl Code {
    /// `None` unless six ASCII digits remain.
    pub fn parse(typed: &str) -> Option<Self> {
        let digits: String = typed
            .chars()
            .filter(|c| !c.is_whitespace() && *c != '-')
            .collect();
        let fits = digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_digit());
        fits.then(|| Self(Zeroizing::new(digits)))
    }
}

impl std::fmt::Debug for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Code(redacted)")
    }
}

/// The one way to a [`VerifiedFactor`] by TOTP: `accepted` says that the store took `step` as the
/// highest that this authenticator ever used, so no second use can come this far.
pub fn finish(factor: FactorId, accepted: bool, now: UnixTime) -> Option<VerifiedFactor> {
    accepted.then(|| VerifiedFactor::new(factor, Method::Totp, now))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RFC_SEED: &[u8] = b"12345678901234567890";

    fn accepts(code: &str, at: i64) -> Option<u64> {
        let seed = Seed::from_bytes(RFC_SEED).unwrap();
        seed.verify(&Code::parse(code).unwrap(), UnixTime(at))
            .map(|step| step.0)
    }

    #[test]
    fn rfc_6238_appendix_b_vectors_pass() {
        for (at, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(accepts(code, at), Some(at as u64 / 30), "at {at}");
        }
    }

    #[test]
    fn rfc_4226_appendix_d_vectors_pass_as_steps() {
        let codes = ["755224", "287082", "359152", "969429", "338314", "254676"];
        for (step, code) in codes.iter().enumerate() {
            assert_eq!(accepts(code, step as i64 * 30), Some(step as u64));
        }
    }

    #[test]
    fn one_step_of_drift_is_accepted_and_two_are_not() {
        let step = 1_234_567_890 / 30;
        for (drift, works) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
            let at = (step + drift) * 30 + 7;
            assert_eq!(accepts("005924", at).is_some(), works, "drift {drift}");
        }
    }

    #[test]
    fn a_code_may_be_typed_with_spaces_and_dashes_and_keeps_its_zeros() {
        assert!(accepts(" 005 924", 1_234_567_890).is_some());
        assert!(accepts("005-924 ", 1_234_567_890).is_some());
        for bad in ["5924", "0059245", "00592a", "", "００５９２４"] {
            assert!(Code::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn the_key_uri_is_what_every_app_reads() {
        let seed = Seed::from_bytes(RFC_SEED).unwrap();
        let uri = seed.otpauth("Acme: CRM", "ada@example.com").unwrap();
        assert!(
            uri.starts_with("otpauth://totp/Acme%20%20CRM:ada%40example.com?"),
            "{}",
            *uri
        );
        assert!(
            uri.contains("secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"),
            "{}",
            *uri
        );
        assert!(uri.contains("issuer=Acme%20%20CRM"), "{}", *uri);
    }
}
