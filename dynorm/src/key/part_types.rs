//! Key parts of the standard library's types, and of chrono's, `rust_decimal`'s and uuid's.

use super::part::{
    DescendingPart, Form, KeyPart, PaddedPart, PartError, RawPart, Shape, SortPart, SortsAsWritten, TextPart,
};

impl KeyPart for String {
    const SHAPE: Shape = Shape::Text;

    fn write(&self, _: Form, out: &mut String) -> Result<(), PartError> {
        out.push_str(self);
        Ok(())
    }

    fn parse(text: &str, _: Form) -> Option<Self> {
        Some(text.to_owned())
    }
}
impl SortPart for String {}
impl SortsAsWritten for String {}
impl RawPart for String {}
impl TextPart for String {}

impl KeyPart for bool {
    const SHAPE: Shape = Shape::OneOf(&["false", "true"]);

    fn write(&self, _: Form, out: &mut String) -> Result<(), PartError> {
        out.push_str(if *self { "true" } else { "false" });
        Ok(())
    }

    fn parse(text: &str, _: Form) -> Option<Self> {
        text.parse().ok()
    }
}
impl SortPart for bool {}
impl SortsAsWritten for bool {}

/// Appends digits with leading zeros.
fn pad(digits: &str, width: usize, out: &mut String) -> Result<(), PartError> {
    if digits.len() > width {
        return Err(PartError::new(format!(
            "it needs {} digits and the format has room for {width}; widen the format",
            digits.len()
        )));
    }
    out.extend(std::iter::repeat_n('0', width - digits.len()));
    out.push_str(digits);
    Ok(())
}

macro_rules! integer {
    ($($int:ident as $unsigned:ident, $shape:ident { digits: $digits:literal };)*) => {$(
        impl KeyPart for $int {
            const SHAPE: Shape = Shape::$shape { digits: $digits };

            fn write(&self, form: Form, out: &mut String) -> Result<(), PartError> {
                match form {
                    Form::Sorted => pad(&offset::$int(*self).to_string(), $digits, out),
                    Form::Padded { width, .. } => match $unsigned::try_from(*self) {
                        Ok(n) => pad(&n.to_string(), usize::from(width), out),
                        Err(_) => Err(PartError::new(
                            "it is negative, and padding would not sort it; leave the format away",
                        )),
                    },
                    Form::Natural | Form::Raw | Form::Escaped => {
                        out.push_str(&self.to_string());
                        Ok(())
                    }
                }
            }

            fn parse(text: &str, form: Form) -> Option<Self> {
                match form {
                    Form::Sorted => text.parse().ok().map(offset_back::$int),
                    _ => text.parse().ok(),
                }
            }
        }
        impl SortPart for $int {}
        impl PaddedPart for $int {}
        impl RawPart for $int {}
        impl DescendingPart for $int {}
    )*};
}
integer! {
    u8 as u8, Unsigned { digits: 3 };
    u16 as u16, Unsigned { digits: 5 };
    u32 as u32, Unsigned { digits: 10 };
    u64 as u64, Unsigned { digits: 20 };
    u128 as u128, Unsigned { digits: 39 };
    i8 as u8, Signed { digits: 3 };
    i16 as u16, Signed { digits: 5 };
    i32 as u32, Signed { digits: 10 };
    i64 as u64, Signed { digits: 20 };
    i128 as u128, Signed { digits: 39 };
}

/// Integers moved so that the smallest is 0: negative ones then sort first.
mod offset {
    macro_rules! offset {
        ($($unsigned:ident $signed:ident)*) => {$(
            pub(super) fn $unsigned(n: $unsigned) -> $unsigned {
                n
            }

            pub(super) fn $signed(n: $signed) -> $unsigned {
                n.cast_unsigned() ^ (1 << ($unsigned::BITS - 1))
            }
        )*};
    }
    offset!(u8 i8 u16 i16 u32 i32 u64 i64 u128 i128);
}

/// The way back.
mod offset_back {
    macro_rules! offset_back {
        ($($unsigned:ident $signed:ident)*) => {$(
            pub(super) fn $unsigned(n: $unsigned) -> $unsigned {
                n
            }

            pub(super) fn $signed(n: $unsigned) -> $signed {
                (n ^ (1 << ($unsigned::BITS - 1))).cast_signed()
            }
        )*};
    }
    offset_back!(u8 i8 u16 i16 u32 i32 u64 i64 u128 i128);
}

