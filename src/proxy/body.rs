//! Reading a request's body before anything is decided.

use bytes::{Bytes, BytesMut};
use pingora::proxy::Session;

use super::facts::Facts;

/// Why a body was not read.
#[derive(Debug)]
pub enum BodyError {
    TooLarge,
    /// The client went away or broke the framing.
    Broken(Box<pingora::Error>),
}

/// The whole body, if it has at most `most` bytes. Says `100 Continue` where the client waits for it
/// and the declared length fits.
pub async fn read(session: &mut Session, facts: &Facts, most: usize) -> Result<Bytes, BodyError> {
    let declared = facts.content_length.unwrap_or(0);
    if declared > most as u64 {
        return Err(BodyError::TooLarge);
    }
    if facts.expects_continue && !session.is_body_done() {
        session
            .write_continue_response()
            .await
            .map_err(BodyError::Broken)?;
    }
    let mut body = BytesMut::new();
    while let Some(chunk) = session
        .read_request_body()
        .await
        .map_err(BodyError::Broken)?
    {
        if body.len() + chunk.len() > most {
            return Err(BodyError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}
