//! What a mock application answers with.

use tokio::sync::mpsc;

/// How the connection goes on after a request.
pub enum Reply {
    /// A response that says how long it is.
    Whole(Response),
    /// Bytes as they are, odd spelling included; the connection closes after them.
    Raw(Vec<u8>),
    /// Chunks that are written as they come; the connection closes after the last.
    Stream(mpsc::Receiver<Vec<u8>>),
    /// `101`, then this greeting, then an answer to whatever comes.
    Upgrade {
        head: Vec<u8>,
        greeting: Vec<u8>,
        hear: Hear,
    },
    /// Nothing, for ever.
    Hang,
    /// The connection is cut without an answer.
    Cut,
}

/// What an open socket says to what it hears.
pub type Hear = Box<dyn Fn(&[u8]) -> Vec<u8> + Send>;

/// A plain response: status, headers in order, body.
#[derive(Clone, Debug)]
pub struct Response {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Response {
    pub fn new(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    pub fn html(status: u16, body: impl Into<String>) -> Self {
        Self::new(status)
            .header("Content-Type", "text/html; charset=utf-8")
            .body(body.into())
    }

    pub fn json(status: u16, body: &serde_json::Value) -> Self {
        Self::new(status)
            .header("Content-Type", "application/json")
            .body(body.to_string())
    }

    pub fn redirect(location: &str) -> Self {
        Self::new(302).header("Location", location)
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// The status line and the headers, the length among them.
    pub fn head(&self) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {} Mock\r\n", self.status);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!("Content-Length: {}\r\n\r\n", self.body.len()));
        head.into_bytes()
    }
}

impl From<Response> for Reply {
    fn from(response: Response) -> Self {
        Self::Whole(response)
    }
}
