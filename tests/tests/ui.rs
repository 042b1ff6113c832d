//! What does not compile, and what the compiler says about it; what has to compile under strict rules.
//!
//! `TRYBUILD=overwrite cargo test -p dynorm-tests --test ui` writes the messages anew.

#[test]
fn mistakes_are_explained_and_strict_code_compiles() {
    let cases = trybuild::TestCases::new();
    for folder in [
        "table",
        "entity",
        "key",
        "index",
        "query",
        "update",
        "kept",
        "shards",
        "unique",
        "history",
        "offload",
        "evolution",
        "projection",
        "batch",
        "attribute",
        "collection",
    ] {
        cases.compile_fail(format!("tests/ui/{folder}/*.rs"));
    }
    cases.pass("tests/ui/pass/*.rs");
}
