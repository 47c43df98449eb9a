//! LdapCherry from the Python package index: one session id from the first visit to after the
//! sign-out, set again on every response, and nothing but HTML to say who is signed in.

mod kept_id;
mod sign_in;
mod site;
