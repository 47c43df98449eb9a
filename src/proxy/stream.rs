//! Sending a response on while it comes.

use http::header;
use pingora::http::ResponseHeader;
use pingora::proxy::Session;
use pingora::{Error, ErrorType};

use super::context::Settled;
use super::gateway::Parts;
use super::headers;
use super::jar::{Jar, ResponseCookies, expire};
use super::judge::Visitor;
use super::origin::Incoming;
use super::settled::replace_cookies;

impl Parts {
    /// Streams a response that brings no credential. Cookies that open nothing are expired on the way.
    pub async fn stream_bare(
        &self,
        session: &mut Session,
        visitor: &Visitor,
        mut incoming: Incoming,
    ) -> pingora::Result<()> {
        let facts = &visitor.facts;
        let mut head = incoming.take_head()?;
        let now = self.flows.clock.now();
        let path = &facts.target.path;
        let mut cookies = ResponseCookies::read(&head, path, &self.guard.names, now);
        // No protected cookie of this answer goes on, so none is in the way of a left-over.
        cookies.protected.clear();
        let https = self.guard.https;
        let dead = expire(&visitor.dead, &Jar::default(), &cookies, https);
        let mut lines = cookies.plain;
        lines.extend(dead);
        lines.extend(self.forgetting(facts));
        replace_cookies(&mut head, lines)?;
        head.insert_header(headers::name::REQUEST_ID, facts.request_id.as_str())?;
        self.pump(session, head, incoming, None).await
    }

    /// Sends `head` (without hop-by-hop fields) and the body as it comes. A settled session that ends
    /// meanwhile ends the stream at its next byte; so does a client that goes away.
    pub async fn pump(
        &self,
        session: &mut Session,
        mut head: ResponseHeader,
        mut incoming: Incoming,
        mut settled: Option<&mut Settled>,
    ) -> pingora::Result<()> {
        if !session.is_body_done() {
            // What is still in the connection must not be taken for the next request.
            session.set_keepalive(None);
        }
        if !incoming.has_body() {
            session.write_response_header(Box::new(head), true).await?;
            self.origin.release(incoming).await;
            return Ok(());
        }
        // Chunks are of HTTP/1.1, whatever the application speaks.
        head.set_version(http::Version::HTTP_11);
        if !head.headers.contains_key(header::CONTENT_LENGTH) {
            match session.req_header().version {
                http::Version::HTTP_2 => {}
                http::Version::HTTP_11 => {
                    head.insert_header(header::TRANSFER_ENCODING, "chunked")?
                }
                // Only the end of the connection can say where the body ends.
                _ => session.set_keepalive(None),
            }
        }
        session.write_response_header(Box::new(head), false).await?;
        loop {
            let chunk = tokio::select! {
                biased;
                chunk = incoming.next() => chunk?,
                gone = session.as_downstream_mut().read_body_or_idle(true) => {
                    gone?;
                    return Err(Error::explain(ErrorType::ConnectionClosed, "the client went away"));
                }
            };
            let end = chunk.is_none();
            let mut chunk = chunk.unwrap_or_default();
            if let Some(settled) = settled.as_deref_mut() {
                if !settled.over && settled.held.has_ended() {
                    let why = "the session ended while this was streaming";
                    return Err(Error::explain(ErrorType::ConnectionClosed, why));
                }
                if let Some(mask) = &mut settled.mask {
                    chunk = mask.pass(chunk, end);
                }
            }
            if end {
                session.write_response_body(Some(chunk), true).await?;
                self.origin.release(incoming).await;
                return Ok(());
            }
            if !chunk.is_empty() {
                session.write_response_body(Some(chunk), false).await?;
            }
        }
    }
}
