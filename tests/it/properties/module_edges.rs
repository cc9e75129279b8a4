//! Who may know whom. Anything that is not listed is an error, and so is a line that nothing needs any more.

use super::source::{Source, files, paths};
use std::collections::{BTreeMap, BTreeSet};

/// A module of the crate, the modules of it that it knows, and those crates that say which layer it belongs to.
type Knows = (&'static str, &'static [&'static str], &'static [&'static str]);

#[rustfmt::skip]
const EDGES: &[Knows] = &[
    ("main", &["cli"], &["clap"]),
    ("lib", &[], &[]),
    // `domain` for the demo's customers, `graphql` for the schema's text, `policy` for the names of the demo's roles.
    // `client` for commands that ask a server, `identifier` for what a customer's number may look like, `entity` for what rows of files are.
    ("cli", &["access", "auth", "checkpoints", "client", "config", "connector", "crypto", "demo_peers", "domain", "graphql", "http", "identifier", "ledger", "policy", "rows", "server", "telemetry", "transparency"], &["clap", "config", "entity"]),
    // Files as people have them; `domain` for what their rows become.
    ("rows", &["domain"], &["entity"]),
    // How things look; `domain` for what is to be shown.
    ("report", &["domain"], &["entity"]),
    // Whoever asks a server knows it from outside.
    ("client", &[], &["reqwest"]),
    // Others, who only know what docs/third-party-api.md says; `domain` for who is in the demo, `access` for its map and the time.
    ("demo_peers", &["access", "auth", "connector", "domain"], &["axum", "entity", "sqlx"]),
    // Puts the parts together, so it knows them all.
    ("server", &["access", "auth", "connector", "crypto", "domain", "graphql", "http", "ledger", "worker"], &["async_graphql", "axum", "metrics_exporter_prometheus"]),
    // `domain` for whose record a customer's token is about, and for what third parties say; `connector` proves that they do.
    ("http", &["access", "auth", "connector", "domain", "graphql", "policy", "transparency"], &["async_graphql", "axum", "entity", "hyper", "metrics", "metrics_exporter_prometheus", "tower", "tower_http"]),
    ("auth", &["policy"], &["jsonwebtoken", "reqwest"]),
    // `connector` only to hand over what reaches others.
    // `report` for pictures.
    ("graphql", &["access", "connector", "domain", "identifier", "policy", "report"], &["async_graphql", "entity"]),
    ("worker", &["access", "auth", "connector", "domain", "report", "transparency"], &["entity", "metrics", "metrics_exporter_prometheus"]),
    // Never `access` and never `domain`: what is asked and what comes back is all that it sees.
    ("connector", &[], &["entity", "lettre", "reqwest", "sqlx"]),
    // `connector` for what is asked of it and what comes back, and for what it says of settings; `ledger` to say who goes first.
    ("domain", &["access", "checkpoints", "clock", "connector", "identifier", "ledger", "policy", "transparency"], &["entity", "sea_orm"]),
    // The only one that names a connection. `identifier` to mask what it shows, `migration` to bring the database up to date.
    ("access", &["clock", "crypto", "identifier", "policy", "refusal", "sql", "transparency"], &["entity", "metrics", "migration", "sea_orm", "sqlx"]),
    ("policy", &[], &["entity"]),
    // `policy` for the words of roles, which stand in bodies; `clock` for what an id says of its time.
    ("transparency", &["clock", "policy"], &["entity"]),
    ("crypto", &[], &["entity"]),
    ("identifier", &[], &[]),
    ("clock", &[], &[]),
    ("refusal", &[], &[]),
    // Text and values: whoever has no connection can do nothing with them.
    ("sql", &[], &["sea_orm"]),
    // A file, and an address outside.
    ("checkpoints", &[], &["reqwest"]),
    ("ledger", &[], &["entity"]),
    // `auth` for where keys may come from, `checkpoints` for where they may go, `http` for how a network is written, `connector` for what a mail server's URL is.
    ("config", &["auth", "checkpoints", "connector", "http"], &["config"]),
    ("telemetry", &[], &["metrics", "metrics_exporter_prometheus"]),
];

const TELLING: &[&str] = &[
    "async_graphql",
    "axum",
    "clap",
    "config",
    "entity",
    "hyper",
    "jsonwebtoken",
    "lettre",
    "metrics",
    "metrics_exporter_prometheus",
    "migration",
    "reqwest",
    "sea_orm",
    "sqlx",
    "tower",
    "tower_http",
];

/// The nouns of the domain, and those that each calls. Shared steps go down this order, and never back up, save where a
/// line says why.
#[rustfmt::skip]
const NOUNS: &[(&str, &[&str])] = &[
    ("demo", &["catalog", "consent", "customer", "data_location", "disclosure", "gate", "notice", "subscription", "third_party"]),
    ("catalog_document", &["catalog", "demo", "disposal", "system", "third_party"]),
    ("job", &["catalog", "customer", "disposal", "erasure", "task"]),
    ("erasure", &["catalog", "customer", "data_request", "disposal", "report", "restriction", "task"]),
    ("report", &["audit", "catalog", "consent", "customer", "data_location", "data_request", "disclosure", "finding", "incident", "inventory", "justification", "picture", "processing_record", "subscription"]),
    ("disclosure", &["catalog", "customer", "data_location", "gate", "notice"]),
    ("finding", &["audit", "catalog", "data_request", "incident", "justification", "processing_record", "third_party"]),
    ("incident", &["catalog"]),
    ("picture", &["catalog", "inventory", "justification"]),
    ("processing_record", &["catalog", "third_party"]),
    ("inventory", &["catalog", "justification"]),
    ("legal_hold", &["catalog", "customer", "disposal"]),
    ("consent", &["catalog", "customer", "disposal", "gate", "import", "notice", "third_party"]),
    ("notice", &["catalog", "customer", "gate", "third_party"]),
    ("gate", &["catalog", "justification", "third_party"]),
    // Puts on the map what Kartotek itself keeps of a profile; filters by what nothing justifies; seals what
    // is about to change for those who know people by it.
    ("customer", &["catalog", "data_location", "disposal", "import", "justification", "task"]),
    // Up, for the one check that a customer is still there, and locked.
    ("subscription", &["catalog", "customer", "disposal", "import"]),
    // Up, for customers as they are shown beside what lies at a place, and for the same check.
    ("data_location", &["catalog", "customer", "disposal", "gate", "import", "justification"]),
    // Up, for who received what.
    ("data_request", &["catalog", "customer", "disclosure", "disposal", "justification", "notice", "restriction", "task"]),
    ("reconciliation", &["catalog", "disposal", "task"]),
    ("restriction", &["catalog", "customer", "disposal", "task"]),
    ("disposal", &["catalog", "justification", "task"]),
    ("justification", &["catalog"]),
    ("master_key", &[]),
    ("third_party", &["catalog"]),
    ("system", &["catalog"]),
    ("audit", &[]),
    ("import", &[]),
    // Up, for what people can be found by, once some of it is gone.
    ("task", &["catalog", "customer", "justification"]),
    // Up, for what a change of what services need, or of what the law keeps, takes away from whom.
    ("catalog", &["disposal"]),
];

/// The module of the crate that a file belongs to.
fn module(source: &Source) -> &str {
    let path = source.path.strip_prefix("src/").unwrap();
    path.split('/').next().unwrap().trim_end_matches(".rs")
}

fn program() -> Vec<Source> {
    files(&["src"]).into_iter().filter(|source| !source.is_test()).collect()
}

#[test]
fn modules_know_those_below_them_and_no_others() {
    let mut found = BTreeMap::<String, (BTreeSet<String>, BTreeSet<String>)>::new();
    for source in program() {
        let code = source.code_text();
        let itself = module(&source).to_owned();
        let (ours, others) = found.entry(itself.clone()).or_default();
        let named = [paths(&code, "crate::"), paths(&code, "kartotek::")].into_iter().flatten();
        ours.extend(named.map(|path| path[0].clone()).filter(|step| *step != itself));
        let used = TELLING.iter().filter(|name| !paths(&code, &format!("{name}::")).is_empty());
        others.extend(used.map(|name| (*name).to_owned()));
    }
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<BTreeSet<_>>();
    let allowed =
        EDGES.iter().map(|(module, ours, others)| ((*module).to_owned(), (words(ours), words(others))));
    let allowed = allowed.collect::<BTreeMap<_, _>>();
    for (module, edges) in &found {
        assert_eq!(Some(edges), allowed.get(module), "{module}");
    }
    assert_eq!(found.len(), allowed.len());
}

#[test]
fn nouns_of_the_domain_call_those_that_are_listed() {
    let mut found = BTreeMap::<String, BTreeSet<String>>::new();
    let noun = |source: &Source| {
        let (noun, _) = source.path.strip_prefix("src/domain/")?.split_once('/')?;
        Some(noun.to_owned())
    };
    let program = program();
    let nouns = program.iter().filter_map(noun).collect::<BTreeSet<_>>();
    for source in &program {
        let Some(noun) = noun(source) else { continue };
        let named = paths(&source.code_text(), "crate::").into_iter().filter(|path| path[0] == "domain");
        let called = named.filter_map(|path| path.get(1).cloned());
        let called = called.filter(|called| nouns.contains(called) && *called != noun).collect::<Vec<_>>();
        found.entry(noun).or_default().extend(called);
    }
    for (noun, called) in &found {
        let allowed = NOUNS.iter().find(|(listed, _)| listed == noun).map(|(_, called)| called.to_vec());
        assert_eq!(Some(called.iter().map(String::as_str).collect()), allowed, "{noun}");
    }
    assert_eq!(found.len(), NOUNS.len());
}
