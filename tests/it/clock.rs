//! Clocks that differ, and dates that are invalid.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::cache::{cache_files, entry, gets, read_body, token, with_checksum};
use crate::support::*;

/// The documented 200 from a server whose clock is ahead by so many seconds, `life` seconds before
/// its token expires.
fn from_another_time(ahead: i64, life: i64) -> (Reply, String) {
    let t = token_expiring_in(ahead + life);
    let reply = live_reply(&t);
    let dated = Reply::with(move |_| {
        let date = Timestamp::from_second(Timestamp::now().as_second() + ahead).unwrap();
        reply.clone().header("Date", &date.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string())
    });
    (dated, t)
}

/// How long a cached token is used: a clock that is ahead of the server's may be corrected later,
/// so that its own reading counts too.
fn life_in_the_cache(ahead: i64, life: i64) -> i64 {
    life - ahead.min(0)
}

/// Two hours and half a minute: rounded down, two hours.
const TWO_HOURS: i64 = 2 * 3600 + 30;

#[test]
fn clock_that_is_hours_off_does_no_harm_and_is_reported_once() {
    for (ahead, direction) in [(TWO_HOURS, "behind"), (-TWO_HOURS, "ahead of")] {
        let home = Home::new();
        let (reply, t) = from_another_time(ahead, life_in_the_cache(ahead, 3600));
        let server = Server::start([reply]).expects(2);
        let warning = format!(
            "skia-auth: warning: the clock of this machine is 2 h {direction} the server's\n"
        );
        token(&home, &server).run().assert(0, &format!("{t}\n"), &warning);
        gets(token(&home, &server), &t);
        gets(token(&home, &server).args(["--min-ttl", "50m"]), &t);
        let status = home.skia(["status", "-o", "json"]).credentials().server(&server).run().json();
        let left = status["expires_in"].as_i64().unwrap();
        assert!(status["valid"] == true && (3500..=3601).contains(&left), "{status}");
        gets(home.skia(["login", "-q"]).credentials().server(&server), &t);
    }
}

#[test]
fn margin_is_measured_by_the_clock_that_is_ahead() {
    for ahead in [TWO_HOURS, -TWO_HOURS] {
        let home = Home::new();
        let (short, first) = from_another_time(ahead, life_in_the_cache(ahead, 200));
        let (long, second) = from_another_time(ahead, life_in_the_cache(ahead, 600));
        let server = Server::start([short, long]).expects(2);
        gets(token(&home, &server).arg("-q"), &first);
        gets(token(&home, &server).arg("-q"), &second);
        gets(token(&home, &server).arg("-q"), &second);
    }
}

#[test]
fn min_ttl_of_a_new_token_is_measured_by_the_clock_of_the_server() {
    for ahead in [TWO_HOURS, -TWO_HOURS] {
        let home = Home::new();
        let (reply, t) = from_another_time(ahead, 3630);
        let server = Server::start([reply]).expects(2);
        gets(token(&home, &server).args(["-q", "--min-ttl", "1h"]), &t);
        token(&home, &server)
            .args(["-q", "--min-ttl", "90m"])
            .run()
            .fails(6, "skia-auth: error: a new token is valid for 1 h, which is less than --min-ttl 1 h 30 min\n");
    }
}

#[test]
fn small_difference_of_clocks_is_not_reported() {
    for ahead in [50, -50] {
        let home = Home::new();
        let (reply, t) = from_another_time(ahead, 86_400);
        let server = Server::start([reply]);
        gets(token(&home, &server), &t);
    }
}

#[test]
fn corrected_clock_does_not_extend_the_lifetime() {
    let (home, life) = (Home::new(), 3600);
    let (reply, t) = from_another_time(-TWO_HOURS, life + TWO_HOURS);
    let server = Server::start([reply]);
    gets(token(&home, &server).arg("-q"), &t);
    // By a corrected clock, the token expires at `exp`, not two hours later.
    let status = home.skia(["status", "-o", "json"]).credentials().server(&server).run().json();
    assert!(status["expires_in"].as_i64().unwrap() <= life, "{status}");
}

