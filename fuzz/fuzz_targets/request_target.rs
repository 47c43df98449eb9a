#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    stepgate::properties::request_target::holds_for(bytes);
});
