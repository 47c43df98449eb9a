//! What an exchange meant: a visitor, a sign-in, or the same user as before.

use super::{Actor, FlowError, Flows, Moved, audit};
use crate::crypto::token::SessionToken;
use crate::domain::credentials::{Credential, KeptSeal};
use crate::domain::ids::{RecordId, UserId};
use crate::domain::password::SignInName;
use crate::domain::session::{Asked, Landing, Record, SignedIn, State};
use crate::stores::Held;

/// A sign-in that evidence has shown, and where it goes from here.
pub struct SignIn<'a> {
    pub user: UserId,
    pub name: String,
    /// As it was typed at a declared sign-in.
    pub sign_in_name: Option<SignInName>,
    /// The protected cookies that the browser now has, each with the epoch of its seal.
    pub jar: &'a [Credential],
    /// Seals of theirs that are too long for a browser.
    pub kept: Vec<KeptSeal>,
    /// Where the user wanted to go, a path on this origin.
    pub return_to: Option<String>,
    /// The client's address.
    pub from: &'a str,
    /// The client's network, for the cap on sessions.
    pub network: &'a str,
}

/// A visitor whom nobody knows, with the cookies that the application has set.
pub struct NewVisitor<'a> {
    pub id: RecordId,
    pub jar: &'a [Credential],
    /// Seals of theirs that are too long for a browser.
    pub kept: Vec<KeptSeal>,
    /// The client's network, for the cap on sessions.
    pub network: &'a str,
}

impl Flows {
    pub async fn remember_visitor(&self, visitor: NewVisitor<'_>) -> Result<Moved, FlowError> {
        let token = SessionToken::generate(&*self.random)?;
        let asked = Asked {
            jar: visitor.jar,
            at: self.now(),
        };
        let life = self.rules.anonymous_lifetime;
        let record = Record::anonymous(visitor.id, token.digest(), asked, life).keep(visitor.kept);
        let held = self
            .sessions
            .create(record, visitor.network, asked.at)
            .await?;
        Ok(Moved { held, token })
    }

    /// A sign-in without a session before it.
    pub async fn sign_in_new(&self, id: RecordId, sign_in: SignIn<'_>) -> Result<Moved, FlowError> {
        let token = SessionToken::generate(&*self.random)?;
        let asked = Asked {
            jar: sign_in.jar,
            at: self.now(),
        };
        let record = Record::anonymous(id, token.digest(), asked, self.rules.anonymous_lifetime);
        let mut record = self.signed_in(record, &sign_in, &token).await?;
        // The token of the visitor's record was never given to anybody.
        record.previous = None;
        let held = self
            .sessions
            .create(record, sign_in.network, asked.at)
            .await?;
        self.landed(held, token, sign_in.from).await
    }

    /// A sign-in in a visitor's session. `None` where that session ended meanwhile.
    pub async fn sign_in_over(
        &self,
        before: &Record,
        sign_in: SignIn<'_>,
    ) -> Result<Option<Moved>, FlowError> {
        let token = SessionToken::generate(&*self.random)?;
        let record = self.signed_in(before.clone(), &sign_in, &token).await?;
        match self.sessions.transition(record).await? {
            Some(held) => self.landed(held, token, sign_in.from).await.map(Some),
            None => Ok(None),
        }
    }

    async fn signed_in(
        &self,
        record: Record,
        sign_in: &SignIn<'_>,
        token: &SessionToken,
    ) -> Result<Record, FlowError> {
        let at = self.now();
        let who = SignedIn {
            user: sign_in.user.clone(),
            name: sign_in.name.clone(),
            sign_in_name: sign_in.sign_in_name.clone(),
            at,
        };
        let landing = match (
            self.authenticators.count(&who.user).await?,
            self.rules.mfa_required,
        ) {
            (0, true) => Landing::Enrolment,
            (0, false) => Landing::PasswordOnly,
            _ => Landing::Challenge,
        };
        let asked = Asked {
            jar: sign_in.jar,
            at,
        };
        let mut record = record
            .sign_in(who, landing, asked, token.digest(), self.rules.lifetime)?
            .keep(sign_in.kept.clone());
        record.return_to.clone_from(&sign_in.return_to);
        Ok(record)
    }

    /// Between the count of factors and the write of the session, a first factor may have come or the
    /// last one gone.
    async fn landed(
        &self,
        held: Held,
        token: SessionToken,
        from: &str,
    ) -> Result<Moved, FlowError> {
        let Some(actor) = Actor::of(&held, from) else {
            return Ok(Moved { held, token });
        };
        let awaits = matches!(held.record.state, State::AwaitingFactor(_));
        let alone = matches!(held.record.state, State::PasswordOnly(_));
        self.note(
            actor,
            if alone {
                audit::SIGNED_IN_BY_PASSWORD
            } else {
                audit::PASSWORD_ACCEPTED
            },
            "",
        )
        .await;
        let enrolled = self.authenticators.count(actor.user()).await? > 0;
        if awaits == enrolled {
            return Ok(Moved { held, token });
        }
        self.level(actor.user()).await?;
        let read = self.sessions.read(held.record.id, self.now()).await?;
        Ok(Moved {
            held: read.unwrap_or(held),
            token,
        })
    }
}
