//! Stores inside the process, for one gateway on one machine.
//!
//! Sessions are read from memory and written through to the database from the first sign-in on, so
//! that they survive a restart. Anonymous ones, ceremonies and step-up windows live in memory only:
//! losing one costs a reload of the sign-in page or another prompt.

mod ceremonies;
mod sessions;
mod table;

pub use ceremonies::{Ceremonies, StepUpWindows};
pub use sessions::{EmbeddedSessions, Limits};
