//! Values that are stored compressed: `#[attr(compress)]`.

use std::marker::PhantomData;

use super::Value;
use super::attribute::{Attribute, DecodeError, EncodeError, MayBeAbsent};
use super::coded::{Coded, Coder};

/// The way of a type itself, for what is compressed.
#[derive(Clone, Copy, Debug)]
pub enum Plain {}

impl<T: Attribute> Coder<T> for Plain {
    type Scalar = T::Scalar;

    fn encode(value: &T) -> Result<Option<Value>, EncodeError> {
        value.encode()
    }

    fn decode(value: Value) -> Result<T, DecodeError> {
        T::decode(value)
    }

    fn absent() -> Option<T> {
        T::absent()
    }
}

/// The way of `#[attr(compress)]`, with the feature `compress`: what `C` stores, compressed as binary where that is
/// smaller, and read with at most `MAX` bytes.
///
/// Binary begins with five bytes: `DC 5A`, the version of this format, how it is compressed (0 not at all, 1 zstd), and
/// what it was: `S`, `B`, or `V` for any other value. What does not begin so is read as `C` reads it.
#[derive(Clone, Copy, Debug)]
pub struct Compress<C, const MAX: usize>(PhantomData<fn() -> C>);

/// What the handle of a compressed attribute is compared with: nothing, as the service sees the compressed bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Compressed {}

impl Attribute for Compressed {
    type Scalar = Self;

    fn encode(&self) -> Result<Option<Value>, EncodeError> {
        match *self {}
    }

    fn decode(value: Value) -> Result<Self, DecodeError> {
        Err(DecodeError::new("nothing", &value))
    }
}

#[cfg(feature = "compress")]
impl<T, C: Coder<T>, const MAX: usize> Coder<T> for Compress<C, MAX> {
    type Scalar = Compressed;

    fn encode(value: &T) -> Result<Option<Value>, EncodeError> {
        C::encode(value)?.map(|value| format::compressed(value, MAX)).transpose()
    }

    fn decode(value: Value) -> Result<T, DecodeError> {
        C::decode(format::decompressed(value, MAX)?)
    }

    fn absent() -> Option<T> {
        C::absent()
    }
}

#[diagnostic::do_not_recommend]
impl<T, C, const MAX: usize> MayBeAbsent for Coded<Option<T>, Compress<C, MAX>> where
    Compress<C, MAX>: Coder<Option<T>>
{
}

#[cfg(feature = "compress")]
mod format {
    use std::io::Read as _;

    use ruzstd::decoding::StreamingDecoder;
    use ruzstd::encoding::{CompressionLevel, compress_to_vec};

    use super::super::{DecodeError, EncodeError, Value, packed};

    const MAGIC: [u8; 2] = [0xdc, 0x5a];
    const VERSION: u8 = 1;
    const HEADER_BYTES: usize = 5;
    const NOT_COMPRESSED: u8 = 0;
    const ZSTD: u8 = 1;

    /// The value as it is stored: compressed, or as it is if that is not larger.
    pub(super) fn compressed(value: Value, max: usize) -> Result<Value, EncodeError> {
        let (kind, payload) = match &value {
            Value::S(text) => (b'S', text.as_bytes().to_vec()),
            Value::B(bytes) => (b'B', bytes.clone()),
            other => {
                let mut bytes = Vec::with_capacity(other.size_bytes());
                packed::write(other, &mut bytes);
                (b'V', bytes)
            }
        };
        if payload.len() > max {
            return Err(EncodeError::new(format!(
                "the value has {} bytes before it is compressed, and at most {max} are read back; see `compress(max = ..)`",
                payload.len()
            )));
        }
        let with_header = |codec, bytes: &[u8]| {
            let mut all = Vec::with_capacity(HEADER_BYTES + bytes.len());
            all.extend_from_slice(&MAGIC);
            all.extend_from_slice(&[VERSION, codec, kind]);
            all.extend_from_slice(bytes);
            Value::B(all)
        };
        let smaller = compress_to_vec(payload.as_slice(), CompressionLevel::Fastest);
        if HEADER_BYTES + smaller.len() < value.size_bytes() {
            return Ok(with_header(ZSTD, &smaller));
        }
        Ok(match &value {
            // It would be taken for what it is not.
            Value::B(bytes) if bytes.starts_with(&MAGIC) => with_header(NOT_COMPRESSED, bytes),
            _ => value,
        })
    }

