#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    stepgate::properties::form::holds_for(bytes);
});
