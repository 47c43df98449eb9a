#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    stepgate::properties::seal_open::holds_for(bytes);
});