    /// The value that was stored.
    pub(super) fn decompressed(value: Value, max: usize) -> Result<Value, DecodeError> {
        let Value::B(stored) = &value else { return Ok(value) };
        let Some(after_magic) = stored.strip_prefix(&MAGIC) else { return Ok(value) };
        let error = |expected: String| DecodeError::new(expected, &value);
        let &[VERSION, codec, kind, ref rest @ ..] = after_magic else {
            return Err(error(format!("a compressed value of version {VERSION}")));
        };
        let payload = match codec {
            NOT_COMPRESSED => rest.to_vec(),
            ZSTD => read_zstd(rest, max).map_err(error)?,
            _ => return Err(error("a value that is compressed by zstd".to_owned())),
        };
        match kind {
            b'S' => String::from_utf8(payload).ok().map(Value::S),
            b'B' => Some(Value::B(payload)),
            b'V' => packed::read(&payload),
            _ => None,
        }
        .ok_or_else(|| error("a compressed value".to_owned()))
    }

    /// What was compressed, if it is not more than `max` bytes; if not, what was expected.
    fn read_zstd(mut bytes: &[u8], max: usize) -> Result<Vec<u8>, String> {
        let damaged = || "a compressed value".to_owned();
        let decoder = StreamingDecoder::new(&mut bytes).map_err(|_| damaged())?;
        let mut payload = Vec::new();
        decoder.take(max as u64 + 1).read_to_end(&mut payload).map_err(|_| damaged())?;
        if payload.len() > max {
            return Err(format!("a value of at most {max} bytes when decompressed"));
        }
        Ok(payload)
    }

    #[cfg(test)]
    mod tests {
        use proptest::prelude::*;

        use super::*;

        fn values() -> impl Strategy<Value = Value> {
            let leaf = prop_oneof![
                any::<String>().prop_map(Value::S),
                "[ab]{0,3000}".prop_map(Value::S),
                any::<i64>().prop_map(|n| Value::N(n.into())),
                any::<Vec<u8>>().prop_map(Value::B),
                any::<Vec<u8>>().prop_map(|rest| Value::B([MAGIC.to_vec(), rest].concat())),
                any::<bool>().prop_map(Value::Bool),
                Just(Value::Null),
                prop::collection::btree_set(any::<String>(), 1..4)
                    .prop_map(|s| Value::Ss(s.into_iter().collect())),
                prop::collection::btree_set(any::<i32>(), 1..4)
                    .prop_map(|s| Value::Ns(s.into_iter().map(Into::into).collect())),
                prop::collection::btree_set(any::<Vec<u8>>(), 1..4)
                    .prop_map(|s| Value::Bs(s.into_iter().collect())),
            ];
            leaf.prop_recursive(4, 64, 8, |inner| {
                prop_oneof![
                    prop::collection::vec(inner.clone(), 0..8).prop_map(Value::L),
                    prop::collection::vec((any::<String>(), inner), 0..8)
                        .prop_map(|all| Value::M(all.into_iter().collect())),
                ]
            })
        }

        proptest! {
            #[test]
            fn what_is_stored_is_read_back_and_never_larger(value in values()) {
                let stored = compressed(value.clone(), 1 << 20).unwrap();
                let escaped = matches!(&value, Value::B(bytes) if bytes.starts_with(&MAGIC));
                let most = value.size_bytes() + if escaped { HEADER_BYTES } else { 0 };
                prop_assert!(stored.size_bytes() <= most);
                prop_assert_eq!(decompressed(stored, 1 << 20), Ok(value));
            }

            #[test]
            fn what_is_damaged_is_an_error_or_another_value(value in values(), at: prop::sample::Index, byte: u8) {
                let Value::B(mut bytes) = compressed(value, 1 << 20).unwrap() else { return Ok(()) };
                if !bytes.is_empty() {
                    let at = at.index(bytes.len());
                    bytes[at] = byte;
                }
                let _ = decompressed(Value::B(bytes), 1 << 20);
            }

            #[test]
            fn anything_after_the_header_is_safe(rest: Vec<u8>, codec in 0_u8..3) {
                for kind in [b'S', b'B', b'V'] {
                    let all = [&MAGIC[..], &[VERSION, codec, kind], &rest].concat();
                    let _ = decompressed(Value::B(all), 1 << 16);
                }
            }
        }

        #[test]
        fn a_bomb_is_not_read() {
            let stored = compressed(Value::S("a".repeat(1 << 20)), 1 << 20).unwrap();
            assert!(stored.size_bytes() < 1000);
            let error = decompressed(stored, (1 << 20) - 1).unwrap_err();
            assert!(error.to_string().contains("at most 1048575 bytes"), "{error}");
            assert!(compressed(Value::S("a".repeat(9)), 8).is_err());
        }

        #[test]
        fn texts_of_many_alike_words_shrink() {
            let order = |n| format!("{{\"order\":{n},\"state\":\"open\",\"total\":{}}},", n * 7);
            let text = (0..400).map(order).collect::<Vec<String>>().concat();
            let stored = compressed(Value::S(text.clone()), 1 << 20).unwrap();
            assert!(stored.size_bytes() * 3 < text.len(), "{} of {}", stored.size_bytes(), text.len());
        }
    }
}
