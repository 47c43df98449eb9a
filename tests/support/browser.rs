//! A client that sends what browsers send, keeps cookies as they do, and remembers every byte.

use super::jar::Jar;
use super::page::{Form, Page};
use super::wire::{self, Outgoing};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio_rustls::rustls::ClientConfig;

/// One tab with its jar; a clone is a second browser that got a copy of the jar.
#[derive(Clone)]
pub struct Browser {
    addr: SocketAddr,
    tls: Option<Arc<ClientConfig>>,
    http2: bool,
    pub jar: Jar,
    /// Every byte that this browser has received.
    pub seen: Vec<u8>,
    /// Headers that every request has, in the place of the browser's own.
    pub extra: Vec<(String, String)>,
    /// How long to listen for bytes after the end of an answer.
    pub linger: Duration,
}

/// What starts the request, which shows in its `Sec-Fetch-*` and `Accept` headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// The address bar, or a form.
    Navigation,
    /// A link on a page of this site that sends no `Referer`.
    Link,
    /// A script's `fetch` for JSON.
    Fetch,
    /// An `<img>`.
    Image,
    /// A navigation inside a frame.
    Frame,
}

impl Browser {
    pub fn new(addr: SocketAddr, tls: Option<Arc<ClientConfig>>, http2: bool) -> Self {
        let jar = Jar::new(tls.is_some());
        Self {
            addr,
            tls,
            http2,
            jar,
            seen: Vec::new(),
            extra: Vec::new(),
            linger: Duration::ZERO,
        }
    }

    /// Opens a page; a redirect is shown, not followed.
    pub async fn get(&mut self, target: &str) -> Page {
        self.send(Call::Navigation, "GET", target, None).await
    }

    /// Follows a link on one of the gateway's pages, which send no `Referer`.
    pub async fn click(&mut self, target: &str) -> Page {
        self.send(Call::Link, "GET", target, None).await
    }

    /// Opens a page and follows its redirects.
    pub async fn get_following(&mut self, target: &str) -> Page {
        let page = self.get(target).await;
        self.follow(page).await
    }

    /// Follows the redirects of an answer to their end.
    pub async fn follow(&mut self, mut page: Page) -> Page {
        for _ in 0..10 {
            if !page.is_redirect() {
                return page;
            }
            page = self.get(&page.location()).await;
        }
        panic!("redirected more than ten times: {page:?}");
    }

    /// Sends a form; a redirect is shown, not followed.
    pub async fn submit(&mut self, form: &Form) -> Page {
        self.submit_as(Call::Navigation, form).await
    }

    /// Sends a form the way `call` says.
    pub async fn submit_as(&mut self, call: Call, form: &Form) -> Page {
        let body = form.encode().into_bytes();
        self.send(
            call,
            "POST",
            &form.action,
            Some(("application/x-www-form-urlencoded", body)),
        )
        .await
    }

    /// Sends the fields as a form that no page showed.
    pub async fn post_form(&mut self, target: &str, fields: &[(&str, &str)]) -> Page {
        let form = Form {
            action: target.to_owned(),
            fields: Vec::new(),
            page: target.to_owned(),
        };
        let form = fields
            .iter()
            .fold(form, |form, (name, value)| form.set(name, value));
        self.submit(&form).await
    }

    /// A script's `fetch` of JSON.
    pub async fn fetch(&mut self, target: &str) -> Page {
        self.send(Call::Fetch, "GET", target, None).await
    }

    /// An `<img src>`.
    pub async fn image(&mut self, target: &str) -> Page {
        self.send(Call::Image, "GET", target, None).await
    }

    /// One request with what `call` brings along; panics when there is no answer.
    pub async fn send(
        &mut self,
        call: Call,
        method: &str,
        target: &str,
        body: Option<(&str, Vec<u8>)>,
    ) -> Page {
        let sent = self.try_send(call, method, target, body).await;
        sent.unwrap_or_else(|error| panic!("{method} {target}: {error}"))
    }

