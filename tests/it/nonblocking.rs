//! Standard streams that the caller has made non-blocking, as node and ssh do.

use std::io::{PipeReader, PipeWriter, Read, Write, pipe};
use std::os::fd::AsFd;
use std::thread;
use std::time::Duration;

use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};

use crate::support::*;

/// Long enough for the program to reach its read or write.
const LATER: Duration = Duration::from_millis(300);

fn make_nonblocking(stream: impl AsFd) {
    let flags = fcntl_getfl(&stream).unwrap();
    fcntl_setfl(&stream, flags | OFlags::NONBLOCK).unwrap();
}

/// A non-blocking pipe that is full, and how many bytes it holds.
fn full_pipe() -> (PipeReader, PipeWriter, usize) {
    let (reader, mut writer) = pipe().unwrap();
    make_nonblocking(&writer);
    let mut held = 0;
    while let Ok(count) = writer.write(&[b'x'; 4096]) {
        held += count;
    }
    (reader, writer, held)
}

/// What arrives after the first `held` bytes.
fn read_later(mut reader: PipeReader, held: usize) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        thread::sleep(LATER);
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        text.split_off(held)
    })
}

#[test]
fn input_that_comes_later_is_waited_for() {
    let (reader, mut writer) = pipe().unwrap();
    make_nonblocking(&reader);
    let (half, rest) = DOCUMENTED_TOKEN.split_at(20);
    let writing = thread::spawn(move || {
        for part in [half, rest] {
            thread::sleep(LATER);
            writer.write_all(part.as_bytes()).unwrap();
        }
    });
    let outcome = Home::new().skia(["inspect"]).stdin_from(reader).run();
    outcome.ok("Header\n...\n  unique_name: 1b830812bf6a47528d1c1bdd2f8d71f6\n");
    writing.join().unwrap();
}

#[test]
fn secret_that_comes_later_is_waited_for() {
    let (home, token) = (Home::new(), live_token());
    let server = Server::start([live_reply(&token)]);
    let (reader, mut writer) = pipe().unwrap();
    make_nonblocking(&reader);
    let writing = thread::spawn(move || {
        thread::sleep(LATER);
        writer.write_all(SECRET.as_bytes()).unwrap();
    });
    let program = home.skia(["token", "--client-secret-file", "-"]).server(&server);
    program.env("SKIA_CLIENT_ID", CLIENT_ID).stdin_from(reader).run().ok(&format!("{token}\n"));
    writing.join().unwrap();
    assert_eq!(server.requests()[0].json()["ClientSecret"], SECRET);
}

#[test]
fn output_waits_for_a_slow_reader() {
    let script = Home::new().skia(["completions", "bash"]).run().stdout();
    let (reader, writer, held) = full_pipe();
    let reading = read_later(reader, held);
    Home::new().skia(["completions", "bash"]).stdout_to(writer).run().ok("");
    assert!(reading.join().unwrap() == script);
}

#[test]
fn error_waits_for_a_slow_reader() {
    let (reader, writer, held) = full_pipe();
    let reading = read_later(reader, held);
    Home::new().skia(["inspect"]).stdin("x y").stderr_to(writer).run().fails(2, "");
    let message = "skia-auth: error: standard input is not a token (RFC 6750 b64token)\n";
    assert_eq!(reading.join().unwrap(), message);
}
