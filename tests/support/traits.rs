//! Small applications, each named after what real ones do at sign-in: one trait of those that were
//! observed, by its number in `tests/traits/table.rs`. The CRM (`crm.rs`) has some traits of its own.

pub mod ledger;
pub mod pages;

pub mod t01_replaced_session;
pub mod t02_keeps_for_same_user;
pub mod t02_kept_session;
pub mod t03_one_value_at_two_paths;
pub mod t03_partial_set_destroys;
pub mod t04_eighteen_lines;
pub mod t05_ways_to_delete;
pub mod t06_deletes_on_every_page;
pub mod t07_names_from_the_host;
pub mod t08_any_status;
pub mod t09_reset_link;
pub mod t10_remember_me;
pub mod t11_password_anywhere;
pub mod t12_basic_sets_cookies;
pub mod t13_password_in_every_call;
pub mod t14_token_in_body;
pub mod t15_json_rpc;
pub mod t16_socket_sign_in;
pub mod t17_copy_outlives_sign_out;
pub mod t18_sign_out_with_token;
pub mod t19_csrf_cookie;
pub mod t20_changing_cookie;
pub mod t21_few_words;
pub mod t22_second_account;
pub mod t23_signed_out_answers;
pub mod t24_bound_session;
pub mod t25_visitors_value;
pub mod t26_share_link;

pub use ledger::{Ledger, TRAIT_ID};
