#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fauxidp_fuzz::sign_in(bytes));
