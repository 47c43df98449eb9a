//! What the users' help and the requirements of the pages promise, and the proof that each of it has a
//! test that is named after it, and that what must work with JavaScript off is tried that way.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// What the users' help promises, H1 first; a test's name begins with `h01_`.
const HELP: [&str; 13] = [
    "three cards",
    "any number of factors",
    "adding an authenticator",
    "the list of authenticators",
    "the whole ceremony of passkeys",
    "platform passkeys and hardware keys, with their providers",
    "removing",
    "backup codes",
    "each code works once",
    "step-up",
    "removing the last one",
    "any enrolled factor at sign-in",
    "a nudge with one factor only",
];

/// What the pages are required to do, 1 first, and whether it works with JavaScript off; a test's name
/// begins with `row_01_`.
const PAGES: [(&str, bool); 31] = [
    ("one field for the code", true),
    ("no split boxes, no masking, no puzzle", false),
    ("passkey first, by a button", false),
    ("try another way", true),
    ("the account's name, and the way out", true),
    ("the wanted place", true),
    ("an expired challenge restarts in place", true),
    ("an error summary", true),
    ("what happened and what to do", true),
    (
        "what goes wrong with passkeys, each in its own words",
        false,
    ),
    ("error pages", true),
    ("the lock-out page", true),
    ("QR code, secret and link", true),
    ("the address for authenticator apps", false),
    ("scan, type, name, save", true),
    ("what a passkey is", false),
    ("names from providers", false),
    ("security keys, and what is registered already", false),
    ("signals to password managers", false),
    ("well-known addresses", false),
    ("three cards with their factors", true),
    ("codes remaining", true),
    ("the nudge", true),
    ("recent activity, other sessions", true),
    ("a modal step-up", true),
    ("the sheet of codes", true),
    ("removal names the factor", true),
    ("small and without a flash", false),
    ("theme, direction, language", false),
    ("targets, focus, motion, announcements", false),
    ("the built-in CRM", false),
];

/// Every test of the browser by name, with its text.
fn tests() -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser");
    let mut tests = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let source = fs::read_to_string(entry.unwrap().path()).unwrap();
        for part in source.split("#[tokio::test]\n").skip(1) {
            // One that is not run is none.
            let Some(rest) = part.strip_prefix("async fn ") else {
                continue;
            };
            let name = rest.split('(').next().unwrap().to_owned();
            let text = rest.split("\n}\n").next().unwrap().to_owned();
            tests.insert(name, text);
        }
    }
    tests
}

/// Whether a test runs with JavaScript off, besides or only.
fn off_too(text: &str) -> bool {
    text.contains("in BOTH") || text.contains("Script::Off")
}

/// The rows that a test's name begins with: `row_04_h12_…` has two.
fn rows_of(name: &str) -> Vec<String> {
    let mut rows = Vec::new();
    let mut words = name.split('_');
    while let Some(word) = words.next() {
        let number = |text: &str| text.len() == 2 && text.bytes().all(|it| it.is_ascii_digit());
        match word.strip_prefix('h') {
            Some(digits) if number(digits) => rows.push(word.to_owned()),
            _ if word == "row" => rows.push(format!("row_{}", words.next().unwrap_or_default())),
            _ => break,
        }
    }
    rows
}

#[test]
fn every_row_has_a_test_of_its_name_and_the_list_of_those_without_is_empty() {
    let tests = tests();
    assert!(tests.len() > 40, "where are the tests?");
    let help = (1..)
        .zip(HELP)
        .map(|(at, what)| (format!("h{at:02}"), what, false));
    let pages = (1..).zip(PAGES);
    let pages = pages.map(|(at, (what, off))| (format!("row_{at:02}"), what, off));
    let rows: Vec<(String, &str, bool)> = help.chain(pages).collect();
    let mut without = Vec::new();
    for (row, what, off) in &rows {
        let own = tests.iter().filter(|(name, _)| rows_of(name).contains(row));
        let texts: Vec<&String> = own.map(|(_, text)| text).collect();
        if texts.is_empty() {
            without.push(format!("{row}: {what}"));
        } else if *off && !texts.iter().any(|text| off_too(text)) {
            without.push(format!("{row} with JavaScript off: {what}"));
        }
    }
    assert!(without.is_empty(), "rows without a test: {without:#?}");

    let known = |row: &String| rows.iter().any(|(known, ..)| known == row);
    let unknown = tests.keys().flat_map(|name| rows_of(name));
    let unknown: Vec<String> = unknown.filter(|row| !known(row)).collect();
    assert!(
        unknown.is_empty(),
        "tests of rows that do not exist: {unknown:?}"
    );
}

#[test]
fn a_name_tells_its_rows() {
    assert_eq!(rows_of("row_04_h12_try_another_way"), ["row_04", "h12"]);
    assert_eq!(rows_of("a_row_04"), [""; 0]);
    assert_eq!(rows_of("h1_house"), [""; 0]);
}
