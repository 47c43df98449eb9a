//! Reading a request's body before anything is decided, within the bounds of the process.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use pingora::proxy::Session;
use zeroize::Zeroize;

use super::facts::Facts;
use super::spool::{Budget, Share};

/// A body of this size is no burden.
const SMALL: usize = 64 * 1024;

/// How much may be read, against which budget, and for how long.
pub struct Room<'a> {
    pub most: usize,
    pub budget: &'a Budget,
    pub patience: Duration,
}

/// A body at hand. It counts against the budget for as long as it lives.
pub struct Read {
    bytes: Bytes,
    _share: Share,
}

impl Read {
    /// Forgets what was read, and overwrites it where nobody else holds it: it may be a password.
    pub fn wipe(self) {
        if let Ok(mut bytes) = self.bytes.try_into_mut() {
            bytes.as_mut().zeroize();
        }
    }
}

impl std::ops::Deref for Read {
    type Target = Bytes;

    fn deref(&self) -> &Bytes {
        &self.bytes
    }
}

/// Why a body was not read.
#[derive(Debug)]
pub enum BodyError {
    TooLarge,
    /// The process holds too much already.
    Full,
    /// The client went away, took too long or broke the framing.
    Broken(Box<pingora::Error>),
}

/// The whole body, if it fits. Says `100 Continue` where the client waits for it and the declared
/// length fits.
pub async fn read(session: &mut Session, facts: &Facts, room: Room<'_>) -> Result<Read, BodyError> {
    if facts.content_length.unwrap_or(0) > room.most as u64 {
        return Err(BodyError::TooLarge);
    }
    if facts.expects_continue && !session.is_body_done() {
        let told = session.write_continue_response().await;
        told.map_err(BodyError::Broken)?;
    }
    if session.is_body_empty() {
        return Ok(Read {
            bytes: Bytes::new(),
            _share: room.budget.share(),
        });
    }
    let patience = room.patience;
    let late = |_| {
        let what = "the request's body did not arrive in time";
        BodyError::Broken(pingora::Error::explain(
            pingora::ErrorType::ReadTimedout,
            what,
        ))
    };
    tokio::time::timeout(patience, Box::pin(take(session, room)))
        .await
        .map_err(late)?
}

async fn take(session: &mut Session, room: Room<'_>) -> Result<Read, BodyError> {
    let (mut share, mut body) = (room.budget.share(), BytesMut::new());
    while let Some(chunk) = session
        .read_request_body()
        .await
        .map_err(BodyError::Broken)?
    {
        if body.len() + chunk.len() > room.most {
            return Err(BodyError::TooLarge);
        }
        body.extend_from_slice(&chunk);
        // Forms are small and always find room: large bodies that somebody parks must not shut the
        // sign-in for everybody.
        if body.len() > SMALL && !share.grow_to(body.len()) {
            return Err(BodyError::Full);
        }
    }
    Ok(Read {
        bytes: body.freeze(),
        _share: share,
    })
}
