#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    stepgate::properties::set_cookie::holds_for(bytes);
});
