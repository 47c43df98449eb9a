//! `Accept-Language` (RFC 9110, section 12.5.4), as far as it goes.
//!
//! Anybody can send anything here, with every request. So only so much is looked at, what makes no
//! sense is passed over, and the worst that comes of it is an English page.

use super::Language;

/// Browsers send less than a hundred bytes.
const LONGEST: usize = 1024;
/// Of one preference with its weight.
const LONGEST_RANGE: usize = 64;

/// A weight in thousandths.
type Weight = u16;

/// The language that these fields, one list together, like best. The first of equals wins; a weight of
/// nought is a refusal.
pub fn best<'a>(fields: impl IntoIterator<Item = &'a [u8]>) -> Language {
    let mut left = LONGEST;
    let mut liked = Liked::default();
    for field in fields {
        let cut = field.len().min(left);
        left -= cut;
        for range in field.get(..cut).unwrap_or_default().split(|b| *b == b',') {
            liked.note(range);
        }
    }
    liked.best()
}

/// What was said of the languages that there are.
#[derive(Default)]
struct Liked {
    /// By name, with regions, in the order in which they came.
    named: [Option<Named>; Language::ALL.len()],
    /// Of `*`, which stands for what is not named.
    any: Option<(Weight, usize)>,
    seen: usize,
}

#[derive(Clone, Copy)]
struct Named {
    weight: Weight,
    position: usize,
    /// The language itself has a weight of nought, whatever its regions have.
    refused: bool,
}

impl Liked {
    fn note(&mut self, range: &[u8]) {
        let Some((tag, weight)) = parse(range) else {
            return;
        };
        let position = self.seen;
        self.seen += 1;
        if tag == "*" {
            self.any.get_or_insert((weight, position));
            return;
        }
        let (primary, has_region) = match tag.split_once('-') {
            Some((primary, _)) => (primary, true),
            None => (tag, false),
        };
        let known = Language::ALL.into_iter().zip(&mut self.named);
        for (language, named) in known {
            if !language.tag().eq_ignore_ascii_case(primary) {
                continue;
            }
            // Without de-AT the rest of German may do all the same.
            if weight == 0 && has_region {
                continue;
            }
            let before = named.get_or_insert(Named {
                weight,
                position,
                refused: false,
            });
            before.refused |= weight == 0;
            if weight > before.weight {
                (before.weight, before.position) = (weight, position);
            }
        }
    }

    fn best(&self) -> Language {
        let mut best = None;
        for (language, named) in Language::ALL.into_iter().zip(self.named) {
            let (weight, position) = match (named, self.any) {
                (Some(named), _) if named.refused => continue,
                (Some(named), _) => (named.weight, named.position),
                (None, Some(any)) => any,
                (None, None) => continue,
            };
            let better = best.is_none_or(|(other, at, _): (Weight, usize, Language)| {
                weight > other || (weight == other && position < at)
            });
            if weight > 0 && better {
                best = Some((weight, position, language));
            }
        }
        best.map_or(Language::English, |(_, _, language)| language)
    }
}

/// `de-AT;q=0.8`
fn parse(range: &[u8]) -> Option<(&str, Weight)> {
    let range = range.trim_ascii();
    if range.len() > LONGEST_RANGE {
        return None;
    }
    let mut parts = std::str::from_utf8(range).ok()?.split(';').map(str::trim);
    let tag = parts.next()?;
    let named = tag
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if tag.is_empty() || !(named || tag == "*") {
        return None;
    }
    let weight = match parts.next() {
        None => 1000,
        Some(parameter) => weight(parameter)?,
    };
    parts.next().is_none().then_some((tag, weight))
}

