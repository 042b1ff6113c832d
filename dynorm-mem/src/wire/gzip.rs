//! Text that may be compressed with gzip, as the files of the service's exports to S3 are.

use std::borrow::Cow;
use std::io::Read as _;

use flate2::read::MultiGzDecoder;

/// What every gzip file begins with, and no JSON.
const MAGIC: [u8; 2] = [0x1f, 0x8b];

/// The text of a file, whichever way it is kept. Where a compressed one is damaged or breaks off, the error is the
/// number of the line that cannot be read, from 1.
pub(super) fn inflated(file: &[u8]) -> Result<Cow<'_, [u8]>, usize> {
    if !file.starts_with(&MAGIC) {
        return Ok(Cow::Borrowed(file));
    }
    let mut text = Vec::new();
    match MultiGzDecoder::new(file).read_to_end(&mut text) {
        Ok(_) => Ok(Cow::Owned(text)),
        Err(_) => Err(text.split(|byte| *byte == b'\n').count()),
    }
}
