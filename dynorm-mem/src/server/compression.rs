//! Compressed bodies: `Content-Encoding` of requests, `Accept-Encoding` for answers.
//!
//! What the service accepts and prefers is not documented. Source: the tests of ScyllaDB's Alternator, which run
//! against the service (`test_compressed_request.py`, `test_compressed_response.py`).

use std::io::{Read as _, Write as _};

use bytes::Bytes;
use flate2::read::MultiGzDecoder;
use flate2::write::{GzEncoder, ZlibEncoder};
use flate2::{Compression, Decompress, FlushDecompress, Status};
use hyper::HeaderMap;
use hyper::header::{ACCEPT_ENCODING, CONTENT_ENCODING};

use super::BODY_BYTES_MAX;
use super::body::Unreadable;

/// Smallest body of an answer that is compressed.
const COMPRESSED_BYTES_MIN: usize = 4096;

/// How a body is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    Gzip,
    /// The zlib format, by HTTP's name for it.
    Deflate,
}

impl Coding {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
        }
    }
}

/// The body as it was before the client compressed it. One that grows beyond the limit is given up at once.
pub(super) fn inflated(headers: &HeaderMap, body: Bytes) -> Result<Bytes, Unreadable> {
    let Some(coding) = headers.get(CONTENT_ENCODING) else { return Ok(body) };
    let coding = coding.to_str().map_err(|_| Unreadable::Broken)?.trim();
    if coding.is_empty() || coding.eq_ignore_ascii_case("identity") {
        Ok(body)
    } else if coding.eq_ignore_ascii_case(Coding::Gzip.name()) {
        gunzipped(&body)
    } else if coding.eq_ignore_ascii_case(Coding::Deflate.name()) {
        unzipped(&body)
    } else {
        Err(Unreadable::Broken)
    }
}

/// All members of a gzip file, one after the other.
fn gunzipped(body: &[u8]) -> Result<Bytes, Unreadable> {
    let mut inflated = Vec::new();
    let limit = u64::try_from(BODY_BYTES_MAX).unwrap_or(u64::MAX) + 1;
    let read = MultiGzDecoder::new(body).take(limit).read_to_end(&mut inflated);
    match read {
        _ if inflated.len() > BODY_BYTES_MAX => Err(Unreadable::TooLarge),
        Ok(_) => Ok(inflated.into()),
        Err(_) => Err(Unreadable::Broken),
    }
}

/// One zlib stream, which must be all of the body. `flate2`'s readers take a stream that breaks off for whole.
fn unzipped(body: &[u8]) -> Result<Bytes, Unreadable> {
    let mut stream = Decompress::new(true);
    let mut inflated = Vec::with_capacity(1024 + 2 * body.len());
    let mut rest = body;
    loop {
        let before = (rest.len(), inflated.len());
        let status = stream.decompress_vec(rest, &mut inflated, FlushDecompress::None);
        let n_read = usize::try_from(stream.total_in()).map_err(|_| Unreadable::TooLarge)?;
        rest = body.get(n_read..).unwrap_or_default();
        match status.map_err(|_| Unreadable::Broken)? {
            _ if inflated.len() > BODY_BYTES_MAX => return Err(Unreadable::TooLarge),
            Status::StreamEnd if rest.is_empty() => return Ok(inflated.into()),
            Status::StreamEnd => return Err(Unreadable::Broken),
            _ if inflated.len() == inflated.capacity() => inflated.reserve(inflated.len()),
            // The stream goes on, and the body does not.
            _ if before == (rest.len(), inflated.len()) => return Err(Unreadable::Broken),
            _ => {}
        }
    }
}

/// The coding that the client wants for an answer of this many bytes, if it wants one and the answer is large.
pub(super) fn wanted(headers: &HeaderMap, n_bytes: usize) -> Option<Coding> {
    if n_bytes < COMPRESSED_BYTES_MIN {
        return None;
    }
    // Of several headers the last one counts.
    preferred(headers.get_all(ACCEPT_ENCODING).iter().next_back()?.to_str().ok()?)
}

