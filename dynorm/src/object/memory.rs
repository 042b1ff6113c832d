//! Objects in memory, for tests.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use super::{ObjectPage, ObjectStore, PAGE_KEYS_MAX, StoreError};

/// A store in memory. Clones share their objects.
///
/// ```
/// use dynorm::object::{MemoryStore, ObjectStore as _};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), dynorm::object::StoreError> {
/// let store = MemoryStore::new();
/// store.put("a/1", b"one".to_vec()).await?;
/// assert_eq!(store.get("a/1").await?.as_deref(), Some(&b"one"[..]));
/// assert_eq!(store.keys(), ["a/1"]);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct MemoryStore {
    objects: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
    page_keys_max: usize,
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self { objects: Arc::default(), page_keys_max: PAGE_KEYS_MAX }
    }
}

impl MemoryStore {
    /// A store without objects.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same store, which lists up to so many keys at a time, at least 1: for tests of lists of several pages.
    #[must_use]
    pub fn with_page_keys_max(&self, n_keys: usize) -> Self {
        Self { objects: Arc::clone(&self.objects), page_keys_max: n_keys.max(1) }
    }

    /// The keys of all objects, in order.
    #[must_use]
    pub fn keys(&self) -> Vec<String> {
        self.objects().keys().cloned().collect()
    }

    /// Whatever panicked with the lock left the map whole.
    fn objects(&self) -> MutexGuard<'_, BTreeMap<String, Vec<u8>>> {
        self.objects.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl ObjectStore for MemoryStore {
    async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<(), StoreError> {
        self.objects().insert(key.to_owned(), bytes);
        Ok(())
    }

    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.objects().get(key).cloned())
    }

    async fn delete(&self, key: &str) -> Result<(), StoreError> {
        self.objects().remove(key);
        Ok(())
    }

    async fn list(&self, prefix: &str, after: Option<&str>) -> Result<ObjectPage, StoreError> {
        let start = match after {
            Some(after) if after >= prefix => Bound::Excluded(after),
            _ => Bound::Included(prefix),
        };
        let objects = self.objects();
        let keys = objects.range::<str, _>((start, Bound::Unbounded)).map(|(key, _)| key);
        let keys = keys.take_while(|key| key.starts_with(prefix)).cloned();
        Ok(ObjectPage::first(keys, self.page_keys_max))
    }
}
