//! Stepgate puts a second factor in front of a web application that has none.
//!
//! It guards the *credential*, not the URL: whoever holds the application's session cookie is signed
//! in, so no byte of that cookie reaches a browser except sealed, and none goes back to the
//! application unless it was opened from a seal of a session whose state permits it.
//!
//! The life of one request:
//!
//! ```text
//! browser ──▶ proxy::facts      what is it? (a head that two servers could read differently: 400)
//!             proxy::admit      whose session? which lane?
//!             ├─ portal         the gateway's own pages; flows move the session on
//!             ├─ settled        credentials opened, headers set, streamed both ways, new cookies sealed
//!             ├─ bare           nothing goes up; if a credential comes back, it is judged like this:
//!             └─ undecided      one exchange at a time, to its last byte; then the application is asked
//!                               who is signed in (proxy::probe), and the response is released (nobody),
//!                               held back for the challenge (a user), or refused (unknown)
//! ```
//!
//! Folders depend on each other in one direction:
//! `domain ← crypto ← stores ← flows ← {portal, proxy, admin} ← app ← {cli, main}`.

#![forbid(unsafe_code)]
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::await_holding_lock,
    clippy::print_stdout,
    clippy::print_stderr
)]

pub mod admin;
pub mod app;
pub mod cli;
pub mod config;
pub mod crypto;
pub mod demo;
pub mod domain;
pub mod flows;
pub mod observe;
pub mod portal;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod properties;
pub mod proxy;
pub mod stores;
