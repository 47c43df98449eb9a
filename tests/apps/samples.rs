//! The configurations of `config/samples`: what the journeys run with is what people read.

/// What a platform team may have to write for an application, comments aside.
const MOST_LINES: usize = 25;

pub const DJANGO: &str = include_str!("../../config/samples/django.toml");
pub const LDAPCHERRY: &str = include_str!("../../config/samples/ldapcherry.toml");
pub const ROUNDUP: &str = include_str!("../../config/samples/roundup.toml");

/// The lines that speak of the application: everything from `[guard]` on.
fn guard(sample: &str) -> Vec<&str> {
    let lines = sample.lines().skip_while(|line| *line != "[guard]");
    lines
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect()
}

#[test]
fn no_application_needs_more_than_25_lines() {
    for sample in [DJANGO, LDAPCHERRY, ROUNDUP] {
        let lines = guard(sample);
        assert!((8..=MOST_LINES).contains(&lines.len()), "{lines:#?}");
    }
}
