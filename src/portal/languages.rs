//! The languages of the pages: which there are, and which of them a reader gets.
//!
//! The texts are Fluent files in `templates/texts/`, a folder for each language. To add one: a folder
//! with the same files, its lines in `languages/bundles.rs`, and a variant here. The tests say what is missing.

mod accepted;
mod bundles;
#[cfg(test)]
mod check;

use unic_langid::{CharacterDirection, LanguageIdentifier};

pub use bundles::{MISSING, Values, say};

/// A language that the pages speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// What everybody gets who asks for nothing that there is, and what stands in for a missing text.
    English,
    German,
}

impl Language {
    /// In the order in which they are taken where a reader has no preference.
    pub const ALL: [Self; 2] = [Self::English, Self::German];

    /// BCP 47, for `<html lang>`: the language alone, without a region.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    /// For `<html dir>`.
    pub fn direction(self) -> &'static str {
        direction(&self.identifier())
    }

    fn identifier(self) -> LanguageIdentifier {
        // The tags are valid; the default is the undetermined language, which is read from the left.
        self.tag().parse().unwrap_or_default()
    }

    /// What a reader gets whose browser sent these `Accept-Language` fields.
    pub fn wanted<'a>(fields: impl IntoIterator<Item = &'a [u8]>) -> Self {
        accepted::best(fields)
    }

    /// Reads the texts now and not during somebody's request.
    pub fn prepare() {
        for language in Self::ALL {
            bundles::of(language);
        }
    }
}

fn direction(language: &LanguageIdentifier) -> &'static str {
    match language.character_direction() {
        CharacterDirection::RTL => "rtl",
        CharacterDirection::LTR | CharacterDirection::TTB => "ltr",
    }
}

/// Who reads a page.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    /// Identifies the request in the logs.
    pub request_id: &'a str,
    pub language: Language,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_written_in_the_direction_of_its_script() {
        for (tag, written) in [
            ("en", "ltr"),
            ("de", "ltr"),
            ("ar", "rtl"),
            ("he-IL", "rtl"),
            ("fa", "rtl"),
            ("ur-PK", "rtl"),
            ("az-Arab", "rtl"),
            ("ku-Latn", "ltr"),
            ("ja", "ltr"),
        ] {
            assert_eq!(direction(&tag.parse().unwrap()), written, "{tag}");
        }
        for language in Language::ALL {
            assert_eq!(language.identifier().to_string(), language.tag());
            assert_eq!(language.direction(), "ltr");
        }
    }
}
