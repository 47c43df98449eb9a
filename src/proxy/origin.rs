//! One exchange with the application, outside Pingora's proxy: for what must be read to its end
//! before anything of it is shown.
//!
//! Same servers and settings as the proxy. Framing is rebuilt both ways, 1xx responses and trailers
//! are dropped, upgrades never enter.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::Method;
use http::header::{self, HeaderName};
use pingora::connectors::http::Connector;
use pingora::http::{RequestHeader, ResponseHeader};
use pingora::lb::LoadBalancer;
use pingora::lb::selection::RoundRobin;
use pingora::protocols::http::client::HttpSession;
use pingora::upstreams::peer::HttpPeer;
use pingora::{Error, ErrorType};

/// How the application is reached.
pub struct OriginSettings {
    pub servers: Arc<LoadBalancer<RoundRobin>>,
    pub tls: bool,
    /// Name for SNI and certificate checks.
    pub server_name: String,
    pub ca: Option<Arc<pingora::protocols::tls::CaType>>,
    pub connect_timeout: Duration,
    /// Between two reads.
    pub timeout: Duration,
}

/// The application.
pub struct Origin {
    settings: OriginSettings,
    connector: Connector,
    fresh: AtomicU64,
}

/// A response whose head has arrived.
pub struct Incoming {
    pub head: ResponseHeader,
    session: Box<HttpSession>,
    peer: Box<HttpPeer>,
    reusable: bool,
    has_body: bool,
}

impl Origin {
    pub fn new(settings: OriginSettings) -> Self {
        Self {
            settings,
            connector: Connector::new(None),
            fresh: AtomicU64::new(0),
        }
    }

    /// The next server, for a connection that may be silent for as long as it likes.
    pub fn patient_peer(&self) -> pingora::Result<HttpPeer> {
        let mut peer = self.peer()?;
        peer.options.read_timeout = None;
        Ok(peer)
    }

    /// The next server, with the time-outs of the configuration.
    pub fn peer(&self) -> pingora::Result<HttpPeer> {
        let settings = &self.settings;
        let backend = settings
            .servers
            .select(b"", 256)
            .ok_or_else(|| Error::explain(ErrorType::ConnectError, "no upstream server"))?;
        let mut peer = HttpPeer::new(backend, settings.tls, settings.server_name.clone());
        peer.options.connection_timeout = Some(settings.connect_timeout);
        peer.options.total_connection_timeout = Some(settings.connect_timeout * 2);
        peer.options.read_timeout = Some(settings.timeout);
        peer.options.write_timeout = Some(settings.timeout);
        peer.options.idle_timeout = Some(Duration::from_secs(60));
        peer.options.ca.clone_from(&settings.ca);
        Ok(peer)
    }

    /// Sends the request that `build` makes and waits for the response's head. A connection that went
    /// stale in the pool costs a second try only where nothing can have happened twice.
    pub async fn exchange(
        &self,
        build: &(dyn Fn() -> pingora::Result<RequestHeader> + Sync),
        body: &Bytes,
        fresh: bool,
    ) -> pingora::Result<Incoming> {
        let request = build()?;
        let safe = matches!(request.method, Method::GET | Method::HEAD | Method::OPTIONS);
        let tried = if fresh || !safe {
            self.try_exchange(self.own_peer()?, request, body).await
        } else {
            match self.try_exchange(self.peer()?, request, body).await {
                Err((_, true)) => self.try_exchange(self.own_peer()?, build()?, body).await,
                tried => tried,
            }
        };
        tried.map_err(|(error, _)| error)
    }

    /// A server in a group of its own: nothing in the pool belongs to it.
    fn own_peer(&self) -> pingora::Result<HttpPeer> {
        let mut peer = self.peer()?;
        peer.group_key = self.fresh.fetch_add(1, Ordering::Relaxed).wrapping_add(1);
        Ok(peer)
    }