/// How much a coding is wanted: its quality, then whether it is named, then how early; `None` if it is not.
type Rank = Option<(f32, bool, std::cmp::Reverse<usize>)>;

/// The coding that a list of codings with their qualities prefers. `identity` is no competitor.
fn preferred(list: &str) -> Option<Coding> {
    let (mut gzip, mut deflate, mut any) = (None, None, None);
    for (at, entry) in list.split(',').enumerate() {
        let mut parts = entry.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let quality = parts.find_map(|part| {
            let (name, value) = part.split_once('=')?;
            name.trim().eq_ignore_ascii_case("q").then(|| quality(value.trim()))
        });
        let ranked = |is_named| Some((quality.unwrap_or(1.0), is_named, std::cmp::Reverse(at)));
        let better = |rank: &mut Rank, new: Rank| *rank = if new > *rank { new } else { *rank };
        if name.eq_ignore_ascii_case(Coding::Gzip.name()) {
            better(&mut gzip, ranked(true));
        } else if name.eq_ignore_ascii_case(Coding::Deflate.name()) {
            better(&mut deflate, ranked(true));
        } else if name == "*" {
            better(&mut any, ranked(false));
        }
    }
    let wanted = |rank: Rank| rank.or(any).filter(|(quality, ..)| *quality > 0.0);
    let (gzip, deflate) = (wanted(gzip), wanted(deflate));
    match (gzip, deflate) {
        (None, None) => None,
        _ if gzip >= deflate => Some(Coding::Gzip),
        _ => Some(Coding::Deflate),
    }
}

/// A quality from 0 to 1; what is no number is 1.
fn quality(text: &str) -> f32 {
    text.parse().ok().filter(|quality: &f32| quality.is_finite()).unwrap_or(1.0).clamp(0.0, 1.0)
}

/// The body in a coding.
pub(super) fn deflated(coding: Coding, body: &[u8]) -> std::io::Result<Vec<u8>> {
    let space = Vec::with_capacity(body.len() / 4);
    match coding {
        Coding::Gzip => {
            let mut encoder = GzEncoder::new(space, Compression::fast());
            encoder.write_all(body)?;
            encoder.finish()
        }
        Coding::Deflate => {
            let mut encoder = ZlibEncoder::new(space, Compression::fast());
            encoder.write_all(body)?;
            encoder.finish()
        }
    }
}

#[cfg(test)]
mod tests {
    use hyper::header::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    fn inflate(coding: &'static str, body: &[u8]) -> Result<Bytes, Unreadable> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(coding));
        inflated(&headers, Bytes::copy_from_slice(body))
    }

    /// Source: Alternator's `test_compressed_response_accept_encodings`, which the service passes.
    #[test]
    fn the_coding_is_chosen_as_the_service_chooses() {
        let (gzip, deflate) = (Some(Coding::Gzip), Some(Coding::Deflate));
        for (list, expected) in [
            ("identity", None),
            ("", None),
            ("br", None),
            ("x-gzip", None),
            ("gzip, deflate", gzip),
            ("br, identity, deflate, gzip", deflate),
            ("GZIP, identity", gzip),
            ("dog, gzip ,, cat", gzip),
            ("gzip;q=0.8, deflate;q=0.5", gzip),
            ("br, gzip;q=0, deflate; q = 0.5 , identity;q=0", deflate),
            ("*", gzip),
            ("*, deflate;q=0.5", gzip),
            ("*, deflate", deflate),
            ("*, identity", gzip),
            ("*, gzip;q=0.5", deflate),
            ("gzip ;q=0", None),
            ("identity;q=0", None),
            ("*;q=0", None),
            ("*;q=0.5,identity", gzip),
            ("gzip;q=0.5,identity;q=0.8", gzip),
            ("br;q=0.8,identity;q=0.5,*;q=0", None),
            ("\"gzip\"", None),
            ("gzip br", None),
            ("gzip:q=1", None),
            ("deflate;q=0.5, gzip;q=31", gzip),
            ("gzip;q=31,deflate;q=51", gzip),
            ("deflate;q=0.5, gzip;q=0.2", deflate),
            ("deflate;q=0.5, gzip;q=1;q=0.2", gzip),
            ("deflate;q=0.5,gzip;q=0.", deflate),
            ("deflate;q=0.5,gzip;q=0.x", gzip),
            ("deflate;q=-0.5,gzip;q=0.2", gzip),
            ("gzip;nq=1;q=0 ", None),
            ("gzip;q=0, gzip;q=1, gzip;q=0", gzip),
            ("br,identity;q=0.5,gzip;q=0.0001", gzip),
        ] {
            assert_eq!(preferred(list), expected, "{list}");
        }
    }

