//! What the black-box tests share: the real gateway as a child process, mock
//! applications behind it, and clients that behave like browsers or like attackers.
#![allow(
    dead_code,
    unused_imports,
    reason = "each test binary uses its own part of the support"
)]

pub mod big_cookie;
pub mod browser;
pub mod cases;
pub mod clock;
pub mod config;
pub mod contexts;
pub mod crm;
pub mod desk;
pub mod gateway;
pub mod jar;
pub mod office;
pub mod origin;
pub mod page;
pub mod passkey;
pub mod people;
pub mod raw;
pub mod raw_h2;
pub mod reply;
pub mod request;
pub mod sheet;
pub mod totp;
pub mod traits;
pub mod wire;

pub use browser::{Browser, Call};
pub use config::Config;
pub use crm::{Bind, CrmApp, Ids, Whoami};
pub use gateway::{Exit, Gateway};
pub use jar::Jar;
pub use origin::Origin;
pub use page::{Form, Page};
pub use passkey::{Device, Passkey};
pub use people::{Person, admit, answer_challenge, sign_in, sign_out};
pub use reply::{Reply, Response};
pub use request::Request;
pub use totp::Authenticator;

/// The start of every body that only a signed-in user of the mock application may see.
pub const PROTECTED: &str = "PROTECTED-BYTES";

/// Whether `haystack` holds `needle`, byte for byte.
pub fn holds(haystack: &[u8], needle: impl AsRef<[u8]>) -> bool {
    let needle = needle.as_ref();
    !needle.is_empty()
        && haystack
            .windows(needle.len())
            .any(|window| window == needle)
}
