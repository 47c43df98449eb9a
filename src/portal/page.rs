//! What goes in and out of the portal.

use http::{Method, StatusCode};
use zeroize::Zeroizing;

use super::languages::{Language, Reader};
use crate::flows::password::SignInPage;
use crate::stores::Held;

/// What the store knew of the presented token.
#[derive(Clone, Debug)]
pub enum PortalSession {
    None,
    Replaced,
    Current(Held),
}

/// A request for one of the gateway's own paths.
pub struct PortalRequest<'a> {
    pub method: Method,
    pub path: &'a str,
    pub query: &'a str,
    /// The form's fields; empty for a GET. Codes and passwords are among them.
    pub form: Vec<(String, Zeroizing<String>)>,
    pub session: PortalSession,
    /// The application's sign-in, for this visitor's password.
    pub sign_in: Option<&'a dyn SignInPage>,
    /// The client's address.
    pub from: &'a str,
    pub request_id: &'a str,
    /// What the pages speak to this visitor.
    pub language: Language,
    pub origin: Option<&'a str>,
    pub fetch_site: Option<&'a str>,
    pub fetch_dest: Option<&'a str>,
    pub fetch_mode: Option<&'a str>,
}

impl PortalRequest<'_> {
    pub fn reader(&self) -> Reader<'_> {
        Reader {
            request_id: self.request_id,
            language: self.language,
        }
    }

    /// A field of the form; empty where it is missing.
    pub fn field(&self, name: &str) -> &str {
        self.form
            .iter()
            .find(|(known, _)| known == name)
            .map_or("", |(_, value)| value)
    }

    pub fn has_field(&self, name: &str) -> bool {
        self.form.iter().any(|(known, _)| known == name)
    }

    /// A parameter of the query.
    pub fn parameter(&self, name: &str) -> Option<String> {
        form_urlencoded::parse(self.query.as_bytes())
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.into_owned())
    }
}

/// A whole answer.
#[derive(Clone, Debug)]
pub struct Page {
    pub status: StatusCode,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
    /// The new value of the gateway cookie.
    pub token: Option<String>,
    /// A page to come back to after the sign-in that follows.
    pub remember: Option<String>,
    /// The session has ended: the browser may forget its cookies.
    pub ended: bool,
}

const CSP: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'";

impl Page {
    pub fn html(status: StatusCode, html: String, https: bool) -> Self {
        let mut headers = vec![
            ("Content-Type", "text/html; charset=utf-8".to_owned()),
            ("Vary", "Accept-Language".to_owned()),
            (
                "Content-Security-Policy",
                format!("{CSP}; frame-ancestors 'none'"),
            ),
            ("X-Frame-Options", "DENY".to_owned()),
            ("Cross-Origin-Resource-Policy", "same-origin".to_owned()),
            ("Cross-Origin-Opener-Policy", "same-origin".to_owned()),
        ];
        headers.extend(common());
        if https {
            headers.push(("Strict-Transport-Security", "max-age=31536000".to_owned()));
        }
        Self {
            status,
            headers,
            body: html.into_bytes(),
            token: None,
            remember: None,
            ended: false,
        }
    }

    /// For programs; it may be kept for an hour.
    pub fn json(status: StatusCode, body: String) -> Self {
        let headers = vec![
            ("Content-Type", "application/json".to_owned()),
            ("Cache-Control", "public, max-age=3600".to_owned()),
            ("X-Content-Type-Options", "nosniff".to_owned()),
        ];
        Self {
            status,
            headers,
            body: body.into_bytes(),
            token: None,
            remember: None,
            ended: false,
        }
    }

    pub fn see_other(to: &str) -> Self {
        let mut headers = vec![("Location", to.to_owned())];
        headers.extend(common());
        Self {
            status: StatusCode::SEE_OTHER,
            headers,
            body: Vec::new(),
            token: None,
            remember: None,
            ended: false,
        }
    }

    pub fn asset(bytes: Vec<u8>, kind: &str) -> Self {
        let headers = vec![
            ("Content-Type", kind.to_owned()),
            (
                "Cache-Control",
                "public, max-age=31536000, immutable".to_owned(),
            ),
            ("X-Content-Type-Options", "nosniff".to_owned()),
            ("Cross-Origin-Resource-Policy", "same-origin".to_owned()),
        ];
        Self {
            status: StatusCode::OK,
            headers,
            body: bytes,
            token: None,
            remember: None,
            ended: false,
        }
    }

    /// May stand in a frame of the application's own pages.
    #[must_use]
    pub fn framed_by_self(mut self) -> Self {
        self.headers
            .retain(|(name, _)| !matches!(*name, "Content-Security-Policy" | "X-Frame-Options"));
        self.headers.push((
            "Content-Security-Policy",
            format!("{CSP}; frame-ancestors 'self'"),
        ));
        self
    }

    #[must_use]
    pub fn with(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }
}

fn common() -> [(&'static str, String); 3] {
    [
        ("Cache-Control", "no-store".to_owned()),
        ("Referrer-Policy", "no-referrer".to_owned()),
        ("X-Content-Type-Options", "nosniff".to_owned()),
    ]
}
