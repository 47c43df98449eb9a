//! A million request targets: is there one that an application reads as a guarded path, and the gateway
//! does not?
//!
//! The oracle is what kinds of servers do with a target, written apart from the gateway's own matching.

use std::str::FromStr;

use super::Target;
use crate::domain::path_glob::{LenientPath, PathGlob};

/// Enough of a generator for noise; the seed makes a finding repeatable.
struct Noise(u64);

impl Noise {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound as u64).unwrap()
    }

    fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }
}

fn decode(path: &str) -> String {
    let bytes: Vec<u8> = percent_encoding::percent_decode_str(path).collect();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Empty and dot segments resolved.
fn resolve(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(kept.pop()),
            name => kept.push(name),
        }
    }
    format!("/{}", kept.join("/"))
}

fn without_parameters(path: &str) -> String {
    let segments = path.split('/');
    let plain: Vec<&str> = segments.map(|it| it.split(';').next().unwrap()).collect();
    plain.join("/")
}

/// What kinds of servers make of a path.
fn readings(path: &str) -> Vec<String> {
    let once = decode(path);
    let windows: Vec<String> = once
        .replace('\\', "/")
        .split('/')
        .map(|segment| segment.trim_end_matches(['.', ' ']).to_lowercase())
        .collect();
    vec![
        // As it is, and as a WSGI server hands it on.
        path.to_owned(),
        once.clone(),
        // nginx: decoded once, slashes merged, dots resolved.
        resolve(&once),
        // A servlet container: parameters off before the decoding.
        resolve(&decode(&without_parameters(path))),
        // A chain of two that both decode.
        resolve(&decode(&once)),
        // Windows: backslashes, no case, no trailing dots and spaces.
        resolve(&windows.join("/")),
        // An application that ignores case and a slash at the end.
        once.to_lowercase().trim_end_matches('/').to_owned(),
    ]
}

const BASES: &[&str] = &[
    "/login",
    "/admin/users",
    "/xmlrpc.php",
    "/static/app.css",
    "/static/login",
    "/",
];
const PIECES: &[&str] = &[
    "/",
    "//",
    "/./",
    "/../",
    "/x/../",
    "..;/",
    ";x=1",
    ";",
    "%2f",
    "%2F",
    "%5c",
    "%2e%2e",
    "%2e",
    ".",
    "..",
    "%252f",
    "%252e%252e",
    "%25",
    "%00",
    "%20",
    "+",
    "\\",
    "?x=/login",
    "#",
    "login",
    "LOGIN",
    "admin",
    "static",
    "%c5%bf",
    "%e2%84%aa",
    "%6c",
    "%4C",
    "%3b",
    "%3B",
    "%3f",
    ":",
    "@",
    "~",
    "*",
    "%zz",
    "%",
];

fn mutate(noise: &mut Noise) -> String {
    let mut target = noise.pick(BASES).to_owned();
    for _ in 0..noise.below(5) {
        let at = noise.below(target.len() + 1);
        match noise.below(5) {
            // A letter in another spelling.
            0 | 1 if at < target.len() && target.is_char_boundary(at) => {
                let letter = target.as_bytes()[at];
                let spelled = match noise.below(4) {
                    0 => format!("%{letter:02x}"),
                    1 => format!("%{letter:02X}"),
                    2 => format!("%25{letter:02x}"),
                    _ => char::from(letter).to_uppercase().to_string(),
                };
                if letter.is_ascii() && target.is_char_boundary(at + 1) {
                    target.replace_range(at..=at, &spelled);
                }
            }
            2 => target.push_str(noise.pick(PIECES)),
            3 => target.insert_str(0, noise.pick(&["/x/..", "/.", "/", "/x;y/..", "/%2e"])),
            _ if target.is_char_boundary(at) => target.insert_str(at, noise.pick(PIECES)),
            _ => {}
        }
    }
    target
}

fn glob(text: &str) -> PathGlob {
    PathGlob::from_str(text).unwrap()
}

#[test]
fn of_a_million_targets_none_reaches_a_guarded_path_past_the_gateway() {
    let guarded = [glob("/login"), glob("/admin/**"), glob("/xmlrpc.php")];
    let public = glob("/static/**");
    let mut noise = Noise(0x5eed_1234_abcd_0001);
    let (mut taken, mut hits, mut open) = (0, 0, 0);
    for _ in 0..1_000_000 {
        let raw = mutate(&mut noise);
        let Ok(target) = Target::parse(raw.as_bytes()) else {
            continue;
        };
        taken += 1;
        let (path, readings) = (LenientPath::new(&target.path), readings(&target.path));
        for (guard, begins) in guarded.iter().zip(["/login", "/admin/", "/xmlrpc.php"]) {
            let meant = readings.iter().any(|reading| {
                reading == begins || (begins.ends_with('/') && reading.starts_with(begins))
            });
            hits += u32::from(meant);
            assert!(!meant || guard.matches_any(&path), "{raw}: {readings:?}");
        }
        if public.matches_exact(&target.path) {
            open += 1;
            let inside = |reading: &String| {
                let reading = reading.to_lowercase();
                reading == "/static" || reading.starts_with("/static/")
            };
            assert!(readings.iter().all(inside), "{raw}: {readings:?}");
        }
    }
    // The noise is of use only if it meets what it looks for.
    assert!(
        taken > 300_000 && hits > 50_000 && open > 10_000,
        "{taken} {hits} {open}"
    );
}
