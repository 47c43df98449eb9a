//! What is wrong with a configuration, in the words that the person who wrote it needs.

use std::fmt;
use std::path::PathBuf;

use super::period::Period;

/// How a key is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProblemKind {
    /// The file cannot be read.
    Unreadable,
    /// The file is no TOML.
    Syntax,
    /// There is no such key.
    Unknown,
    /// The key or the value is planned, and does nothing yet.
    NotYet,
    /// A required key is not there.
    Missing,
    /// The value cannot be used.
    Wrong,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// How the key is wrong.
    pub kind: ProblemKind,
    /// The file, or the environment variable that set the value.
    pub file: PathBuf,
    /// The line, from 1; 0 where there is none (the environment).
    pub line: usize,
    /// The column, from 1, in characters; 0 where there is none.
    pub column: usize,
    /// The key's path, such as `guard.sign_in.0.page`; items of a list count from 0.
    pub key: String,
    /// What would be right.
    pub expected: String,
    /// What was given, as TOML; empty where nothing was.
    pub given: String,
    /// What to do; may be empty.
    pub help: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.file.display())?;
        if self.line > 0 {
            write!(out, ":{}:{}", self.line, self.column)?;
        }
        let (key, expected) = (&self.key, &self.expected);
        match self.kind {
            ProblemKind::Unreadable | ProblemKind::Syntax => write!(out, ": {expected}")?,
            ProblemKind::Unknown => write!(out, ": unknown key `{key}`")?,
            ProblemKind::Missing => write!(out, ": `{key}` is missing: expected {expected}")?,
            ProblemKind::NotYet => {
                write!(out, ": `{key}`")?;
                if !self.given.is_empty() {
                    write!(out, " = {}", self.given)?;
                }
                out.write_str(" is not available in this version of Stepgate")?;
            }
            ProblemKind::Wrong => {
                write!(out, ": `{key}`: expected {expected}")?;
                if !self.given.is_empty() {
                    write!(out, ", found {}", self.given)?;
                }
            }
        }
        if !self.help.is_empty() {
            write!(out, "\n    {}", self.help)?;
        }
        Ok(())
    }
}

/// Everything that is wrong with a configuration, in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigErrors {
    /// At least one.
    pub problems: Vec<Problem>,
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, problem) in self.problems.iter().enumerate() {
            if at > 0 {
                out.write_str("\n")?;
            }
            write!(out, "{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigErrors {}

/// A value that has the right type and cannot be used all the same. The loader adds where it
/// was given.
#[derive(Debug)]
pub(super) struct Fault {
    pub key: String,
    pub expected: String,
    pub help: String,
}

/// Collects what the sections find.
#[derive(Debug, Default)]
pub(super) struct Faults(pub Vec<Fault>);

impl Faults {
    pub fn push(&mut self, key: &str, expected: &str, help: &str) {
        self.0.push(Fault {
            key: key.into(),
            expected: expected.into(),
            help: help.into(),
        });
    }

    pub fn positive(&mut self, key: &str, period: Period) {
        if period.is_zero() {
            self.push(key, "a duration longer than zero", "");
        }
    }
}
