//! Who may ask for the gateway's pages at all (`security.md` row 18).

use http::Method;

use super::page::PortalRequest;
use super::views::texts::PageProblem;

/// Lets navigations in, and forms of this origin.
pub fn admit(request: &PortalRequest<'_>, origin: &str) -> Result<(), PageProblem> {
    // A browser that sends these at all says truly who asks: no script can set them.
    if request.fetch_dest.is_some_and(|dest| dest != "document")
        || request.fetch_mode.is_some_and(|mode| mode != "navigate")
    {
        return Err(PageProblem::Forbidden);
    }
    match request.method {
        Method::GET | Method::HEAD => Ok(()),
        Method::POST if is_from_here(request, origin) => Ok(()),
        Method::POST => Err(PageProblem::FormRejected),
        _ => Err(PageProblem::BadRequest),
    }
}

/// `Sec-Fetch-Site` decides where it is sent. Our pages send no referrer, so that `Origin` may be
/// `null` in a form of our own; then only `Sec-Fetch-Site` can vouch for it.
fn is_from_here(request: &PortalRequest<'_>, origin: &str) -> bool {
    let same_site = request.fetch_site.map(|site| site == "same-origin");
    let same_origin = request
        .origin
        .filter(|given| *given != "null")
        .map(|given| given == origin);
    match (same_site, same_origin) {
        (Some(false), _) | (_, Some(false)) => false,
        (Some(true), _) | (None, Some(true)) => true,
        // Neither header: no browser of today. The form token alone decides, unless the origin is opaque.
        (None, None) => request.origin.is_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::languages::Language;
    use super::super::page::PortalSession;
    use super::*;

    const ORIGIN: &str = "https://crm.example.com";

    fn request<'a>(
        method: Method,
        origin: Option<&'a str>,
        site: Option<&'a str>,
        dest: Option<&'a str>,
    ) -> PortalRequest<'a> {
        PortalRequest {
            method,
            path: "/.mfa/challenge",
            query: "",
            form: Vec::new(),
            session: PortalSession::None,
            sign_in: None,
            from: "",
            request_id: "",
            language: Language::English,
            origin,
            fetch_site: site,
            fetch_dest: dest,
            fetch_mode: dest.map(|dest| if dest == "empty" { "cors" } else { "navigate" }),
        }
    }

    #[test]
    fn a_script_of_the_application_can_neither_fetch_nor_frame_a_page() {
        for dest in ["empty", "iframe", "script", "image", "serviceworker"] {
            assert!(
                admit(
                    &request(Method::GET, None, Some("same-origin"), Some(dest)),
                    ORIGIN
                )
                .is_err(),
                "{dest}"
            );
        }
        assert!(
            admit(
                &request(Method::GET, None, Some("none"), Some("document")),
                ORIGIN
            )
            .is_ok()
        );
        assert!(admit(&request(Method::GET, None, None, None), ORIGIN).is_ok());
    }

    #[test]
    fn a_form_of_another_site_is_refused() {
        let post = |origin, site| {
            admit(
                &request(Method::POST, origin, site, Some("document")),
                ORIGIN,
            )
            .is_ok()
        };
        assert!(post(Some(ORIGIN), Some("same-origin")));
        assert!(post(Some("null"), Some("same-origin")));
        assert!(post(Some(ORIGIN), None));
        assert!(!post(Some("https://evil.example"), None));
        assert!(!post(Some("null"), None));
        assert!(!post(Some("null"), Some("cross-site")));
        assert!(!post(Some(ORIGIN), Some("same-site")));
    }
}
