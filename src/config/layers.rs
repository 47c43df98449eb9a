//! The layers of a configuration: the file, and over it the environment. The defaults are in
//! the types, below both.

use std::collections::BTreeMap;

use figment::Figment;
use figment::providers::Serialized;
use figment::value::Value;

/// What begins the name of every variable that sets a key.
const PREFIX: &str = "STEPGATE__";

/// A key that the environment sets.
#[derive(Debug)]
pub(super) struct Variable {
    /// The variable's whole name.
    pub name: String,
    /// The key's path.
    pub path: Vec<String>,
    /// The text as it was given.
    pub text: String,
}

/// The variables that are the configuration's, in the order of their names, so that the result
/// does not depend on the environment's.
pub(super) fn variables(env: Vec<(String, String)>) -> Vec<Variable> {
    let mut variables: Vec<Variable> = env
        .into_iter()
        .filter_map(|(name, text)| {
            let path = name.strip_prefix(PREFIX)?;
            let path = path.to_ascii_lowercase();
            let path = path.split("__").map(str::to_owned).collect();
            Some(Variable { name, path, text })
        })
        .collect();
    variables.sort_by(|a, b| a.name.cmp(&b.name));
    variables
}

/// Lays the variables over the file. Their texts are read as figment does: numbers, booleans,
/// `[lists]` and `{tables}` where they look like it, else strings.
pub(super) fn merge(file: &toml::Table, env: &[Variable]) -> Result<Value, Box<figment::Error>> {
    let mut layers = Figment::new().merge(Serialized::defaults(file));
    for variable in env {
        let value = value_of(&variable.text);
        let nested = variable.path.iter().rev().fold(value, |inner, name| {
            Value::from(BTreeMap::from([(name.clone(), inner)]))
        });
        layers = layers.merge(Serialized::defaults(nested));
    }
    layers.extract().map_err(Box::new)
}

/// Figment 0.10 counts characters where it cuts bytes in a quoted string with an escape: where letters
/// beyond ASCII stand before it, it loses some, or panics. Such texts are read as TOML.
fn value_of(text: &str) -> Value {
    if text.contains('\\') && !text.is_ascii() {
        let table = format!("value = {text}").parse::<toml::Table>().ok();
        let only = table.filter(|table| table.len() == 1);
        let value = only.and_then(|table| Value::serialize(table.get("value")?).ok());
        return value.unwrap_or_else(|| Value::from(text));
    }
    match text.parse() {
        Ok(value) => value,
        Err(never) => match never {},
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_with_letters_before_an_escape_is_read_whole() {
        for (text, read) in [
            ("\"Caf\u{e9} \\\"Acme\\\"\"", "Caf\u{e9} \"Acme\""),
            ("\"\u{e9}\\tx\"", "\u{e9}\tx"),
            ("\u{e9}\\q", "\u{e9}\\q"),
            ("\"\u{e9}\\q\"", "\"\u{e9}\\q\""),
        ] {
            assert_eq!(value_of(text), Value::from(read), "{text}");
        }
        let list = value_of("[\"\u{e9}\\\\\"]");
        assert_eq!(list, Value::from(vec!["\u{e9}\\"]));
    }
}
