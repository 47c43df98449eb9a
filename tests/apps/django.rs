//! Django's admin site as `startproject` leaves it, with the password reset that its documentation
//! tells to add.

mod accounts;
mod confirm;
mod names;
mod passwords;
mod sign_in;
mod site;
mod theft;
