//! Settings: the profile, and the request headers that arrived here.

use askama::Template;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::Response;

use super::access::SignedIn;
use super::respond::{Problem, Section, Shell, page};

/// The entry of the settings that a page belongs to. *Security* is not here: the CRM has no such page.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tab {
    Profile,
    Headers,
}

#[derive(Template)]
#[template(path = "demo/profile.html")]
struct ProfilePage {
    shell: Shell,
    tab: Tab,
}

#[derive(Template)]
#[template(path = "demo/headers.html")]
struct HeadersPage {
    shell: Shell,
    tab: Tab,
    /// The `X-MFA-*` headers, by name.
    verified: Vec<Row>,
    /// All others, by name.
    others: Vec<Row>,
}

/// One header field, as it is shown.
struct Row {
    name: String,
    value: String,
}

/// `GET /settings`
pub(super) async fn profile(who: SignedIn) -> Result<Response, Problem> {
    page(
        StatusCode::OK,
        &ProfilePage {
            shell: who.shell(Section::Settings),
            tab: Tab::Profile,
        },
    )
}

/// `GET /settings/headers`
pub(super) async fn headers(who: SignedIn, received: HeaderMap) -> Result<Response, Problem> {
    let (verified, others) = rows(&received)
        .into_iter()
        .partition(|row| row.name.starts_with("x-mfa-"));
    page(
        StatusCode::OK,
        &HeadersPage {
            shell: who.shell(Section::Settings),
            tab: Tab::Headers,
            verified,
            others,
        },
    )
}

fn rows(received: &HeaderMap) -> Vec<Row> {
    let mut rows: Vec<Row> = received
        .iter()
        .map(|(name, value)| Row {
            name: name.as_str().to_owned(),
            value: shown(name, value),
        })
        .collect();
    rows.sort_by(|left, right| left.name.cmp(&right.name));
    rows
}

/// The value, without what would let a person who looks over the shoulder sign in.
fn shown(name: &HeaderName, value: &HeaderValue) -> String {
    let value = String::from_utf8_lossy(value.as_bytes());
    match name.as_str() {
        "cookie" => value
            .split(';')
            .map(|pair| shorten_pair(pair.trim()))
            .collect::<Vec<_>>()
            .join("; "),
        "authorization" | "proxy-authorization" => shorten(&value),
        _ => value.into_owned(),
    }
}

fn shorten_pair(pair: &str) -> String {
    match pair.split_once('=') {
        Some((name, value)) => format!("{name}={}", shorten(value)),
        None => shorten(pair),
    }
}

/// Enough to tell two values apart, and how long the whole is.
fn shorten(value: &str) -> String {
    const KEPT: usize = 6;
    let length = value.chars().count();
    if length <= KEPT {
        return value.to_owned();
    }
    let start: String = value.chars().take(KEPT).collect();
    format!("{start}… ({length} characters)")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_shown_without_its_secret_and_other_headers_whole() {
        let secret = "s".repeat(43);
        let received = HeaderMap::from_iter([
            ("x-mfa-user".parse().unwrap(), "u_1001".parse().unwrap()),
            (
                "cookie".parse().unwrap(),
                format!("theme=dark; crm_session={secret}").parse().unwrap(),
            ),
        ]);
        let shown: Vec<_> = rows(&received)
            .into_iter()
            .map(|row| (row.name, row.value))
            .collect();
        let expected = [
            ("cookie", "theme=dark; crm_session=ssssss… (43 characters)"),
            ("x-mfa-user", "u_1001"),
        ];
        assert_eq!(
            shown,
            expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
        );
    }
}
