//! The gateway as Pingora sees it: one object, short hooks.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use http::HeaderMap;
use pingora::http::{RequestHeader, ResponseHeader};
use pingora::proxy::{FailToProxy, ProxyHttp, Session};
use pingora::upstreams::peer::HttpPeer;
use pingora::{Error, ErrorSource, ErrorType};

use super::context::Context;
use super::facts::language_of;
use super::guard::Guard;
use super::hop_by_hop;
use super::in_flight::InFlight;
use super::lease::{Flights, Queues};
use super::origin::Origin;
use super::outgoing::Way;
use super::password_check::Turns;
use super::reply::Reply;
use super::request_ids::RequestIds;
use super::respond;
use super::spool::Budget;
use crate::crypto::seal::{Sealer, Sealers};
use crate::domain::clock::UnixTime;
use crate::domain::ids::RecordId;
use crate::flows::Flows;
use crate::portal::Portal;
use crate::portal::languages::Reader;
use crate::portal::views::texts::PageProblem;

/// Sealers kept ready; one more costs a key derivation.
const SEALERS: usize = 50_000;

/// Everything that requests meet. Cheap to clone.
#[derive(Clone)]
pub struct Gateway(pub(super) Arc<Parts>);

pub(super) struct Parts {
    pub guard: Guard,
    pub flows: Flows,
    pub portal: Portal,
    pub origin: Origin,
    /// For responses that are held back.
    pub budget: Budget,
    /// For requests that are read before they are decided.
    pub bodies: Budget,
    pub queues: Queues,
    pub flights: Flights,
    /// For passwords that are checked.
    pub turns: Turns,
    pub seen: Seen,
    pub in_flight: InFlight,
    pub request_ids: RequestIds,
    sealers: Sealers,
    ready: quick_cache::sync::Cache<RecordId, Arc<Sealer>>,
}

/// Whether the evidence has ever named a user: before that, a whoami that answers 401 to everybody,
/// or a cookie that is never set, would let everybody pass.
#[derive(Clone, Debug, Default)]
pub struct Seen(Arc<SeenFlags>);

#[derive(Debug, Default)]
struct SeenFlags {
    user: AtomicBool,
    warned_at: AtomicI64,
}

/// How often the log says so, in seconds.
const REMINDER: i64 = 60;

impl Seen {
    pub fn a_user(&self) -> bool {
        self.0.user.load(Ordering::Relaxed)
    }

    pub(super) fn note_user(&self) {
        self.0.user.store(true, Ordering::Relaxed);
    }

    pub(super) fn note_nobody(&self, now: UnixTime) {
        let last = self.0.warned_at.load(Ordering::Relaxed);
        if self.a_user() || now.0 - last < REMINDER {
            return;
        }
        self.0.warned_at.store(now.0, Ordering::Relaxed);
        tracing::warn!(
            "guard.identity (whoami, signed_in_cookie) has never named a user since the start: if it takes \
             everybody for signed out, every sign-in passes without a factor; sign in once and look for \
             this line again"
        );
    }
}

impl Gateway {
    pub fn new(
        guard: Guard,
        flows: Flows,
        portal: Portal,
        origin: Origin,
        sealers: Sealers,
    ) -> Self {
        // Half for each direction: bodies that are sent slowly must not keep answers from being judged.
        let (each, half) = (guard.limits.response_spool, guard.limits.spool_total / 2);
        let (budget, bodies) = (Budget::new(each, half), Budget::new(each, half));
        let request_ids = RequestIds::new(&*flows.random);
        Self(Arc::new(Parts {
            request_ids,
            guard,
            flows,
            portal,
            origin,
            budget,
            bodies,
            queues: Queues::default(),
            flights: Flights::default(),
            turns: Turns::default(),
            seen: Seen::default(),
            in_flight: InFlight::default(),
            sealers,
            ready: quick_cache::sync::Cache::new(SEALERS),
        }))
    }

    pub fn in_flight(&self) -> InFlight {
        self.0.in_flight.clone()
    }

    pub fn seen(&self) -> Seen {
        self.0.seen.clone()
    }
}

impl Parts {
    pub fn sealer(&self, record: RecordId) -> Arc<Sealer> {
        if let Some(sealer) = self.ready.get(&record) {
            return sealer;
        }
        let sealer = Arc::new(self.sealers.of(record));
        self.ready.insert(record, Arc::clone(&sealer));
        sealer
    }
}

#[async_trait]
impl ProxyHttp for Gateway {
    type CTX = Context;

    fn new_ctx(&self) -> Context {
        Context {
            _counted: self.0.in_flight.count(),
            request_id: String::new(),
            facts: None,
            settled: None,
        }
    }

    async fn request_filter(
        &self,
        session: &mut Session,
        ctx: &mut Context,
    ) -> pingora::Result<bool> {
        ctx.request_id = self.0.request_ids.next();
        match self.0.admit(session, ctx).await? {
            Some(reply) => {
                respond::write(session, reply, &ctx.request_id).await?;
                Ok(true)
            }
            // Either a settled request that goes on, or one whose answer has been written already.
            None => Ok(ctx.settled.is_none()),
        }
    }

    async fn upstream_peer(
        &self,
        _: &mut Session,
        ctx: &mut Context,
    ) -> pingora::Result<Box<HttpPeer>> {
        if ctx.settled.is_none() {
            return Err(Error::explain(
                ErrorType::InternalError,
                "only settled requests are proxied",
            ));
        }
        let upgrade = ctx.facts.as_ref().is_some_and(|facts| facts.upgrade);
        let mut peer = HttpPeer::clone(&*self.0.origin.peer()?);
        if upgrade {
            // A socket may be silent for as long as it likes.
            peer.options.read_timeout = None;
        }
        Ok(Box::new(peer))
    }

