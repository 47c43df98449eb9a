//! Real applications, unmodified, behind the real gateway: each with the configuration of
//! `config/samples` and no code of its own in the gateway.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests run on the real clock and stop at the first surprise"
)]

#[path = "../support/support.rs"]
mod support;

mod attack;
mod python;
mod samples;

mod django;
mod ldapcherry;
mod roundup;
