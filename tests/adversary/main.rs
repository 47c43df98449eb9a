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

#[path = "../support/process.rs"]
mod process;
#[path = "../support/side_doors.rs"]
mod side_doors;

mod assertions;
mod at_once;
mod body_tricks;
mod canary;
mod clock_back;
mod code_flood;
mod code_flood_rate;
mod code_races;
mod crowd;
mod desync;
mod enrolment_race;
mod framing;
mod full_disk;
mod header_spoof;
mod kept_session_id;
mod late_assertion;
mod memory;
mod mid_challenge;
mod no_cookie_sign_in;
mod older_value;
mod own_account;
mod parallel_sign_ins;
mod parked;
mod passkey_oracle;
mod passkey_race;
mod password_guess;
mod password_traces;
mod redirects;
mod registrations;
mod session_theft;
mod shapes;
mod swapped_seals;
mod targets;
mod totp_race;
mod two_cookies;
mod unclear_evidence;
