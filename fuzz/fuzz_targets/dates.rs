#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    skia_auth::properties::dates::check(data);
});
