//! The program's own source, for what is asked of its text.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

/// A file, as found in the repository.
pub struct Source {
    /// From the repository's root: `src/access/door.rs`.
    pub path: String,
    pub text: String,
}

/// All Rust files below these folders, sorted.
pub fn files(folders: &[&str]) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = BTreeSet::new();
    for folder in folders {
        collect(&root.join(folder), &mut found);
    }
    let read = |path: PathBuf| Source {
        text: std::fs::read_to_string(&path).unwrap(),
        path: path.strip_prefix(root).unwrap().to_str().unwrap().to_owned(),
    };
    found.into_iter().map(read).collect()
}

fn collect(folder: &Path, into: &mut BTreeSet<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.insert(path);
        }
    }
}

impl Source {
    /// Whether it is compiled for tests only.
    pub fn is_test(&self) -> bool {
        let path = &self.path;
        ["/tests/", "/tests.rs", "/testing.rs"].iter().any(|part| path.contains(part))
            || path.starts_with("tests/")
    }

    /// The lines that the program is made of, by number: without comments, the insides of texts, and tests.
    pub fn code(&self) -> Vec<(usize, String)> {
        let lines = self.text.lines().enumerate().map(|(at, line)| (at + 1, stripped(line)));
        let all = lines.collect::<Vec<_>>();
        // Tests stand last in a file.
        let tests = all.iter().position(|(_, line)| line.trim() == "#[cfg(test)]");
        let end = match tests {
            Some(at) if all.get(at + 1).is_some_and(|(_, next)| next.trim_end().ends_with('{')) => at,
            _ => all.len(),
        };
        all.into_iter().take(end).filter(|(_, line)| !line.trim().is_empty()).collect()
    }

    /// The code as one text.
    pub fn code_text(&self) -> String {
        self.code().into_iter().map(|(_, line)| line + "\n").collect()
    }
}

/// The line without its comment and without what is between quotes.
fn stripped(line: &str) -> String {
    let mut code = String::new();
    let mut rest = line.chars().peekable();
    let mut in_text = false;
    while let Some(it) = rest.next() {
        match it {
            '\\' if in_text => {
                rest.next();
            }
            '"' => {
                in_text = !in_text;
                code.push('"');
            }
            _ if in_text => {}
            // A quote as a character begins no text.
            '\'' if rest.peek() == Some(&'"') => {
                rest.next();
                code.push('\'');
                rest.next();
            }
            '/' if rest.peek() == Some(&'/') => break,
            other => code.push(other),
        }
    }
    code
}

/// All paths that begin with `start` in a text, one for each leaf: of `crate::{a::{b, c}, d}`, `a::b`, `a::c` and `d`.
pub fn paths(code: &str, start: &str) -> BTreeSet<Vec<String>> {
    let mut found = BTreeSet::new();
    let mut rest = code;
    while let Some(at) = rest.find(start) {
        let whole_word = !rest[..at].ends_with(|it: char| it.is_alphanumeric() || it == '_' || it == ':');
        rest = &rest[at + start.len()..];
        if whole_word {
            branch(rest, &mut Vec::new(), &mut found);
        }
    }
    found
}

/// Reads a path or a group of them, adds its leaves behind `before`, and gives back what follows.
fn branch<'a>(text: &'a str, before: &mut Vec<String>, into: &mut BTreeSet<Vec<String>>) -> &'a str {
    if let Some(mut rest) = text.strip_prefix('{') {
        loop {
            rest = rest.trim_start_matches(|it: char| it.is_whitespace() || it == ',');
            match rest.strip_prefix('}') {
                Some(after) => return after,
                None if rest.is_empty() => return rest,
                None => rest = branch(rest, before, into),
            }
            // `as another`, or what no path has.
            rest = rest.find([',', '}']).map_or("", |end| &rest[end..]);
        }
    }
    let end = text.find(|it: char| !(it.is_alphanumeric() || it == '_')).unwrap_or(text.len());
    let (step, after) = text.split_at(end);
    before.push(step.to_owned());
    let after = match after.strip_prefix("::") {
        Some(below) if below.starts_with(|it: char| it.is_alphanumeric() || "_{".contains(it)) => {
            branch(below, before, into)
        }
        _ => {
            into.insert(before.clone());
            after
        }
    };
    before.pop();
    after
}

#[test]
fn paths_are_taken_apart() {
    let code = "use crate::{a::{b, c::{d, e as f}},\n    g,\n}; crate::h::i(); xcrate::j; ::crate::k; crate::l::*; crate::m::n::<o::p>()";
    let found = paths(code, "crate::").iter().map(|path| path.join(".")).collect::<Vec<_>>();
    assert_eq!(found, ["a.b", "a.c.d", "a.c.e", "g", "h.i", "l", "m.n"]);
}

#[test]
fn comments_and_texts_are_not_code() {
    assert_eq!(stripped("a(\"b // \\\" c\"); // d"), "a(\"\"); ");
    assert_eq!(stripped("it == '\"' && x // y"), "it == ' && x ");
}
