//! Signatures of cursors, behind the feature `signed-cursors`.

use std::fmt;
use std::sync::Arc;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::cursor::{SIGNATURE_BYTES, Signature};
use crate::error::{Error, Kind, Result};

/// The shortest key: as long as the hash, as RFC 2104 recommends.
const KEY_BYTES_MIN: usize = 32;

/// The secret keys that cursors are signed with, for [`Db::with_cursor_keys`](crate::Db::with_cursor_keys).
///
/// The first key signs, and cursors of all are accepted, so that keys can be changed without a cursor being lost:
/// accept the new key everywhere, then sign with it everywhere, and drop the old one when its cursors are no longer in
/// use.
///
/// Signatures are the first 16 bytes of an HMAC-SHA256 over the token and the query that it belongs to, and are
/// compared in constant time.
///
/// ```
/// # use dynorm::prelude::*;
/// use dynorm::CursorKeys;
/// # #[derive(Entity, Debug)]
/// # #[entity(table = "Events", pk = device, sk = at, name = of_device)]
/// # struct Event { device: String, at: u64 }
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> dynorm::Result<()> {
/// # let unsigned = Db::new(dynorm_mem::MemBackend::new());
/// # unsigned.create_table::<Event>().await?;
/// # for at in 0..5 { unsigned.put(&Event { device: "d".into(), at }).await?; }
/// let keys = CursorKeys::new([7; 32])?.accept([6; 32])?;
/// let db = unsigned.with_cursor_keys(keys);
/// let next = db.query(Event::of_device("d")).take(3).page().await?.next;
/// assert_eq!(db.query(Event::of_device("d")).cursor(next).all().await?.len(), 2);
///
/// let forged = unsigned.query(Event::of_device("d")).take(3).page().await?.next;
/// assert!(db.query(Event::of_device("d")).cursor(forged).all().await.unwrap_err().is_cursor());
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct CursorKeys {
    /// The first one signs.
    keys: Arc<[Hmac<Sha256>]>,
}

impl CursorKeys {
    /// Signs with this key, which must be secret and random.
    ///
    /// # Errors
    ///
    /// If it has fewer than 32 bytes.
    pub fn new(key: impl AsRef<[u8]>) -> Result<Self> {
        Ok(Self { keys: Arc::new([hmac(key.as_ref())?]) })
    }

    /// Accepts the cursors of this key too.
    ///
    /// # Errors
    ///
    /// If it has fewer than 32 bytes.
    pub fn accept(self, key: impl AsRef<[u8]>) -> Result<Self> {
        let more = hmac(key.as_ref())?;
        Ok(Self { keys: self.keys.iter().cloned().chain([more]).collect() })
    }

    pub(super) fn sign(&self, text: &[u8]) -> Signature {
        let whole = self.keys[0].clone().chain_update(text).finalize().into_bytes();
        let mut signature = [0; SIGNATURE_BYTES];
        signature.copy_from_slice(&whole[..SIGNATURE_BYTES]);
        signature
    }

    pub(super) fn accepts(&self, text: &[u8], signature: &Signature) -> bool {
        let accepts =
            |key: &Hmac<Sha256>| key.clone().chain_update(text).verify_truncated_left(signature).is_ok();
        self.keys.iter().any(accepts)
    }
}

fn hmac(key: &[u8]) -> Result<Hmac<Sha256>> {
    let short = || {
        let reason =
            format!("a key for cursors has at least {KEY_BYTES_MIN} bytes, and this one {}", key.len());
        Error::new(Kind::Request { reason })
    };
    if key.len() < KEY_BYTES_MIN {
        return Err(short());
    }
    Hmac::new_from_slice(key).map_err(|_| short())
}

impl fmt::Debug for CursorKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Secrets stay out of logs.
        write!(f, "CursorKeys({} keys)", self.keys.len())
    }
}
