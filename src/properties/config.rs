//! A configuration is taken as it was written, or every problem says where and what.

use std::path::Path;

use crate::config::{Config, ProblemKind, parse};

const FILE: &str = "stepgate.toml";

/// The first line, if it begins with `#env `, sets a variable.
pub fn holds_for(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let env = text.lines().next().and_then(|line| {
        let (name, value) = line.strip_prefix("#env ")?.split_once('=')?;
        Some((format!("STEPGATE__{name}"), value.to_owned()))
    });
    let read = |text: &str, env: &[(String, String)]| parse(Path::new(FILE), text, env.to_vec());
    let env: Vec<(String, String)> = env.into_iter().collect();
    match read(&text, &env) {
        Ok(config) => is_what_it_says(&config),
        Err(errors) => {
            assert!(!errors.problems.is_empty(), "refused without a reason");
            let lines = text.split('\n').count().max(1);
            for problem in &errors.problems {
                assert!(problem.line <= lines, "{problem} is in no line of {lines}");
                assert_eq!(problem.line == 0, problem.column == 0, "{problem}");
                let known = problem.file == Path::new(FILE)
                    || env.iter().any(|(name, _)| problem.file == Path::new(name));
                assert!(known, "{problem} is in no file");
                // A variable may consist of nothing but the prefix; its name says where that is.
                let in_file = problem.file == Path::new(FILE);
                let says =
                    !in_file || !problem.key.is_empty() || problem.kind == ProblemKind::Syntax;
                assert!(
                    says && !problem.to_string().trim().is_empty(),
                    "{problem:?}"
                );
            }
        }
    }
}

/// What is shown of it can be loaded again and is the same; what is taken can be run.
fn is_what_it_says(config: &Config) {
    let shown = config.redacted_toml().expect("it can be shown");
    let again = match parse(Path::new(FILE), &shown, Vec::new()) {
        Ok(again) => again,
        Err(errors) => panic!("what is shown cannot be loaded: {errors}\n{shown}"),
    };
    assert_eq!(again.redacted_toml().as_deref(), Ok(shown.as_str()));
    let guard = crate::app::guard_of(config).expect("what was checked can be run");
    assert!(!guard.names.is_empty(), "nothing is guarded");
    assert!(guard.is_our_host(&guard.authority));
    assert!(guard.is_portal_path(&guard.portal) && guard.is_portal_path(&guard.security_page));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MINIMAL: &str = include_str!("../../config/minimal.toml");
    const FULL: &str = include_str!("../../config/stepgate.toml");

    proptest! {
        #[test]
        fn a_file_with_a_piece_cut_out_is_taken_or_explained(from in 0usize..4000, length in 0usize..40) {
            for whole in [MINIMAL, FULL] {
                let from = from.min(whole.len());
                let end = (from + length).min(whole.len());
                holds_for(&[&whole.as_bytes()[..from], &whole.as_bytes()[end..]].concat());
            }
        }

        #[test]
        fn a_file_with_a_piece_put_in_is_taken_or_explained(at in 0usize..4000, piece in "[a-z0-9\"'=.,#\\[\\]{} \n\\\\/*-]{1,12}") {
            for whole in [MINIMAL, FULL] {
                let (before, after) = whole.as_bytes().split_at(at.min(whole.len()));
                holds_for(&[before, piece.as_bytes(), after].concat());
            }
        }

        #[test]
        fn any_variable_is_taken_or_explained(section in "[A-Z_]{0,12}", value in "\\PC{0,20}") {
            holds_for(format!("#env {section}={value}\n{MINIMAL}").as_bytes());
        }
    }
}
