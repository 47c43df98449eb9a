//! What Stepgate means by a session, a factor, an attempt: plain values and pure decisions.
//!
//! Nothing here knows of HTTP, of a database or of an async runtime; time and randomness come in
//! as arguments. Every other folder may import this one, and this one imports none.

pub mod assurance;
pub mod authenticator;
mod base32;
pub mod clock;
pub mod content_type;
pub mod cookie_glob;
pub mod cookie_names;
pub mod credentials;
pub mod enrolment;
pub mod evidence;
pub mod ids;
pub mod matching;
pub mod own_request;
pub mod page;
pub mod page_forms;
pub mod page_source;
pub mod password;
pub mod password_check;
pub mod path_glob;
pub mod return_address;
pub mod rules;
pub mod session;
pub mod source;
pub mod step_up;
pub mod strict_json;
pub mod throttle;
pub mod typed_name;
