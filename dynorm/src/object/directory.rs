//! Objects as files of a directory, for tests and programs on one machine.

use std::fs;
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;

use super::{ObjectPage, ObjectStore, PAGE_KEYS_MAX, StoreError, escaped};

/// Longest name that a part of a key has as a file; file systems take 255 bytes.
const NAME_BYTES_MAX: usize = 200;
/// Stands before a letter that is a capital.
const CAPITAL: char = '+';
/// Ends the name of a directory whose part of the key goes on in it.
const GOES_ON: char = '~';
/// What the names of files begin with that are being written: the parts of keys never do.
const UNFINISHED: &str = ".unfinished-";

/// A store in a directory: each `/` of a key leads into another one.
///
/// A file is written under another name and then renamed, so that nobody sees a part of it. Calls block their thread while
/// they are at the file system, and lists read all names below the directory: it is for tests and small programs. What
/// is no file of its own is passed over. No key leads out of the directory.
///
/// ```no_run
/// use dynorm::object::DirectoryStore;
/// use dynorm::prelude::*;
///
/// # fn of(backend: dynorm_mem::MemBackend) -> Db {
/// Db::new(backend).with_object_store(DirectoryStore::new("objects"))
/// # }
/// ```
#[derive(Debug)]
pub struct DirectoryStore {
    root: PathBuf,
    n_written: AtomicU64,
}

impl DirectoryStore {
    /// A store in this directory, which is made with its first object.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), n_written: AtomicU64::new(0) }
    }

    fn path(&self, key: &str) -> PathBuf {
        let mut path = self.root.clone();
        for part in key.split('/') {
            let name = name_of(part);
            let mut rest = name.as_str();
            while rest.len() > NAME_BYTES_MAX {
                // It is ASCII.
                let (head, tail) = rest.split_at(NAME_BYTES_MAX);
                path.push(format!("{head}{GOES_ON}"));
                rest = tail;
            }
            path.push(rest);
        }
        path
    }

    fn write(&self, key: &str, bytes: &[u8]) -> io::Result<()> {
        let path = self.path(key);
        fs::create_dir_all(path.parent().unwrap_or(&self.root))?;
        let n = self.n_written.fetch_add(1, Ordering::Relaxed);
        let unfinished = self.root.join(format!("{UNFINISHED}{}-{n}", std::process::id()));
        let mut file = fs::File::create(&unfinished)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&unfinished, &path)
    }

    fn keys(&self, prefix: &str) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        collect(&self.root, "", &mut names)?;
        let mut keys: Vec<String> = names.iter().filter_map(|names| key_of(names)).collect();
        keys.retain(|key| key.starts_with(prefix));
        keys.sort_unstable();
        Ok(keys)
    }
}

/// Adds the names that lead to the files below a directory, to which `begin` leads.
fn collect(directory: &Path, begin: &str, names: &mut Vec<String>) -> io::Result<()> {
    let Some(entries) = found(fs::read_dir(directory))? else { return Ok(()) };
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let Some(name) = name.to_str().filter(|name| !name.starts_with('.')) else { continue };
        if entry.file_type()?.is_dir() {
            let name = name.strip_suffix(GOES_ON).map_or_else(|| format!("{name}/"), str::to_owned);
            collect(&entry.path(), &format!("{begin}{name}"), names)?;
        } else {
            names.push(format!("{begin}{name}"));
        }
    }
    Ok(())
}

/// A part of a key as a name that leads nowhere else, is not empty, and differs from others by more than capital letters,
/// which many file systems take for small ones.
fn name_of(part: &str) -> String {
    if part.is_empty() {
        return "%".to_owned();
    }
    let mut name = String::with_capacity(part.len());
    for c in escaped(part, '%').chars() {
        if c.is_ascii_uppercase() {
            name.push(CAPITAL);
        }
        name.push(c.to_ascii_lowercase());
    }
    name
}

fn unescaped(name: &str) -> Option<String> {
    if name == "%" {
        return Some(String::new());
    }
    let mut capitals = name.split(CAPITAL);
    let mut name = capitals.next()?.to_owned();
    for part in capitals {
        let mut rest = part.chars();
        name.push(rest.next()?.to_ascii_uppercase());
        name.push_str(rest.as_str());
    }
    let mut parts = name.split('%');
    let mut bytes = parts.next()?.as_bytes().to_vec();
    for part in parts {
        bytes.push(u8::from_str_radix(part.get(..2)?, 16).ok()?);
        bytes.extend(part.as_bytes().get(2..)?);
    }
    String::from_utf8(bytes).ok()
}

/// The key whose parts have these names.
fn key_of(names: &str) -> Option<String> {
    let parts: Option<Vec<String>> = names.split('/').map(unescaped).collect();
    Some(parts?.join("/"))
}

/// What is there, if it is.
fn found<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[async_trait]
impl ObjectStore for DirectoryStore {
    async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<(), StoreError> {
        Ok(self.write(key, &bytes)?)
    }

    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(found(fs::read(self.path(key)))?)
    }

    async fn delete(&self, key: &str) -> Result<(), StoreError> {
        found(fs::remove_file(self.path(key)))?;
        Ok(())
    }

    async fn list(&self, prefix: &str, after: Option<&str>) -> Result<ObjectPage, StoreError> {
        let keys = self.keys(prefix)?.into_iter();
        let later = keys.skip_while(|key| after.is_some_and(|after| key.as_str() <= after));
        Ok(ObjectPage::first(later, PAGE_KEYS_MAX))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn keys() -> impl Strategy<Value = String> {
        let part = prop_oneof![
            "\\PC{0,12}",
            "[a-zA-Z0-9_.!~%-]{0,450}",
            Just("..".to_owned()),
            Just(".".to_owned())
        ];
        prop::collection::vec(part, 1..5).prop_map(|parts| parts.join("/"))
    }

    proptest! {
        #[test]
        fn no_key_leads_out_and_each_is_found_again(key in keys()) {
            let path = DirectoryStore::new("root").path(&key);
            let mut names = String::new();
            for name in path.strip_prefix("root").unwrap() {
                let name = name.to_str().unwrap();
                prop_assert!(!name.starts_with('.') && name.len() <= 255, "{name}");
                prop_assert!(!name.contains(|c: char| c.is_ascii_uppercase()), "{name}");
                names += &name.strip_suffix(GOES_ON).map_or_else(|| format!("{name}/"), str::to_owned);
            }
            prop_assert_eq!(key_of(names.trim_end_matches('/')), Some(key));
        }
    }
}
