//! Holding whole bodies in memory, within bounds.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::{Bytes, BytesMut};
use pingora::http::ResponseHeader;

use super::origin::{Incoming, Origin};

/// Bytes of requests and responses that the whole process may hold at once.
#[derive(Debug)]
pub struct Budget {
    each: usize,
    total: usize,
    used: Arc<AtomicUsize>,
}

/// Why a response was not taken whole.
#[derive(Debug)]
pub enum SpoolError {
    /// Larger than one response may be.
    TooLarge,
    /// The process holds too much already.
    Full,
    Broken(Box<pingora::Error>),
}

/// A share of the budget; given back when dropped.
pub struct Share {
    used: Arc<AtomicUsize>,
    total: usize,
    bytes: usize,
}

impl Share {
    /// Takes as much as makes it `bytes` in all; `false` where the whole budget is used up.
    pub fn grow_to(&mut self, bytes: usize) -> bool {
        self.grow(bytes.saturating_sub(self.bytes))
    }

    /// Takes more; `false` where the whole budget is used up.
    pub fn grow(&mut self, bytes: usize) -> bool {
        self.bytes += bytes;
        self.used.fetch_add(bytes, Ordering::Relaxed) + bytes <= self.total
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.used.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// A response at hand. It counts against the budget for as long as it lives.
pub struct Spooled {
    pub head: ResponseHeader,
    pub body: Bytes,
    _share: Share,
}

impl Budget {
    pub fn new(each: usize, total: usize) -> Self {
        Self {
            each,
            total,
            used: Arc::default(),
        }
    }

    pub fn share(&self) -> Share {
        Share {
            used: Arc::clone(&self.used),
            total: self.total,
            bytes: 0,
        }
    }

    /// Reads a response to its last byte.
    pub async fn spool(
        &self,
        origin: &Origin,
        mut incoming: Incoming,
    ) -> Result<Spooled, SpoolError> {
        let mut share = self.share();
        let mut body = BytesMut::new();
        while let Some(chunk) = incoming.next().await.map_err(SpoolError::Broken)? {
            if body.len() + chunk.len() > self.each {
                return Err(SpoolError::TooLarge);
            }
            if !share.grow(chunk.len()) {
                return Err(SpoolError::Full);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Spooled {
            head: origin.release(incoming).await,
            body: body.freeze(),
            _share: share,
        })
    }
}
