//! What users do, through the real gateway in front of mock applications; one file per journey.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests run on the real clock and stop at the first surprise"
)]

mod administration;
mod administration_sessions;
mod backup_code_crash;
mod backup_code_sheets;
mod backup_codes;
mod bad_inputs;
mod bad_start;
mod crash;
mod enrolment;
mod enrolment_policy;
mod evidence_clients;
mod evidence_cookies;
mod evidence_faults;
mod evidence_looking;
mod evidence_pages;
mod evidence_trust;
mod evidence_typed;
mod https;
mod languages;
mod left_overs;
mod limits;
mod long_cookies;
mod passkey_imports;
mod passkey_pages;
mod passkey_policy;
mod passkey_ways;
mod passkeys;
mod removal;
mod required;
mod rotation;
mod rules;
mod several_cookies;
mod sign_in;
mod sign_out;
mod step_up;
mod step_up_password;
mod step_up_password_ends;
mod step_up_password_pages;
mod step_up_password_rules;
#[path = "../support/support.rs"]
mod support;
mod upstream_tls;
mod wanted_page;
mod websocket;
mod well_known;
mod without_gateway;
