#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    skia_auth::properties::wire::check(data);
});
