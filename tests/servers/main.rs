//! Headers that a client makes up, through the real gateway to real servers: nginx, Apache httpd, a
//! Python and a Node application. Each says what it saw, in the ways in which applications look.
//!
//! The servers run as children in directories of their own; `scripts/prepare test` installs them.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests run on the real clock and stop at the first surprise"
)]

#[path = "../support/support.rs"]
mod support;

mod echo;
mod header_spoof;
mod http1_tricks;
mod http2_tricks;
mod server;
mod spellings;
mod upstream;
