//! After an exchange: whose it was, and what of it the browser may have.

use std::sync::Arc;

use http::header;
use pingora::http::RequestHeader;

use super::asking::{About, AskedAnswer};
use super::facts::{Facts, Kind};
use super::gateway::Parts;
use super::jar::{Jar, ResponseCookies, expire};
use super::reply::Reply;
use super::sealing::SealedLines;
use super::settled::scrub;
use super::spool::Spooled;
use crate::crypto::seal::SealError;
use crate::domain::evidence::Evidence;
use crate::domain::ids::{Epoch, RecordId};
use crate::domain::password::SignInName;
use crate::domain::session::{Asked, Record, State};
use crate::domain::typed_name::TypedName;
use crate::flows::sign_in::{NewVisitor, SignIn};
use crate::flows::{FlowError, Moved};
use crate::portal::views::texts::PageProblem;
use crate::stores::Held;

/// A request as the exchange knows it.
#[derive(Clone)]
pub struct Visitor {
    pub facts: Arc<Facts>,
    /// The client's head.
    pub head: RequestHeader,
    /// Names of presented cookies that opened nothing.
    pub dead: Vec<String>,
    /// The name typed in a declared sign-in, where it is certain.
    pub typed: Option<TypedName>,
    /// The name that was typed, where this is a declared sign-in.
    pub sign_in_name: Option<SignInName>,
}

/// A response that was read to its end, with the credentials that the browser had before it.
pub struct Heard {
    pub spooled: Spooled,
    pub cookies: ResponseCookies,
    pub jar: Jar,
}

