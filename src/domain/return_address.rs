//! Where somebody may be sent back to: a path on this origin, and nothing that a browser could take
//! for anything else.

/// The path and query of an address on our origin.
pub fn same_origin_path(address: &str, origin: &str) -> Option<String> {
    let path = address.strip_prefix(origin)?;
    let path = if path.is_empty() { "/" } else { path };
    safe_return(path)
}

/// A place to send somebody to: a path on this origin that no browser takes for anything else.
pub fn safe_return(path: &str) -> Option<String> {
    let starts = path.starts_with('/') && !path.starts_with("//");
    let clean = path
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let path = path.split('#').next().unwrap_or_default();
    (starts && clean && path.len() <= 2048).then(|| path.to_owned())
}

/// Whether a path is under another root than it looks: it has a segment `.` or `..`, however encoded,
/// also with parameters behind (`..;x`).
pub fn has_dot_segments(path: &str) -> bool {
    path.split('/').any(|segment| {
        let name = segment.split(';').next().unwrap_or_default();
        let plain = name.to_ascii_lowercase().replace("%2e", ".");
        plain == "." || plain == ".."
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn return_addresses_stay_on_the_origin() {
        for bad in [
            "//evil.example",
            "https://evil.example",
            "/\\evil",
            "/a\nb",
            "javascript:x",
            "",
            "a",
            "/\u{e9}",
        ] {
            assert_eq!(safe_return(bad), None, "{bad}");
        }
        assert_eq!(safe_return("/a?b=c#d").as_deref(), Some("/a?b=c"));
        let origin = "https://crm.example.com";
        assert_eq!(
            same_origin_path("https://crm.example.com/x", origin).as_deref(),
            Some("/x")
        );
        assert_eq!(
            same_origin_path("https://crm.example.com.evil.example/x", origin),
            None
        );
        assert_eq!(
            same_origin_path("https://crm.example.com", origin).as_deref(),
            Some("/")
        );
    }
}
