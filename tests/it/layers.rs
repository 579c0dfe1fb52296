//! The import rule of docs/architecture.md: a room imports only rooms on lower floors.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The rows of the table: `| 6 | `cache` | the tokens on disk |`.
fn floors() -> BTreeMap<String, u32> {
    let page = fs::read_to_string(root().join("docs/architecture.md")).unwrap();
    let row = |line: &str| {
        let mut cells = line.split('|').map(str::trim);
        let floor = cells.nth(1)?.parse().ok()?;
        Some((cells.next()?.strip_prefix('`')?.strip_suffix('`')?.to_owned(), floor))
    };
    page.lines().filter_map(row).collect()
}

fn sources(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => sources(&path, found),
            false => found.push(path),
        }
    }
}

/// The rooms that a file names, as `crate::ROOM`. A room may also be a file of its own beside `lib.rs`.
fn imports(text: &str) -> impl Iterator<Item = &str> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.split("crate::")
        .skip(1)
        .map(move |rest| rest.split(|c| !is_name(c)).next().unwrap_or_default())
}

#[test]
fn room_imports_only_rooms_on_lower_floors() {
    let (floors, source) = (floors(), root().join("src"));
    let mut files = Vec::new();
    sources(&source, &mut files);
    let mut wrong = Vec::new();
    for file in &files {
        let inside = file.strip_prefix(&source).unwrap();
        let room = inside.iter().next().unwrap().to_str().unwrap().trim_end_matches(".rs");
        // `properties` is compiled for tests and fuzzers alone, and may look anywhere; `main` has no imports.
        if matches!(room, "properties" | "main") {
            continue;
        }
        let Some(floor) = floors.get(room) else {
            wrong.push(format!("src/{room} has no row in the table of docs/architecture.md"));
            continue;
        };
        for import in imports(&fs::read_to_string(file).unwrap()).filter(|import| *import != room) {
            let Some(below) = floors.get(import) else {
                wrong.push(format!("{}: crate::{import} is no room", file.display()));
                continue;
            };
            if below >= floor {
                wrong.push(format!(
                    "{}: {room} (floor {floor}) must not import {import} (floor {below}): move the noun down",
                    file.display()
                ));
            }
        }
    }
    assert!(floors.len() >= 15, "the table was not found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn differences_between_systems_stand_in_platform_alone() {
    let source = root().join("src");
    let mut files = Vec::new();
    sources(&source, &mut files);
    let elsewhere =
        |file: &&PathBuf| !file.starts_with(source.join("platform")) && !file.ends_with("main.rs");
    for file in files.iter().filter(elsewhere) {
        let text = fs::read_to_string(file).unwrap();
        let shipped = text.split("#[cfg(test)]").next().unwrap_or_default();
        for (number, line) in shipped.lines().enumerate() {
            let names = ["unix", "windows", "target_os", "target_vendor", "target_env"];
            let differs = line.contains("cfg") && names.iter().any(|name| line.contains(name));
            assert!(!differs, "{}:{}: move it to src/platform", file.display(), number + 1);
        }
    }
}

#[test]
fn the_http_library_is_used_in_its_room_alone() {
    let source = root().join("src");
    let mut files = Vec::new();
    sources(&source, &mut files);
    let rooms = [source.join("http"), source.join("properties")];
    for file in files.iter().filter(|file| !rooms.iter().any(|room| file.starts_with(room))) {
        let text = fs::read_to_string(file).unwrap();
        assert!(!text.contains("ureq::"), "{}: only src/http knows ureq", file.display());
    }
}

/// What is about one system is excluded where it stands. `.ci/windows` counts the cases that remain.
#[test]
fn suite_is_compiled_for_every_system() {
    let main = fs::read_to_string(root().join("tests/it/main.rs")).unwrap();
    assert!(!main.contains("#![cfg("), "tests/it/main.rs excludes a system");
    let gate = fs::read_to_string(root().join(".ci/run")).unwrap();
    assert!(gate.lines().any(|line| line == ".ci/windows"), "the gate does not run it");
}

#[test]
fn tests_that_the_page_names_exist() {
    let page = fs::read_to_string(root().join("docs/architecture.md")).unwrap();
    let mut files = Vec::new();
    sources(&root().join("src"), &mut files);
    sources(&root().join("tests/it"), &mut files);
    let code: String = files.iter().map(|file| fs::read_to_string(file).unwrap()).collect();
    let hazards = page.split("## Hazards").nth(1).unwrap().split("\n## ").next().unwrap();
    let names: Vec<_> = hazards.split('`').filter(|span| span.contains("::")).collect();
    assert!(names.len() >= 8, "the table was not found");
    for name in names {
        let function = format!("fn {}(", name.rsplit("::").next().unwrap());
        assert!(code.contains(&function), "there is no test {name}");
    }
}
