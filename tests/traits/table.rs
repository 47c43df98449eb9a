//! What real applications do at sign-in, which test is for which of it, and the proof that each test is
//! there. The traits were seen in sixteen applications that nobody had changed.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The traits, T1 first.
const TRAITS: [&str; 26] = [
    "visitors have no session, one from the first page, or a new one with every response",
    "sign-in rotates the session id, keeps it, sets it again, or keeps it for the same user",
    "several cookies make one session, and a request with some of them destroys it",
    "one response deletes and sets the same cookie, or carries eighteen lines",
    "deletions of every form",
    "deletions of cookies that were never there",
    "odd characters in values, names made from the address",
    "any status for a wrong password and for the right one",
    "a session of nobody with the cookie of a signed-in one, which a step needs",
    "a remember-me cookie makes a session on any request",
    "any request signs in that carries name and password",
    "Basic authentication on any page sets session cookies",
    "the password in every call",
    "tokens in a body, and as header, cookie and parameter",
    "the sign-in is a method name in a body",
    "a complete sign-in inside a WebSocket",
    "a copy of the cookie goes on working after sign-out",
    "the path of the sign-out does nothing, or wants a token",
    "form tokens of the anonymous session, or in a cookie that rotates",
    "the session cookie is set again on every response",
    "who is signed in: JSON, HTML only, a readable cookie, nothing",
    "a second account over the first, a new id in the middle",
    "signed-out calls get 401, 403, 404, 200, or ask for Basic",
    "the session is bound to the client",
    "sign-out puts a visitor's value in the place of the session",
    "a link signs in, or opens a share under the cookie of sessions",
];

