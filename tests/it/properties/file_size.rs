//! Files stay so short that one can hold one in mind, and `mod.rs` holds no code.

use super::source::files;

/// Lines in a file at most.
const MOST: usize = 500;

#[test]
fn no_file_is_too_long() {
    let long = files(&["src", "entity", "migration", "tests"]).into_iter().filter_map(|source| {
        let lines = source.text.lines().count();
        (lines > MOST).then(|| format!("{} has {lines} lines", source.path))
    });
    assert_eq!(long.collect::<Vec<_>>(), Vec::<String>::new());
}

#[test]
fn the_kernel_is_small() {
    // Lines of code: what its items say of themselves is to be read, and its tests are to be many.
    let code = |(_, line): &(usize, String)| !line.trim().is_empty();
    let of = |source: &super::source::Source| source.code().iter().filter(|line| code(line)).count();
    let lines = files(&["src/access"]).iter().map(of).sum::<usize>();
    assert!((100..2_000).contains(&lines), "src/access has {lines} lines of code");
}

#[test]
fn mod_files_only_list() {
    for source in files(&["src", "tests/it"]).iter().filter(|source| source.path.ends_with("/mod.rs")) {
        // The stand-in server's tests came with their helpers in one file.
        if source.path == "src/http/tests/mod.rs" || source.path == "src/graphql/mod.rs" {
            continue;
        }
        let statements = source.code_text().replace("#[cfg(test)]", "");
        for statement in statements.split(';').map(str::trim).filter(|statement| !statement.is_empty()) {
            let lists = [
                "mod ",
                "pub mod ",
                "pub(crate) mod ",
                "use ",
                "pub use ",
                "pub(in crate::domain) use ",
                "pub(super) use ",
                "pub(crate) use ",
            ];
            assert!(lists.iter().any(|begin| statement.starts_with(begin)), "{}: {statement}", source.path);
        }
        assert!(source.text.starts_with("//!"), "{} does not say what it is for", source.path);
    }
}
