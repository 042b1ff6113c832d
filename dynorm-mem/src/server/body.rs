//! Bodies of requests as they come in: read up to their limit, mostly without a copy.

use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Incoming};

use super::BODY_BYTES_MAX;

/// How much of a body that is too large is taken in, so that clients that send it all hear the answer.
const REFUSED_BYTES_MAX: usize = 4 * BODY_BYTES_MAX;

/// Why a body could not be read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unreadable {
    TooLarge,
    Broken,
}

/// Reads a body to its end.
pub(super) async fn read(mut body: Incoming) -> Result<Bytes, Unreadable> {
    let mut first = Bytes::new();
    let mut all: Vec<u8> = Vec::new();
    let mut n_bytes = 0_usize;
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > REFUSED_BYTES_MAX {
        return Err(Unreadable::TooLarge);
    }
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| Unreadable::Broken)?.into_data() else { continue };
        n_bytes = n_bytes.saturating_add(data.len());
        if n_bytes > REFUSED_BYTES_MAX {
            return Err(Unreadable::TooLarge);
        }
        if n_bytes > BODY_BYTES_MAX {
            all = Vec::new();
            first = Bytes::new();
        } else if n_bytes == data.len() {
            first = data;
        } else {
            if all.is_empty() {
                all.reserve(announced.min(BODY_BYTES_MAX));
                all.extend_from_slice(&first);
            }
            all.extend_from_slice(&data);
        }
    }
    match n_bytes {
        _ if n_bytes > BODY_BYTES_MAX => Err(Unreadable::TooLarge),
        _ if all.is_empty() => Ok(first),
        _ => Ok(all.into()),
    }
}
