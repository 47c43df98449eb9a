//! The style sheet and the icon, in the binary: the demo is one file that runs from anywhere.

use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use super::respond::Problem;

const STYLE: &str = include_str!("../../templates/demo/static/crm.css");
const ICON: &str = include_str!("../../templates/demo/static/icon.svg");

/// `GET /static/{name}`
pub(super) async fn file(Path(name): Path<String>) -> Response {
    match name.as_str() {
        "crm.css" => asset("text/css; charset=utf-8", STYLE),
        "icon.svg" => asset("image/svg+xml", ICON),
        _ => Problem::NotFound.into_response(),
    }
}

/// `GET /favicon.ico`, which some browsers ask for whatever the page says.
pub(super) async fn icon() -> Response {
    asset("image/svg+xml", ICON)
}

/// Public, and the same for everybody; minutes only, so that an upgrade shows at once.
fn asset(content_type: &'static str, body: &'static str) -> Response {
    (
        [
            (CONTENT_TYPE, content_type),
            (CACHE_CONTROL, "public, max-age=300"),
        ],
        body,
    )
        .into_response()
}
