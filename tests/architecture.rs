//! Dependencies point one way: a folder may name the folders before it and no other.

use std::fs;
use std::path::{Path, PathBuf};

/// Each folder with those it may import.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("config", &["domain"]),
    ("crypto", &["domain"]),
    ("stores", &["domain", "crypto"]),
    ("flows", &["domain", "crypto", "stores"]),
    ("portal", &["domain", "crypto", "stores", "flows"]),
    ("proxy", &["domain", "crypto", "stores", "flows", "portal"]),
    ("admin", &["domain", "crypto", "stores", "flows", "proxy"]),
    ("observe", &["domain", "flows"]),
    ("demo", &[]),
    (
        "app",
        &[
            "domain", "config", "crypto", "stores", "flows", "portal", "proxy", "admin", "observe",
        ],
    ),
    (
        "properties",
        &["domain", "config", "crypto", "portal", "proxy", "app"],
    ),
    ("cli", &["domain", "config", "app", "demo", "observe"]),
];

/// Libraries that only some folders may name.
const LIBRARIES: &[(&str, &[&str])] = &[
    ("pingora", &["proxy", "admin", "app"]),
    ("sqlx", &["stores"]),
    ("tokio", &["stores", "proxy", "app", "cli", "demo"]),
    ("webauthn_rs", &["domain"]),
    ("argon2", &["domain"]),
    ("ciborium", &["domain"]),
    ("axum", &["demo"]),
    ("askama", &["portal", "demo"]),
    ("fluent_bundle", &["portal"]),
    ("unic_langid", &["portal"]),
    ("figment", &["config"]),
    ("clap", &["cli"]),
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// Every source file with the top-level folder (or file) that it belongs to.
fn files() -> Vec<(String, PathBuf)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    sources(&root, &mut found);
    let folder_of = |path: &PathBuf| {
        let first = path.strip_prefix(&root).unwrap().iter().next().unwrap();
        first.to_str().unwrap().trim_end_matches(".rs").to_owned()
    };
    found
        .into_iter()
        .map(|path| (folder_of(&path), path))
        .filter(|(folder, _)| folder != "lib" && folder != "main")
        .collect()
}

/// The code of a file without comments and without its tests.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let text = text.split("#[cfg(test)]\nmod tests").next().unwrap();
    text.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
}

fn imports_of_crate(code: &str) -> Vec<String> {
    let word = |rest: &str| {
        rest.chars()
            .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
            .collect::<String>()
    };
    code.match_indices("crate::")
        .map(|(at, _)| word(&code[at + "crate::".len()..]))
        .filter(|word| !word.is_empty())
        .collect()
}

#[test]
fn no_folder_imports_one_above_it() {
    let mut upward = Vec::new();
    for (folder, path) in files() {
        let (_, allowed) = MAY_IMPORT
            .iter()
            .find(|(name, _)| *name == folder)
            .unwrap_or_else(|| panic!("say what {folder} may import"));
        for import in imports_of_crate(&code(&path)) {
            let known = MAY_IMPORT.iter().any(|(name, _)| *name == import);
            if known && import != folder && !allowed.contains(&import.as_str()) {
                upward.push(format!("{}: {folder} imports {import}", path.display()));
            }
        }
    }
    assert!(upward.is_empty(), "{upward:#?}");
}

#[test]
fn libraries_stay_in_their_folders() {
    let mut strays = Vec::new();
    for (folder, path) in files() {
        let code = code(&path);
        for (library, allowed) in LIBRARIES {
            let named = code.contains(&format!("use {library}::"))
                || code.contains(&format!(" {library}::"));
            if named && !allowed.contains(&folder.as_str()) {
                strays.push(format!("{}: {folder} names {library}", path.display()));
            }
        }
    }
    assert!(strays.is_empty(), "{strays:#?}");
}

#[test]
fn files_stay_readable() {
    for (_, path) in files() {
        let lines = fs::read_to_string(&path).unwrap().lines().count();
        assert!(lines <= 600, "{} has {lines} lines", path.display());
        let name = path.file_name().unwrap().to_str().unwrap();
        assert!(
            !["mod.rs", "util.rs", "utils.rs", "common.rs", "helpers.rs"].contains(&name),
            "{}",
            path.display()
        );
    }
}
