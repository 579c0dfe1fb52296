//! Answers that refuse the credentials: shown, exit code 4, never retried.

use std::time::Duration;

use super::{HINT, ask, each, error, raw, refused, with_fields};
use crate::support::*;

#[test]
fn refused_credentials_are_never_retried() {
    let problem = r#"{"type":"https://tools.ietf.org/html/rfc7231","status":400,
        "title":"One or more validation errors occurred.",
        "errors":{"ClientId":["The ClientId field is required."],"Scope":["Too long.","Unknown."]}}"#;
    let page = "<!DOCTYPE html>\n<html><head>\
        <TITLE lang='en'>401 - Unauthorized: Access is denied</TITLE></head></html>";
    let invalid = || vec!["Invalid Credentials"];
    let refusal = |status| Reply::json(status, DOCUMENTED_401);
    let denied = "Authorization has been denied for this request.";
    type Refusal<'a> = (Reply, u16, Vec<&'a str>);
    let rows: Vec<(&str, Refusal<'_>)> = vec![
        ("documented 401", (refusal(401), 401, invalid())),
        ("documented 500, not JSON", (Reply::json(500, DOCUMENTED_500), 500, invalid())),
        ("the 401 under 200", (refusal(200), 200, invalid())),
        ("the 401 under 202", (refusal(202), 202, invalid())),
        ("the 401 under 302", (refusal(302), 302, invalid())),
        ("the 401 under 400", (refusal(400), 400, invalid())),
        ("the 401 under 403", (refusal(403), 403, invalid())),
        ("the 401 under 404", (refusal(404), 404, invalid())),
        ("the 401 under 429", (refusal(429).header("Retry-After", "0"), 429, invalid())),
        ("the 401 under 500", (refusal(500), 500, invalid())),
        ("the 401 under 503", (refusal(503), 503, invalid())),
        ("the 500 under 200", (Reply::json(200, DOCUMENTED_500), 200, invalid())),
        ("the 500 under 401", (Reply::json(401, DOCUMENTED_500), 401, invalid())),
        ("lower case", (Reply::json(500, "{\"m\":\"invalid credentials\"}"), 500, invalid())),
        (
            "as plain text",
            (Reply::json(500, "Invalid Credentials."), 500, vec!["Invalid Credentials."]),
        ),
        (
            "Status a string",
            (with_fields(r#""Status":"1","Messages":"Invalid Credentials""#), 200, invalid()),
        ),
        ("no Status", (with_fields(r#""Messages":["Invalid Credentials"]"#), 200, invalid())),
        (
            "Status 0 without token",
            (
                with_fields(r#""Status":0,"Token":null,"Messages":["Invalid Credentials"]"#),
                200,
                invalid(),
            ),
        ),
        (
            "Status 1",
            (
                with_fields(r#""Status":1,"Token":null,"Messages":["Account locked"]"#),
                200,
                vec!["Account locked"],
            ),
        ),
        (
            "Status 1, empty token",
            (with_fields(r#""Status":1,"Token":"","Messages":"Locked""#), 200, vec!["Locked"]),
        ),
        ("Status 1, no word", (with_fields(r#""Status":1"#), 200, vec![])),
        ("Status -1", (with_fields(r#""Status":-1,"Messages":["no"]"#), 200, vec!["no"])),
        ("Status 0.5", (with_fields(r#""Status":0.5,"Messages":["no"]"#), 200, vec!["no"])),
        ("401, empty", (Reply::json(401, ""), 401, vec![])),
        (
            "401, page of IIS",
            (Reply::html(401, page), 401, vec!["401 - Unauthorized: Access is denied"]),
        ),
        ("401, page without title", (Reply::html(401, "<h1>no</h1>"), 401, vec![])),
        ("401, not UTF-8", (Reply::json(401, b"\xff\xfeInv\xe1lido"), 401, vec![])),
        ("401, UTF-16", (Reply::json(401, b"\xff\xfe{\0}\0"), 401, vec![])),
        (
            "401, unreadable JSON",
            (Reply::json(401, r#"{"Token":"eyJhbGciOiJIUzI1NiJ9""#), 401, vec![]),
        ),
        ("401, a null", (Reply::json(401, "null"), 401, vec!["null"])),
        ("401, plain text", (Reply::json(401, "go\r\naway"), 401, vec!["go", "away"])),
        (
            "401, Web API",
            (Reply::json(401, format!(r#"{{"Message":"{denied}"}}"#)), 401, vec![denied]),
        ),
        (
            "401, Status 0",
            (
                Reply::json(401, r#"{"Status":0,"Token":null,"Messages":["Success"]}"#),
                401,
                vec!["Success"],
            ),
        ),
        ("401 with Retry-After", (Reply::json(401, "").header("Retry-After", "0"), 401, vec![])),
        ("401 with a redirect", (Reply::json(401, "").header("Location", "/x"), 401, vec![])),
        ("401, cut short", (Reply::json(401, DOCUMENTED_401).cut_at(250), 401, vec![])),
        (
            "401, no body after its length",
            (raw("HTTP/1.1 401 No\r\nContent-Length: 9\r\n", ""), 401, vec![]),
        ),
        ("401, reset", (Reply::json(401, DOCUMENTED_401).reset_at(250), 401, vec![])),
        (
            "401, broken chunks",
            (raw("HTTP/1.1 401 No\r\nTransfer-Encoding: chunked\r\n", "zz\r\n"), 401, vec![]),
        ),
        (
            "403, HTML of a firewall",
            (Reply::html(403, "<html><title>\nBlocked\n</title>"), 403, vec!["Blocked"]),
        ),
        ("403, empty", (Reply::json(403, ""), 403, vec![])),
        (
            "400, ProblemDetails",
            (
                Reply::json(400, problem),
                400,
                vec![
                    "One or more validation errors occurred.",
                    "ClientId: The ClientId field is required.",
                    "Scope: Too long.",
                    "Scope: Unknown.",
                ],
            ),
        ),
        (
            "400, ProblemDetails with a detail",
            (
                Reply::json(400, r#"{"title":"Bad Request","detail":"No body was sent."}"#),
                400,
                vec!["Bad Request", "No body was sent."],
            ),
        ),
        (
            "200, ProblemDetails that refuse",
            (with_fields(r#""status":400,"title":"Bad""#), 200, vec!["Bad"]),
        ),
    ];
    each(rows, |(reply, status, said)| {
        ask(&["token"], [reply], 1).fails(4, &refused(status, &said));
    });
}

#[test]
fn refusal_ends_login_and_exec_too() {
    let exec = [vec!["exec", "--"], shell("echo ran", "echo ran")].concat();
    for command in [&["login"][..], &exec[..], &["login", "--retries", "5"]] {
        ask(command, [Reply::json(401, DOCUMENTED_401)], 1)
            .fails(4, &refused(401, &["Invalid Credentials"]));
    }
}

#[test]
fn oddities_of_the_credentials_are_named_without_showing_them() {
    const QUOTES: &str = "; it stands in quotes";
    const TEMPLATE: &str = "; it has a template in it that was not expanded";
    const VARIABLE: &str = "; it has a variable in it that was not expanded";
    let rows = [
        ("plain", ("word-of-the-case", "")),
        ("space before", (" word-of-the-case", "; it begins with white space")),
        (
            "Windows line end",
            (
                "word-of-the-case\r",
                "; it ends with a carriage return (a file with Windows line ends)",
            ),
        ),
        ("space behind", ("word-of-the-case ", "; it ends with white space")),
        ("tab behind", ("word-of-the-case\t", "; it ends with white space")),
        ("fixed space behind", ("word-of-the-case\u{a0}", "; it ends with white space")),
        ("space inside", ("word of the case", "")),
        ("quotes", ("'word-of-the-case'", QUOTES)),
        ("quote before", ("\"word-of-the-case", QUOTES)),
        ("quote behind", ("word-of-the-case\"", QUOTES)),
        ("quotes of a word processor", ("“word-of-the-case”", QUOTES)),
        ("quote inside", ("word-of'the-case", "")),
        (
            "two things",
            (" 'word-of-the-case'", "; it begins with white space and stands in quotes"),
        ),
        (
            "byte-order mark",
            (
                "\u{feff}word-of-the-case",
                "; it begins with a byte-order mark (save it as UTF-8 without one)",
            ),
        ),
        ("GitHub", ("${{ secrets.WORD }}", TEMPLATE)),
        ("Jinja, Helm", ("{{ secrets.word }}", TEMPLATE)),
        ("GitHub and shell", ("$(word) ${{ secrets.WORD }}", TEMPLATE)),
        ("Azure, Make", ("$(word-of-the-case)", VARIABLE)),
        ("shell", ("x${WORD_OF_THE_CASE}", VARIABLE)),
        ("shell without braces", ("$WORD_OF_THE_CASE", "")),
        ("Windows", ("%WORD_OF_THE_CASE%", VARIABLE)),
        ("percent sign before", ("%WORD_OF_THE_CASE", "")),
        ("percent sign behind", ("WORD_OF_THE_CASE%", "")),
        ("percent signs alone", ("%%", "")),
        ("placeholder", ("<word-of-the-case>", "; it looks like a placeholder")),
        ("less than", ("<word-of-the-case", "")),
        ("greater than", ("word-of-the-case>", "")),
        ("example", ("e15148d497d8bc12", "; it is the example of the documentation")),
    ];
    each(rows, |(word, odd)| {
        let home = Home::new();
        // A control character cannot be in a client id.
        let fits_an_id = !word.contains(char::is_control);
        let server =
            Server::start([Reply::json(401, DOCUMENTED_401)]).expects(1 + usize::from(fits_an_id));
        if word.len() > 2 {
            home.declare_secret(word);
        }
        let run = |id: &str, secret: &str| {
            home.skia(["login"])
                .server(&server)
                .env("SKIA_CLIENT_ID", id)
                .env("SKIA_CLIENT_SECRET", secret)
                .run()
        };
        let told = |id: &str, secret: &str| {
            let hint = format!(
                "check the client id (from SKIA_CLIENT_ID{id}) and the client secret \
                 (from SKIA_CLIENT_SECRET{secret})"
            );
            refused(401, &["Invalid Credentials"]).replace(HINT, &hint)
        };
        run("an-id", word).fails(4, &told("", odd));
        if fits_an_id {
            run(word, "a-secret-of-the-case").fails(4, &told(odd, ""));
        }
    });
}

#[test]
fn refusal_after_an_outage_ends_the_retries() {
    let script = [Reply::json(503, ""), Reply::json(401, DOCUMENTED_401)];
    ask(&["token"], script, 2).fails(4, &refused(401, &["Invalid Credentials"]));
    let script = [Reply::close(), Reply::json(500, DOCUMENTED_500)];
    ask(&["token"], script, 2).fails(4, &refused(500, &["Invalid Credentials"]));
}

#[test]
fn refusal_whose_page_never_ends_is_a_refusal() {
    let endless = "HTTP/1.1 401 No\r\nContent-Length: 99999\r\n";
    let drip = raw(endless, "x".repeat(99_999)).drip(Duration::from_millis(5));
    let home = Home::new();
    let server = Server::start([drip]).expects(1);
    let program = home.skia(["token", "--timeout", "1s"]).credentials().server(&server);
    let outcome = program.timeout_bound(Duration::from_secs(1)).run();
    outcome.fails(4, &refused(401, &["x[..]x"]));
    let large = Reply::json(403, "x".repeat(2 << 20));
    ask(&["token"], [large], 1).fails(4, &refused(403, &["[..]x…"]));
}

#[test]
fn token_in_a_refusal_is_not_printed() {
    let token = live_token();
    let beside =
        |status: &str| format!(r#""Status":{status},"Token":"{token}","Messages":["Success"]"#);
    let contradiction = error("the reply of 127.0.0.1 has a token, and a Status that is not 0");
    ask(&["token"], [with_fields(&beside("1"))], 1).fails(6, &contradiction);
    ask(&["login"], [with_fields(&beside("-1"))], 1).fails(6, &contradiction);
    ask(&["token"], [with_fields(r#""Status":1,"Token":{}"#)], 1).fails(6, &contradiction);
    let said = refused(401, &["Success"]);
    ask(&["token"], [Reply::json(401, format!("{{{}}}", beside("0")))], 1).fails(4, &said);
    let doubled = format!("{{{{{}}}}}", beside("0"));
    ask(&["token"], [Reply::json(403, doubled.clone())], 1).fails(4, &refused(403, &["Success"]));
    ask(&["token"], [Reply::json(401, doubled + "}")], 1).fails(4, &refused(401, &[]));
}

#[test]
fn program_gets_a_refusal_as_one_line_of_json() {
    let expected = serde_json::json!({"error": {
        "kind": "rejected", "exit": 4, "retryable": false, "http_status": 401,
        "message": "127.0.0.1 refused the credentials (HTTP 401)",
        "hint": HINT,
        "messages": ["Invalid Credentials"],
    }});
    for format in ["json", "oauth"] {
        let outcome = ask(&["token", "-o", format], [Reply::json(401, DOCUMENTED_401)], 1);
        outcome.fails(4, "{[..]}\n");
        assert_eq!(outcome.json_error(), expected);
    }
}
