//! Key parts of bigdecimal's, jiff's, time's, ulid's and url's types.

#[cfg(feature = "bigdecimal")]
mod bigdecimal {
    use super::super::part::{
        DescendingPart, Form, KeyPart, PaddedPart, PartError, RawPart, ScaledPart, Shape,
    };
    use super::super::part_types::pad_decimal;
    use ::bigdecimal::BigDecimal;

    impl KeyPart for BigDecimal {
        const SHAPE: Shape = Shape::Decimal;

        fn write(&self, form: Form, out: &mut String) -> Result<(), PartError> {
            let text = self.normalized().to_plain_string();
            if let Form::Padded { width, decimals } = form {
                return pad_decimal(&text, width, decimals, out);
            }
            out.push_str(&text);
            Ok(())
        }

        fn parse(text: &str, _: Form) -> Option<Self> {
            text.parse().ok()
        }
    }
    impl PaddedPart for BigDecimal {}
    impl ScaledPart for BigDecimal {}
    impl RawPart for BigDecimal {}
    impl DescendingPart for BigDecimal {}
}

/// A date or a time, whose text is of one length and sorts as time passes.
#[cfg(any(feature = "jiff", feature = "time"))]
macro_rules! dates {
    ($($type:ty, $pattern:literal, $text:expr, $parse:expr;)*) => {$(
        impl KeyPart for $type {
            const SHAPE: Shape = Shape::Pattern($pattern);

            fn write(&self, _: Form, out: &mut String) -> Result<(), PartError> {
                let text: Result<String, EncodeError> = $text(self);
                out.push_str(&text.map_err(|error| PartError::new(error.to_string()))?);
                Ok(())
            }

            fn parse(text: &str, _: Form) -> Option<Self> {
                $parse(text)
            }
        }
        impl SortPart for $type {}
        impl DescendingPart for $type {}
    )*};
}

#[cfg(feature = "jiff")]
mod jiff {
    use super::super::part::{DescendingPart, Form, KeyPart, PartError, Shape, SortPart};
    use crate::value::{EncodeError, civil_date_text, timestamp_text};
    use ::jiff::Timestamp;
    use ::jiff::civil::Date;

    dates! {
        Timestamp, "9999-99-99T99:99:99.999999999Z", timestamp_text, |text: &str| text.parse().ok();
        Date, "9999-99-99", |date: &Date| civil_date_text(*date), |text: &str| text.parse().ok();
    }
}

#[cfg(feature = "time")]
mod time {
    use super::super::part::{DescendingPart, Form, KeyPart, PartError, Shape, SortPart};
    use crate::value::{EncodeError, parse_time, parse_time_date, time_date_text, time_text};
    use ::time::{Date, OffsetDateTime, UtcDateTime};

    dates! {
        UtcDateTime, "9999-99-99T99:99:99.999999999Z", |at: &UtcDateTime| time_text(*at), parse_time;
        OffsetDateTime, "9999-99-99T99:99:99.999999999Z", |at: &OffsetDateTime| time_text(at.to_utc()),
            |text: &str| parse_time(text).map(Self::from);
        Date, "9999-99-99", |date: &Date| time_date_text(*date), parse_time_date;
    }
}

#[cfg(feature = "ulid")]
mod ulid {
    use super::super::part::{Form, KeyPart, PartError, Shape, SortPart};
    use ::ulid::Ulid;

    impl KeyPart for Ulid {
        const SHAPE: Shape = Shape::Pattern("**************************");

        fn write(&self, _: Form, out: &mut String) -> Result<(), PartError> {
            out.push_str(&self.to_string());
            Ok(())
        }

        fn parse(text: &str, _: Form) -> Option<Self> {
            text.parse().ok()
        }
    }
    impl SortPart for Ulid {}
}

#[cfg(feature = "url")]
mod url {
    use super::super::part::{Form, KeyPart, PartError, RawPart, Shape, SortPart, TextPart};
    use ::url::Url;

    impl KeyPart for Url {
        const SHAPE: Shape = Shape::Text;

        fn write(&self, _: Form, out: &mut String) -> Result<(), PartError> {
            out.push_str(self.as_str());
            Ok(())
        }

        fn parse(text: &str, _: Form) -> Option<Self> {
            Self::parse(text).ok()
        }
    }
    impl SortPart for Url {}
    impl RawPart for Url {}
    impl TextPart for Url {}
}

#[cfg(test)]
#[allow(unused_imports, dead_code, reason = "each feature has tests of its own")]
mod tests {
    use std::fmt::Debug;

    use proptest::prelude::*;

    use super::super::part::{Form, KeyPart, Spec};
    use super::super::{Placeholder, overlap};
    use crate::value::Attribute;

