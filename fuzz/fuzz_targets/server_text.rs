#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    skia_auth::properties::server_text::check(data);
});
