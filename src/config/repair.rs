//! Finds every value of a wrong type, not just the first: what serde complains about is taken
//! out (or, where it is required, replaced by a stand-in), and the rest is read again.

use figment::error::Kind;
use figment::value::Value;
use serde::Deserialize;

use super::Config;
use super::draft::{Draft, joined, quoted};
use super::expectations;
use super::layers::Variable;
use super::load::Report;
use super::problem::ProblemKind;
use super::suggestion::nearest;

/// More complaints than a person would read.
const MOST_ROUNDS: usize = 200;

/// Reads the draft and reports what had to be repaired for that. `None` where nothing sensible
/// was left.
pub(super) fn read(draft: &mut Draft, env: &[Variable], report: &mut Report<'_>) -> Option<Config> {
    refuse_lookalikes(draft, report);
    let mut taken_as_text: Vec<&str> = Vec::new();
    for _ in 0..MOST_ROUNDS {
        let error = match Config::deserialize(draft.value()) {
            Ok(config) => return Some(config),
            Err(error) => error,
        };
        if let Kind::MissingField(name) = &error.kind {
            if !supply(draft, &joined(&error.path, name), report) {
                return None;
            }
            continue;
        }
        // `NAME=5` in the environment may have meant the text.
        let variable = env
            .iter()
            .find(|variable| variable.path == error.path && is_scalar(draft, &error.path));
        if let Some(variable) = variable
            && !taken_as_text.contains(&variable.name.as_str())
        {
            taken_as_text.push(&variable.name);
            draft.put(&error.path, Value::from(variable.text.as_str()));
            continue;
        }
        complain(&error, draft, report);
        if !draft.take(&error.path) {
            return None;
        }
    }
    None
}

fn is_scalar(draft: &Draft, path: &[String]) -> bool {
    matches!(
        draft.get(path),
        Some(Value::Num(..) | Value::Bool(..) | Value::Char(..) | Value::Empty(..))
    )
}

/// Puts a stand-in where a required value is missing, and reports that unless the value was
/// there and has been taken out as wrong.
fn supply(draft: &mut Draft, path: &[String], report: &mut Report<'_>) -> bool {
    let original = draft.original(path);
    let expectation = expectations::of(path);
    if !report.has(&original) {
        let words = expectation.map_or("a value", |expectation| expectation.words);
        report.add(ProblemKind::Missing, &original, [words, "", ""]);
    }
    expectation
        .and_then(expectations::Expectation::stand_in)
        .is_some_and(|value| draft.put(path, value))
}

fn complain(error: &figment::Error, draft: &Draft, report: &mut Report<'_>) {
    let path = draft.original(&error.path);
    let given = draft.get(&error.path).map(quoted).unwrap_or_default();
    // A message is one of our own types', and says more than the table does.
    let own = matches!(&error.kind, Kind::Message(_));
    let words = expectations::of(&error.path)
        .filter(|expectation| !(own && expectation.is_required()))
        .map(|expectation| expectation.words);
    let (expected, help) = match &error.kind {
        Kind::UnknownField(name, known) => {
            let help = match nearest(name, known) {
                Some(word) => format!("did you mean `{word}`?"),
                None if known.is_empty() => "this section has no keys".into(),
                None => format!("the keys here are {}", known.join(", ")),
            };
            let expected = format!("one of {}", known.join(", "));
            report.add(ProblemKind::Unknown, &path, [&expected, &given, &help]);
            return;
        }
        Kind::UnknownVariant(word, known) => {
            let help = nearest(word, known).map(|word| format!("did you mean \"{word}\"?"));
            let known: Vec<String> = known.iter().map(|word| format!("\"{word}\"")).collect();
            (known.join(" or "), help.unwrap_or_default())
        }
        Kind::InvalidType(_, expected)
        | Kind::InvalidValue(_, expected)
        | Kind::InvalidLength(_, expected) => (expectations::in_words(expected), String::new()),
        Kind::Message(expected) => (expected.clone(), String::new()),
        other => (other.to_string(), String::new()),
    };
    let expected = words.unwrap_or(&expected);
    report.add(ProblemKind::Wrong, &path, [expected, &given, &help]);
}

/// Refuses what the libraries would read in another way than people do: numbers for words, and
/// lists for tables.
fn refuse_lookalikes(draft: &mut Draft, report: &mut Report<'_>) {
    let words = expectations::WORDS.iter().map(|key| (key, "a string"));
    let tables = expectations::TABLES.iter().map(|key| (key, "a table"));
    for (key, expected) in words.chain(tables) {
        for path in draft.find(key) {
            let given = match draft.get(&path) {
                Some(value @ (Value::Num(..) | Value::Array(..))) => quoted(value),
                _ => continue,
            };
            let words = expectations::of(&path).map_or(expected, |known| known.words);
            let original = draft.original(&path);
            report.add(ProblemKind::Wrong, &original, [words, &given, ""]);
            draft.take(&path);
        }
    }
}
