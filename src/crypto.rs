//! Keys, seals and secrets. Everything here is built on ring; nothing invents a primitive.

pub mod at_rest;
pub mod keyring;
pub mod seal;
pub mod token;
