//! A million request targets, made from guarded, public and other paths by what disguises a path.

use super::request_target::{Decision, holds_for};

const BASES: [&str; 16] = [
    "/login",
    "/login",
    "/users/7/sign-in",
    "/xmlrpc.php",
    "/api/v1/token",
    "/.mfa/challenge",
    "/settings/security",
    "/static/app.js",
    "/static/../login",
    "/img/a.png",
    "/img/../static/login",
    "/robots.txt",
    "/loginx",
    "/contacts/7;sessionid=1",
    "/a/b",
    "/",
];

/// What may stand in the place of a slash, or beside one.
const BETWEEN: [&str; 24] = [
    "/",
    "//",
    "///",
    "/./",
    "/x/../",
    "/..;/",
    "/.;x=1/",
    "/%2e/",
    "/%2e%2e/",
    "/x/%2E%2e/",
    "/.%2e/",
    "%2f",
    "%2F",
    "%252f",
    "%5c",
    "%255c",
    "\\",
    ";/",
    ";x=1/",
    "%3b/",
    "/%20/",
    "/.%20/",
    "/%00/",
    "/...//",
];

const END: [&str; 36] = [
    "/",
    "//",
    "/.",
    "/..",
    "/../login",
    "/%2e%2e/login",
    "/..;/login",
    "/..%2flogin",
    "/..%5clogin",
    ".",
    "..",
    "%20",
    "%09",
    "%0a",
    "%00",
    "%2500",
    "%00.png",
    ";",
    ";x=1",
    ";sessionid=1",
    "%3bsessionid=1",
    "%253Bsessionid=1",
    "%3b",
    "?",
    "?a=b",
    "?sessionid=1",
    "#",
    "%23",
    "%3f",
    "%3fx",
    "/extra",
    ".json",
    "%",
    "%u",
    "%2",
    "::$DATA",
];

/// Letters that only meet in some folding of cases, and one in an encoding that no decoder should take.
const LETTERS: [(char, &str); 6] = [
    ('i', "%c4%b1"),
    ('s', "%c5%bf"),
    ('k', "%e2%84%aa"),
    ('o', "%ef%bd%8f"),
    ('l', "%u006c"),
    ('l', "%U006C"),
];

/// Xorshift: the same targets in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % most as u64) as usize
    }

    fn of<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len())]
    }
}

fn target(dice: &mut Dice) -> String {
    let mut path = dice.of(&BASES).to_owned();
    for _ in 0..=dice.below(4) {
        path = disguised(path, dice);
    }
    path
}

fn disguised(path: String, dice: &mut Dice) -> String {
    let places: Vec<usize> = path.char_indices().map(|(at, _)| at).collect();
    let at = places.get(dice.below(places.len().max(1))).copied();
    let at = at.unwrap_or(0);
    let (before, after) = path.split_at(at);
    let mut rest = after.chars();
    let letter = rest.next().unwrap_or('/');
    let rest = rest.as_str();
    match dice.below(11) {
        0 => format!("{before}{}{rest}", letter.to_ascii_uppercase()),
        1 => format!("{before}%{:02x}{rest}", letter as u32),
        2 => format!("{before}%{:02X}{rest}", letter as u32),
        3 => format!("{before}%25{:02x}{rest}", letter as u32),
        4 => format!("{before}%2525{:02x}{rest}", letter as u32),
        5 | 6 => {
            let slashes: Vec<usize> = path.match_indices('/').map(|(at, _)| at).collect();
            let Some(at) = slashes.get(dice.below(slashes.len().max(1))) else {
                return path;
            };
            let (before, after) = path.split_at(*at);
            format!("{before}{}{}", dice.of(&BETWEEN), &after[1..])
        }
        7 | 8 => format!("{path}{}", dice.of(&END)),
        9 => {
            let (letter, other) = LETTERS[dice.below(LETTERS.len())];
            path.replacen(letter, other, 1)
        }
        _ => format!(
            "{}{path}",
            dice.of(&[
                "/x/..",
                "/x/..;",
                "/%2e",
                "//evil.example",
                "/static",
                "http://x",
                "\\",
                "/;x",
                ""
            ])
        ),
    }
}

/// How often each decision was taken.
#[derive(Debug, Default)]
struct Count {
    refused: usize,
    sign_in: usize,
    route_refused: usize,
    own: usize,
    public: usize,
    other: usize,
}

impl Count {
    fn add(&mut self, decision: Decision) {
        self.refused += usize::from(decision.refused);
        self.sign_in += usize::from(decision.sign_in);
        self.route_refused += usize::from(decision.route_refused);
        self.own += usize::from(decision.own);
        self.public += usize::from(decision.public);
        self.other += usize::from(decision == Decision::default());
    }
}

#[expect(clippy::print_stderr, reason = "the figures are the result")]
fn try_many(seed: u64, number: usize) {
    let (mut dice, mut count) = (Dice(seed), Count::default());
    for _ in 0..number {
        count.add(holds_for(target(&mut dice).as_bytes()));
    }
    eprintln!("{number} targets: {count:?}");
    // The targets are of every kind, so that each rule was looked for.
    for kind in [
        count.refused,
        count.sign_in,
        count.route_refused,
        count.own,
        count.public,
        count.other,
    ] {
        assert!(kind > number / 200, "{count:?}");
    }
}

/// Two halves, for two cores.
#[test]
fn no_disguise_of_a_path_is_read_past_the_gateway_in_the_first_half_million() {
    try_many(0x5743_1002, 500_000);
}

#[test]
fn no_disguise_of_a_path_is_read_past_the_gateway_in_the_second_half_million() {
    try_many(0x9e37_79b9_7f4a_7c15, 500_000);
}
