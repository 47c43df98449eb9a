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
mod t09_reset_step;
mod t10_remembered;
mod t11_passwords_anywhere;
mod t12_basic;
mod t13_password_calls;
mod t14_tokens;
mod t15_rpc;
mod t16_sockets;
mod t17_copies;
mod t18_sign_outs;
mod t19_csrf;
mod t20_set_again;
mod t22_second_account;
mod t23_signed_out;
mod t25_visitors_value;
mod t26_links;
mod table;
