//! The rules of the source tree that no other tool knows: rooms, dependencies, messages, first lines.
#![allow(clippy::unwrap_used, reason = "a rule that cannot be checked is broken")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What each room of the library may name of the others. `db` is the top; `private` is for generated code.
const ROOMS: &[(&str, &[&str])] = &[
    ("value", &[]),
    ("error", &["value"]),
    ("key", &["value", "error"]),
    ("expr", &["value", "error"]),
    ("backend", &["value", "error"]),
    ("entity", &["value", "error", "key", "expr"]),
    ("schema", &["value", "error", "key", "backend", "entity"]),
    ("page", &["value", "error", "backend"]),
    ("object", &[]),
    ("op", &["value", "error", "key", "expr", "backend", "entity", "page", "object"]),
    ("collection", &["value", "error", "key", "expr", "backend", "entity", "page", "op"]),
    ("db", &["value", "error", "backend", "entity", "schema", "op", "page", "collection", "object"]),
    ("private", &["value", "error", "key", "expr", "entity", "schema", "collection"]),
    ("aws", &["value", "error", "backend"]),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package is in the workspace").to_owned()
}

/// The Rust files under a folder, sorted.
fn rust_files(folder: &str) -> Vec<PathBuf> {
    let (mut files, mut folders) = (Vec::new(), vec![root().join(folder)]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("target") {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// The lines of code of a file, without comments, with their numbers.
fn code(path: &Path) -> Vec<(usize, String)> {
    let text = fs::read_to_string(path).unwrap();
    let lines = text.lines().enumerate().map(|(at, line)| (at + 1, line.to_owned()));
    lines.filter(|(_, line)| !line.trim_start().starts_with("//")).collect()
}

/// The words that follow `before` in a line.
fn words_after<'l>(line: &'l str, before: &'l str) -> impl Iterator<Item = &'l str> {
    line.match_indices(before).map(move |(at, _)| {
        let rest = &line[at + before.len()..];
        rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default()
    })
}

#[test]
fn rooms_name_only_the_rooms_below_them() {
    let src = root().join("dynorm/src");
    let mut wrong = Vec::new();
    for path in rust_files("dynorm/src") {
        let inside = path.strip_prefix(&src).unwrap().with_extension("");
        let room = inside.iter().next().unwrap().to_str().unwrap();
        if room == "lib" {
            continue;
        }
        let (_, allowed) =
            ROOMS.iter().find(|(name, _)| *name == room).unwrap_or_else(|| panic!("no rule for {room}"));
        for (at, line) in code(&path) {
            let foreign = |named: &&str| *named != room && ROOMS.iter().any(|(name, _)| name == named);
            // Through the root, or several at once, a room could be named unseen.
            let hidden = |named: &&str| named.is_empty() || named.starts_with(char::is_uppercase);
            for named in words_after(&line, "crate::").filter(hidden) {
                wrong.push(format!("{}:{at}: `crate::{named}` does not name a room", path.display()));
            }
            for named in words_after(&line, "crate::").filter(foreign) {
                if !allowed.contains(&named) {
                    wrong.push(format!("{}:{at}: `{room}` may not use `{named}`", path.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_the_aws_room_names_the_sdk() {
    for path in rust_files("dynorm/src").into_iter().chain(rust_files("dynorm-derive/src")) {
        if path.to_str().unwrap().contains("dynorm/src/aws") {
            continue;
        }
        for (at, line) in code(&path) {
            assert!(!line.contains("aws_"), "{}:{at}: {line}", path.display());
        }
    }
}

#[test]
fn generated_code_names_only_private() {
    for path in rust_files("dynorm-derive/src") {
        for (at, line) in code(&path) {
            for named in words_after(&line, "::dynorm::") {
                assert_eq!(named, "__private", "{}:{at}: {line}", path.display());
            }
        }
    }
}

#[test]
fn every_file_says_its_duty_first() {
    for folder in ["benches", "dynorm", "dynorm-derive", "dynorm-mem", "examples", "tests/src", "tests/tests"]
    {
        let is_case = |path: &PathBuf| path.iter().any(|part| part == "ui");
        for path in rust_files(folder).into_iter().filter(|path| !is_case(path)) {
            let text = fs::read_to_string(&path).unwrap();
            assert!(text.starts_with("//! "), "{}: the first line is not `//! ...`", path.display());
        }
    }
}

#[test]
fn every_error_code_has_a_section_in_the_docs() {
    let codes = |text: &str| words_after(text, "DYN").map(str::to_owned).collect::<BTreeSet<_>>();
    let source = codes(&fs::read_to_string(root().join("dynorm/src/error/mod.rs")).unwrap());
    let docs = fs::read_to_string(root().join("docs/errors.md")).unwrap();
    let sections: String = docs.lines().filter(|line| line.starts_with("## ")).collect();
    assert!(!source.is_empty());
    assert_eq!(source, codes(&sections));
}

#[test]
fn every_case_that_must_not_compile_has_its_message() {
    for path in rust_files("tests/tests/ui") {
        let text = fs::read_to_string(&path).unwrap();
        if path.iter().any(|part| part == "pass") {
            continue;
        }
        let message = path.with_extension("stderr");
        assert!(
            message.exists(),
            "{} has no .stderr: {}",
            path.display(),
            text.lines().next().unwrap_or_default()
        );
    }
}

/// The names of the crates that a package is built from.
fn crates(package: &str, arguments: &[&str]) -> BTreeSet<String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .current_dir(root())
        .args([
            "tree",
            "--frozen",
            "--edges",
            "normal,build",
            "--prefix",
            "none",
            "--format",
            "{p}",
            "-p",
            package,
        ])
        .args(arguments)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

#[test]
fn neither_the_core_nor_the_engine_compiles_the_sdk() {
    for (package, arguments) in [("dynorm", &["--no-default-features"][..]), ("dynorm-mem", &[])] {
        let crates = crates(package, arguments);
        assert!(crates.contains("dynorm-derive"), "the tree of {package} is not read: {crates:?}");
        let sdk: Vec<_> = crates.iter().filter(|name| name.starts_with("aws-") || *name == "tokio").collect();
        assert!(sdk.is_empty(), "{package} is built from {sdk:?}");
    }
    assert!(crates("dynorm", &["--features", "aws"]).contains("aws-sdk-dynamodb"));
}

/// No TLS unless it is asked for, and then none of those that the SDK has left behind: `sct` is of the old rustls.
#[test]
fn no_tls_is_forced_on_anyone() {
    let plain = crates("dynorm", &["--features", "aws,aws-local"]);
    let https = crates("dynorm", &["--features", "aws-env"]);
    assert!(plain.contains("aws-sdk-dynamodb") && https.contains("rustls"));
    for tls in ["rustls", "ring", "aws-lc-sys", "openssl-sys", "native-tls", "sct"] {
        assert!(!plain.contains(tls), "{tls}");
    }
    for tls in ["aws-lc-sys", "openssl-sys", "native-tls", "sct"] {
        assert!(!https.contains(tls), "{tls}");
    }
}