/// Why nothing can be released.
#[derive(Debug, thiserror::Error)]
pub enum Unreleased {
    #[error(transparent)]
    Flow(#[from] FlowError),
    #[error(transparent)]
    Seal(#[from] SealError),
    #[error("the session ended while the exchange was running")]
    Gone,
}

impl From<crate::stores::StoreError> for Unreleased {
    fn from(error: crate::stores::StoreError) -> Self {
        Self::Flow(error.into())
    }
}

impl From<crate::domain::session::IllegalMove> for Unreleased {
    fn from(error: crate::domain::session::IllegalMove) -> Self {
        Self::Flow(error.into())
    }
}

impl Parts {
    /// Takes the evidence with exactly what the browser would now have, moves the session on, and
    /// releases, holds or refuses. `before` is the visitor's session, whose lease the caller has.
    pub async fn conclude(
        &self,
        visitor: &Visitor,
        before: Option<&Held>,
        mut heard: Heard,
    ) -> Result<Reply, Unreleased> {
        let record = before.map(|held| &*held.record);
        let asked = self.ask_about(visitor, record, &mut heard).await;
        self.settle(visitor, before, heard, asked).await
    }

    /// Asks with what the browser would have after this response; `heard` has it afterwards. Where the
    /// response took every credential away, what it shows may still be a user's: then the question is
    /// put with what the exchange carried.
    /// `record` is the session whose cookies the exchange carried.
    pub async fn ask_about(
        &self,
        visitor: &Visitor,
        record: Option<&Record>,
        heard: &mut Heard,
    ) -> AskedAnswer {
        let mut carried = heard.jar.clone();
        heard.jar.apply(&heard.cookies);
        let asks_carried = heard.jar.is_empty() && !carried.is_empty();
        let jar = if asks_carried { &carried } else { &heard.jar };
        let just_typed = visitor.typed.as_ref().map(TypedName::as_str);
        let path = &visitor.facts.target.path;
        let about = About {
            facts: &visitor.facts,
            head: &visitor.head,
            plain_set: &heard.cookies.plain,
            typed: just_typed.or_else(|| self.remembered(record?, jar)),
            elsewhere: record
                .is_some_and(|record| self.is_shown_elsewhere(record, path, &heard.cookies)),
            half: record.is_some_and(|record| self.is_half(record, path, &heard.cookies)),
        };
        if asks_carried {
            let mut asked = self.ask(&mut carried, &about).await;
            if matches!(asked.evidence, Evidence::User { .. }) {
                let why = "the answer deleted the cookies of a user who is still signed in";
                asked.evidence = Evidence::Unknown(why);
            }
            asked.cookies = ResponseCookies::default();
            return asked;
        }
        let mut asked = self.ask(&mut heard.jar, &about).await;
        heard.cookies.then(std::mem::take(&mut asked.cookies));
        asked
    }

    /// Acts on the evidence.
    pub async fn settle(
        &self,
        visitor: &Visitor,
        before: Option<&Held>,
        mut heard: Heard,
        asked: AskedAnswer,
    ) -> Result<Reply, Unreleased> {
        match (asked.evidence, before) {
            (Evidence::SignedOut, Some(before)) => {
                self.still_anonymous(visitor, before, heard).await
            }
            (Evidence::SignedOut, None) => self.new_visitor(visitor, heard).await,
            (Evidence::User { id, name }, before) => {
                let epoch = before
                    .map_or(Epoch::default(), |held| held.record.epoch)
                    .next();
                heard.jar.stamp(epoch);
                let jar = heard.jar.credentials();
                let network = visitor.facts.network();
                let from = visitor.facts.client.to_string();
                let return_to = self.wanted(visitor, &heard.spooled);
                let record = match before {
                    Some(before) => before.record.id,
                    None => self.record_id()?,
                };
                let SealedLines { lines, kept } = self.seal_anew(record, epoch, &heard)?;
                let sign_in = SignIn {
                    user: id,
                    name,
                    sign_in_name: visitor.sign_in_name.clone(),
                    jar: &jar,
                    kept,
                    return_to,
                    from: &from,
                    network: &network,
                };
                let moved = match before {
                    Some(before) => self
                        .flows
                        .sign_in_over(&before.record, sign_in)
                        .await?
                        .ok_or(Unreleased::Gone)?,
                    None => self.flows.sign_in_new(record, sign_in).await?,
                };
                self.signed_in(visitor, &moved, &heard, lines)
            }
            (Evidence::Unknown(why), before) => {
                tracing::warn!(
                    request_id = visitor.facts.request_id,
                    why,
                    "guard.identity gave no clear answer; nothing is released"
                );
                self.unknown(visitor, before).await
            }
        }
    }

    fn record_id(&self) -> Result<RecordId, Unreleased> {
        RecordId::generate(&*self.flows.random).map_err(|error| Unreleased::Flow(error.into()))
    }

    async fn still_anonymous(
        &self,
        visitor: &Visitor,
        before: &Held,
        mut heard: Heard,
    ) -> Result<Reply, Unreleased> {
        let lines = self.give_back(before, &mut heard).await?;
        self.release(visitor, &heard, lines)
    }

    /// Gives the lease back: nobody is signed in.
    async fn give_back(
        &self,
        before: &Held,
        heard: &mut Heard,
    ) -> Result<Vec<Vec<u8>>, Unreleased> {
        let record = &before.record;
        heard.jar.stamp(record.epoch);
        let jar = heard.jar.credentials();
        let sealed = self.seal_anew(record.id, record.epoch, heard)?;
        let next = Record::clone(record)
            .still_anonymous(Asked {
                jar: &jar,
                at: self.flows.clock.now(),
            })?
            .keep(sealed.kept);
        self.flows
            .sessions
            .transition(next)
            .await?
            .ok_or(Unreleased::Gone)?;
        Ok(sealed.lines)
    }

    /// Nothing that the browser held before is a seal of the coming move.
    fn seal_anew(
        &self,
        record: RecordId,
        epoch: Epoch,
        heard: &Heard,
    ) -> Result<SealedLines, SealError> {
        self.seal_lines(record, epoch, &heard.cookies, &Jar::default())
    }

    async fn new_visitor(&self, visitor: &Visitor, mut heard: Heard) -> Result<Reply, Unreleased> {
        if heard.jar.is_empty() {
            let plain = heard.cookies.plain.clone();
            return self.release(visitor, &heard, plain);
        }
        let epoch = Epoch::default();
        heard.jar.stamp(epoch);
        let jar = heard.jar.credentials();
        let id = self.record_id()?;
        let SealedLines { mut lines, kept } = self.seal_anew(id, epoch, &heard)?;
        let new = NewVisitor {
            id,
            jar: &jar,
            kept,
            network: &visitor.facts.network(),
        };
        let moved = self.flows.remember_visitor(new).await?;
        lines.push(self.guard.token_line(moved.token.expose()).into_bytes());
        self.release(visitor, &heard, lines)
    }

    fn signed_in(
        &self,
        visitor: &Visitor,
        moved: &Moved,
        heard: &Heard,
        mut lines: Vec<Vec<u8>>,
    ) -> Result<Reply, Unreleased> {
        lines.push(self.guard.token_line(moved.token.expose()).into_bytes());
        if visitor.facts.cookies.return_to.is_some() {
            lines.push(self.guard.return_line("").into_bytes());
        }
        match &moved.held.record.state {
            State::PasswordOnly(_) => match self.remembered_instead(visitor, heard) {
                Some(reply) => Ok(reply.with_cookies(lines)),
                None => self.release(visitor, heard, lines),
            },
            state => Ok(self.factor_first(&visitor.facts, state).with_cookies(lines)),
        }
    }

    /// Nobody can tell whose session it is now: it ends, like one whose exchange broke. Handing its
    /// cookies back would let whoever signed in go on until the application can be asked again.
    pub(super) async fn unknown(
        &self,
        visitor: &Visitor,
        before: Option<&Held>,
    ) -> Result<Reply, Unreleased> {
        let refusal = self.refusal(&visitor.facts, PageProblem::IdentityUnknown);
        let Some(before) = before else {
            return Ok(refusal);
        };
        self.flows.sessions.end(before.record.id).await?;
        let dead = visitor.facts.presented_names();
        let none = (Jar::default(), ResponseCookies::default());
        let lines = expire(&dead, &none.0, &none.1, self.guard.https);
        Ok(refusal
            .with_cookies(lines)
            .with_cookies([self.guard.token_deletion().into_bytes()]))
    }

    /// The application's own response, with these cookies instead of its own.
    pub fn release(
        &self,
        visitor: &Visitor,
        heard: &Heard,
        lines: Vec<Vec<u8>>,
    ) -> Result<Reply, Unreleased> {
        let mut head = heard.spooled.head.clone();
        let declared = head
            .headers
            .get(header::CONTENT_LENGTH)
            .and_then(|length| length.to_str().ok()?.parse().ok());
        scrub(&mut head, &heard.jar);
        let mut reply = Reply::new(head.status);
        for (name, value) in &head.headers {
            let ours = *name == header::SET_COOKIE
                || *name == header::CONTENT_LENGTH
                || name.as_str() == "set-cookie2";
            if !ours {
                reply
                    .headers
                    .push((name.as_str().to_owned(), value.as_bytes().to_vec()));
            }
        }
        let dead = expire(&visitor.dead, &heard.jar, &heard.cookies, self.guard.https);
        reply.body = heard.jar.without_values(&heard.spooled.body);
        reply.declared_length =
            if reply.body.is_empty() && visitor.facts.method == http::Method::HEAD {
                declared
            } else {
                None
            };
        Ok(reply.with_cookies(lines).with_cookies(dead))
    }

    /// A navigation goes to the challenge (or the enrolment), everything else learns where it is.
    pub fn factor_first(&self, facts: &Facts, state: &State) -> Reply {
        let page = if matches!(state, State::AwaitingEnrolment(_)) {
            "enrol"
        } else {
            "challenge"
        };
        let place = format!("{}/{page}", self.guard.portal);
        match facts.kind {
            Kind::Navigation => Reply::see_other(&place),
            Kind::Framed => self.portal.framed(facts.reader()).into(),
            Kind::SubResource | Kind::EventStream | Kind::Call => Reply::problem(
                http::StatusCode::UNAUTHORIZED,
                "A second factor is needed",
                Some(&place),
            ),
        }
    }

    /// An error page for people, a problem document for programs.
    pub fn refusal(&self, facts: &Facts, problem: PageProblem) -> Reply {
        match facts.kind {
            Kind::Navigation | Kind::Framed => {
                let retry = facts.is_safe().then(|| facts.own_address());
                self.portal
                    .problem(problem, facts.reader(), retry.as_deref())
                    .into()
            }
            Kind::SubResource | Kind::EventStream | Kind::Call => {
                let status = http::StatusCode::from_u16(problem.status())
                    .unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
                Reply::problem(status, &problem.title(), None)
            }
        }
    }
}
