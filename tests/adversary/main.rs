//! What attackers try, through the real gateway in front of mock applications; one file per attack.
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

mod canary;
mod header_spoof;
mod kept_session_id;
mod no_cookie_sign_in;
mod own_account;
mod session_theft;
mod shapes;
mod swapped_seals;
mod totp_race;