    /// The text of a key part, which is one that its shape allows; it and the attribute read back.
    #[track_caller]
    fn text<T: KeyPart + Attribute + PartialEq + Debug>(value: &T) -> String {
        let mut text = String::new();
        value.write(Form::Natural, &mut text).unwrap();
        assert_eq!(T::parse(&text, Form::Natural).as_ref(), Some(value), "{text}");
        let spec = Spec { form: Form::Natural, descending: false };
        let placeholder = Placeholder { field: "f", attribute: "f", position: 0, spec, shape: T::SHAPE };
        assert!(overlap::accepts(&placeholder, &text), "{text}");
        let stored = value.encode().unwrap().unwrap();
        assert_eq!(&T::decode(stored).unwrap(), value);
        text
    }

    /// Both read back, and their texts sort as they do.
    #[track_caller]
    fn sort<T: KeyPart + Attribute + Ord + Debug>(a: &T, b: &T) {
        assert_eq!(text(a).cmp(&text(b)), a.cmp(b), "{a:?} and {b:?}");
    }

    #[cfg(feature = "bigdecimal")]
    #[test]
    fn decimals_are_exact_up_to_38_digits() {
        use ::bigdecimal::BigDecimal;
        for digits in
            ["0", "-1", "0.05", "123456789012345678901234567890.12345678", "1E+125", "-1E-130", "100"]
        {
            text(&digits.parse::<BigDecimal>().unwrap());
        }
        let mut padded = String::new();
        "9.5"
            .parse::<BigDecimal>()
            .unwrap()
            .write(Form::Padded { width: 8, decimals: 2 }, &mut padded)
            .unwrap();
        assert_eq!(padded, "00009.50");
        let long: BigDecimal = "1.00000000000000000000000000000000000001".parse().unwrap();
        assert!(long.encode().is_err());
    }

    #[cfg(feature = "time")]
    proptest! {
        #[test]
        fn times_of_time_sort(
            a in -62_167_219_200i64..=253_402_300_799, b in -62_167_219_200i64..=253_402_300_799,
            nanoseconds in 0u32..1_000_000_000, hours in -12i8..=12,
        ) {
            use ::time::{OffsetDateTime, UtcDateTime, UtcOffset};
            let at = |seconds| {
                let at = UtcDateTime::from_unix_timestamp(seconds).unwrap();
                at.replace_nanosecond(nanoseconds).unwrap()
            };
            sort(&at(a), &at(b));
            sort(&at(a).date(), &at(b).date());
            let zoned = |seconds| {
                let zoned = OffsetDateTime::from(at(seconds));
                zoned.checked_to_offset(UtcOffset::from_hms(hours, 0, 0).unwrap()).unwrap_or(zoned)
            };
            sort(&zoned(a), &zoned(b));
        }
    }

    #[cfg(feature = "time")]
    #[test]
    fn years_of_time_that_do_not_sort_are_refused() {
        let early = ::time::Date::from_calendar_date(-1, ::time::Month::May, 1).unwrap();
        assert!(early.encode().is_err());
        assert!(::time::Date::decode("2026-02-30".into()).is_err());
        assert!(::time::UtcDateTime::decode("2026-02-03".into()).is_err());
    }

    #[cfg(feature = "jiff")]
    proptest! {
        #[test]
        fn times_of_jiff_sort(
            a in -62_167_219_200i64..=253_402_200_000, b in -62_167_219_200i64..=253_402_200_000,
            nanoseconds in 0i32..1_000_000_000,
        ) {
            use ::jiff::Timestamp;
            let at = |seconds| Timestamp::new(seconds, nanoseconds).unwrap();
            sort(&at(a), &at(b));
            let date = |seconds| ::jiff::tz::Offset::UTC.to_datetime(at(seconds)).date();
            sort(&date(a), &date(b));
        }
    }

    #[cfg(feature = "jiff")]
    #[test]
    fn seconds_of_jiff_are_rounded_down() {
        use crate::value::Timestamp;
        let at = ::jiff::Timestamp::new(-1, -500_000_000).unwrap();
        assert_eq!(at.to_epoch_seconds(), Some(-2));
        assert!(::jiff::civil::date(-1, 1, 1).encode().is_err());
    }

    #[cfg(feature = "ulid")]
    proptest! {
        #[test]
        fn ulids_sort(a: u128, b: u128) {
            sort(&::ulid::Ulid::from(a), &::ulid::Ulid::from(b));
        }
    }

    #[cfg(feature = "url")]
    #[test]
    fn urls_are_text() {
        let url = |text: &str| ::url::Url::parse(text).unwrap();
        assert_eq!(text(&url("https://example.org/a?b=c#d")), "https://example.org/a?b=c#d");
        sort(&url("https://a.example/"), &url("https://b.example/"));
        assert!(::url::Url::decode("no url".into()).is_err());
    }

    #[cfg(feature = "bytes")]
    #[test]
    fn bytes_are_binary() {
        use crate::value::Value;
        let bytes = ::bytes::Bytes::from_static(&[0, 255]);
        assert_eq!(bytes.encode(), Ok(Some(Value::B(vec![0, 255]))));
        assert_eq!(::bytes::Bytes::decode(Value::B(vec![0, 255])), Ok(bytes));
    }
}