/// `q=0.8`: at most three digits behind the point, and never more than one.
fn weight(parameter: &str) -> Option<Weight> {
    let (name, value) = parameter.split_once('=')?;
    if !name.trim_end().eq_ignore_ascii_case("q") {
        return None;
    }
    let (whole, rest) = value
        .trim_start()
        .split_once('.')
        .unwrap_or((value.trim_start(), ""));
    let digits = rest.bytes().all(|byte| byte.is_ascii_digit()) && rest.len() <= 3;
    let thousandths: Weight = match digits {
        true => format!("{rest:0<3}").parse().ok()?,
        false => return None,
    };
    match (whole, thousandths) {
        ("0", part) => Some(part),
        ("1", 0) => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(fields: &[&str]) -> Language {
        best(fields.iter().map(|field| field.as_bytes()))
    }

    #[test]
    fn a_reader_gets_the_language_that_the_browser_likes_best() {
        use Language::{English, German};
        for (field, language) in [
            ("", English),
            ("de", German),
            ("DE-at", German),
            ("de-CH-1996", German),
            ("de-DE,de;q=0.9,en-US;q=0.8,en;q=0.7", German),
            ("en-US,en;q=0.9,de;q=0.8", English),
            ("en;q=0.8,de;q=0.9", German),
            ("en;q=0.5,de;q=0.5", English),
            ("de;q=0.5,en;q=0.5", German),
            ("fr-FR,fr;q=0.9", English),
            ("fr,de;q=0.1", German),
            ("fr, it , de ; q=0.3", German),
            ("fr;q=1.000,de;Q=0.001", German),
            // What there is of a language may do without one of its regions, not against its name.
            ("de-AT;q=0,de", German),
            ("de;q=0,de-AT", English),
            ("de-AT,de;q=0", English),
            ("de;q=0", English),
            ("de;q=0.000,en;q=0.1", English),
            // Anything will do, in our order.
            ("*", English),
            ("en;q=0,*", German),
            ("fr,*;q=0.5", English),
            ("*;q=0.5,de;q=0.1", English),
            ("*;q=0.1,de;q=0.5", German),
            ("de,*;q=0", German),
            // Nothing will do: English.
            ("*;q=0", English),
            ("en;q=0", English),
            ("en;q=0,de;q=0", English),
        ] {
            assert_eq!(of(&[field]), language, "{field}");
        }
    }

    #[test]
    fn rubbish_is_passed_over() {
        for field in [
            "deu",
            "d",
            "german",
            "de_DE",
            "de/AT",
            "de;q",
            "de;q=",
            "de;q=2",
            "de;q=1.1",
            "de;q=-1",
            "de;q=0.1234",
            "de;q=.5",
            "de;q=0.5;q=0.6",
            "de;level=1",
            "\u{ff44}\u{ff45}",
            "<de>",
            "\"de\"",
            ";;;,,,===",
            ";q=1",
            "de;q=1e0",
            "de;q=+1",
        ] {
            assert_eq!(of(&[field]), Language::English, "{field}");
            let with_sense = format!("{field},de;q=0.2");
            assert_eq!(of(&[&with_sense]), Language::German, "{field}");
        }
        let bytes: [&[u8]; 2] = [b"\xff\xfe,\0", b"de\x80,de;q=0.4"];
        assert_eq!(best(bytes), Language::German);
    }

    #[test]
    fn several_fields_are_one_list() {
        assert_eq!(of(&["fr", "de"]), Language::German);
        assert_eq!(of(&["en;q=0.4", "de;q=0.6"]), Language::German);
        assert_eq!(of(&["de;q=0.6", "de;q=0"]), Language::English);
    }

    #[test]
    fn only_the_beginning_of_a_long_list_is_read() {
        let long = "fr,".repeat(LONGEST);
        assert_eq!(of(&[&format!("{long}de")]), Language::English);
        assert_eq!(of(&[&long, "de"]), Language::English);
        assert_eq!(of(&[&format!("de,{long}")]), Language::German);
        assert_eq!(of(&[&format!("de-{}", "x".repeat(99))]), Language::English);
    }

    proptest! {
        #[test]
        fn whatever_comes_gets_an_answer(fields in proptest::collection::vec(any::<Vec<u8>>(), 0..9)) {
            best(fields.iter().map(Vec::as_slice));
        }

        #[test]
        fn the_higher_weight_wins_wherever_it_stands(
            german in 0u16..=1000,
            english in 0u16..=1000,
            turned in any::<bool>(),
            region in "[A-Za-z0-9]{2,8}",
        ) {
            prop_assume!(german != english && german > 0);
            let q = |weight: u16| format!("{}.{:03}", weight / 1000, weight % 1000);
            let (de, en) = (format!("de-{region};q={}", q(german)), format!("en;q={}", q(english)));
            let field = if turned { format!("{en},{de}") } else { format!("{de}, {en}") };
            let wanted = if german > english { Language::German } else { Language::English };
            prop_assert_eq!(of(&[&field]), wanted, "{}", field);
        }
    }
}
