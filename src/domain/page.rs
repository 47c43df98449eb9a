//! A page of the application, read once for everything that is looked for on it.

use scraper::Html;

use super::return_address::{safe_return, same_origin_path};

/// Its text, and what a browser makes of it. It stays on one thread.
pub struct Page<'a> {
    pub text: &'a str,
    pub html: Html,
    /// Where it was found: path and query.
    address: &'a str,
    /// The application's.
    origin: &'a str,
}

impl<'a> Page<'a> {
    pub fn parse(text: &'a str, address: &'a str, origin: &'a str) -> Self {
        Self {
            text,
            html: Html::parse_document(text),
            address,
            origin,
        }
    }

    /// The path and query that a reference on this page leads to; `None` for another origin.
    pub fn resolve(&self, reference: &str) -> Option<String> {
        let reference = reference.trim().split('#').next().unwrap_or_default();
        let path = self.address.split('?').next().unwrap_or_default();
        if reference.is_empty() {
            return Some(self.address.to_owned());
        }
        if reference.starts_with('/') {
            return safe_return(reference);
        }
        if reference.starts_with('?') {
            return safe_return(&format!("{path}{reference}"));
        }
        let end = reference.find(['/', '?']).unwrap_or(reference.len());
        if reference.get(..end)?.contains(':') {
            return same_origin_path(reference, self.origin);
        }
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let reference = reference.strip_prefix("./").unwrap_or(reference);
        safe_return(&format!("{folder}/{reference}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_lead_where_a_browser_would_go() {
        let origin = "https://crm.example.com";
        let page = Page::parse("", "/account/login?next=1", origin);
        for (reference, target) in [
            ("", Some("/account/login?next=1")),
            ("#top", Some("/account/login?next=1")),
            ("?step=2", Some("/account/login?step=2")),
            ("session", Some("/account/session")),
            ("./session?x=a:b", Some("/account/session?x=a:b")),
            (" /login ", Some("/login")),
            ("https://crm.example.com/in", Some("/in")),
            ("https://evil.example/in", None),
            ("//evil.example/in", None),
            ("javascript:void(0)", None),
        ] {
            assert_eq!(page.resolve(reference).as_deref(), target, "{reference}");
        }
    }
}