#[test]
fn token_that_a_corrected_clock_calls_expired_is_not_used() {
    // The login was 26 hours ago, while the clock of this machine was three hours ahead.
    const HOUR: i64 = 3600;
    let (home, old, new) = (Home::new(), token_expiring_in(-2 * HOUR), live_token());
    let server = Server::start([live_reply(&live_token()), live_reply(&new)]).expects(2);
    token(&home, &server).run();
    let path = entry(&home);
    let mut body = read_body(&path);
    body["received_at"] = json!(Timestamp::now().as_second() - 23 * HOUR);
    body["clock_offset"] = json!(-3 * HOUR);
    body["reply"] = json!(json!({"Token": old, "Status": 0}).to_string());
    std::fs::write(&path, with_checksum("2", &body.to_string())).unwrap();
    let status = home.skia(["status", "-o", "json"]).credentials().server(&server);
    let status = status.allow_partial_stdout().run();
    assert_eq!(status.code, Some(1), "{status}");
    let status = status.json();
    assert_eq!(status["reason"], "the cached token has expired");
    assert_eq!(status["expires_in"], 0);
    gets(token(&home, &server), &new);
}

#[test]
fn clock_that_was_set_back_makes_the_entry_unusable() {
    for (seconds, reason) in [
        (50, None),
        (3600, Some("the clock of this machine was set back after the login")),
        (-3600, None),
    ] {
        let (home, t) = (Home::new(), live_token());
        let server = Server::start([live_reply(&t)]).expects(1 + usize::from(reason.is_some()));
        gets(token(&home, &server), &t);
        let path = entry(&home);
        let mut body = read_body(&path);
        body["received_at"] = json!(Timestamp::now().as_second() + seconds);
        std::fs::write(&path, with_checksum("2", &body.to_string())).unwrap();
        let status = home
            .skia(["status", "-o", "json"])
            .credentials()
            .server(&server)
            .allow_partial_stdout()
            .run();
        assert_eq!(status.json()["reason"].as_str(), reason, "{seconds}");
        gets(token(&home, &server), &t);
    }
}

#[test]
fn invalid_date_header_is_ignored() {
    let dates = [
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "Mon, 01 Jan 0001 00:00:00 GMT",
        "now",
        "",
        "1745500611",
        "2026-01-01T00:00:00Z",
        "Sun, 31 Feb 2026 00:00:00 GMT",
        "\u{e9}",
    ];
    for date in dates {
        let (home, t) = (Home::new(), live_token());
        let server = Server::start([live_reply(&t).header("Date", date)]);
        gets(token(&home, &server), &t);
        gets(token(&home, &server), &t);
    }
    let (home, t) = (Home::new(), live_token());
    let server = Server::start([live_reply(&t).without_date()]);
    gets(token(&home, &server), &t);
    gets(token(&home, &server), &t);
}

#[test]
fn time_zone_changes_nothing() {
    let (home, t) = (Home::new(), live_token());
    let server = Server::start([live_reply(&t)]);
    gets(token(&home, &server), &t);
    let formats = ["token", "oauth", "env", "dotenv"];
    let ask = |zone: Option<&str>| -> Vec<String> {
        let zoned = |program: Program| match zone {
            Some(zone) => program.env("TZ", zone),
            None => program,
        };
        let status = zoned(home.skia(["status", "-o", "json"]).credentials().server(&server)).run();
        let mut texts = vec![status.json()["expires_at"].to_string()];
        for format in formats {
            let mut text =
                zoned(token(&home, &server).args(["-o", format])).run().ok("...\n").stdout();
            if format == "oauth" {
                let mut response: Value = serde_json::from_str(&text).unwrap();
                response["expires_in"] = json!(0);
                text = response.to_string();
            }
            texts.push(text);
        }
        texts
    };
    let expected = ask(None);
    for zone in [
        "UTC",
        "America/Sao_Paulo",
        "Asia/Tokyo",
        "Garbage/Nowhere",
        ":",
        "",
        "XXX-99",
        "../../etc/passwd",
        "UTC-3",
    ] {
        assert_eq!(ask(Some(zone)), expected, "{zone}");
    }
}

#[cfg(unix)]
#[test]
fn time_zone_that_is_a_device_does_not_hang() {
    let home = Home::new();
    let pipe = home.work().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let up = "../".repeat(20);
    for zone in ["/dev/random", ":/dev/zero", &format!("{up}dev/random"), "pipe", "/dev"] {
        let inspect = home.skia(["inspect"]).stdin(DOCUMENTED_TOKEN).env("TZ", zone);
        let outcome = inspect.timeout_bound(std::time::Duration::from_secs(2)).run();
        outcome.ok("...\n  exp: [..]2025-04-24 13:16:51 +00 (2025-04-24T13:16:51Z)[..]\n...\n");
    }
}

