//! Exchanges that the gateway makes for itself, with cookies that no browser has.

use bytes::Bytes;
use http::header::{self, HeaderValue};
use http::{HeaderMap, Method};
use pingora::ErrorType::InvalidHTTPHeader;
use pingora::http::RequestHeader;
use pingora::{Error, OrErr};

use super::facts::Facts;
use super::gateway::Parts;
use super::guard::Question;
use super::headers;
use super::jar::{Jar, ResponseCookies, plain_after};
use super::outgoing::Outgoing;
use super::probe::visitor_fields;
use super::spool::{SpoolError, Spooled};
use crate::domain::own_request::OwnRequest;

/// Whom the application sees: somebody with these cookies and no others.
pub struct Stranger {
    pub jar: Jar,
    /// `Set-Cookie` lines of unprotected cookies.
    pub plain: Vec<Vec<u8>>,
    /// The page that forms are sent from.
    page: String,
}

impl Stranger {
    /// Without any cookie.
    pub fn on(page: &str) -> Self {
        Self {
            jar: Jar::default(),
            plain: Vec::new(),
            page: page.to_owned(),
        }
    }
}

impl Parts {
    /// One exchange over a connection of its own, read to its last byte: frameworks save their session late.
    /// What the answer sets is the stranger's afterwards.
    pub async fn exchange_alone(
        &self,
        request: OwnRequest,
        stranger: &mut Stranger,
        facts: &Facts,
        head: &RequestHeader,
    ) -> pingora::Result<Spooled> {
        let outgoing = self.alone(&request, stranger, facts, head)?;
        let path = outgoing.uri.path().to_owned();
        // The bytes are wiped with the request's body.
        let body = Bytes::from_owner(request.body);
        let build = || Ok(outgoing.clone());
        let incoming = self.origin.exchange(&build, &body, true).await?;
        let spooled = self.budget.spool(&self.origin, incoming).await;
        let spooled = spooled.map_err(|error| match error {
            SpoolError::Broken(error) => error,
            SpoolError::TooLarge | SpoolError::Full => Error::explain(
                pingora::ErrorType::InternalError,
                "the answer is too large to be held",
            ),
        })?;
        let now = self.flows.clock.now();
        let mut cookies = ResponseCookies::read(&spooled.head, &path, &self.guard.names, now);
        stranger.jar.apply(&cookies);
        stranger.plain.append(&mut cookies.plain);
        Ok(spooled)
    }

    fn alone(
        &self,
        request: &OwnRequest,
        stranger: &Stranger,
        facts: &Facts,
        head: &RequestHeader,
    ) -> pingora::Result<Outgoing> {
        let listed = match &self.guard.identity.question {
            Question::Whoami(whoami) => whoami.headers.as_slice(),
            Question::Unasked(_) => &[],
        };
        let mut headers = visitor_fields(head, listed)?;
        let cookies = stranger
            .jar
            .cookie_field(&plain_after(&[], &stranger.plain));
        self.add_own(&mut headers, facts, cookies)?;
        let method = Method::from_bytes(request.method.as_bytes())
            .or_err(InvalidHTTPHeader, "the method of a rule")?;
        self.describe(&mut headers, request, &method, &stranger.page)?;
        Ok(Outgoing {
            method,
            uri: request
                .target
                .parse()
                .or_err(InvalidHTTPHeader, "the path of a rule")?,
            headers,
        })
    }

    /// What a browser says of a form that it sends from this site, and what applications look at.
    fn describe(
        &self,
        headers: &mut HeaderMap,
        request: &OwnRequest,
        method: &Method,
        page: &str,
    ) -> pingora::Result<()> {
        let json = request.content_type == "application/json";
        let accept = if json {
            "application/json"
        } else {
            "text/html,application/xhtml+xml,*/*;q=0.8"
        };
        headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
        if !request.content_type.is_empty() {
            let kind = HeaderValue::from_static(request.content_type);
            headers.insert(header::CONTENT_TYPE, kind);
        }
        if !matches!(*method, Method::GET | Method::HEAD) {
            let origin = &self.guard.origin;
            headers.insert(header::ORIGIN, headers::value(origin.as_str())?);
            let page = headers::value(format!("{origin}{page}"))?;
            headers.insert(header::REFERER, page);
        }
        Ok(())
    }
}