/// Appends a plain decimal text in `width` characters with `decimals` digits after the point.
#[cfg(any(feature = "bigdecimal", feature = "rust_decimal"))]
pub(super) fn pad_decimal(text: &str, width: u8, decimals: u8, out: &mut String) -> Result<(), PartError> {
    if text.starts_with('-') {
        return Err(PartError::new("it is negative, and padding would not sort it"));
    }
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let decimals = usize::from(decimals);
    if fraction.len() > decimals {
        return Err(PartError::new(format!(
            "it has {} decimals and the format has {decimals}; round it, or widen the format",
            fraction.len()
        )));
    }
    let point = usize::from(decimals > 0);
    pad(whole, usize::from(width).saturating_sub(decimals + point), out)?;
    if decimals > 0 {
        out.push('.');
        out.push_str(fraction);
        out.extend(std::iter::repeat_n('0', decimals - fraction.len()));
    }
    Ok(())
}

#[cfg(feature = "rust_decimal")]
mod rust_decimal {
    use super::super::ScaledPart;
    use super::{DescendingPart, Form, KeyPart, PaddedPart, PartError, RawPart, Shape, pad_decimal};
    use ::rust_decimal::Decimal;

    impl KeyPart for Decimal {
        const SHAPE: Shape = Shape::Decimal;

        fn write(&self, form: Form, out: &mut String) -> Result<(), PartError> {
            let text = self.normalize().to_string();
            if let Form::Padded { width, decimals } = form {
                return pad_decimal(&text, width, decimals, out);
            }
            out.push_str(&text);
            Ok(())
        }

        fn parse(text: &str, _: Form) -> Option<Self> {
            Self::from_str_exact(text).ok()
        }
    }
    impl PaddedPart for Decimal {}
    impl ScaledPart for Decimal {}
    impl RawPart for Decimal {}
    impl DescendingPart for Decimal {}
}

#[cfg(feature = "chrono")]
mod chrono {
    use super::{DescendingPart, Form, KeyPart, PartError, Shape, SortPart, SortsAsWritten};
    use crate::value::{EncodeError, date_text, instant_text};
    use ::chrono::{DateTime, NaiveDate, Utc};

    fn push(text: Result<String, EncodeError>, out: &mut String) -> Result<(), PartError> {
        out.push_str(&text.map_err(|e| PartError::new(e.to_string()))?);
        Ok(())
    }

    impl KeyPart for DateTime<Utc> {
        const SHAPE: Shape = Shape::Pattern("9999-99-99T99:99:99.999999999Z");

        fn write(&self, _: Form, out: &mut String) -> Result<(), PartError> {
            push(instant_text(self), out)
        }

        fn parse(text: &str, _: Form) -> Option<Self> {
            DateTime::parse_from_rfc3339(text).ok().map(|at| at.to_utc())
        }
    }
    impl SortPart for DateTime<Utc> {}
    impl SortsAsWritten for DateTime<Utc> {}
    impl DescendingPart for DateTime<Utc> {}

    impl KeyPart for NaiveDate {
        const SHAPE: Shape = Shape::Pattern("9999-99-99");

        fn write(&self, _: Form, out: &mut String) -> Result<(), PartError> {
            push(date_text(*self), out)
        }

        fn parse(text: &str, _: Form) -> Option<Self> {
            text.parse().ok()
        }
    }
    impl SortPart for NaiveDate {}
    impl SortsAsWritten for NaiveDate {}
    impl DescendingPart for NaiveDate {}
}

#[cfg(feature = "uuid")]
mod uuid {
    use super::{Form, KeyPart, PartError, Shape, SortPart, SortsAsWritten};
    use ::uuid::Uuid;

    impl KeyPart for Uuid {
        const SHAPE: Shape = Shape::Pattern("xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx");

        fn write(&self, _: Form, out: &mut String) -> Result<(), PartError> {
            out.push_str(&self.to_string());
            Ok(())
        }

        fn parse(text: &str, _: Form) -> Option<Self> {
            Self::try_parse(text).ok()
        }
    }
    impl SortPart for Uuid {}
    impl SortsAsWritten for Uuid {}
}
