//! Runs the properties on the seeds of the fuzzers and on variations of them, without a nightly
//! compiler.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use proptest::sample::Index;

use super::{Property, TARGETS};

/// Detects a folder that was moved or emptied.
const FEWEST: usize = 15;

struct Seed {
    name: String,
    outcome: String,
    bytes: Vec<u8>,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz")
}

fn seeds(target: &str) -> Vec<Seed> {
    let files = fs::read_dir(root().join("seeds").join(target)).unwrap();
    let read = |path: PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let outcome = name.rsplit_once('.').map(|(_, outcome)| outcome.to_owned());
        Seed { outcome: outcome.expect(&name), bytes: fs::read(path).unwrap(), name }
    };
    let mut seeds: Vec<_> = files.map(|file| read(file.unwrap().path())).collect();
    seeds.sort_by(|one, other| one.name.cmp(&other.name));
    seeds
}

fn names(folder: &str, ending: &str) -> BTreeSet<String> {
    let files = fs::read_dir(root().join(folder)).unwrap();
    files
        .map(|file| file.unwrap().file_name().to_str().unwrap().trim_end_matches(ending).to_owned())
        .collect()
}

#[test]
fn every_seed_ends_as_its_name_says() {
    let mut wrong = Vec::new();
    for (target, property) in TARGETS {
        let seeds = seeds(target);
        assert!(seeds.len() >= FEWEST, "{target} has {} seeds", seeds.len());
        for Seed { name, outcome, bytes } in seeds {
            let found = std::panic::catch_unwind(|| property(&bytes)).unwrap_or("a broken promise");
            if found != outcome {
                wrong.push(format!("{target}/{name}: {found}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_property_has_a_target_and_seeds() {
    let properties: BTreeSet<_> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(names("seeds", ""), properties);
    assert_eq!(names("fuzz_targets", ".rs"), properties);
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    for name in properties {
        assert!(manifest.contains(&format!("\"fuzz_targets/{name}.rs\"")), "{name}");
    }
}

/// What a variation starts from.
#[derive(Clone, Debug)]
enum Start {
    Seed(Index),
    Bytes(Vec<u8>),
}

/// A mutation as a fuzzer makes it.
#[derive(Clone, Debug)]
enum Change {
    Flip(Index, u8),
    Replace(Index, u8),
    Insert(Index, Vec<u8>),
    Remove(Index, Index),
    Repeat(Index, Index),
    CutShort(Index),
    Splice(Index, Index, Index),
}

fn change() -> impl Strategy<Value = Change> {
    let at = any::<Index>;
    prop_oneof![
        (at(), 0_u8..8).prop_map(|(at, bit)| Change::Flip(at, bit)),
        (at(), any::<u8>()).prop_map(|(at, byte)| Change::Replace(at, byte)),
        (at(), prop::collection::vec(any::<u8>(), 1..6))
            .prop_map(|(at, bytes)| Change::Insert(at, bytes)),
        (at(), at()).prop_map(|(from, to)| Change::Remove(from, to)),
        (at(), at()).prop_map(|(from, to)| Change::Repeat(from, to)),
        at().prop_map(Change::CutShort),
        (at(), at(), at()).prop_map(|(seed, from, to)| Change::Splice(seed, from, to)),
    ]
}

fn changed(bytes: &[u8], change: &Change, seeds: &[Seed]) -> Vec<u8> {
    let place = |index: &Index| index.index(bytes.len() + 1);
    let range = |from: &Index, to: &Index| place(from).min(place(to))..place(from).max(place(to));
    let mut changed = bytes.to_owned();
    match change {
        Change::Flip(at, _) | Change::Replace(at, _)
            if bytes.is_empty() || place(at) == bytes.len() => {}
        Change::Flip(at, bit) => changed[place(at)] ^= 1 << bit,
        Change::Replace(at, byte) => changed[place(at)] = *byte,
        Change::Insert(at, inserted) => {
            drop(changed.splice(place(at)..place(at), inserted.iter().copied()))
        }
        Change::Remove(from, to) => drop(changed.drain(range(from, to))),
        Change::Repeat(from, to) => {
            let end = range(from, to).end;
            drop(changed.splice(end..end, bytes[range(from, to)].iter().copied()));
        }
        Change::CutShort(at) => changed.truncate(place(at)),
        Change::Splice(seed, from, to) => {
            let other = &seeds[seed.index(seeds.len())].bytes;
            changed.truncate(place(from));
            changed.extend_from_slice(&other[to.index(other.len() + 1)..]);
        }
    }
    changed
}

fn holds_near_the_seeds(target: &str) {
    let property: Property = TARGETS.iter().find(|(name, _)| *name == target).unwrap().1;
    let seeds = seeds(target);
    let start = prop_oneof![
        6 => any::<Index>().prop_map(Start::Seed),
        1 => any::<String>().prop_map(|text| Start::Bytes(text.into_bytes())),
        1 => prop::collection::vec(any::<u8>(), 0..200).prop_map(Start::Bytes),
    ];
    let strategy = (start, prop::collection::vec(change(), 1..4));
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let result = runner.run(&strategy, |(start, changes)| {
        let start = match start {
            Start::Seed(seed) => seeds[seed.index(seeds.len())].bytes.clone(),
            Start::Bytes(bytes) => bytes,
        };
        let bytes = changes.iter().fold(start, |bytes, change| changed(&bytes, change, &seeds));
        let held = std::panic::catch_unwind(|| property(&bytes));
        prop_assert!(held.is_ok(), "{target} breaks with {:?}", String::from_utf8_lossy(&bytes));
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
}

macro_rules! near_the_seeds {
    ($($target:ident),*) => {
        mod near_the_seeds {
            $(#[test] fn $target() { super::holds_near_the_seeds(stringify!($target)); })*
        }
    };
}

near_the_seeds!(base_url, configuration, dates, entry, jwt, proxy, reply, server_text, wire);
