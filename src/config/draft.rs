//! The merged values while they are examined. What is wrong is taken out, so that the rest can
//! be examined too.

use figment::value::Value;

/// A tree of values from which parts have been taken.
#[derive(Debug)]
pub(super) struct Draft {
    value: Value,
    /// Items that were taken out of lists, by their original paths.
    taken_items: Vec<Vec<String>>,
}

/// The longest value that is quoted in a message, in characters.
const QUOTED: usize = 60;

impl Draft {
    pub fn new(value: Value) -> Self {
        Self {
            value,
            taken_items: Vec::new(),
        }
    }

    pub fn value(&self) -> &Value {
        &self.value
    }

    pub fn get(&self, path: &[String]) -> Option<&Value> {
        path.iter()
            .try_fold(&self.value, |value, segment| match value {
                Value::Dict(_, members) => members.get(segment),
                Value::Array(_, items) => items.get(segment.parse::<usize>().ok()?),
                _ => None,
            })
    }

    fn get_mut(&mut self, path: &[String]) -> Option<&mut Value> {
        path.iter()
            .try_fold(&mut self.value, |value, segment| match value {
                Value::Dict(_, members) => members.get_mut(segment),
                Value::Array(_, items) => items.get_mut(segment.parse::<usize>().ok()?),
                _ => None,
            })
    }

    /// The paths that are there for a pattern in which `*` is any item of a list; last first,
    /// so that items can be taken out one after the other.
    pub fn find(&self, pattern: &str) -> Vec<Vec<String>> {
        let mut found: Vec<Vec<String>> = vec![Vec::new()];
        for segment in pattern.split('.') {
            found = found
                .into_iter()
                .flat_map(|path| {
                    let names = match (segment, self.get(&path)) {
                        ("*", Some(Value::Array(_, items))) => {
                            (0..items.len()).rev().map(|at| at.to_string()).collect()
                        }
                        ("*", _) => Vec::new(),
                        _ => vec![segment.to_owned()],
                    };
                    names.into_iter().map(move |name| joined(&path, &name))
                })
                .filter(|path| self.get(path).is_some())
                .collect();
        }
        found
    }

    /// Takes a value out, or the nearest value around it that is there. False where there is
    /// nothing to take.
    pub fn take(&mut self, path: &[String]) -> bool {
        let Some((last, parent)) = path.split_last() else {
            return false;
        };
        let original = self.original(path);
        let taken = match self.get_mut(parent) {
            Some(Value::Dict(_, members)) => members.remove(last).is_some(),
            Some(Value::Array(_, items)) => match last.parse::<usize>() {
                Ok(at) if at < items.len() => {
                    items.remove(at);
                    self.taken_items.push(original);
                    true
                }
                _ => false,
            },
            _ => false,
        };
        taken || self.take(parent)
    }

    /// Puts a value at a path whose parent is a table.
    pub fn put(&mut self, path: &[String], value: Value) -> bool {
        let Some((last, parent)) = path.split_last() else {
            return false;
        };
        match self.get_mut(parent) {
            Some(Value::Dict(_, members)) => {
                members.insert(last.clone(), value);
                true
            }
            _ => false,
        }
    }

    /// The path that a value had before items were taken out in front of it.
    pub fn original(&self, path: &[String]) -> Vec<String> {
        let mut original: Vec<String> = Vec::with_capacity(path.len());
        for (depth, segment) in path.iter().enumerate() {
            let parent = path.get(..depth).and_then(|parent| self.get(parent));
            let at = match (parent, segment.parse::<usize>()) {
                (Some(Value::Array(..)), Ok(at)) => at,
                _ => {
                    original.push(segment.clone());
                    continue;
                }
            };
            let is_taken = |at: usize| {
                let item = joined(&original, &at.to_string());
                self.taken_items.contains(&item)
            };
            let item = (0..)
                .filter(|item| !is_taken(*item))
                .nth(at)
                .unwrap_or(at)
                .to_string();
            original.push(item);
        }
        original
    }
}

/// A value as TOML, shortened.
pub(super) fn quoted(value: &Value) -> String {
    let text = match toml::Value::try_from(value) {
        Ok(value) => value.to_string(),
        Err(_) => return "a value that TOML does not have".into(),
    };
    // How the crate carries dates, which no key takes.
    let date = value
        .as_dict()
        .and_then(|table| table.get("$__toml_private_datetime"));
    let text = date.and_then(Value::as_str).unwrap_or(&text);
    let mut line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((end, _)) = line.char_indices().nth(QUOTED) {
        line.truncate(end);
        line.push('…');
    }
    line
}

pub(super) fn joined(path: &[String], name: &str) -> Vec<String> {
    let mut path = path.to_vec();
    path.push(name.to_owned());
    path
}
