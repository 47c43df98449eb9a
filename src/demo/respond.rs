//! From a template or a problem to a response, and the headers that every response carries.

use askama::Template;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};

use super::users::DemoUser;

/// Nothing but the CRM's own style sheet and pictures: the pages have no script at all.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; \
                      base-uri 'none'; frame-ancestors 'none'";

/// The entry of the side bar that a page belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    Dashboard,
    Contacts,
    Settings,
}

/// The frame around a page: side bar, account, sign-out form.
pub(super) struct Shell {
    pub(super) user: &'static DemoUser,
    pub(super) csrf: String,
    pub(super) section: Section,
}

/// Why there is a page that says so instead of the one that was asked for.
#[derive(Debug)]
pub(super) enum Problem {
    NotFound,
    MethodNotAllowed,
    /// The form's CSRF token is of another session, or there is none.
    StaleForm,
    /// Ours: a template did not render, or the system had no random bytes.
    Broken,
}

impl From<askama::Error> for Problem {
    fn from(_: askama::Error) -> Self {
        Self::Broken
    }
}

impl From<ring::error::Unspecified> for Problem {
    fn from(_: ring::error::Unspecified) -> Self {
        Self::Broken
    }
}

#[derive(Template)]
#[template(path = "demo/message.html")]
struct Message {
    code: u16,
    title: &'static str,
    text: &'static str,
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, title, text) = match self {
            Self::NotFound => (
                StatusCode::NOT_FOUND,
                "Page not found",
                "There is nothing at this address. It may have moved, or the link may be incomplete.",
            ),
            Self::MethodNotAllowed => (
                StatusCode::METHOD_NOT_ALLOWED,
                "That does not work here",
                "This address does not take this kind of request. Go back and try again from the page.",
            ),
            Self::StaleForm => (
                StatusCode::FORBIDDEN,
                "This form has expired",
                "You may have signed in or out in another tab. Open the page again and resend the form.",
            ),
            Self::Broken => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "Something went wrong",
                "The mistake is ours, and nothing was changed. Please try again in a moment.",
            ),
        };
        let message = Message {
            code: status.as_u16(),
            title,
            text,
        };
        match message.render() {
            Ok(body) => (status, Html(body)).into_response(),
            // The page about a problem is itself broken: plain words need no template.
            Err(_) => (status, text).into_response(),
        }
    }
}

/// A page, rendered.
pub(super) fn page(status: StatusCode, template: &impl Template) -> Result<Response, Problem> {
    Ok((status, Html(template.render()?)).into_response())
}

/// Adds the headers that keep a page from being framed, sniffed, scripted or kept in a cache.
pub(super) async fn harden(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers
        .entry(CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}
