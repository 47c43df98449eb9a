//! `[limits]`: bounds on memory and time, for exchanges that are judged before they are
//! released.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::byte_size::ByteSize;
use super::period::Period;
use super::problem::Faults;

/// Bounds on memory and time.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Longest request body that is buffered. Default: "8MiB".
    pub request_body: ByteSize,
    /// Longest response that is held back until it is known whose it is. Default: "8MiB".
    pub response_spool: ByteSize,
    /// Memory for all responses that are held back at a time. Default: "256MiB".
    pub spool_total: ByteSize,
    /// How long a request waits for the exchange of its session before it. Default: "10s".
    pub lease_wait: Period,
    /// How many requests of one session wait at a time. Default: 32.
    pub lease_queue: u32,
    /// Longest exchange of a session that is not settled. Default: "60s".
    pub exchange_timeout: Period,
    /// Longest question to the application about who is signed in. Default: "5s".
    pub whoami_timeout: Period,
    /// How many sessions of nobody one client network may have. Default: 200.
    pub anonymous_per_network: u32,
    /// How long a session of nobody lasts. Default: "1h".
    pub anonymous_lifetime: Period,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            request_body: ByteSize::mebibytes(8),
            response_spool: ByteSize::mebibytes(8),
            spool_total: ByteSize::mebibytes(256),
            lease_wait: Period::seconds(10),
            lease_queue: 32,
            exchange_timeout: Period::seconds(60),
            whoami_timeout: Period::seconds(5),
            anonymous_per_network: 200,
            anonymous_lifetime: Period::hours(1),
        }
    }
}

impl Limits {
    pub(super) fn check(&self, faults: &mut Faults) {
        for (key, period) in [
            ("limits.lease_wait", self.lease_wait),
            ("limits.exchange_timeout", self.exchange_timeout),
            ("limits.whoami_timeout", self.whoami_timeout),
            ("limits.anonymous_lifetime", self.anonymous_lifetime),
        ] {
            faults.positive(key, period);
        }
        for (key, number) in [
            ("limits.request_body", self.request_body.bytes()),
            ("limits.response_spool", self.response_spool.bytes()),
            ("limits.lease_queue", self.lease_queue.into()),
            (
                "limits.anonymous_per_network",
                self.anonymous_per_network.into(),
            ),
        ] {
            if number == 0 {
                faults.push(key, "more than zero", "");
            }
        }
        if self.spool_total.bytes() / 2 < self.response_spool.bytes() {
            faults.push(
                "limits.spool_total",
                "at least twice limits.response_spool",
                &format!("limits.response_spool is \"{}\"", self.response_spool),
            );
        }
    }
}
