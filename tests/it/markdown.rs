//! A small Markdown reader: headings, fenced blocks, tables and links.

use std::fs;
use std::path::{Path, PathBuf};

/// A document of the repository. Its name is its path from the root.
pub struct Document {
    pub name: String,
    pub text: String,
}

/// A fenced block: its language, its text, and the heading above it.
pub struct Block {
    pub language: String,
    pub text: String,
    pub heading: String,
}

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

impl Document {
    pub fn read(name: &str) -> Self {
        let text =
            fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        Self { name: name.to_owned(), text }
    }

    /// Every document at the root and below `docs/`.
    pub fn all() -> Vec<Self> {
        let names = |directory: &str| -> Vec<String> {
            let entries = fs::read_dir(root().join(directory))
                .unwrap()
                .map(|entry| entry.unwrap().file_name());
            entries
                .filter_map(|name| name.into_string().ok())
                .filter(|name| name.ends_with(".md"))
                .collect()
        };
        let below = names("docs").into_iter().map(|name| format!("docs/{name}"));
        names("").into_iter().chain(below).map(|name| Self::read(&name)).collect()
    }

    pub fn blocks(&self) -> Vec<Block> {
        let mut blocks: Vec<Block> = Vec::new();
        let (mut open, mut heading) = (false, String::new());
        for line in self.text.lines() {
            if let Some(language) = line.strip_prefix("```") {
                if !open {
                    let language = language.to_owned();
                    blocks.push(Block { language, text: String::new(), heading: heading.clone() });
                }
                open = !open;
            } else if open {
                let block = blocks.last_mut().unwrap();
                block.text += line;
                block.text += "\n";
            } else if line.starts_with('#') {
                heading = line.to_owned();
            }
        }
        assert!(!open, "{}: a fenced block is not closed", self.name);
        blocks
    }

    /// The levels of the headings, in order.
    pub fn outline(&self) -> Vec<usize> {
        self.prose()
            .filter(|line| line.starts_with('#'))
            .map(|line| line.chars().take_while(|c| *c == '#').count())
            .collect()
    }

    /// The cells of every table, without the header row and the line below it.
    pub fn tables(&self) -> Vec<Vec<Vec<String>>> {
        let mut tables = Vec::new();
        let mut rows: Vec<Vec<String>> = Vec::new();
        for line in self.prose().chain([""]) {
            if let Some(cells) = line.strip_prefix('|').and_then(|line| line.strip_suffix('|')) {
                rows.push(cells.split('|').map(|cell| cell.trim().to_owned()).collect());
            } else if !rows.is_empty() {
                let width = rows[0].len();
                assert!(
                    rows.iter().all(|row| row.len() == width),
                    "{}: a table has rows of different length",
                    self.name
                );
                tables.push(rows.split_off(2));
                rows.clear();
            }
        }
        tables
    }

    /// The paths of all linked files.
    pub fn linked_files(&self) -> Vec<PathBuf> {
        let directory = root().join(&self.name).parent().unwrap().to_owned();
        let prose: Vec<&str> = self.prose().collect();
        prose
            .join("\n")
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next().map(str::to_owned))
            .filter(|target| !target.contains("://") && !target.starts_with('#'))
            .map(|target| directory.join(target.split('#').next().unwrap()))
            .collect()
    }

    /// The lines outside fenced blocks.
    fn prose(&self) -> impl Iterator<Item = &str> {
        let mut open = false;
        self.text.lines().filter(move |line| {
            let fence = line.starts_with("```");
            open ^= fence;
            !open && !fence
        })
    }
}

/// The text between backticks.
pub fn code_spans(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// A line of code without its comment: comments are translated.
pub fn without_comment(line: &str) -> &str {
    match line.split_once("# ") {
        Some((code, _)) if code.is_empty() || code.ends_with(' ') => code.trim_end(),
        _ => line,
    }
}

/// All words that consist of the prefix and at least one character that `more` accepts.
pub fn words<'a>(text: &'a str, prefix: &str, more: fn(char) -> bool) -> Vec<&'a str> {
    let starts = text.match_indices(prefix).map(|(at, _)| at);
    starts
        .filter(|at| !text[..*at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '-'))
        .map(|at| {
            let rest = &text[at + prefix.len()..];
            let end = rest.find(|c| !more(c)).unwrap_or(rest.len());
            &text[at..at + prefix.len() + end]
        })
        .filter(|word| word.len() > prefix.len())
        .collect()
}
