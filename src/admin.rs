//! Health and readiness, on a listener of their own that the public never reaches.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use async_trait::async_trait;
use http::{Response, StatusCode};
use pingora::apps::http_app::ServeHttp;
use pingora::protocols::http::ServerSession;

use crate::proxy::Seen;
use crate::stores::Stored;

type Ping = Arc<dyn Fn() -> Pin<Box<dyn Future<Output = Stored<()>> + Send>> + Send + Sync>;

/// The admin listener's application.
pub struct Admin {
    ping: Ping,
    seen: Seen,
}

impl Admin {
    /// `ping` asks the stores; `seen` knows whether the application ever named a user.
    pub fn new(ping: Ping, seen: Seen) -> Self {
        Self { ping, seen }
    }

    async fn ready(&self) -> (StatusCode, String) {
        let (status, mut text) = match (self.ping)().await {
            Ok(()) => (StatusCode::OK, "ok: database\n".to_owned()),
            Err(error) => (
                StatusCode::SERVICE_UNAVAILABLE,
                format!("failed: {error}\n"),
            ),
        };
        text.push_str(if self.seen.a_user() {
            "ok: guard.identity has named a user\n"
        } else {
            "warning: guard.identity has named nobody yet; sign in once to see that it does\n"
        });
        (status, text)
    }
}

#[async_trait]
impl ServeHttp for Admin {
    async fn response(&self, session: &mut ServerSession) -> Response<Vec<u8>> {
        let (status, text) = match session.req_header().uri.path() {
            "/healthz" => (StatusCode::OK, "ok\n".to_owned()),
            "/readyz" => self.ready().await,
            _ => (
                StatusCode::NOT_FOUND,
                "there are /healthz and /readyz\n".to_owned(),
            ),
        };
        let mut response = Response::new(text.into_bytes());
        *response.status_mut() = status;
        let length = response.body().len();
        response
            .headers_mut()
            .insert(http::header::CONTENT_LENGTH, length.into());
        response.headers_mut().insert(
            http::header::CONTENT_TYPE,
            http::HeaderValue::from_static("text/plain; charset=utf-8"),
        );
        response
    }
}