#[test]
fn expiration_date_is_brasilia_time_for_a_token_without_exp_in_every_zone() {
    for zone in ["UTC", "America/Sao_Paulo", "Asia/Tokyo", "Garbage/Nowhere"] {
        let home = Home::new();
        let opaque = register_token(&format!("opaque-{}", zone.replace('/', "-")));
        let instant = Timestamp::from_second(Timestamp::now().as_second() + 7200).unwrap();
        let brasilia = Timestamp::from_second(instant.as_second() - 3 * 3600)
            .unwrap()
            .strftime("%Y-%m-%dT%H:%M:%S");
        let body = json!({"ExpirationDate": brasilia.to_string(), "Token": opaque, "Status": 0, "Messages": []});
        let server = Server::start([Reply::json(200, body.to_string())]);
        gets(token(&home, &server).env("TZ", zone), &opaque);
        let status = home
            .skia(["status", "-o", "json"])
            .credentials()
            .server(&server)
            .env("TZ", zone)
            .run()
            .json();
        assert_eq!(status["expires_at"], instant.to_string());
    }
}

#[test]
fn exp_takes_precedence_over_expiration_date() {
    let home = Home::new();
    let expiry = Timestamp::now().as_second() + 7200;
    let t = jwt(&format!(r#"{{"exp":{expiry}}}"#));
    // Three hours apart, as documented; then two wrong dates.
    for date in [expiry - 3 * 3600, 1_000_000_000, 4_000_000_000] {
        let date = Timestamp::from_second(date).unwrap().strftime("%Y-%m-%dT%H:%M:%S").to_string();
        let body =
            json!({"ExpirationDate": date, "Token": t, "Status": 0, "Messages": ["Success"]});
        let server = Server::start([Reply::json(200, body.to_string())]);
        gets(home.skia(["login"]).credentials().server(&server), &t);
        let status = home.skia(["status", "-o", "json"]).credentials().server(&server).run().json();
        assert_eq!(status["expires_at"], Timestamp::from_second(expiry).unwrap().to_string());
    }
}

#[test]
fn invalid_expiration_date_is_unknown() {
    let dates = [
        json!("0001-01-01T00:00:00"),
        json!("9999-12-31T23:59:59"),
        json!("9999-12-31T23:59:59.9999999"),
        json!("2030-02-30T00:00:00"),
        json!("2030-13-01T00:00:00"),
        json!("2030-01-01T25:00:00"),
        json!("-2030-01-01T00:00:00"),
        json!("99999-01-01T00:00:00"),
        json!(""),
        json!(" "),
        json!("tomorrow"),
        json!("2030"),
        json!("\u{0}"),
        json!("2030-01-01T00:00:00+99:99"),
        json!(null),
        json!(1_900_000_000),
        json!(1e300),
        json!([]),
        json!({}),
        json!(true),
    ];
    for date in dates {
        let (home, opaque) = (Home::new(), register_token("opaque-without-an-end"));
        let body =
            json!({"ExpirationDate": date, "Token": opaque, "Status": 0, "Messages": ["Success"]});
        let server = Server::start([Reply::json(200, body.to_string())]).expects(2);
        gets(token(&home, &server), &opaque);
        assert!(cache_files(&home, "token").is_empty(), "{date}");
        token(&home, &server)
            .args(["--min-ttl", "1s"])
            .run()
            .fails(6, "skia-auth: error: the expiry of a new token is unknown, so that it cannot meet --min-ttl\n");
    }
}

#[test]
fn expiration_date_in_every_form_of_the_server_is_understood() {
    let instant = Timestamp::from_second(Timestamp::now().as_second() + 7200).unwrap();
    let at = |offset: i64, format: &str| {
        Timestamp::from_second(instant.as_second() + offset * 3600)
            .unwrap()
            .strftime(format)
            .to_string()
    };
    for date in [
        at(-3, "%Y-%m-%dT%H:%M:%S"),
        at(-3, "%Y-%m-%dT%H:%M:%S.1234567"),
        at(0, "%Y-%m-%dT%H:%M:%SZ"),
        at(0, "%Y-%m-%dT%H:%M:%S.1234567Z"),
        at(-3, "%Y-%m-%dT%H:%M:%S-03:00"),
        at(9, "%Y-%m-%dT%H:%M:%S+09:00"),
    ] {
        let (home, opaque) = (Home::new(), register_token("opaque-with-an-end"));
        let body =
            json!({"ExpirationDate": date, "Token": opaque, "Status": 0, "Messages": ["Success"]});
        let server = Server::start([Reply::json(200, body.to_string())]);
        gets(token(&home, &server), &opaque);
        gets(token(&home, &server), &opaque);
        let status = home.skia(["status", "-o", "json"]).credentials().server(&server).run().json();
        assert_eq!(
            status["expires_at"].as_str().unwrap()[..19],
            instant.to_string()[..19],
            "{date}"
        );
    }
}