/// Trait, what of it, and the test: its file under `tests` and its name. The mock application is the one
/// of the same number in `support/traits`, except where it says another. What T12 to T16 ask for is that
/// such a way in is shut; tokens are not sealed yet.
#[rustfmt::skip]
const TABLE: &[(u8, &str, &str)] = &[
    (1, "a new one on every response", "journeys/evidence_cookies::where_every_answer_replaces_the_session_people_sign_in_and_the_application_is_never_asked"),
    (1, "a new one on every response, ids that rotate", "journeys/evidence_looking::a_session_that_every_answer_replaces_is_followed_without_a_question"),
    (1, "a session from the first page (CrmApp)", "journeys/evidence_looking::a_visitor_looks_around_without_a_question_and_signs_in_with_one"),
    (1, "no session for visitors (t21_few_words)", "journeys/evidence_cookies::without_the_cookie_no_question_is_put"),
    (1, "what a question's answer sets (t10_remember_me)", "traits/t10_remembered::a_session_that_is_made_anew_by_the_question_is_the_browsers"),
    (2, "rotates (CrmApp)", "traits/t02_session_ids::an_id_that_rotates_at_sign_in_is_good_after_the_factor_only"),
    (2, "kept, no Set-Cookie (CrmApp)", "traits/t02_session_ids::an_id_that_is_kept_without_any_set_cookie_is_good_after_the_factor_only"),
    (2, "the same again on every response (CrmApp)", "traits/t02_session_ids::an_id_that_every_response_sets_again_is_good_after_the_factor_only"),
    (2, "kept for the same user only", "traits/t02_session_ids::an_id_that_only_the_same_user_keeps_is_good_after_the_factor_only"),
    (2, "kept for the same user only", "traits/t02_session_ids::signing_in_again_as_oneself_under_the_same_id_goes_unnoticed"),
    (2, "kept for the same user only", "traits/t02_session_ids::signing_in_again_as_somebody_else_gets_a_new_id_and_its_own_challenge"),
    (2, "saved before or after the answer (CrmApp)", "journeys/rotation::every_way_of_handling_session_ids_signs_in_and_works_on"),
    (2, "hammered while it signs in (CrmApp)", "adversary/kept_session_id::hammering_a_page_through_the_sign_in_shows_nothing"),
    (2, "kept, undeclared (t02_kept_session)", "journeys/evidence_looking::a_page_that_was_opened_before_the_sign_in_does_not_go_on_after_it"),
    (3, "two to four names, in a folder or not", "traits/t03_several_cookies::a_session_of_two_to_four_cookies_signs_in_works_on_and_ends"),
    (3, "all or none travels", "traits/t03_several_cookies::a_part_of_the_set_does_not_travel_and_the_session_outlives_it"),
    (3, "left-overs", "traits/t03_several_cookies::left_overs_of_an_ended_session_count_as_absent_and_are_expired"),
    (3, "a raw cookie beside the set", "traits/t03_several_cookies::a_raw_cookie_beside_the_set_is_neither_sent_nor_in_the_way"),
    (3, "a question from outside a cookie's path", "traits/t03_several_cookies::a_question_carries_the_whole_set_or_is_not_put"),
    (3, "one value at two paths", "traits/t03_two_paths::one_name_with_one_value_at_two_paths_opens_both_offices"),
    (3, "one value at two paths", "traits/t03_two_paths::without_the_cookie_of_its_path_an_office_stays_shut_and_the_site_goes_on"),
    (3, "left-overs at two paths", "traits/t03_two_paths::what_a_sign_out_leaves_at_a_path_is_expired_there"),
    (3, "a left-over beside the good one", "traits/t03_two_paths::a_picture_on_the_challenge_page_does_not_expire_the_good_one_with_the_left_over"),
    (3, "a value of its own at each of two paths (Contexts)", "journeys/several_cookies::one_cookie_name_with_a_value_at_each_of_two_paths_signs_in_and_works_on"),
    (3, "a client that chooses which of two values is read (SideDoors)", "adversary/two_cookies::two_sign_ins_at_two_paths_and_ones_own_code_do_not_open_the_victims_session"),
    (4, "deleted and set twice among eighteen lines", "traits/t04_many_lines::of_eighteen_lines_the_last_of_each_cookie_counts"),
    (4, "the lines that are no secret", "traits/t04_many_lines::the_fifteen_that_are_no_secret_arrive_with_the_challenge"),
    (5, "every form", "traits/t05_deletions::every_form_of_deletion_signs_out_and_makes_copies_worthless"),
    (5, "nothing else", "traits/t05_deletions::words_that_look_like_a_deletion_are_values_where_nothing_expires"),
    (5, "the password alone", "traits/t05_deletions::with_the_password_alone_no_deletion_helps"),
    (6, "no question", "traits/t06_needless_deletions::for_strangers_the_application_is_not_asked_who_they_are"),
    (6, "nothing is held back", "traits/t06_needless_deletions::a_long_download_streams_to_strangers_and_to_users"),
    (6, "no sign-out, no question", "traits/t06_needless_deletions::a_signed_in_user_stays_in_and_nobody_is_asked_about_it"),
    (6, "no sign-out before the factor", "traits/t06_needless_deletions::a_picture_on_the_challenge_page_does_not_take_the_session_away"),
    (6, "the password alone", "traits/t06_needless_deletions::both_sides_see_what_they_see_elsewhere"),
    (7, "values, names, two spaces, Host", "traits/t07_values_and_names::odd_values_under_names_from_the_host_come_back_byte_for_byte"),
    (8, "wrong passwords", "traits/t08_statuses::whatever_the_status_of_a_wrong_password_the_user_sees_it_and_can_try_again"),
    (8, "right ones", "traits/t08_statuses::whatever_the_answer_to_the_right_one_the_factor_comes_first"),
    (9, "the step of nobody", "traits/t09_reset_step::a_new_password_is_chosen_in_a_session_of_nobody"),
    (9, "a step that signs in", "traits/t09_reset_step::a_reset_that_signs_in_meets_the_challenge"),
    (10, "a page and a call", "traits/t10_remembered::a_session_that_the_application_lost_is_made_anew_on_a_page_and_on_a_call"),
    (10, "a question mints it", "traits/t10_remembered::a_session_that_is_made_anew_by_the_question_is_the_browsers"),
    (10, "the password alone", "traits/t10_remembered::with_the_password_alone_it_makes_nothing"),
    (10, "after the browser was closed", "traits/t10_remembered::without_its_session_it_opens_nothing_is_expired_and_signing_in_asks_for_the_factor"),
    (10, "from before the gateway", "traits/t10_remembered::one_from_before_the_gateway_is_dropped"),
    (11, "in query, form and JSON", "traits/t11_passwords_anywhere::declared_or_not_a_stranger_with_the_password_meets_the_challenge"),
    (11, "declared", "traits/t11_passwords_anywhere::declared_it_never_rides_a_settled_session_whatever_the_form_is"),
    (11, "the form of the user", "traits/t11_passwords_anywhere::the_form_of_the_user_works_and_the_way_out_too"),
    (11, "logs", "traits/t11_passwords_anywhere::a_password_in_an_address_is_in_no_line_of_the_log"),
    (11, "on public routes (CrmApp)", "adversary/no_cookie_sign_in::a_route_without_credentials_cannot_hand_them_out"),
    (12, "refused", "traits/t12_basic::basic_authentication_is_refused_and_the_form_works"),
    (12, "refused in a session", "traits/t12_basic::inside_ones_own_session_it_is_refused_as_well"),
    (13, "Basic on an API", "traits/t13_password_calls::a_call_with_the_password_in_its_header_is_refused_by_default"),
    (13, "guard.refuse", "traits/t13_password_calls::refused_routes_are_shut_for_everybody_in_every_spelling"),
    (14, "no rule: as header, query, cookie", "traits/t14_tokens::by_default_tokens_of_the_password_alone_open_nothing"),
    (14, "token beside a cookie", "traits/t14_tokens::a_token_beside_a_cookie_is_held_with_it_until_the_factor"),
    (14, "minted or stolen, in declared places", "traits/t14_tokens::a_token_that_nobody_sealed_opens_nothing_in_any_place"),
    (14, "the form of the user", "traits/t14_tokens::the_form_and_its_cookie_are_as_elsewhere"),
    (15, "signing in", "traits/t15_rpc::declared_or_not_a_sign_in_call_meets_the_challenge_and_the_other_calls_pass"),
    (15, "failing", "traits/t15_rpc::its_failure_arrives_as_the_application_says_it"),
    (15, "inside a session", "traits/t15_rpc::inside_ones_own_session_the_call_does_not_show_its_own_answer"),
    (15, "bodies that only the application can read (SideDoors)", "journeys/rules::inside_ones_own_session_it_ends_that_session_whatever_the_body_is"),
    (16, "a sign-in inside a socket", "traits/t16_sockets::no_socket_opens_before_a_factor_and_nobody_signs_in_by_one"),
    (16, "a socket of the user", "traits/t16_sockets::after_the_factor_the_socket_opens_and_the_application_knows_who_it_is"),
    (16, "a sign-in by long poll", "traits/t16_sockets::a_sign_in_by_long_poll_is_held_until_the_factor"),
    (16, "a long poll without a cookie: guard.refuse", "traits/t16_sockets::a_long_poll_without_a_cookie_is_shut_where_its_route_is_refused"),
    (16, "sockets of strangers (CrmApp)", "journeys/websocket::no_websocket_opens_for_strangers_and_before_the_factor"),
    (16, "a socket that is open already (CrmApp)", "journeys/websocket::after_sign_out_an_open_websocket_carries_nothing_more"),
    (17, "copies", "traits/t17_copies::after_either_sign_out_a_copy_of_the_cookies_is_worthless_through_the_gateway"),
    (18, "GET does nothing", "traits/t18_sign_outs::a_get_of_the_sign_out_path_that_does_nothing_changes_nothing"),
    (18, "POST with a token", "traits/t18_sign_outs::a_sign_out_with_its_token_ends_both_sessions_whether_it_deletes_or_forgets"),
    (18, "the password alone", "traits/t18_sign_outs::the_password_alone_does_not_get_the_page_that_comes_with_the_sign_out"),
    (19, "a token of the anonymous session (CrmApp)", "traits/t19_csrf::a_token_of_the_anonymous_session_is_good_for_the_sign_in"),
    (19, "a token cookie that rotates", "traits/t19_csrf::a_token_cookie_that_rotates_at_sign_in_arrives_with_the_challenge"),
    (19, "Origin and Host", "traits/t19_csrf::the_application_can_compare_origin_with_host"),
    (20, "the same value", "traits/t20_set_again::the_same_value_again_costs_no_write_and_no_question"),
    (20, "a new value, on trust", "traits/t20_set_again::a_new_value_each_time_that_is_taken_on_trust_costs_no_write_and_no_question"),
    (20, "a new value, asked about", "traits/t20_set_again::a_new_value_each_time_is_asked_about_once_a_page_and_goes_unnoticed"),
    (20, "on trust, at the recheck", "journeys/evidence_trust::another_user_at_the_recheck_ends_the_session"),
    (20, "the password alone", "traits/t20_set_again::both_sides_see_what_they_see_elsewhere"),
    (20, "a new value that fills its cookie (BigCookie)", "journeys/long_cookies::a_session_that_fills_its_cookie_signs_in_and_changes_with_every_page"),
    (21, "JSON, 200 in both cases (t23_signed_out_answers)", "traits/t23_signed_out::whatever_the_answer_nobody_is_told_from_somebody_and_sees_it_as_it_is"),
    (21, "JSON with a nonce (t24_bound_session)", "journeys/evidence_clients::a_session_that_is_bound_to_its_client_survives_every_question"),
    (21, "HTML only (CrmApp)", "journeys/evidence_pages::a_selector_names_the_user_and_a_redirect_to_the_form_means_nobody"),
    (21, "a page without a name, the name in a cookie", "journeys/evidence_cookies::a_page_shows_that_somebody_is_there_and_a_cookie_who"),
    (21, "a cookie that the browser made up (t01_replaced_session)", "journeys/evidence_cookies::a_cookie_that_the_browser_made_up_names_nobody"),
    (21, "a random name: the typed one", "journeys/evidence_typed::every_spelling_of_a_name_meets_its_owners_factor"),
    (21, "nothing at all", "journeys/evidence_cookies::somebody_without_a_name_gets_nothing"),
    (22, "the same user", "traits/t22_second_account::after_a_change_of_password_the_same_user_stays_verified_under_the_new_id"),
    (22, "the same user's other sessions", "traits/t22_second_account::a_change_of_password_ends_the_other_sessions_and_asks_for_the_factor_as_before"),
    (22, "another user, declared", "traits/t22_second_account::a_second_account_over_the_first_is_a_new_session_that_awaits_its_factor"),
    (22, "another user under the same id (CrmApp)", "traits/t22_second_account::a_second_account_under_the_id_of_the_first_awaits_its_factor_as_well"),
    (22, "another user, undeclared", "traits/t22_second_account::another_user_under_a_new_id_in_the_middle_does_not_go_through"),
    (23, "401, 403, 404, 200", "traits/t23_signed_out::whatever_the_answer_nobody_is_told_from_somebody_and_sees_it_as_it_is"),
    (23, "a lost session", "traits/t23_signed_out::a_session_that_the_application_lost_ends_at_the_next_question"),
    (23, "Basic", "traits/t23_signed_out::an_application_that_asks_for_basic_makes_no_browser_ask_either"),
    (23, "Basic", "traits/t23_signed_out::the_gateways_own_401_makes_no_browser_ask_for_a_password"),
    (24, "User-Agent, forwarded address, a header", "journeys/evidence_clients::a_session_that_is_bound_to_its_client_survives_every_question"),
    (24, "the mock does destroy", "journeys/evidence_clients::a_question_without_the_header_would_destroy_it"),
    (25, "declared or not, by whoami", "traits/t25_visitors_value::a_sign_out_that_leaves_a_visitors_cookie_ends_the_session_declared_or_not"),
    (25, "by cookies (t01_replaced_session)", "journeys/evidence_cookies::a_sign_out_ends_the_session_whether_its_cookie_goes_or_gets_a_visitors_value"),
    (26, "a link that signs in", "traits/t26_links::a_link_that_signs_in_meets_the_challenge_of_whoever_it_signs_in"),
    (26, "the same inside a session", "traits/t26_links::a_link_of_another_user_in_ones_own_session_does_not_go_through"),
    (26, "a share", "traits/t26_links::whoever_sees_a_share_is_nobody_and_signs_in_with_the_factor"),
    (26, "a share, by cookies", "journeys/evidence_cookies::a_share_under_the_cookie_of_real_sessions_stays_a_visitors"),
];

