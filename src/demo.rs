//! The built-in CRM of `stepgate demo`: the application that the gateway stands in front of.
//!
//! It is an ordinary web application with a password form, a session cookie and no second factor.
//! It knows nothing of the gateway, and imports nothing from the rest of the crate: whatever the
//! demo shows would work with somebody else's application too.
//!
//! ```text
//!  GET  /login    form, with a CSRF token of an anonymous session   [sign_in]
//!  POST /login    right password: the session id rotates, 303 to `next`
//!  POST /logout   session and cookie end, 303 to /login
//!  GET  /api/me   who is signed in, as JSON: 200 or 401             [me]
//!  GET  /                    figures, pipeline, activity            [dashboard]
//!  GET  /contacts            list, `?q=` searches                   [contact_pages]
//!  GET  /contacts/{id}       one contact, with notes
//!  POST /contacts/{id}/notes
//!  GET  /settings            profile                                [settings]
//!  GET  /settings/headers    the request headers that arrived here
//!  GET  /static/*            style sheet and icon                   [assets]
//! ```
//!
//! `/settings/security` is linked but is not here: a page that the application lacks is what the
//! gateway adds. All state is in memory and bounded, and ends with the process. There is no clock:
//! every date is sample text.

mod access;
mod assets;
mod contact_pages;
mod contacts;
mod dashboard;
mod me;
mod notes;
mod respond;
mod sample;
mod sessions;
mod settings;
mod sign_in;
mod users;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::map_response;
use axum::routing::{get, post};
use tokio::net::TcpListener;

use notes::Notes;
use respond::Problem;
use sessions::Sessions;

pub use users::{DemoUser, USERS};

/// The longest form that the CRM takes, in bytes: a note is far smaller.
const FORM_LIMIT: usize = 64 * 1024;

/// What every handler can reach.
#[derive(Default)]
struct Crm {
    sessions: Sessions,
    notes: Notes,
}

/// Serves the CRM over HTTP/1.1 on `listener` until the future is dropped.
///
/// # Errors
/// Whatever `axum::serve` reports; failures to accept a connection are retried, not returned.
pub async fn serve(listener: TcpListener) -> std::io::Result<()> {
    axum::serve(listener, router(Arc::new(Crm::default()))).await
}

fn router(crm: Arc<Crm>) -> Router {
    Router::new()
        .route("/login", get(sign_in::form).post(sign_in::submit))
        .route("/logout", post(sign_in::sign_out))
        .route("/api/me", get(me::show))
        .route("/", get(dashboard::show))
        .route("/contacts", get(contact_pages::list))
        .route("/contacts/{id}", get(contact_pages::detail))
        .route("/contacts/{id}/notes", post(contact_pages::add_note))
        .route("/settings", get(settings::profile))
        .route("/settings/headers", get(settings::headers))
        .route("/static/{name}", get(assets::file))
        .route("/favicon.ico", get(assets::icon))
        .fallback(async || Problem::NotFound)
        .method_not_allowed_fallback(async || Problem::MethodNotAllowed)
        .layer(DefaultBodyLimit::max(FORM_LIMIT))
        .layer(map_response(respond::harden))
        .with_state(crm)
}