    /// The error says whether the connection came from the pool and broke before the response began.
    async fn try_exchange(
        &self,
        peer: HttpPeer,
        request: RequestHeader,
        body: &Bytes,
    ) -> Result<Incoming, (Box<Error>, bool)> {
        let head = request.method == Method::HEAD;
        let peer = Box::new(peer);
        let connected = self.connector.get_http_session(&*peer).await;
        let (session, reused) = connected.map_err(|error| (error, false))?;
        // Boxed: it is large, and it goes through many hands.
        let mut session = Box::new(session);
        session.set_read_timeout(Some(self.settings.timeout));
        session.set_write_timeout(Some(self.settings.timeout));
        let stale = |error: Box<Error>| {
            let broken = matches!(
                error.etype(),
                ErrorType::ConnectionClosed | ErrorType::ReadError | ErrorType::WriteError
            );
            (error, reused && broken)
        };
        let request = framed(request, body.len()).map_err(|error| (error, false))?;
        session
            .write_request_header(Box::new(request))
            .await
            .map_err(stale)?;
        if !body.is_empty() {
            session
                .write_request_body(body.clone(), true)
                .await
                .map_err(stale)?;
        }
        session.finish_request_body().await.map_err(stale)?;
        let response = loop {
            session.read_response_header().await.map_err(stale)?;
            let response = session.response_header().cloned();
            let response =
                response.ok_or_else(|| (Error::new(ErrorType::InvalidHTTPHeader), false))?;
            match response.status.as_u16() {
                101 => {
                    return Err((
                        Error::explain(
                            ErrorType::InvalidHTTPHeader,
                            "an upgrade that was not asked for",
                        ),
                        false,
                    ));
                }
                100..=199 => {}
                _ => break response,
            }
        };
        if is_event_stream(&response) {
            // Events come when they come.
            session.set_read_timeout(None);
        }
        let has_body = !head && !matches!(response.status.as_u16(), 204 | 304);
        let reusable = peer.group_key == 0;
        Ok(Incoming {
            head: response,
            session,
            peer,
            reusable,
            has_body,
        })
    }

    /// Gives the connection of a response that was read to its end back to the pool.
    pub async fn release(&self, incoming: Incoming) -> ResponseHeader {
        if incoming.reusable {
            let mut session = incoming.session;
            if let HttpSession::H1(http1) = &mut *session {
                http1.respect_keepalive();
            }
            self.connector
                .release_http_session(
                    *session,
                    &*incoming.peer,
                    incoming.peer.options.idle_timeout,
                )
                .await;
        }
        incoming.head
    }
}

impl Incoming {
    /// The next piece of the body; `None` at its end. Trailers are not read.
    pub async fn next(&mut self) -> pingora::Result<Option<Bytes>> {
        if self.has_body {
            self.session.read_response_body().await
        } else {
            Ok(None)
        }
    }

    /// Takes the head out, to be changed and sent on.
    pub fn take_head(&mut self) -> pingora::Result<ResponseHeader> {
        let status = self.head.status;
        Ok(std::mem::replace(
            &mut self.head,
            ResponseHeader::build(status, Some(0))?,
        ))
    }

    /// Whether the body has no end to wait for.
    pub fn is_event_stream(&self) -> bool {
        is_event_stream(&self.head)
    }

    pub fn has_body(&self) -> bool {
        self.has_body
    }
}

fn is_event_stream(response: &ResponseHeader) -> bool {
    let kind = response.headers.get(header::CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"))
}

/// The request with framing of our own: what the client said about its body does not count.
fn framed(mut request: RequestHeader, length: usize) -> pingora::Result<RequestHeader> {
    strip_hop_by_hop_request(&mut request);
    request.remove_header(&header::EXPECT);
    request.remove_header(&header::CONTENT_LENGTH);
    request.set_version(http::Version::HTTP_11);
    if length > 0 || !matches!(request.method, Method::GET | Method::HEAD | Method::OPTIONS) {
        request.insert_header(header::CONTENT_LENGTH, length.to_string())?;
    }
    Ok(request)
}

/// Fields that end at the next hop (RFC 9110, section 7.6.1).
const HOP_BY_HOP: [HeaderName; 7] = [
    header::CONNECTION,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    header::TE,
    header::TRAILER,
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
];

fn nominated(headers: &http::HeaderMap) -> Vec<HeaderName> {
    let fields = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|field| field.to_str().ok());
    fields
        .flat_map(|field| field.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect()
}

fn strip_hop_by_hop_request(request: &mut RequestHeader) {
    // What a client nominates must not take the gateway's own headers away, nor cookies and host.
    for name in nominated(&request.headers) {
        let ours = name == header::COOKIE
            || name == header::HOST
            || super::fold_name(name.as_str()).starts_with("x");
        if !ours {
            request.remove_header(&name);
        }
    }
    for name in HOP_BY_HOP {
        request.remove_header(&name);
    }
    for name in ["keep-alive", "proxy-connection", "http2-settings"] {
        request.remove_header(name);
    }
}

/// Fields of a response that end here.
pub fn strip_hop_by_hop_response(response: &mut ResponseHeader) {
    for name in nominated(&response.headers) {
        if name != header::SET_COOKIE {
            response.remove_header(&name);
        }
    }
    for name in HOP_BY_HOP {
        response.remove_header(&name);
    }
    // The last one would let a service worker reach out of its folder, over the gateway's pages.
    for name in ["keep-alive", "proxy-connection", "service-worker-allowed"] {
        response.remove_header(name);
    }
}
