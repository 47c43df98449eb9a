//! Who is signed in, for programs: the one question that something beside the CRM needs answered.

use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::access::Visitor;
use super::respond::Problem;

#[derive(Serialize)]
#[serde(untagged)]
enum Me {
    SignedIn {
        id: &'static str,
        email: &'static str,
        name: &'static str,
    },
    SignedOut {
        error: &'static str,
    },
}

/// `GET /api/me`
pub(super) async fn show(Visitor(session): Visitor) -> Result<Response, Problem> {
    let (status, me) = match session.and_then(|session| session.user) {
        Some(user) => (
            StatusCode::OK,
            Me::SignedIn {
                id: user.id,
                email: user.email,
                name: user.name,
            },
        ),
        None => (
            StatusCode::UNAUTHORIZED,
            Me::SignedOut {
                error: "signed_out",
            },
        ),
    };
    let body = serde_json::to_string(&me).map_err(|_| Problem::Broken)?;
    Ok((status, [(CONTENT_TYPE, "application/json")], body).into_response())
}
