//! Codes that people read and type: Crockford's Base32, digits and letters that nobody takes for one
//! another, 5 bits each.

use zeroize::Zeroizing;

use super::clock::{Random, RandomError};

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

pub fn generate(random: &dyn Random, length: usize) -> Result<String, RandomError> {
    let mut bytes = Zeroizing::new(vec![0; length]);
    random.fill(&mut bytes)?;
    let letter = |byte: &u8| ALPHABET.get(usize::from(byte & 31)).copied();
    Ok(bytes.iter().filter_map(letter).map(char::from).collect())
}

/// What was typed, with or without dashes and spaces, in any case. `None` unless there are as many
/// letters.
pub fn parse(typed: &str, length: usize) -> Option<String> {
    let letters = typed.chars().filter(|c| !c.is_whitespace() && *c != '-');
    let letters = letters.map(|c| match c.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    });
    let text: String = letters.take(length + 1).collect();
    let known = text.bytes().all(|byte| ALPHABET.contains(&byte));
    (text.len() == length && known).then_some(text)
}

/// With dashes between groups.
pub fn grouped(text: &str, group: usize) -> String {
    let letters: Vec<char> = text.chars().collect();
    let groups = letters.chunks(group).map(String::from_iter);
    groups.collect::<Vec<_>>().join("-")
}