    async fn upstream_request_filter(
        &self,
        _: &mut Session,
        request: &mut RequestHeader,
        ctx: &mut Context,
    ) -> pingora::Result<()> {
        let (Some(settled), Some(facts)) = (&ctx.settled, &ctx.facts) else {
            return Err(Error::explain(
                ErrorType::InternalError,
                "only settled requests are proxied",
            ));
        };
        let outgoing = self
            .0
            .settled_request(request, Way::Proxy, settled, facts)?;
        *request = outgoing.into_head();
        Ok(())
    }

    async fn response_filter(
        &self,
        session: &mut Session,
        response: &mut ResponseHeader,
        ctx: &mut Context,
    ) -> pingora::Result<()> {
        let (Some(settled), Some(facts)) = (&mut ctx.settled, &ctx.facts) else {
            return Ok(());
        };
        if response.status.is_informational() && response.status.as_u16() != 101 {
            // Nothing of an interim response is needed, and a credential may be in any field of it.
            let names: Vec<_> = response.headers.keys().cloned().collect();
            for name in names {
                response.remove_header(&name);
            }
            return Ok(());
        }
        hop_by_hop::check_length(response)?;
        let cookies = self.0.cookies_of(response, facts);
        let record = &settled.held.record;
        if facts.upgrade && cookies.change_a_credential(&settled.jar, &record.live) {
            // Nothing that streams can be held back until it is known whose it is.
            let why = "an answer to an upgrade changes a protected cookie";
            return Err(Error::explain(ErrorType::InternalError, why));
        }
        self.0
            .settled_response(response, settled, facts, cookies)
            .await?;
        if session.req_header().version == http::Version::HTTP_2 {
            response.remove_header("keep-alive");
        }
        Ok(())
    }

    async fn request_body_filter(
        &self,
        _: &mut Session,
        body: &mut Option<Bytes>,
        _: bool,
        ctx: &mut Context,
    ) -> pingora::Result<()> {
        refuse_after_end(body.is_some(), ctx)
    }

    fn response_body_filter(
        &self,
        _: &mut Session,
        body: &mut Option<Bytes>,
        end: bool,
        ctx: &mut Context,
    ) -> pingora::Result<Option<std::time::Duration>> {
        refuse_after_end(body.is_some(), ctx)?;
        if let Some(mask) = ctx
            .settled
            .as_mut()
            .and_then(|settled| settled.mask.as_mut())
        {
            let clean = mask.pass(body.take().unwrap_or_default(), end);
            *body = (!clean.is_empty()).then_some(clean);
        }
        Ok(None)
    }

    async fn response_trailer_filter(
        &self,
        _: &mut Session,
        trailers: &mut HeaderMap,
        _: &mut Context,
    ) -> pingora::Result<Option<Bytes>> {
        trailers.remove(http::header::SET_COOKIE);
        Ok(None)
    }

    async fn fail_to_proxy(
        &self,
        session: &mut Session,
        error: &Error,
        ctx: &mut Context,
    ) -> FailToProxy {
        let problem = match (error.etype(), error.esource()) {
            (ErrorType::HTTPStatus(413), _) => PageProblem::TooLarge,
            (ErrorType::ReadTimedout | ErrorType::WriteTimedout, ErrorSource::Upstream) => {
                PageProblem::ApplicationSlow
            }
            (ErrorType::ConnectTimedout, _) | (_, ErrorSource::Upstream) => {
                PageProblem::ApplicationDown
            }
            (ErrorType::ConnectError | ErrorType::ConnectRefused, _) => {
                PageProblem::ApplicationDown
            }
            (
                ErrorType::WriteError | ErrorType::ReadError | ErrorType::ConnectionClosed,
                ErrorSource::Downstream,
            ) => {
                return FailToProxy {
                    error_code: 0,
                    can_reuse_downstream: false,
                };
            }
            (_, ErrorSource::Downstream) => PageProblem::BadRequest,
            _ => PageProblem::Internal,
        };
        if session.response_written().is_none() {
            session.set_keepalive(None);
            let reader = Reader {
                request_id: &ctx.request_id,
                language: language_of(session.req_header()),
            };
            let reply = Reply::from(self.0.portal.problem(problem, reader, None));
            if let Err(error) = respond::write(session, reply, &ctx.request_id).await {
                tracing::debug!(request_id = ctx.request_id, %error, "an error page could not be sent");
            }
        }
        FailToProxy {
            error_code: problem.status(),
            can_reuse_downstream: false,
        }
    }

    fn request_summary(&self, session: &Session, ctx: &Context) -> String {
        // Without the query: passwords stand in some.
        let path = ctx
            .facts
            .as_ref()
            .map_or("?", |facts| facts.target.path.as_str());
        format!(
            "{} {path} ({})",
            session.req_header().method,
            ctx.request_id
        )
    }
}

/// A stream or socket that outlived its session carries nothing more.
fn refuse_after_end(has_bytes: bool, ctx: &Context) -> pingora::Result<()> {
    match &ctx.settled {
        Some(settled) if has_bytes && !settled.over && settled.held.has_ended() => {
            Err(Error::explain(
                ErrorType::ConnectionClosed,
                "the session ended while this was streaming",
            ))
        }
        _ => Ok(()),
    }
}
