#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    stepgate::properties::cookie_header::holds_for(bytes);
});
