//! One exchange with the application, outside Pingora's proxy: for what must be read to its end
//! before anything of it is shown.
//!
//! Same servers and settings as the proxy. Framing is rebuilt both ways, 1xx responses and trailers
//! are dropped, upgrades never enter.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::Method;
use http::header::{self, HeaderValue};
use pingora::connectors::http::Connector;
use pingora::http::{RequestHeader, ResponseHeader};
use pingora::lb::LoadBalancer;
use pingora::lb::selection::RoundRobin;
use pingora::protocols::http::client::HttpSession;
use pingora::protocols::l4::socket::SocketAddr;
use pingora::upstreams::peer::HttpPeer;
use pingora::{Error, ErrorType};

use super::hop_by_hop;
use super::outgoing::Outgoing;

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

impl OriginSettings {
    fn peer(&self, server: SocketAddr) -> HttpPeer {
        let mut peer = HttpPeer::new(server, self.tls, self.server_name.clone());
        peer.options.connection_timeout = Some(self.connect_timeout);
        peer.options.total_connection_timeout = Some(self.connect_timeout * 2);
        peer.options.read_timeout = Some(self.timeout);
        peer.options.write_timeout = Some(self.timeout);
        peer.options.idle_timeout = Some(IDLE);
        peer.options.ca.clone_from(&self.ca);
        peer
    }
}

/// How long a connection is kept for the next request.
const IDLE: Duration = Duration::from_secs(60);

/// The application.
pub struct Origin {
    settings: OriginSettings,
    /// One for each server: making one for every request would cost more than to find it.
    peers: HashMap<SocketAddr, Arc<HttpPeer>>,
    connector: Connector,
    fresh: AtomicU64,
}

/// A response whose head has arrived.
pub struct Incoming {
    /// Without the fields of one hop.
    pub head: ResponseHeader,
    session: Box<HttpSession>,
    peer: Arc<HttpPeer>,
    reusable: bool,
    has_body: bool,
}

impl Origin {
    pub fn new(settings: OriginSettings) -> Self {
        let backends = settings.servers.backends().get_backend();
        let peers = backends.iter().map(|backend| {
            let peer = settings.peer(backend.addr.clone());
            (backend.addr.clone(), Arc::new(peer))
        });
        Self {
            peers: peers.collect(),
            settings,
            connector: Connector::new(None),
            fresh: AtomicU64::new(0),
        }
    }

    /// The next server, with the time-outs of the configuration.
    pub fn peer(&self) -> pingora::Result<Arc<HttpPeer>> {
        let mut servers = self.peers.values();
        if let (Some(only), None) = (servers.next(), servers.next()) {
            return Ok(Arc::clone(only));
        }
        let next = self.settings.servers.select(b"", 256);
        let ready = next.and_then(|next| self.peers.get(&next.addr));
        ready
            .map(Arc::clone)
            .ok_or_else(|| Error::explain(ErrorType::ConnectError, "no upstream server"))
    }

    /// Sends the request that `build` makes and waits for the response's head. A connection that went
    /// stale in the pool costs a second try only where nothing can have happened twice.
    pub async fn exchange(
        &self,
        build: &(dyn Fn() -> pingora::Result<Outgoing> + Sync),
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
    fn own_peer(&self) -> pingora::Result<Arc<HttpPeer>> {
        let mut peer = HttpPeer::clone(&*self.peer()?);
        peer.group_key = self.fresh.fetch_add(1, Ordering::Relaxed).wrapping_add(1);
        Ok(Arc::new(peer))
    }

    /// The error says whether the connection came from the pool and broke before the response began.
    async fn try_exchange(
        &self,
        peer: Arc<HttpPeer>,
        request: Outgoing,
        body: &Bytes,
    ) -> Result<Incoming, (Box<Error>, bool)> {
        let head = request.method == Method::HEAD;
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
        session
            .write_request_header(Box::new(framed(request, body.len())))
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
            let response = session.response_header();
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
                _ => break hop_by_hop::end_to_end(response).map_err(|error| (error, false))?,
            }
        };
        hop_by_hop::check_length(&response).map_err(|error| (error, false))?;
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
fn framed(mut request: Outgoing, length: usize) -> RequestHeader {
    if length > 0 || !matches!(request.method, Method::GET | Method::HEAD | Method::OPTIONS) {
        let length = HeaderValue::from(length);
        request.headers.insert(header::CONTENT_LENGTH, length);
    }
    request.into_head()
}
