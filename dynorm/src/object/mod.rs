//! Object stores, where values of fields that are `#[attr(offload)]` are: a small trait, and stores in memory and in a
//! directory.
//!
//! A store for production is an adapter of a few lines around a client: `docs/patterns/large_values.md` in the repository
//! has one for S3.

mod directory;
mod memory;

use std::error::Error;
use std::fmt::{Debug, Write as _};

use async_trait::async_trait;

pub use self::directory::DirectoryStore;
pub use self::memory::MemoryStore;

/// Why a store did not do what it was asked: an error of its own.
pub type StoreError = Box<dyn Error + Send + Sync>;

/// Something that keeps bytes under keys, as S3 does.
///
/// Keys are of ASCII letters, digits and `_-.!/`, have up to 1024 bytes, and are never written twice. What was put must be
/// there for all who read after that. A store tries again by itself where that helps, as S3's client does: dynorm does not.
#[async_trait]
pub trait ObjectStore: Debug + Send + Sync + 'static {
    /// Writes an object, whole or not at all.
    async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<(), StoreError>;

    /// Reads an object; `None` if there is none.
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError>;

    /// Deletes an object, if it is there.
    async fn delete(&self, key: &str) -> Result<(), StoreError>;

    /// Some keys that begin with `prefix` and come after `after`, in the order of their bytes: the first ones, so that the
    /// last of a page is the `after` of the next.
    async fn list(&self, prefix: &str, after: Option<&str>) -> Result<ObjectPage, StoreError>;

    /// Writes a copy of an object, and says whether it was there.
    async fn copy(&self, from: &str, to: &str) -> Result<bool, StoreError> {
        let Some(bytes) = self.get(from).await? else { return Ok(false) };
        self.put(to, bytes).await?;
        Ok(true)
    }
}

/// A page of a list of keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObjectPage {
    /// The keys, in order.
    pub keys: Vec<String>,
    /// Whether there may be more after the last of them.
    pub has_more: bool,
}

impl ObjectPage {
    /// Up to so many of these keys, which are in order.
    fn first(keys: impl IntoIterator<Item = String>, keys_max: usize) -> Self {
        let mut keys = keys.into_iter();
        let page = keys.by_ref().take(keys_max).collect();
        Self { keys: page, has_more: keys.next().is_some() }
    }
}

/// A text in which all but ASCII letters, digits, `_` and `-` is `mark` with the two digits of each byte.
pub(crate) fn escaped(text: &str, mark: char) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-' => escaped.push(char::from(byte)),
            // Text takes all that is written into it.
            byte => drop(write!(escaped, "{mark}{byte:02x}")),
        }
    }
    escaped
}

/// Most keys of a page, as of S3.
///
/// Source: [ListObjectsV2](https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html).
const PAGE_KEYS_MAX: usize = 1000;
