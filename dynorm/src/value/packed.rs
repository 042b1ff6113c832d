//! Values of any kind as bytes, for what is compressed or in an object: a byte for the kind, lengths as groups of seven bits.

use super::{Item, Name, Number, Value};

/// How deep maps and lists may be within each other.
///
/// Source: [limits](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html).
const DEPTH_MAX: usize = 32;

const S: u8 = 0;
const N: u8 = 1;
const B: u8 = 2;
const FALSE: u8 = 3;
const TRUE: u8 = 4;
const NULL: u8 = 5;
const M: u8 = 6;
const L: u8 = 7;
const SS: u8 = 8;
const NS: u8 = 9;
const BS: u8 = 10;

/// Writes a value.
pub(super) fn write(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::S(text) => {
            out.push(S);
            write_bytes(text.as_bytes(), out);
        }
        Value::N(number) => {
            out.push(N);
            write_bytes(number.to_string().as_bytes(), out);
        }
        Value::B(bytes) => {
            out.push(B);
            write_bytes(bytes, out);
        }
        Value::Bool(false) => out.push(FALSE),
        Value::Bool(true) => out.push(TRUE),
        Value::Null => out.push(NULL),
        Value::M(map) => {
            out.push(M);
            write_length(map.len(), out);
            for (name, value) in map.iter() {
                write_bytes(name.as_bytes(), out);
                write(value, out);
            }
        }
        Value::L(list) => {
            out.push(L);
            write_length(list.len(), out);
            for value in list {
                write(value, out);
            }
        }
        Value::Ss(set) => write_set(SS, set.iter().map(String::as_bytes), out),
        Value::Ns(set) => {
            let texts: Vec<String> = set.iter().map(ToString::to_string).collect();
            write_set(NS, texts.iter().map(String::as_bytes), out);
        }
        Value::Bs(set) => write_set(BS, set.iter().map(Vec::as_slice), out),
    }
}

#[expect(single_use_lifetimes, reason = "an anonymous lifetime cannot stand in the type of an item")]
fn write_set<'m>(kind: u8, members: impl ExactSizeIterator<Item = &'m [u8]>, out: &mut Vec<u8>) {
    out.push(kind);
    write_length(members.len(), out);
    for member in members {
        write_bytes(member, out);
    }
}

fn write_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    write_length(bytes.len(), out);
    out.extend_from_slice(bytes);
}

fn write_length(mut length: usize, out: &mut Vec<u8>) {
    loop {
        let group = length.to_le_bytes()[0] & 0x7f;
        length >>= 7;
        if length == 0 {
            return out.push(group);
        }
        out.push(group | 0x80);
    }
}

/// Reads a value, which must be all there is; `None` if it is damaged.
pub(super) fn read(mut bytes: &[u8]) -> Option<Value> {
    let value = read_value(&mut bytes, DEPTH_MAX)?;
    bytes.is_empty().then_some(value)
}

fn read_value(from: &mut &[u8], depth: usize) -> Option<Value> {
    let depth = depth.checked_sub(1)?;
    let (kind, rest) = from.split_first()?;
    *from = rest;
    Some(match *kind {
        S => Value::S(read_text(from)?),
        N => Value::N(read_number(from)?),
        B => Value::B(read_bytes(from)?.to_vec()),
        FALSE => Value::Bool(false),
        TRUE => Value::Bool(true),
        NULL => Value::Null,
        M => {
            let entry = |from: &mut &[u8]| Some((Name::from(read_text(from)?), read_value(from, depth)?));
            Value::M(read_all(from, entry)?.into_iter().collect::<Item>())
        }
        L => Value::L(read_all(from, |from| read_value(from, depth))?),
        SS => Value::Ss(read_all(from, read_text)?),
        NS => Value::Ns(read_all(from, read_number)?),
        BS => Value::Bs(read_all(from, |from| read_bytes(from).map(<[u8]>::to_vec))?),
        _ => return None,
    })
}

/// As many as the length says. No room is made for them before they are read: the length may lie.
fn read_all<T>(from: &mut &[u8], mut read: impl FnMut(&mut &[u8]) -> Option<T>) -> Option<Vec<T>> {
    let n_members = read_length(from)?;
    let mut all = Vec::new();
    for _ in 0..n_members {
        all.push(read(from)?);
    }
    Some(all)
}

fn read_number(from: &mut &[u8]) -> Option<Number> {
    read_text(from)?.parse().ok()
}

fn read_text(from: &mut &[u8]) -> Option<String> {
    String::from_utf8(read_bytes(from)?.to_vec()).ok()
}

fn read_bytes<'b>(from: &mut &'b [u8]) -> Option<&'b [u8]> {
    let length = read_length(from)?;
    let (bytes, rest) = from.split_at_checked(length)?;
    *from = rest;
    Some(bytes)
}

fn read_length(from: &mut &[u8]) -> Option<usize> {
    let mut length = 0_usize;
    for shift in (0..usize::BITS).step_by(7) {
        let (group, rest) = from.split_first()?;
        *from = rest;
        length |= usize::from(group & 0x7f).checked_shl(shift)?;
        if group & 0x80 == 0 {
            return Some(length);
        }
    }
    None
}
