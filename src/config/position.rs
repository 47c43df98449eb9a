//! Where a key is in the file.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The spans of everything in a TOML text.
pub(super) struct Positions<'a> {
    text: &'a str,
    root: Spanned<DeTable<'a>>,
}

/// Where a key and its value are.
#[derive(Clone)]
struct Place {
    key: Range<usize>,
    value: Range<usize>,
    /// A table's value is everything in it, so its key says more.
    is_table: bool,
}

impl<'a> Positions<'a> {
    pub fn new(text: &'a str, root: Spanned<DeTable<'a>>) -> Self {
        Self { text, root }
    }

    /// Line and column of a value, or of the nearest table around it where the file has none;
    /// `None` where the file has nothing of it.
    pub fn of_value(&self, path: &[String]) -> Option<(usize, usize)> {
        self.place(path).map(|(place, complete)| {
            let at_key = place.is_table || !complete;
            let span = if at_key { place.key } else { place.value };
            self.line_column(span.start)
        })
    }

    /// Line and column of a key.
    pub fn of_key(&self, path: &[String]) -> Option<(usize, usize)> {
        self.place(path)
            .map(|(place, _)| self.line_column(place.key.start))
    }

    /// Whether the file has the key.
    pub fn has(&self, path: &[String]) -> bool {
        self.place(path).is_some_and(|(_, complete)| complete)
    }

    /// Line and column of a byte, both from 1.
    fn line_column(&self, offset: usize) -> (usize, usize) {
        line_column(self.text, offset)
    }

    /// The deepest part of the path that the file has, and whether that is all of it.
    fn place(&self, path: &[String]) -> Option<(Place, bool)> {
        let (first, rest) = path.split_first()?;
        let (mut place, mut value) = member(self.root.get_ref(), first)?;
        for segment in rest {
            let next = match value {
                DeValue::Table(table) => member(table, segment),
                DeValue::Array(items) => segment
                    .parse()
                    .ok()
                    .and_then(|at: usize| items.get(at))
                    .map(|item| (item_place(item), item.get_ref())),
                _ => None,
            };
            match next {
                Some(found) => (place, value) = found,
                None => return Some((place, false)),
            }
        }
        Some((place, true))
    }
}

fn member<'t, 'a>(table: &'t DeTable<'a>, key: &str) -> Option<(Place, &'t DeValue<'a>)> {
    let (name, value) = table.iter().find(|(name, _)| name.get_ref() == key)?;
    let place = Place {
        key: name.span(),
        value: value.span(),
        is_table: value.get_ref().is_table(),
    };
    Some((place, value.get_ref()))
}

/// An item of a list has no key of its own.
fn item_place(item: &Spanned<DeValue<'_>>) -> Place {
    Place {
        key: item.span(),
        value: item.span(),
        is_table: item.get_ref().is_table(),
    }
}

/// Line and column of a byte, both from 1; columns are counted in characters.
pub(super) fn line_column(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let last = before.rsplit('\n').next().unwrap_or_default();
    (line, last.chars().count() + 1)
}
