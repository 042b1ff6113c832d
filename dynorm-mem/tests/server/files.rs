//! The files that a server begins with and leaves behind.

use std::io::Write as _;
use std::path::PathBuf;

use dynorm_mem::{MemBackend, server};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::kit::TABLE;

/// An export to S3 of two files, as the service names them, in a folder of its own; behind it, what a seed has for
/// the table.
pub(crate) struct Export {
    pub(crate) folder: PathBuf,
    pub(crate) seed: PathBuf,
}

impl Export {
    pub(crate) fn written(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("dynorm-mem-test-{name}-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("data")).unwrap();
        let seed = folder.join("seed.jsonl");
        std::fs::write(&seed, format!("{{\"Table\":{TABLE}}}\n")).unwrap();
        let export = Self { folder, seed };
        export.write("manifest-summary.json", br#"{"itemCount":3,"outputFormat":"DYNAMODB_JSON"}"#);
        export.write("data/a2ydmidl.json.gz", &gzip(&["ann", "bob"].map(line).concat()));
        export.write("data/zcdt4cq7.json.gz", &gzip(&line("cat")));
        export
    }

    fn write(&self, name: &str, content: &[u8]) {
        std::fs::write(self.folder.join(name), content).unwrap();
    }
}

impl Drop for Export {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn line(id: &str) -> String {
    format!("{{\"Item\":{{\"id\":{{\"S\":\"{id}\"}}}}}}\n")
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

/// Source: the developer guide, "DynamoDB table export output format".
#[test]
fn exports_are_imported_file_by_file_or_whole() {
    let export = Export::written("import");
    let backend = MemBackend::new();
    let error = server::import(&backend, "users", &export.folder).unwrap_err();
    assert!(error.to_string().ends_with("a2ydmidl.json.gz"), "{error}");
    server::seed(&backend, &export.seed).unwrap();
    let file = export.folder.join("data/zcdt4cq7.json.gz");
    assert_eq!(server::import(&backend, "users", &file).unwrap().n_items, 1);
    for folder in [export.folder.clone(), export.folder.join("data")] {
        let whole = backend.fork();
        assert_eq!(server::import(&whole, "users", &folder).unwrap().n_items, 3);
        assert_eq!(whole.items("users").len(), 3);
    }
    export.write("data/zcdt4cq7.json.gz", &gzip(&line("cat"))[..20]);
    let error = server::import(&backend.fork(), "users", &export.folder).unwrap_err();
    assert!(error.to_string().ends_with("zcdt4cq7.json.gz"), "{error}");
    let at_line = error.source().unwrap();
    assert_eq!(at_line.to_string(), "cannot import line 1");
    assert!(at_line.source().unwrap().to_string().contains("damaged"));
    std::fs::remove_dir_all(export.folder.join("data")).unwrap();
    std::fs::create_dir(export.folder.join("data")).unwrap();
    let error = server::import(&backend, "users", &export.folder).unwrap_err();
    assert!(error.to_string().contains("no files of an export"), "{error}");
}

/// What cannot be replaced stays as it was.
#[test]
fn data_that_cannot_be_saved_is_an_error() {
    let folder = std::env::temp_dir().join(format!("dynorm-mem-test-folder-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("data.jsonl")).unwrap();
    let error = server::save(&MemBackend::new(), &folder.join("data.jsonl"));
    assert!(error.is_err(), "a folder was replaced");
    assert!(folder.join("data.jsonl").is_dir());
    assert!(server::save(&MemBackend::new(), &folder.join("missing/data.jsonl")).is_err());
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn data_is_saved_whole_and_loaded_again() {
    let path = std::env::temp_dir().join(format!("dynorm-mem-test-{}.jsonl", std::process::id()));
    let backend = MemBackend::new();
    assert_eq!(server::load(&backend, &path).unwrap().n_tables, 0);
    assert!(server::seed(&backend, &path).is_err());
    let table = format!("{{\"Table\":{TABLE}}}\n{{\"Item\":{{\"id\":{{\"S\":\"ann\"}}}}}}\n");
    std::fs::write(&path, table).unwrap();
    assert_eq!(server::seed(&backend, &path).unwrap().n_items, 1);
    server::save(&backend, &path).unwrap();
    let again = MemBackend::new();
    assert_eq!(server::load(&again, &path).unwrap().n_items, 1);
    assert_eq!(again.items("users"), backend.items("users"));
    std::fs::write(&path, "garbage").unwrap();
    assert!(server::load(&MemBackend::new(), &path).is_err());
    std::fs::remove_file(&path).unwrap();
}
