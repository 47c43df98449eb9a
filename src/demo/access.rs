//! Who is asking: what handlers take to learn of the session, and where the signed-out are sent.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::Method;
use axum::http::request::Parts;
use axum::response::Redirect;

use super::Crm;
use super::respond::{Problem, Section, Shell};
use super::sessions::Session;
use super::users::DemoUser;

/// Anybody, with the session that the browser presents, if it is live.
pub(super) struct Visitor(pub(super) Option<Session>);

impl FromRequestParts<Arc<Crm>> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, crm: &Arc<Crm>) -> Result<Self, Infallible> {
        Ok(Self(crm.sessions.of(&parts.headers)))
    }
}

/// Somebody who is signed in. A page that takes this sends everybody else to the sign-in form.
pub(super) struct SignedIn {
    pub(super) user: &'static DemoUser,
    session: Session,
}

impl SignedIn {
    /// What the frame around a page shows of this person.
    pub(super) fn shell(&self, section: Section) -> Shell {
        Shell {
            user: self.user,
            csrf: self.session.csrf.clone(),
            section,
        }
    }

    /// Refuses a form that did not come from a page of this session.
    pub(super) fn check_form(&self, token: &str) -> Result<(), Problem> {
        if self.session.owns_form(token) {
            Ok(())
        } else {
            Err(Problem::StaleForm)
        }
    }
}

impl FromRequestParts<Arc<Crm>> for SignedIn {
    type Rejection = Redirect;

    async fn from_request_parts(parts: &mut Parts, crm: &Arc<Crm>) -> Result<Self, Redirect> {
        let signed_in = crm.sessions.of(&parts.headers).and_then(|session| {
            let user = session.user?;
            Some(Self { user, session })
        });
        signed_in.ok_or_else(|| to_login(parts))
    }
}

/// The sign-in form, which leads back to where the person wanted to go. A form that was sent cannot
/// be sent again by a redirect, so it leads to the start.
fn to_login(parts: &Parts) -> Redirect {
    let wanted = parts
        .uri
        .path_and_query()
        .map_or("/", |wanted| wanted.as_str());
    if parts.method != Method::GET || wanted == "/" {
        return Redirect::to("/login");
    }
    let next: String = form_urlencoded::byte_serialize(wanted.as_bytes()).collect();
    Redirect::to(&format!("/login?next={next}"))
}

/// `next` where it is a path of this site, else the start page.
///
/// Browsers read `//host` and `/\host` as another site, and drop tabs and line ends before they
/// look, so only visible ASCII without a backslash passes.
pub(super) fn same_site_path(next: &str) -> &str {
    let plain = next
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if plain && next.starts_with('/') && !next.starts_with("//") {
        next
    } else {
        "/"
    }
}

#[cfg(test)]
mod tests {
    use super::same_site_path;

    #[test]
    fn a_path_of_this_site_is_kept() {
        for path in ["/", "/contacts?q=a%20b", "/settings/headers#x"] {
            assert_eq!(same_site_path(path), path);
        }
    }

    #[test]
    fn a_link_cannot_send_a_new_session_to_another_site() {
        for next in [
            "",
            "https://evil.test/",
            "//evil.test",
            "/\\evil.test",
            "/\t/evil.test",
            "evil",
            "/a\r\nb",
        ] {
            assert_eq!(same_site_path(next), "/", "{next:?}");
        }
    }
}
