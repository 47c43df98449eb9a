//! What the Fluent files must hold, so that no page lacks a text: read as files, and compared with the
//! templates and the code that name the messages.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use fluent_bundle::FluentValue;
use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use regex::Regex;

use super::bundles::{MISSING, files, say};
use super::*;

/// A message or one of its attributes: `challenge-code` and `challenge-code.lead`.
type Texts = BTreeMap<String, BTreeSet<String>>;

/// Every text of a language with its variables.
fn texts(language: Language) -> Texts {
    let mut texts = Texts::new();
    let mut note = |name: String, pattern: &Pattern<&str>| {
        let mut variables = BTreeSet::new();
        variables_of(pattern, &mut variables);
        let before = texts.insert(name.clone(), variables);
        assert_eq!(before, None, "{name} twice in {language:?}");
    };
    for file in files(language) {
        let resource = fluent_syntax::parser::parse(*file)
            .unwrap_or_else(|(_, errors)| panic!("{language:?}: {errors:?}"));
        for entry in &resource.body {
            let Entry::Message(message) = entry else {
                continue;
            };
            let key = message.id.name;
            note(key.to_owned(), message.value.as_ref().expect(key));
            for attribute in &message.attributes {
                note(format!("{key}.{}", attribute.id.name), &attribute.value);
            }
        }
    }
    texts
}

fn variables_of(pattern: &Pattern<&str>, found: &mut BTreeSet<String>) {
    let mut note = |inline: &InlineExpression<&str>| {
        if let InlineExpression::VariableReference { id } = inline {
            found.insert(id.name.to_owned());
        }
    };
    let mut inner = Vec::new();
    for element in &pattern.elements {
        match element {
            PatternElement::Placeable {
                expression: Expression::Inline(inline),
            } => note(inline),
            PatternElement::Placeable {
                expression: Expression::Select { selector, variants },
            } => {
                note(selector);
                inner.extend(variants.iter().map(|variant| &variant.value));
            }
            PatternElement::TextElement { .. } => {}
        }
    }
    for pattern in inner {
        variables_of(pattern, found);
    }
}

/// In words, with something for each variable.
fn said(language: Language, name: &str, count: u32) -> String {
    let (key, attribute) = match name.split_once('.') {
        Some((key, attribute)) => (key, Some(attribute)),
        None => (name, None),
    };
    let variables = texts(language).remove(name).expect(name);
    let value = |name: &'static str| {
        let value = match name {
            "count" | "left" | "made" | "month" => FluentValue::from(count),
            _ => FluentValue::from("X"),
        };
        (name, value)
    };
    // Every variable that there is; a new one has to be thought of.
    let known = [
        "app", "name", "count", "left", "made", "time", "day", "month", "year", "reason", "digits",
        "support", "request", "status",
    ];
    assert!(
        variables.iter().all(|it| known.contains(&it.as_str())),
        "{name}: {variables:?}"
    );
    say(language, key, attribute, &known.map(value)).into_owned()
}

/// Files below a folder, with the ending, without their tests.
fn sources(folder: &str, ending: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.to_str().unwrap().to_owned();
            if path.is_dir() && !name.ends_with("templates/demo") {
                folders.push(path);
            } else if name.ends_with(ending) && !name.ends_with("check.rs") {
                let text = std::fs::read_to_string(path).unwrap();
                let text = text.split("#[cfg(test)]\nmod tests").next().unwrap();
                found.push((name, text.to_owned()));
            }
        }
    }
    found
}

