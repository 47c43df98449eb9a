//! Reads a configuration, and reports everything that is wrong with it at once.

use std::path::{Path, PathBuf};

use toml::de::DeTable;

use super::Config;
use super::draft::{Draft, quoted};
use super::layers::{self, Variable};
use super::position::{Positions, line_column};
use super::problem::{ConfigErrors, Faults, Problem, ProblemKind};
use super::{not_yet, repair};

/// Reads a file and lays the environment's `STEPGATE__SECTION__KEY` variables over it.
pub fn load(path: &Path, env: Vec<(String, String)>) -> Result<Config, ConfigErrors> {
    match std::fs::read_to_string(path) {
        Ok(text) => parse(path, &text, env),
        Err(error) => {
            let expected = format!("the file cannot be read ({error})");
            let problem = of_file(ProblemKind::Unreadable, path, (0, 0), expected);
            Err(ConfigErrors {
                problems: vec![problem],
            })
        }
    }
}

/// As [`load`], for a text that has been read already; `file` is for the messages.
pub fn parse(file: &Path, text: &str, env: Vec<(String, String)>) -> Result<Config, ConfigErrors> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (table, errors) = DeTable::parse_recoverable(text);
    let document = text.parse::<toml::Table>();
    let document = match (errors.is_empty(), document) {
        (true, Ok(document)) => document,
        (true, Err(error)) => return Err(syntax(file, text, &[error])),
        (false, _) => return Err(syntax(file, text, &errors)),
    };
    let env = layers::variables(env);
    let mut report = Report {
        file,
        positions: Positions::new(text, table),
        env: &env,
        problems: Vec::new(),
    };
    let merged = match layers::merge(&document, &env) {
        Ok(merged) => merged,
        Err(error) => {
            let problem = of_file(ProblemKind::Syntax, file, (0, 0), error.to_string());
            return Err(ConfigErrors {
                problems: vec![problem],
            });
        }
    };
    let mut draft = Draft::new(merged);
    not_yet::refuse(&mut draft, &mut report);
    let mut config = repair::read(&mut draft, &env, &mut report);
    if let Some(config) = &mut config {
        let mut faults = Faults::default();
        config.check(&mut faults);
        config.resolve();
        report.add_faults(faults, &draft);
    }
    report.finish(config)
}

/// Collects problems and finds where they are.
pub(super) struct Report<'a> {
    file: &'a Path,
    positions: Positions<'a>,
    env: &'a [Variable],
    problems: Vec<(Vec<String>, Problem)>,
}

impl Report<'_> {
    /// Adds a problem with what was expected, what was given, and help.
    pub fn add(&mut self, kind: ProblemKind, path: &[String], [expected, given, help]: [&str; 3]) {
        // A variable set the key, something around it, or something in it that the file does
        // not have.
        let alone = kind == ProblemKind::Wrong || !self.positions.has(path);
        let variable = self.env.iter().find(|variable| {
            path.starts_with(&variable.path) || (alone && variable.path.starts_with(path))
        });
        let (file, place) = match variable {
            Some(variable) => (PathBuf::from(&variable.name), None),
            None => {
                let at_key = matches!(kind, ProblemKind::Unknown | ProblemKind::NotYet);
                let place = if at_key {
                    self.positions.of_key(path)
                } else {
                    self.positions.of_value(path)
                };
                (self.file.to_owned(), place)
            }
        };
        let (line, column) = place.unwrap_or((0, 0));
        let problem = Problem {
            kind,
            file,
            line,
            column,
            key: path.join("."),
            expected: expected.into(),
            given: given.into(),
            help: help.into(),
        };
        self.problems.push((path.to_vec(), problem));
    }

    /// Whether something has been reported at, in or around the key.
    pub fn has(&self, path: &[String]) -> bool {
        self.problems
            .iter()
            .any(|(other, _)| path.starts_with(other) || other.starts_with(path))
    }

    /// Adds what the sections found, except where something is wrong already: a stand-in may
    /// be there, or nothing.
    fn add_faults(&mut self, faults: Faults, draft: &Draft) {
        let before = self.problems.len();
        for fault in faults.0 {
            let path: Vec<String> = fault.key.split('.').map(str::to_owned).collect();
            let original = draft.original(&path);
            let earlier = self.problems.iter().take(before);
            let known = earlier
                .map(|(other, _)| other)
                .any(|other| original.starts_with(other) || other.starts_with(&original));
            if known {
                continue;
            }
            let value = draft.get(&path).map(quoted);
            let kind = match value {
                Some(_) => ProblemKind::Wrong,
                None => ProblemKind::Missing,
            };
            let given = value.unwrap_or_default();
            self.add(kind, &original, [&fault.expected, &given, &fault.help]);
        }
    }

    fn finish(self, config: Option<Config>) -> Result<Config, ConfigErrors> {
        let mut problems: Vec<Problem> = self.problems.into_iter().map(|(_, p)| p).collect();
        match config {
            Some(config) if problems.is_empty() => return Ok(config),
            None if problems.is_empty() => {
                let expected = "the file cannot be understood".to_owned();
                problems.push(of_file(ProblemKind::Syntax, self.file, (0, 0), expected));
            }
            _ => {}
        }
        // In the order of the file; what has no line there comes after it.
        problems.sort_by_key(|problem| match problem.line {
            0 => (usize::MAX, 0),
            line => (line, problem.column),
        });
        Err(ConfigErrors { problems })
    }
}

fn syntax(file: &Path, text: &str, errors: &[toml::de::Error]) -> ConfigErrors {
    let problems = errors
        .iter()
        .map(|error| {
            let place = error.span().map(|span| line_column(text, span.start));
            let message = error.message().replace('\n', ", ");
            let place = place.unwrap_or((0, 0));
            of_file(ProblemKind::Syntax, file, place, message)
        })
        .collect();
    ConfigErrors { problems }
}

/// A problem of the file as a whole, not of a key.
fn of_file(
    kind: ProblemKind,
    file: &Path,
    (line, column): (usize, usize),
    expected: String,
) -> Problem {
    Problem {
        kind,
        file: file.to_owned(),
        line,
        column,
        key: String::new(),
        expected,
        given: String::new(),
        help: String::new(),
    }
}
