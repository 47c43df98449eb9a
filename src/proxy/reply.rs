//! A whole response that the gateway itself sends.

use bytes::Bytes;
use http::StatusCode;

use crate::portal::Page;

/// Status, fields and body, ready to be written.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: Vec<(String, Vec<u8>)>,
    pub body: Bytes,
    /// What `Content-Length` says where no body follows (an answer to HEAD).
    pub declared_length: Option<u64>,
}

impl Reply {
    pub fn new(status: StatusCode) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Bytes::new(),
            declared_length: None,
        }
    }

    pub fn see_other(location: &str) -> Self {
        Self::new(StatusCode::SEE_OTHER)
            .with("Location", location)
            .with("Cache-Control", "no-store")
    }

    /// RFC 9457. `challenge` is where a person can go to mend it.
    pub fn problem(status: StatusCode, title: &str, challenge: Option<&str>) -> Self {
        let mut problem =
            serde_json::json!({ "type": "about:blank", "title": title, "status": status.as_u16() });
        if let (Some(challenge), Some(fields)) = (challenge, problem.as_object_mut()) {
            fields.insert("challenge_url".to_owned(), challenge.into());
        }
        let mut reply = Self::new(status)
            .with("Content-Type", "application/problem+json")
            .with("Cache-Control", "no-store");
        reply.body = problem.to_string().into();
        reply
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers
            .push((name.to_owned(), value.as_bytes().to_vec()));
        self
    }

    #[must_use]
    pub fn with_cookies(mut self, lines: impl IntoIterator<Item = Vec<u8>>) -> Self {
        self.headers.extend(
            lines
                .into_iter()
                .map(|line| ("Set-Cookie".to_owned(), line)),
        );
        self
    }
}

impl From<Page> for Reply {
    fn from(page: Page) -> Self {
        let headers = page
            .headers
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.into_bytes()))
            .collect();
        Self {
            status: page.status,
            headers,
            body: page.body.into(),
            declared_length: None,
        }
    }
}