/// The texts that a template asks for: `frame.part("key", "attribute")` and its like.
fn asked_by(template: &str) -> Vec<String> {
    let call = Regex::new(r#"frame\.(\w+)\("([^"]+)"(?:, (?:Some\()?"([^"]+)")?"#).unwrap();
    let calls = call.captures_iter(template).flat_map(|call| {
        let text = match call.get(3) {
            Some(attribute) => format!("{}.{}", &call[2], attribute.as_str()),
            None => call[2].to_owned(),
        };
        let digits = (&call[1] == "digits").then(|| format!("{}.digits", &call[2]));
        [Some(text), digits]
    });
    calls.flatten().collect()
}

/// The keys in the code; those with sentences that templates ask for by `part(what.key(), "attribute")`.
fn keys_of_code() -> BTreeSet<String> {
    let literal = Regex::new(r#""([a-z]+(?:-[a-z]+)+)""#).unwrap();
    let asking = Regex::new(
        r#"(?:\b(?:text|part|count|named|about|day|time|help)\(\s*|\bsay\(\s*\w+,\s*)"([a-z]+(?:-[a-z]+)*)""#,
    );
    let asking = asking.unwrap();
    let mut keys = BTreeSet::new();
    for (path, code) in sources("src/portal", ".rs") {
        let every = match path.contains("/views/texts") || path.ends_with("/views/security.rs") {
            true => &literal,
            false => &asking,
        };
        keys.extend(every.captures_iter(&code).map(|found| found[1].to_owned()));
    }
    assert!(keys.len() > 90, "{keys:?}");
    keys
}

/// The sentences of messages that the code chooses, by the beginning of their keys.
const CHOSEN: &[(&str, &[&str])] = &[
    ("form-", &["fix", "remedy"]),
    ("page-", &["explanation", "action"]),
    ("ended-", &["explanation"]),
    ("locked-codes", &["consequence", "suspicion"]),
    ("locked-passwords", &["consequence", "suspicion"]),
    ("challenge-", &["lead"]),
    ("new-passkey", &["name"]),
    ("new-security-key", &["name"]),
];

#[test]
fn every_text_is_used_and_every_used_text_is_there() {
    let mut used = BTreeSet::new();
    for (_, template) in sources("templates", ".html") {
        used.extend(asked_by(&template));
    }
    let known = texts(Language::English);
    used.extend(keys_of_code());
    // Chosen by what is added.
    used.extend(["new-passkey".to_owned(), "new-security-key".to_owned()]);
    for key in used.clone() {
        let chosen = CHOSEN
            .iter()
            .filter(|(start, _)| key.starts_with(start) && !key.contains('.'));
        for (start, attributes) in chosen {
            if *start != "new-passkey" || key == *start {
                used.extend(
                    attributes
                        .iter()
                        .map(|attribute| format!("{key}.{attribute}")),
                );
            }
        }
    }
    let known: BTreeSet<_> = known.into_keys().collect();
    let missing: Vec<_> = used.difference(&known).collect();
    assert!(missing.is_empty(), "no language has {missing:#?}");
    // A message that is asked for its sentences only has no use for its own words.
    let unused: Vec<_> = known.difference(&used).collect();
    assert!(unused.is_empty(), "nobody shows {unused:#?}");
}

#[test]
fn every_language_has_the_same_texts_with_the_same_variables() {
    let english = texts(Language::English);
    for language in Language::ALL {
        let others = texts(language);
        let keys = |texts: &Texts| texts.keys().cloned().collect::<BTreeSet<_>>();
        let differing: Vec<_> = keys(&english)
            .symmetric_difference(&keys(&others))
            .cloned()
            .collect();
        assert!(
            differing.is_empty(),
            "English and {language:?}: {differing:#?}"
        );
        for (name, variables) in &english {
            assert_eq!(variables, &others[name], "{name} in {language:?}");
        }
    }
}

#[test]
fn every_text_can_be_said_and_is_plain() {
    for language in Language::ALL {
        for name in texts(language).keys() {
            for count in [1, 2, 12] {
                let said = said(language, name, count);
                let words = said.trim();
                assert!(
                    !said.contains(MISSING) && words == said && !words.is_empty(),
                    "{name}: {said}"
                );
                assert!(
                    !said.contains(['<', '>', '&', '{', '}', '\n', '\u{2068}']),
                    "{name}: {said}"
                );
            }
        }
    }
}

#[test]
fn what_programs_read_needs_no_value() {
    let texts = texts(Language::English);
    let titles = texts
        .iter()
        .filter(|(name, _)| name.starts_with("page-") && !name.contains('.'));
    for (name, variables) in titles {
        assert!(variables.is_empty(), "{name}");
    }
}

#[test]
fn nothing_is_left_in_english() {
    /// The same word in both.
    const SAME: &[&str] = &[
        "field-name",
        "new-passkey-name",
        "new-passkey.name",
        "security-passkeys",
    ];
    let names = texts(Language::English).into_keys();
    let same: Vec<_> = names
        .filter(|name| said(Language::English, name, 5) == said(Language::German, name, 5))
        .collect();
    assert_eq!(same, SAME);
}

#[test]
fn templates_have_no_words_of_their_own() {
    // The layout's is a class name.
    let code = Regex::new(r"(?s)\{%- block layout %\}\w+|\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}").unwrap();
    let tag = Regex::new(r#"(?s)<[^>]*>|&#\w+;| aria-invalid="true"| -error"#).unwrap();
    let said =
        Regex::new(r#" (?:title|alt|placeholder|aria-label|data-done|data-head)="[^"]*[A-Za-z]"#);
    let (said, word) = (said.unwrap(), Regex::new("[A-Za-z]").unwrap());
    for (path, template) in sources("templates", ".html") {
        let markup = code.replace_all(&template, "");
        assert!(!said.is_match(&markup), "{path}: {:?}", said.find(&markup));
        let words = tag.replace_all(&markup, "");
        assert!(!word.is_match(&words), "{path}: {}", words.trim());
    }
}