    /// The same, for those who expect to be cut off.
    pub async fn try_send(
        &mut self,
        call: Call,
        method: &str,
        target: &str,
        body: Option<(&str, Vec<u8>)>,
    ) -> io::Result<Page> {
        let target = target.split('#').next().unwrap_or_default();
        let path = target.split('?').next().unwrap_or_default();
        let mut headers = self.headers(call, method, target);
        if let Some((kind, _)) = &body {
            headers.push(("Content-Type".to_owned(), (*kind).to_owned()));
        }
        headers.extend(
            self.jar
                .header(path)
                .map(|cookies| ("Cookie".to_owned(), cookies)),
        );
        headers.retain(|(name, _)| {
            !self
                .extra
                .iter()
                .any(|(extra, _)| extra.eq_ignore_ascii_case(name))
        });
        headers.extend(self.extra.iter().cloned());
        let request = Outgoing {
            method: method.to_owned(),
            target: target.to_owned(),
            headers,
            body: body.map(|(_, body)| body),
            linger: self.linger,
        };
        let mut raw = Vec::new();
        let host = self.host();
        let answer = if self.http2 {
            let stream = wire::connect(self.addr, self.tls.as_ref(), "h2").await?;
            wire::http2(stream, &host, &request, &mut raw).await
        } else {
            let stream = wire::connect(self.addr, self.tls.as_ref(), "http/1.1").await?;
            wire::http1(stream, &host, &request, &mut raw).await
        };
        self.seen.extend_from_slice(&raw);
        let answer = answer?;
        for (_, line) in answer
            .headers
            .iter()
            .filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie"))
        {
            self.jar.set(line, path);
        }
        let wire::Answer {
            status,
            headers,
            body,
        } = answer;
        Ok(Page {
            target: target.to_owned(),
            status,
            headers,
            body,
            raw,
        })
    }

    /// Whether any byte that came so far holds this.
    pub fn saw(&self, needle: &str) -> bool {
        super::holds(&self.seen, needle)
    }

    /// `scheme://localhost:port`.
    pub fn origin(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.host())
    }

    pub fn host(&self) -> String {
        format!("localhost:{}", self.addr.port())
    }

    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// A bare connection to the gateway; `alpn` is offered where it speaks TLS.
    pub async fn connect(&self, alpn: &str) -> io::Result<Box<dyn wire::Stream>> {
        wire::connect(self.addr, self.tls.as_ref(), alpn).await
    }

    fn headers(&self, call: Call, method: &str, target: &str) -> Vec<(String, String)> {
        let (mode, destination, accept) = match call {
            Call::Navigation | Call::Link => (
                "navigate",
                "document",
                "text/html,application/xhtml+xml,*/*;q=0.8",
            ),
            Call::Frame => (
                "navigate",
                "iframe",
                "text/html,application/xhtml+xml,*/*;q=0.8",
            ),
            Call::Fetch => ("cors", "empty", "application/json"),
            Call::Image => ("no-cors", "image", "image/avif,image/webp,*/*;q=0.8"),
        };
        let typed = call == Call::Navigation && method == "GET";
        let mut headers = vec![
            (
                "User-Agent",
                "Mozilla/5.0 (X11; Linux x86_64) StepgateTest/1.0".to_owned(),
            ),
            ("Accept", accept.to_owned()),
            ("Accept-Language", "en-GB,en;q=0.8".to_owned()),
            (
                "Sec-Fetch-Site",
                if typed { "none" } else { "same-origin" }.to_owned(),
            ),
            ("Sec-Fetch-Mode", mode.to_owned()),
            ("Sec-Fetch-Dest", destination.to_owned()),
        ];
        if matches!(call, Call::Navigation | Call::Link) {
            headers.push(("Sec-Fetch-User", "?1".to_owned()));
        }
        if method != "GET" && method != "HEAD" {
            headers.push(("Origin", self.origin()));
            headers.push(("Referer", format!("{}{target}", self.origin())));
        }
        headers
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }
}
