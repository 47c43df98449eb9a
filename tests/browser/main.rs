//! What people and attackers see in a real Chromium, through the real gateway; one file per topic.
//!
//! ```text
//!  tests ──► people (whole steps) ──► hands (keys, clicks) ──► tab (one page, over CDP) ──► chrome
//!    └─────► inspect (widths, schemes, bytes, axe, pictures) ──► watch (console, CSP, network)
//! ```
//! Tests that are named `h01_…` or `row_01_…` each stand for a promise of the users' help or a requirement
//! of the pages; `rows` has the table and fails where one has none.
//!
//! `CHROME` names the browser, `STEPGATE_SCREENS` a folder for pictures of every page, and
//! `STEPGATE_AXE` the path of `axe.min.js` (npm package `axe-core`).
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests run on the real clock and stop at the first surprise"
)]

mod accessibility;
mod backup_codes;
mod chrome;
mod dialogs;
mod german;
mod hands;
mod inspect;
mod isolation;
mod isolation_pages;
mod journey;
mod lockout;
mod pages;
mod passkeys;
mod people;
mod required;
mod rows;
mod rows_authenticator;
mod rows_challenge;
mod rows_codes;
mod rows_demo;
mod rows_errors;
mod rows_everywhere;
mod rows_help;
mod rows_passkey;
mod rows_security_page;
#[path = "../support/support.rs"]
mod support;
mod tab;
mod watch;
