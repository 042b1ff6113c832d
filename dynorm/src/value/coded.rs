//! Values that are stored in a way of their own: by a module, or by serde.

use std::fmt;
use std::marker::PhantomData;

use super::attribute::{Attribute, DecodeError, EncodeError, MayBeAbsent};
use super::{Arg, Value};

/// A way to store a `T`: that of `#[attr(with = module)]`, or [`Serde`].
#[diagnostic::on_unimplemented(
    message = "`{T}` cannot be stored by `{Self}`",
    label = "no way to store it",
    note = "`#[attr(serde)]` needs the feature `serde` of dynorm, and a type that implements `Serialize` and `DeserializeOwned`",
    note = "`#[attr(compress)]` needs the feature `compress`, and a type that derives `Attribute`, or `serde` beside it",
    note = "`#[attr(offload)]` is for fields of type `Offloaded<T>` or `Option<Offloaded<T>>`"
)]
pub trait Coder<T> {
    /// What the operators of the field's handle compare.
    type Scalar: Attribute;

    /// The value to store, or `None` where the attribute is to be absent.
    ///
    /// # Errors
    ///
    /// If it cannot be stored.
    fn encode(value: &T) -> Result<Option<Value>, EncodeError>;

    /// Reads a stored value.
    ///
    /// # Errors
    ///
    /// If it is not one of `T`.
    fn decode(value: Value) -> Result<T, DecodeError>;

    /// What an absent attribute reads as, or `None` if the attribute must be there.
    #[must_use]
    fn absent() -> Option<T> {
        None
    }
}

/// The way of serde, through `serde_dynamo`: `#[attr(serde)]`, with the feature `serde`.
///
/// What serde calls unit or none is an absent attribute.
#[derive(Clone, Copy, Debug)]
pub enum Serde {}

#[cfg(feature = "serde")]
impl<T: serde::Serialize + serde::de::DeserializeOwned> Coder<T> for Serde {
    type Scalar = Coded<T, Self>;

    fn encode(value: &T) -> Result<Option<Value>, EncodeError> {
        let stored: serde_dynamo::AttributeValue =
            serde_dynamo::to_attribute_value(value).map_err(|error| EncodeError::new(error.to_string()))?;
        match stored {
            serde_dynamo::AttributeValue::Null(_) => Ok(None),
            stored => of_serde(stored).map(Some),
        }
    }

    fn decode(value: Value) -> Result<T, DecodeError> {
        let found = Value::S(value.describe());
        serde_dynamo::from_attribute_value(to_serde(value))
            .map_err(|error| DecodeError::new(format!("what serde reads: {error}"), &found))
    }

    fn absent() -> Option<T> {
        serde_dynamo::from_attribute_value(serde_dynamo::AttributeValue::Null(true)).ok()
    }
}

#[cfg(feature = "serde")]
fn of_serde(stored: serde_dynamo::AttributeValue) -> Result<Value, EncodeError> {
    use serde_dynamo::AttributeValue as Stored;
    let number = |text: String| text.parse().map_err(|error| EncodeError::new(format!("{text}: {error}")));
    Ok(match stored {
        Stored::N(text) => Value::N(number(text)?),
        Stored::S(text) => Value::S(text),
        Stored::Bool(flag) => Value::Bool(flag),
        Stored::B(bytes) => Value::B(bytes),
        Stored::Null(_) => Value::Null,
        Stored::M(map) => {
            let members = map.into_iter().map(|(name, member)| Ok((name, of_serde(member)?)));
            Value::M(members.collect::<Result<Vec<_>, EncodeError>>()?.into_iter().collect())
        }
        Stored::L(list) => Value::L(list.into_iter().map(of_serde).collect::<Result<_, _>>()?),
        Stored::Ss(texts) => Value::Ss(texts),
        Stored::Ns(numbers) => Value::Ns(numbers.into_iter().map(number).collect::<Result<_, _>>()?),
        Stored::Bs(all) => Value::Bs(all),
    })
}

#[cfg(feature = "serde")]
fn to_serde(value: Value) -> serde_dynamo::AttributeValue {
    use serde_dynamo::AttributeValue as Stored;
    match value {
        Value::S(text) => Stored::S(text),
        Value::N(number) => Stored::N(number.to_string()),
        Value::B(bytes) => Stored::B(bytes),
        Value::Bool(flag) => Stored::Bool(flag),
        Value::Null => Stored::Null(true),
        Value::M(map) => Stored::M(map.into_iter().map(|(n, v)| (n.into(), to_serde(v))).collect()),
        Value::L(list) => Stored::L(list.into_iter().map(to_serde).collect()),
        Value::Ss(texts) => Stored::Ss(texts),
        Value::Ns(numbers) => Stored::Ns(numbers.iter().map(ToString::to_string).collect()),
        Value::Bs(all) => Stored::Bs(all),
    }
}

/// A `T` that is stored in the way of `C`: what the handle of such a field compares and sets.
///
/// Values are given as they are where an update sets them and in `is_in`, and as `Coded::from(value)` to `eq` and `ne`.
///
/// ```
/// use dynorm::prelude::*;
/// use dynorm::value::Coded;
///
/// /// Amounts in cents, stored as text.
/// mod cents {
///     use dynorm::prelude::*;
///     use dynorm::value::{DecodeError, EncodeError};
///
///     pub fn encode(cents: &u64) -> Result<Option<Value>, EncodeError> {
///         Ok(Some(Value::S(format!("{} ct", cents))))
///     }
///     pub fn decode(value: Value) -> Result<u64, DecodeError> {
///         let text = String::decode(value.clone())?;
///         let cents = text.strip_suffix(" ct").and_then(|cents| cents.parse().ok());
///         cents.ok_or_else(|| DecodeError::new("an amount in cents", &value))
///     }
/// }
///
/// #[derive(Entity)]
/// #[entity(table = "Bills", pk = id)]
/// struct Bill {
///     id: String,
///     #[attr(with = cents)]
///     amount: u64,
/// }
///
/// let item = Bill { id: "b1".into(), amount: 250 }.to_item()?;
/// assert_eq!(item.get("amount"), Some(&Value::from("250 ct")));
/// assert_eq!(Bill::AMOUNT.eq(Coded::from(250)).to_string(), "amount = \"250 ct\"");
/// # Ok::<(), dynorm::Error>(())
/// ```
pub struct Coded<T, C> {
    value: T,
    coder: PhantomData<fn() -> C>,
}

impl<T, C> Coded<T, C> {
    /// The value itself.
    #[must_use]
    pub fn into_inner(self) -> T {
        self.value
    }
}

impl<T, C> From<T> for Coded<T, C> {
    fn from(value: T) -> Self {
        Self { value, coder: PhantomData }
    }
}

impl<T: Clone, C> Clone for Coded<T, C> {
    fn clone(&self) -> Self {
        self.value.clone().into()
    }
}

impl<T: fmt::Debug, C> fmt::Debug for Coded<T, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

impl<T, C: Coder<T>> Attribute for Coded<T, C> {
    type Scalar = C::Scalar;

    fn encode(&self) -> Result<Option<Value>, EncodeError> {
        C::encode(&self.value)
    }

    fn decode(value: Value) -> Result<Self, DecodeError> {
        C::decode(value).map(Self::from)
    }

    fn absent() -> Option<Self> {
        C::absent().map(Self::from)
    }
}

#[diagnostic::do_not_recommend]
impl<T> MayBeAbsent for Coded<Option<T>, Serde> where Serde: Coder<Option<T>> {}

impl<T, C> Arg<Coded<T, C>> for T {
    fn arg(self) -> Coded<T, C> {
        self.into()
    }
}
