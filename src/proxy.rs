//! Between browser and application, on Pingora.
//!
//! ```text
//! request ─ facts ─ route ─┬─ portal      the gateway's own pages
//!                          ├─ settled     credentials opened, headers set, answer sealed and streamed; what
//!                          │              brings a changed credential is spooled and asked about first
//!                          ├─ bare        no credential goes up; judged if one comes back
//!                          ├─ undecided   one at a time, to its end, then the evidence, then release or hold
//!                          └─ refused     303, 401, 4xx, 5xx
//! ```
//! Only this folder and `admin` know Pingora. Hooks are short: gather facts, decide, act.

mod admit;
mod asking;
mod body;
mod context;
mod cookies;
mod facts;
mod gateway;
mod guard;
mod headers;
mod hop_by_hop;
mod in_flight;
mod jar;
mod judge;
mod lanes;
mod lease;
mod looking;
mod mask;
mod origin;
mod outgoing;
mod own_exchange;
mod password_check;
mod portal_lane;
mod probe;
mod ready;
mod reply;
mod request_ids;
mod respond;
mod route;
mod sealing;
mod set_cookie;
mod settled;
mod settled_exchange;
mod spool;
mod stream;
mod target;
mod unsettled;
mod wanted;

#[cfg(any(test, fuzzing))]
pub(crate) mod inside {
    //! For the properties.
    pub use super::cookies::RequestCookies;
    pub use super::portal_lane::form_fields;
    pub(crate) use super::set_cookie::{Line, deletion, parse as parse_set_cookie};
    pub use super::target::Target;
}

pub use gateway::{Gateway, Seen};
pub use guard::{Guard, GuardLimits, Identity, Question, WhoamiRequest};
pub use headers::fold_name;
pub use in_flight::InFlight;
pub use origin::{Origin, OriginSettings};
