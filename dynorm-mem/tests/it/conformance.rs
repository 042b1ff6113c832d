//! The page on conformance names tests that are there.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

#[test]
fn the_tests_of_the_page_are_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("../docs/conformance.md")).unwrap();
    let (_, table) = page.split_once("## Rules and their tests").unwrap();
    let named = table.split('`').filter_map(|code| code.split_once("::"));
    let is_word = |text: &str| {
        !text.is_empty() && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    let mut files: BTreeMap<&str, String> = BTreeMap::new();
    let mut n_named = 0;
    for (file, test) in named.filter(|(file, test)| is_word(file) && is_word(test) && *file != "file") {
        let source = files.entry(file).or_insert_with(|| {
            let inner = fs::read_to_string(root.join(format!("tests/it/{file}.rs")));
            inner.or_else(|_| fs::read_to_string(root.join(format!("tests/{file}.rs")))).unwrap_or_default()
        });
        assert!(source.contains(&format!("fn {test}(")), "there is no test `{file}::{test}`");
        n_named += 1;
    }
    assert!(n_named > 100, "the page names {n_named} tests");
}