fn tests_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

/// The names of the tests in a source file, and whether each of them is run.
fn tests_of(path: &Path) -> Vec<(String, bool)> {
    let source = fs::read_to_string(path).unwrap_or_default();
    let mut tests = Vec::new();
    let (mut is_test, mut is_run) = (false, true);
    for line in source.lines().map(str::trim) {
        if line.starts_with("#[") {
            is_test |= line.starts_with("#[test]") || line.starts_with("#[tokio::test");
            let attribute = line.trim_start_matches("#[");
            is_run &= !attribute.starts_with("ignore");
            continue;
        }
        let name = line.trim_start_matches("async ").strip_prefix("fn ");
        if let (true, Some(name)) = (is_test, name.and_then(|name| name.split('(').next())) {
            tests.push((name.to_owned(), is_run));
        }
        (is_test, is_run) = (false, true);
    }
    tests
}

fn find(test: &str) -> Option<(String, bool)> {
    let (file, name) = test.split_once("::")?;
    let tests = tests_of(&tests_folder().join(format!("{file}.rs")));
    tests.into_iter().find(|(known, _)| known == name)
}

#[test]
fn every_trait_has_a_test_that_is_there_and_is_run() {
    let missing: Vec<_> = TABLE.iter().filter(|line| find(line.2).is_none()).collect();
    assert!(missing.is_empty(), "no such tests: {missing:#?}");
    let run = |number: u8| {
        let mut lines = TABLE.iter().filter(|line| line.0 == number);
        lines.any(|line| find(line.2).is_some_and(|(_, is_run)| is_run))
    };
    let bare: Vec<_> = (1u8..)
        .zip(TRAITS)
        .filter(|(number, _)| !run(*number))
        .collect();
    assert!(bare.is_empty(), "no test for the traits {bare:?}");
    let known = |line: &(u8, &str, &str)| (1..=TRAITS.len()).contains(&usize::from(line.0));
    assert!(TABLE.iter().all(known), "a trait too many");
}

#[test]
fn every_test_of_a_trait_is_in_the_table() {
    let listed: BTreeSet<&str> = TABLE.iter().map(|line| line.2).collect();
    let mut unlisted = Vec::new();
    for entry in fs::read_dir(tests_folder().join("traits")).unwrap() {
        let path = entry.unwrap().path();
        let file = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if !file.starts_with('t') || file == "table" {
            continue;
        }
        let tests = tests_of(&path).into_iter();
        let paths = tests.map(|(name, _)| format!("traits/{file}::{name}"));
        unlisted.extend(paths.filter(|path| !listed.contains(path.as_str())));
    }
    assert!(unlisted.is_empty(), "{unlisted:#?}");
}
