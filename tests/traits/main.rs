//! What real applications do at sign-in, trait by trait, through the real gateway: first what a user
//! sees, then what the holder of the password sees. `table` says which test is for which trait.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests run on the real clock and stop at the first surprise"
)]

#[path = "../support/traits/mocks.rs"]
mod mocks;
#[path = "../support/support.rs"]
mod support;

mod scene;
mod t02_session_ids;
mod t03_several_cookies;
mod t03_two_paths;
mod t04_many_lines;
mod t05_deletions;
mod t06_needless_deletions;
mod t07_values_and_names;
mod t08_statuses;
