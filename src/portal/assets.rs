//! The style sheet, script and icon of the gateway's pages, inside the binary.

use std::borrow::Cow;
use std::sync::OnceLock;

use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "templates/assets/"]
struct Assets;

/// Content and media type of the asset `name` (`stepgate.css`).
pub fn get(name: &str) -> Option<(Cow<'static, [u8]>, &'static str)> {
    let kind = match name.rsplit_once('.')?.1 {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        // Anything else in that folder is not meant for browsers.
        _ => return None,
    };
    let data = Assets::get(name)?.data;
    match std::str::from_utf8(&data) {
        Ok(text) if name.ends_with(".css") => Some((lean_css(text).into_bytes().into(), kind)),
        Ok(text) if name.ends_with(".js") => Some((lean(text).into_bytes().into(), kind)),
        _ => Some((data, kind)),
    }
}

/// Without indentation and without the comments, which have lines of their own: phones load every byte.
fn lean(text: &str) -> String {
    let mut commented = false;
    let mut lines = Vec::new();
    for line in text.lines().map(str::trim) {
        let begins = commented || line.starts_with("/*");
        commented = begins && !line.ends_with("*/");
        if !begins && !line.is_empty() && !line.starts_with("//") {
            lines.push(line);
        }
    }
    lines.push("");
    lines.join("\n")
}

/// As [`lean`], and without the blanks around what separates. No string of the sheet holds any of these.
fn lean_css(text: &str) -> String {
    const SEPARATORS: [(&str, &str); 7] = [
        (" {", "{"),
        ("{ ", "{"),
        ("; }", "}"),
        ("} }", "}}"),
        ("; ", ";"),
        (": ", ":"),
        (", ", ","),
    ];
    let lean = lean(text);
    SEPARATORS
        .iter()
        .fold(lean, |text, (long, short)| text.replace(long, short))
}

/// Changes whenever any asset does, so that assets may be cached for ever.
pub fn version() -> &'static str {
    static VERSION: OnceLock<String> = OnceLock::new();
    VERSION.get_or_init(|| {
        // The files' hashes folded into one; order does not matter to XOR, and
        // nobody gains anything by a collision: it is a cache key.
        let mut folded = [0u8; 6];
        for name in Assets::iter() {
            if let Some(file) = Assets::get(&name) {
                for (into, byte) in folded.iter_mut().zip(file.metadata.sha256_hash()) {
                    *into ^= byte;
                }
            }
        }
        folded.iter().map(|byte| format!("{byte:02x}")).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pages_assets_are_there_with_their_types() {
        for (name, kind) in [
            ("stepgate.css", "text/css"),
            ("stepgate.js", "text/javascript"),
            ("icon.svg", "image/svg+xml"),
        ] {
            let (bytes, given) = get(name).unwrap();
            assert!(!bytes.is_empty() && given.starts_with(kind), "{name}");
        }
        assert!(get("../base.html").is_none());
        assert!(get("missing.css").is_none());
    }

    #[test]
    fn only_what_browsers_read_is_sent() {
        let text = "/* One.\n   Two. */\n\n// three\na {\n  b: c; /* d */\n}\n/* e */\nf\n";
        assert_eq!(lean(text), "a {\nb: c; /* d */\n}\nf\n");
        let (script, _) = get("stepgate.js").unwrap();
        let script = std::str::from_utf8(&script).unwrap();
        assert!(script.starts_with("(() => {\n\"use strict\";"), "{script}");
    }

    #[test]
    fn a_sheet_says_the_same_in_fewer_bytes() {
        let sheet =
            "a > b, c :focus { d: e, f; g: rgb(0 0 0 / 5%); }\n@media (h: 1px) { i { j: k; } }\n";
        assert_eq!(
            lean_css(sheet),
            "a > b,c :focus{d:e,f;g:rgb(0 0 0 / 5%)}\n@media (h:1px){i{j:k}}\n"
        );
    }

    #[test]
    fn the_sheet_knows_no_left_and_right() {
        /// With what makes it right in both directions.
        const EXCEPTIONS: &[&str] = &[];
        let sides = regex::Regex::new(
            r"(?x) (?:margin|padding|border|scroll-margin|scroll-padding)-(?:left|right)
            | (?:^|[\s;{])(?:left|right)\s*: | (?:text-align|float|clear)\s*:\s*(?:left|right)
            | border-(?:top|bottom)-(?:left|right)-radius",
        );
        let sides = sides.unwrap();
        for wrong in [
            "a{margin-left:1px}",
            " left: 0;",
            "text-align: right",
            "a{ right:0 }",
        ] {
            assert!(sides.is_match(wrong), "{wrong}");
        }
        let (sheet, _) = get("stepgate.css").unwrap();
        let sheet = String::from_utf8(sheet.into_owned()).unwrap();
        let found = sheet.lines().filter(|line| sides.is_match(line));
        let found: Vec<_> = found.filter(|line| !EXCEPTIONS.contains(line)).collect();
        assert!(found.is_empty(), "use logical properties: {found:#?}");
    }

    #[test]
    fn the_version_is_short_and_stable() {
        assert_eq!(version().len(), 12);
        assert_eq!(version(), version());
    }
}
