//! Lists whose elements have types of their own: tuples.

use super::Value;
use super::attribute::{Attribute, DecodeError, EncodeError, Measured, Step};

/// Takes the elements of a list.
#[doc(hidden)]
#[derive(Debug)]
pub struct ListWriter {
    elements: Vec<Value>,
}

impl ListWriter {
    /// A list with room for this many elements.
    #[must_use]
    pub fn with_capacity(n_elements: usize) -> Self {
        Self { elements: Vec::with_capacity(n_elements) }
    }

    /// Adds an element.
    ///
    /// # Errors
    ///
    /// If it cannot be stored, or would be absent.
    pub fn put<T: Attribute>(&mut self, element: &T) -> Result<(), EncodeError> {
        let encoded = element.encode().and_then(|value| {
            value.ok_or_else(|| EncodeError::new("a list element must have a value: use `Nullable<T>`"))
        });
        let at = self.elements.len();
        self.elements.push(encoded.map_err(|error| error.inside(Step::Index(at)))?);
        Ok(())
    }

    /// The list.
    ///
    /// # Errors
    ///
    /// None; the signature is that of [`Attribute::encode`].
    pub fn finish(self) -> Result<Option<Value>, EncodeError> {
        Ok(Some(Value::L(self.elements)))
    }
}

/// Gives out the elements of a list in their order.
#[doc(hidden)]
#[derive(Debug)]
pub struct ListReader {
    elements: std::vec::IntoIter<Value>,
    at: usize,
}

impl ListReader {
    /// A reader of a value that must be a list of this many elements.
    ///
    /// # Errors
    ///
    /// If it is none.
    pub fn decode(value: Value, n_elements: usize) -> Result<Self, DecodeError> {
        match value {
            Value::L(elements) if elements.len() == n_elements => {
                Ok(Self { elements: elements.into_iter(), at: 0 })
            }
            Value::L(elements) => Err(DecodeError::other_length(n_elements, elements.len())),
            other => Err(DecodeError::new(format!("a list of {n_elements} elements"), &other)),
        }
    }

    /// Takes the next element.
    ///
    /// # Errors
    ///
    /// If it is not a value of the type.
    pub fn take<T: Attribute>(&mut self) -> Result<T, DecodeError> {
        let element = self.elements.next().ok_or_else(|| DecodeError::missing("a value"));
        let at = self.at;
        self.at += 1;
        element.and_then(T::decode).map_err(|error| error.inside(Step::Index(at)))
    }
}

macro_rules! tuple {
    ($(($len:literal; $($element:ident $at:tt),+))*) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($element: Attribute),+> Attribute for ($($element,)+) {
            type Scalar = Self;

            fn encode(&self) -> Result<Option<Value>, EncodeError> {
                let mut list = ListWriter::with_capacity($len);
                $(list.put(&self.$at)?;)+
                list.finish()
            }

            fn decode(value: Value) -> Result<Self, DecodeError> {
                let mut list = ListReader::decode(value, $len)?;
                Ok(($(list.take::<$element>()?,)+))
            }
        }

        #[diagnostic::do_not_recommend]
        impl<$($element: Attribute),+> Measured for ($($element,)+) {}
    )*};
}
tuple! {
    (2; A 0, B 1)
    (3; A 0, B 1, C 2)
    (4; A 0, B 1, C 2, D 3)
    (5; A 0, B 1, C 2, D 3, E 4)
    (6; A 0, B 1, C 2, D 3, E 4, F 5)
    (7; A 0, B 1, C 2, D 3, E 4, F 5, G 6)
    (8; A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7)
}
