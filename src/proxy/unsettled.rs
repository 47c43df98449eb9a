//! Bare and undecided requests: exchanges of the gateway's own, judged before anything is shown.

use std::sync::Arc;

use bytes::Bytes;
use http::header;

use super::body::Read;
use super::facts::Facts;
use super::gateway::Parts;
use super::jar::{Jar, ResponseCookies};
use super::judge::{Heard, Unreleased, Visitor};
use super::origin::Incoming;
use super::outgoing::{Outgoing, Way};
use super::reply::Reply;
use super::spool::SpoolError;
use crate::domain::evidence::Evidence;
use crate::portal::problem_of;
use crate::portal::views::texts::PageProblem;
use crate::stores::Held;

/// Nothing to send with a request.
static EMPTY: Bytes = Bytes::new();

/// How a bare exchange goes on.
pub enum Bare {
    Reply(Reply),
    /// No credential came back: the response streams.
    Stream(Box<Incoming>),
}

impl Parts {
    /// Runs the session's one exchange in a task of its own: a client that hangs up does not cancel
    /// it, so the evidence is always taken.
    pub async fn undecided(
        self: &Arc<Self>,
        visitor: Visitor,
        body: Option<Arc<Read>>,
        leased: Held,
        jar: Jar,
        fresh: bool,
    ) -> Reply {
        let parts = Arc::clone(self);
        let facts = Arc::clone(&visitor.facts);
        let id = leased.record.id;
        let counted = self.in_flight.count();
        let task = tokio::spawn(async move {
            let _counted = counted;
            let limit = parts.guard.limits.exchange_timeout + parts.guard.limits.whoami_timeout;
            let body = body.as_ref().map_or(&EMPTY, |body| &***body);
            let run = parts.run_undecided(&visitor, body, &leased, jar, fresh);
            match tokio::time::timeout(limit, run).await {
                Ok(reply) => reply,
                Err(_) => {
                    parts.end_quietly(leased.record.id).await;
                    parts.refusal(&visitor.facts, PageProblem::ApplicationSlow)
                }
            }
        });
        match task.await {
            Ok(reply) => reply,
            Err(error) => {
                tracing::error!(session = %id, %error, "an exchange broke; its session ends");
                self.end_quietly(id).await;
                self.refusal(&facts, PageProblem::Internal)
            }
        }
    }

    async fn run_undecided(
        &self,
        visitor: &Visitor,
        body: &Bytes,
        leased: &Held,
        jar: Jar,
        fresh: bool,
    ) -> Reply {
        let facts = &visitor.facts;
        let heard = match self.hear(visitor, body, jar, fresh).await {
            Ok(heard) => heard,
            Err(problem) => {
                // Nobody knows what the application made of it: the record ends.
                self.end_quietly(leased.record.id).await;
                return self
                    .refusal(facts, problem)
                    .with_cookies([self.guard.token_deletion().into_bytes()]);
            }
        };
        self.conclude_or_end(visitor, leased, heard).await
    }

    pub(super) async fn conclude_or_end(
        &self,
        visitor: &Visitor,
        leased: &Held,
        heard: Heard,
    ) -> Reply {
        match self.conclude(visitor, Some(leased), heard).await {
            Ok(reply) => reply,
            Err(error) => {
                self.end_quietly(leased.record.id).await;
                self.unreleased(&visitor.facts, &error)
            }
        }
    }

    async fn hear(
        &self,
        visitor: &Visitor,
        body: &Bytes,
        jar: Jar,
        fresh: bool,
    ) -> Result<Heard, PageProblem> {
        let build = || self.exchange_head(visitor, &jar);
        let incoming = self
            .origin
            .exchange(&build, body, fresh)
            .await
            .map_err(|error| exchange_problem(&visitor.facts, &error))?;
        self.spool(visitor, incoming, jar).await
    }

    pub async fn spool(
        &self,
        visitor: &Visitor,
        incoming: Incoming,
        jar: Jar,
    ) -> Result<Heard, PageProblem> {
        let spooled =
            self.budget
                .spool(&self.origin, incoming)
                .await
                .map_err(|error| match error {
                    SpoolError::TooLarge => PageProblem::ResponseTooLarge,
                    SpoolError::Full => PageProblem::Busy,
                    SpoolError::Broken(error) => exchange_problem(&visitor.facts, &error),
                })?;
        let now = self.flows.clock.now();
        let cookies = ResponseCookies::read(
            &spooled.head,
            &visitor.facts.target.path,
            &self.guard.names,
            now,
        );
        Ok(Heard {
            spooled,
            cookies,
            jar,
        })
    }