    #[test]
    fn small_answers_are_never_compressed() {
        let mut headers = HeaderMap::new();
        headers.append(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        headers.append(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        assert_eq!(wanted(&headers, COMPRESSED_BYTES_MIN - 1), None);
        assert_eq!(wanted(&headers, COMPRESSED_BYTES_MIN), Some(Coding::Gzip));
    }

    #[test]
    fn bodies_that_inflate_beyond_the_limit_are_given_up() {
        let fits = vec![b' '; BODY_BYTES_MAX];
        let bomb = vec![b' '; BODY_BYTES_MAX + 1];
        for coding in [Coding::Gzip, Coding::Deflate] {
            let small = deflated(coding, &fits).unwrap();
            assert_eq!(inflate(coding.name(), &small).unwrap().len(), BODY_BYTES_MAX);
            let small = deflated(coding, &bomb).unwrap();
            assert_eq!(inflate(coding.name(), &small), Err(Unreadable::TooLarge));
        }
    }

    #[test]
    fn what_is_not_compressed_as_it_says_is_broken() {
        let gzip = deflated(Coding::Gzip, b"{}").unwrap();
        let zlib = deflated(Coding::Deflate, b"{}").unwrap();
        let junk = |body: &[u8]| [body, b"junk"].concat();
        let cut = |body: &[u8]| body[..body.len() - 1].to_vec();
        for (coding, body) in [
            ("gzip", b"{}".to_vec()),
            ("gzip", Vec::new()),
            ("gzip", zlib.clone()),
            ("gzip", junk(&gzip)),
            ("gzip", cut(&gzip)),
            ("deflate", b"{}".to_vec()),
            ("deflate", Vec::new()),
            ("deflate", gzip),
            ("deflate", junk(&zlib)),
            ("deflate", cut(&zlib)),
            ("garbage", b"{}".to_vec()),
        ] {
            assert_eq!(inflate(coding, &body), Err(Unreadable::Broken), "{coding} {body:?}");
        }
        assert_eq!(inflate("identity", b"{}").unwrap(), b"{}"[..]);
    }

    proptest! {
        #[test]
        fn what_is_deflated_is_inflated_again(body in proptest::collection::vec(any::<u8>(), 0..5000)) {
            for coding in [Coding::Gzip, Coding::Deflate] {
                let small = deflated(coding, &body).unwrap();
                prop_assert_eq!(&inflate(coding.name(), &small).unwrap(), &body);
            }
        }

        #[test]
        fn members_of_a_gzip_file_are_joined(one in any::<Vec<u8>>(), other in any::<Vec<u8>>()) {
            let file = [deflated(Coding::Gzip, &one).unwrap(), deflated(Coding::Gzip, &other).unwrap()];
            prop_assert_eq!(&inflate("gzip", &file.concat()).unwrap(), &[one, other].concat());
        }

        #[test]
        fn no_body_makes_it_panic(body in any::<Vec<u8>>()) {
            let _ = inflate("gzip", &body);
            let _ = inflate("deflate", &body);
        }
    }
}
