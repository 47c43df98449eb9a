//! `[portal]`: the gateway's own pages.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::problem::Faults;

/// The gateway's own pages.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Portal {
    /// The path under which they are. Default: "/.mfa".
    pub path: String,
    /// The path of the security settings, taken over from the application. Default:
    /// "/settings/security".
    pub security_page: String,
}

impl Default for Portal {
    fn default() -> Self {
        Self {
            path: "/.mfa".into(),
            security_page: "/settings/security".into(),
        }
    }
}

impl Portal {
    pub(super) fn check(&self, faults: &mut Faults) {
        let paths = [
            ("portal.path", &self.path),
            ("portal.security_page", &self.security_page),
        ];
        let mut sound = true;
        for (key, path) in paths {
            if path == "/" || path.ends_with('/') || !is_clean_path(path) {
                sound = false;
                faults.push(
                    key,
                    "an absolute path without a trailing slash, such as \"/settings/security\"",
                    "",
                );
            }
        }
        let overlap = is_within(&self.path, &self.security_page)
            || is_within(&self.security_page, &self.path);
        if sound && overlap {
            faults.push(
                "portal.security_page",
                "a path outside of portal.path, and not around it",
                &format!("portal.path is \"{}\"", self.path),
            );
        }
    }
}

/// Whether a path is absolute and reads the same everywhere: ASCII, without encodings,
/// parameters, a query, empty or dot segments.
pub(super) fn is_clean_path(path: &str) -> bool {
    let plain = path.bytes().all(|byte| byte.is_ascii_graphic());
    let dots = |segment: &str| matches!(segment, "." | "..");
    path.starts_with('/')
        && plain
        && !path.contains(['%', '?', '#', ';', '\\', '*'])
        && !path.contains("//")
        && !path.split('/').any(dots)
}

/// Whether `path` is `outer` or below it. Case is ignored: applications that ignore it too
/// would see both as one.
fn is_within(path: &str, outer: &str) -> bool {
    let (path, outer) = (path.to_ascii_lowercase(), outer.to_ascii_lowercase());
    path.strip_prefix(&outer)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn containment_goes_by_segments() {
        assert!(is_within("/a/b", "/a"));
        assert!(is_within("/A", "/a"));
        assert!(!is_within("/ab", "/a"));
        assert!(!is_within("/a", "/a/b"));
    }

    #[test]
    fn a_clean_path_has_one_reading() {
        assert!(is_clean_path("/.mfa"));
        for path in [
            "", "a", "/a//b", "/a/../b", "/a%20", "/a;b", "/a?b", "/\u{e9}", "/a b",
        ] {
            assert!(!is_clean_path(path), "{path}");
        }
    }
}
