//! The known word that a misspelt one is closest to.

/// Further apart, two words are different words.
const FARTHEST: usize = 2;

/// The known word that is closest, if one is close.
pub(super) fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    known
        .iter()
        .map(|candidate| (distance(word, candidate), *candidate))
        .filter(|(distance, candidate)| *distance <= FARTHEST && *distance < candidate.len())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// How many letters must be added, dropped, changed or swapped with their neighbour.
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().collect();
    let b: Vec<char> = b.chars().collect();
    edits(&a, &b, FARTHEST + 1)
}

/// Follows both words to their first difference and tries what may have happened there; no more
/// than `budget` times, so that it stays cheap.
fn edits(a: &[char], b: &[char], budget: usize) -> usize {
    let common = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = match (a.get(common..), b.get(common..)) {
        (Some(a), Some(b)) => (a, b),
        _ => return 0,
    };
    match (a, b, budget) {
        ([], rest, _) | (rest, [], _) => rest.len(),
        (_, _, 0) => 1,
        ([x, after_x @ ..], [y, after_y @ ..], _) => {
            let mut least = edits(after_x, b, budget - 1)
                .min(edits(a, after_y, budget - 1))
                .min(edits(after_x, after_y, budget - 1));
            if let ([x2, a @ ..], [y2, b @ ..]) = (after_x, after_y)
                && (x, x2) == (y2, y)
            {
                least = least.min(edits(a, b, budget - 1));
            }
            least + 1
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_of_the_pen_are_recognised() {
        let known = ["name", "public_url", "support_url"];
        for (word, closest) in [
            ("nmae", Some("name")),
            ("names", Some("name")),
            ("nam", Some("name")),
            ("Name", Some("name")),
            ("public_uri", Some("public_url")),
            ("publicurl", Some("public_url")),
            ("title", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, &known), closest, "{word}");
        }
    }
}
