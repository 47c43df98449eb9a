//! What every store does, whatever it is built on. Filled in below.
