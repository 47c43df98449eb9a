//! What one request carries from hook to hook.

use std::sync::Arc;

use super::facts::Facts;
use super::in_flight::Counted;
use super::jar::Jar;
use super::mask::Mask;
use crate::domain::step_up::FactorWindow;
use crate::stores::{Change, Held};

/// A settled request on its way through Pingora's proxy.
pub struct Settled {
    pub held: Held,
    pub jar: Jar,
    /// Names of presented cookies that opened nothing.
    pub dead: Vec<String>,
    pub step_up: Option<FactorWindow>,
    /// The request may change whose session this is: an unsafe method, or a declared sign-out.
    pub _change: Option<Change>,
    /// This response ends the session.
    pub over: bool,
    /// Watches the response's body; set with its head.
    pub mask: Option<Mask>,
    /// `Set-Cookie` lines that a probe brought, sealed already.
    pub extra: Vec<Vec<u8>>,
}

/// State of one request. `facts` is there once the head was understood.
pub struct Context {
    /// Counts the request while it is under way.
    pub _counted: Counted,
    pub request_id: String,
    pub facts: Option<Arc<Facts>>,
    pub settled: Option<Settled>,
}