    pub(super) fn exchange_head(&self, visitor: &Visitor, jar: &Jar) -> pingora::Result<Outgoing> {
        let (head, facts) = (&visitor.head, &visitor.facts);
        let cookies = jar.cookie_field(&facts.cookies.plain);
        let mut outgoing = self.outgoing(head, Way::Exchange, facts, cookies)?;
        if !self.guard.is_public(&facts.target.path) {
            // What is held back is looked through for credentials, and nobody can look through a gzip.
            outgoing.headers.remove(header::ACCEPT_ENCODING);
        }
        Ok(outgoing)
    }

    /// An exchange without any credential. `session` is what the browser presented, for a visitor
    /// whose cookies do not count here: what the answer sets is dropped then, unless it signs in.
    pub async fn bare(
        &self,
        visitor: &Visitor,
        body: &Bytes,
        session: Option<&Held>,
        fresh: bool,
    ) -> Bare {
        let facts = &visitor.facts;
        let none = Jar::default();
        let build = || self.exchange_head(visitor, &none);
        let exchange = tokio::time::timeout(
            self.guard.limits.exchange_timeout,
            self.origin.exchange(&build, body, fresh),
        );
        let incoming = match exchange.await {
            Ok(Ok(incoming)) => incoming,
            Ok(Err(error)) => {
                return Bare::Reply(self.refusal(facts, exchange_problem(&visitor.facts, &error)));
            }
            Err(_) => return Bare::Reply(self.refusal(facts, PageProblem::ApplicationSlow)),
        };
        let now = self.flows.clock.now();
        let cookies =
            ResponseCookies::read(&incoming.head, &facts.target.path, &self.guard.names, now);
        if !cookies.bring_a_credential() {
            return Bare::Stream(Box::new(incoming));
        }
        let spooled = tokio::time::timeout(
            self.guard.limits.exchange_timeout,
            self.spool(visitor, incoming, Jar::default()),
        );
        match spooled.await {
            Ok(Ok(heard)) => Bare::Reply(self.judge_bare(visitor, session, heard).await),
            Ok(Err(problem)) => Bare::Reply(self.refusal(facts, problem)),
            Err(_) => Bare::Reply(self.refusal(facts, PageProblem::ApplicationSlow)),
        }
    }

    async fn judge_bare(
        &self,
        visitor: &Visitor,
        session: Option<&Held>,
        mut heard: Heard,
    ) -> Reply {
        let asked = self.ask_about(visitor, None, &mut heard).await;
        match (&asked.evidence, session) {
            (Evidence::SignedOut, Some(_)) => {
                // A sub-resource beside a session: the page's own session is the one that counts.
                let plain = heard.cookies.plain.clone();
                return self
                    .release(visitor, &heard, plain)
                    .unwrap_or_else(|error| self.unreleased(&visitor.facts, &error));
            }
            // Somebody signed in beside the session: that session is over, whoever it was.
            (Evidence::User { .. }, Some(session)) => self.end_quietly(session.record.id).await,
            _ => {}
        }
        self.settle(visitor, None, heard, asked)
            .await
            .unwrap_or_else(|error| self.unreleased(&visitor.facts, &error))
    }

    pub fn unreleased(&self, facts: &Facts, error: &Unreleased) -> Reply {
        tracing::error!(request_id = facts.request_id, %error, "an exchange was not released");
        let problem = match error {
            Unreleased::Flow(error) => problem_of(error),
            Unreleased::Seal(_) => PageProblem::ApplicationDown,
            Unreleased::Gone => PageProblem::Busy,
        };
        self.refusal(facts, problem)
    }
}

pub fn exchange_problem(facts: &Facts, error: &pingora::Error) -> PageProblem {
    use pingora::ErrorType::{ConnectTimedout, ReadTimedout, WriteTimedout};
    tracing::warn!(request_id = facts.request_id, %error, "the application did not answer");
    match error.etype() {
        ReadTimedout | WriteTimedout | ConnectTimedout => PageProblem::ApplicationSlow,
        _ => PageProblem::ApplicationDown,
    }
}
