//! Roundup from the Python package index: the sign-in form is on every page and is taken at every
//! address, and a session that exists goes on under its id, without a `Set-Cookie`.

mod sign_in;
mod site;
