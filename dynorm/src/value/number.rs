//! Exact numbers of up to 38 digits, as DynamoDB stores them. No float inside.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// The most significant digits that a number may have.
const DIGITS_MAX: u32 = 38;
/// The smallest coefficient that no longer fits: 10^38.
const COEFFICIENT_END: u128 = 10u128.pow(DIGITS_MAX);
/// The largest exponent of a number's first digit: 9.99e125.
const MAGNITUDE_MAX: i32 = 125;
/// The smallest exponent of a number's first digit: 1e-130.
const MAGNITUDE_MIN: i32 = -130;

/// An exact decimal number: up to 38 significant digits, zero or of a magnitude from 1E-130 to
/// 9.9999999999999999999999999999999999999E+125.
///
/// Equal numbers are equal however they were written, and are printed as DynamoDB returns them: plain decimals,
/// without exponent, without leading or trailing zeros.
///
/// Source: [Number](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html#HowItWorks.DataTypes.Number).
///
/// ```
/// use dynorm::value::Number;
///
/// let price: Number = "0999.90".parse()?;
/// assert_eq!(price.to_string(), "999.9");
/// assert_eq!(price, "9.999E2".parse()?);
/// assert!(price > Number::from(29));
/// assert_eq!(price.checked_add(Number::from(1))?.to_string(), "1000.9");
/// # Ok::<(), dynorm::value::NumberError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Number {
    /// The digits as an integer without trailing zeros, high half first; two halves keep the alignment, and with
    /// it the size of a [`Value`](super::Value), small.
    digits: [u64; 2],
    /// The power of ten that the digits are multiplied by.
    exponent: i16,
    negative: bool,
}

/// Why a text or a float is not a DynamoDB number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NumberError {
    /// Not a decimal number at all; also NaN and infinity.
    NotANumber,
    /// More than 38 significant digits.
    TooManyDigits,
    /// The magnitude is 1E126 or more.
    Overflow,
    /// The magnitude is less than 1E-130, and not zero.
    Underflow,
}

impl fmt::Display for NumberError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotANumber => "not a number that DynamoDB can store",
            Self::TooManyDigits => "a number has at most 38 significant digits",
            Self::Overflow => "the magnitude of a number is less than 1E126",
            Self::Underflow => "the magnitude of a number other than 0 is at least 1E-130",
        })
    }
}

impl std::error::Error for NumberError {}

impl Number {
    /// Zero.
    pub const ZERO: Self = Self { digits: [0, 0], exponent: 0, negative: false };
    /// One.
    pub const ONE: Self = Self::unchecked(false, 1, 0);

    /// The largest [size](Self::size_bytes): one, the 20 pairs that 38 digits can be in, and the sign.
    pub(super) const SIZE_BYTES_MAX: usize = 22;

    /// The largest number.
    pub const MAX: Self = Self::unchecked(false, COEFFICIENT_END - 1, 88);

    /// The smallest number, the negative of the largest.
    pub const MIN: Self = Self::unchecked(true, COEFFICIENT_END - 1, 88);

    /// The sum of two numbers.
    ///
    /// # Errors
    ///
    /// If the exact sum needs more than 38 digits or is out of range: DynamoDB refuses it too, it never rounds.
    pub fn checked_add(self, other: Self) -> Result<Self, NumberError> {
        if self.is_zero() || other.is_zero() {
            return Ok(if self.is_zero() { other } else { self });
        }
        let (high, low) = if self.exponent >= other.exponent { (self, other) } else { (other, self) };
        // The last digit of `low` is not zero and stays, so a sum that cannot be aligned in 39 digits cannot be
        // written in 38.
        let shift = u32::from(high.exponent.abs_diff(low.exponent));
        let aligned = 10u128
            .checked_pow(shift)
            .and_then(|scale| high.coefficient().checked_mul(scale))
            .ok_or(NumberError::TooManyDigits)?;
        let (a, b) = (aligned, low.coefficient());
        let (negative, sum) = if high.negative == low.negative {
            (high.negative, a.checked_add(b).ok_or(NumberError::TooManyDigits)?)
        } else if a >= b {
            (high.negative, a - b)
        } else {
            (low.negative, b - a)
        };
        Self::checked(negative, sum, i32::from(low.exponent))
    }

    /// The difference of two numbers.
    ///
    /// # Errors
    ///
    /// As for [`checked_add`](Self::checked_add).
    pub fn checked_sub(self, other: Self) -> Result<Self, NumberError> {
        self.checked_add(-other)
    }

    /// Whether the number is zero.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.digits[0] == 0 && self.digits[1] == 0
    }

    /// Whether the number is less than zero.
    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.negative
    }

    /// The number as an integer, or `None` if it has a fraction or does not fit.
    #[must_use]
    pub fn to_i128(self) -> Option<i128> {
        if let Some(magnitude) = self.small_integer() {
            let magnitude = i128::from(magnitude);
            return Some(if self.negative { -magnitude } else { magnitude });
        }
        let magnitude = 10u128
            .checked_pow(u32::try_from(self.exponent).ok()?)
            .and_then(|scale| self.coefficient().checked_mul(scale))?;
        let magnitude = i128::try_from(magnitude).ok()?;
        Some(if self.negative { -magnitude } else { magnitude })
    }

    /// The number of a sign, digits and a power of ten: what [`to_parts`](Self::to_parts) gives, or another spelling
    /// of it.
    ///
    /// # Errors
    ///
    /// If the number needs more than 38 digits or is out of range.
    ///
    /// ```
    /// use dynorm::value::Number;
    ///
    /// assert_eq!(Number::from_parts(true, 12_500, -3)?.to_string(), "-12.5");
    /// # Ok::<(), dynorm::value::NumberError>(())
    /// ```
    pub fn from_parts(negative: bool, digits: u128, exponent: i16) -> Result<Self, NumberError> {
        Self::checked(negative, digits, i32::from(exponent))
    }

    /// Whether the number is negative, its digits as an integer without zeros at the end, and the power of ten that
    /// they are multiplied by.
    ///
    /// ```
    /// use dynorm::value::Number;
    ///
    /// let price: Number = "12.50".parse()?;
    /// assert_eq!(price.to_parts(), (false, 125, -1));
    /// # Ok::<(), dynorm::value::NumberError>(())
    /// ```
    #[must_use]
    pub const fn to_parts(self) -> (bool, u128, i16) {
        (self.negative, self.coefficient(), self.exponent)
    }

    /// The nearest float.
    #[must_use]
    pub fn to_f64(self) -> f64 {
        let text =
            format!("{}{}e{}", if self.negative { "-" } else { "" }, self.coefficient(), self.exponent);
        text.parse().unwrap_or(f64::NAN)
    }

    /// The smallest number that is greater, or `None` for the largest: DynamoDB's numbers are discrete.
    #[must_use]
    pub fn next_up(self) -> Option<Self> {
        if self.is_zero() {
            return Some(Self::unchecked(false, 1, -130));
        }
        self.neighbour(!self.negative)
    }

    /// The largest number that is smaller, or `None` for the smallest.
    #[must_use]
    pub fn next_down(self) -> Option<Self> {
        (-self).next_up().map(|up| -up)
    }

    /// What DynamoDB counts for this number, in bytes: one, and one for each pair of digits that is aligned on
    /// the decimal point and not a leading or trailing zero, and one if it is negative.
    ///
    /// Source: observed on the service for 23 literals.
    #[must_use]
    pub fn size_bytes(self) -> usize {
        if self.is_zero() {
            return 1;
        }
        let first = self.magnitude().div_euclid(2);
        let last = i32::from(self.exponent).div_euclid(2);
        2 + (first.abs_diff(last) as usize) + usize::from(self.negative)
    }

    /// The neighbour away from zero (`outward`) or towards zero, at the finest step that 38 digits allow.
    fn neighbour(self, outward: bool) -> Option<Self> {
        // The finest exponent at which this number still fits in 38 digits, but never under the smallest number.
        let finest = (self.magnitude() - (DIGITS_MAX.cast_signed() - 1)).max(MAGNITUDE_MIN);
        let scale = 10u128.pow(u32::try_from(i32::from(self.exponent) - finest).ok()?);
        let coefficient = self.coefficient().checked_mul(scale)?;
        if outward {
            return Self::checked(self.negative, coefficient + 1, finest).ok();
        }
        // Towards zero a power of ten has a finer neighbour: below 1 comes 0.99..9, not 1 less the step above.
        let is_power = coefficient == COEFFICIENT_END / 10;
        if is_power && finest > MAGNITUDE_MIN {
            return Self::checked(self.negative, coefficient * 10 - 1, finest - 1).ok();
        }
        Self::checked(self.negative, coefficient - 1, finest).ok()
    }

    /// The exponent of the first digit; for numbers that are not zero.
    fn magnitude(self) -> i32 {
        i32::from(self.exponent) + magnitude_of(self.coefficient())
    }

    const fn coefficient(self) -> u128 {
        ((self.digits[0] as u128) << 64) | self.digits[1] as u128
    }

    /// Trims, checks the range and builds.
    fn checked(negative: bool, mut coefficient: u128, mut exponent: i32) -> Result<Self, NumberError> {
        if coefficient == 0 {
            return Ok(Self::ZERO);
        }
        // Division of 64 bits is many times faster than that of 128, and most numbers are small.
        if let Ok(low) = u64::try_from(coefficient) {
            let (low, n_zeros) = without_zeros(low);
            coefficient = u128::from(low);
            exponent += n_zeros;
        } else {
            while coefficient.is_multiple_of(10) {
                coefficient /= 10;
                exponent += 1;
            }
        }
        if coefficient >= COEFFICIENT_END {
            return Err(NumberError::TooManyDigits);
        }
        let magnitude = exponent + magnitude_of(coefficient);
        if magnitude > MAGNITUDE_MAX {
            return Err(NumberError::Overflow);
        }
        if magnitude < MAGNITUDE_MIN {
            return Err(NumberError::Underflow);
        }
        let exponent = i16::try_from(exponent).expect("the magnitude is in range");
        Ok(Self::unchecked(negative, coefficient, exponent))
    }

    fn of_integer(negative: bool, integer: u64) -> Self {
        let (low, n_zeros) = without_zeros(integer);
        let exponent = i16::try_from(n_zeros).expect("an integer of 64 bits has at most 19 zeros");
        Self { digits: [0, low], exponent, negative: negative && low != 0 }
    }

    /// The number as an integer of 64 bits without its sign, if it is one.
    fn small_integer(self) -> Option<u64> {
        match self.digits {
            [0, low] if self.exponent == 0 => Some(low),
            [0, low] => low.checked_mul(10_u64.checked_pow(u32::try_from(self.exponent).ok()?)?),
            _ => None,
        }
    }

    /// As `to_string`, without the machinery of formats for most integers.
    #[cfg(feature = "aws")]
    pub(crate) fn to_text(self) -> String {
        match self.small_integer().map(i64::try_from) {
            Some(Ok(integer)) if self.negative => (-integer).to_string(),
            Some(Ok(integer)) => integer.to_string(),
            _ => self.to_string(),
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "the low half is what the cast keeps")]
    const fn unchecked(negative: bool, coefficient: u128, exponent: i16) -> Self {
        Self { digits: [(coefficient >> 64) as u64, coefficient as u64], exponent, negative }
    }
}

impl FromStr for Number {
    type Err = NumberError;

    /// Reads what DynamoDB reads: a sign, digits with or without a point, an exponent; no spaces.
    fn from_str(text: &str) -> Result<Self, NumberError> {
        if let Some(number) = parse_integer(text) {
            return Ok(number);
        }
        let (mantissa, exponent) = match text.find(['e', 'E']) {
            None => (text, 0),
            Some(at) => (&text[..at], parse_exponent(&text[at + 1..])?),
        };
        let (negative, unsigned) = match mantissa.as_bytes().first() {
            Some(b'-') => (true, &mantissa[1..]),
            Some(b'+') => (false, &mantissa[1..]),
            _ => (false, mantissa),
        };
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let is_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if (whole.is_empty() && fraction.is_empty()) || !is_digits(whole) || !is_digits(fraction) {
            return Err(NumberError::NotANumber);
        }
        let mut coefficient = 0u128;
        // Zeros count only once a digit follows them, so that long runs of them are no error.
        let mut zeros = 0u32;
        for digit in whole.bytes().chain(fraction.bytes()).map(|b| b - b'0') {
            if digit == 0 {
                zeros = zeros.saturating_add(u32::from(coefficient != 0));
                continue;
            }
            coefficient = 10u128
                .checked_pow(zeros + 1)
                .and_then(|scale| coefficient.checked_mul(scale))
                .and_then(|scaled| scaled.checked_add(u128::from(digit)))
                .ok_or(NumberError::TooManyDigits)?;
            zeros = 0;
        }
        let length = |n: usize| i32::try_from(n).map_err(|_| NumberError::TooManyDigits);
        let exponent = exponent.saturating_sub(length(fraction.len())?).saturating_add(zeros.cast_signed());
        Self::checked(negative, coefficient, exponent)
    }
}

/// A short integer, which most numbers are; `None` if the text has another form, be it a number or not.
fn parse_integer(text: &str) -> Option<Number> {
    const DIGITS_MAX: usize = 19;
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    if digits.is_empty() || digits.len() > DIGITS_MAX {
        return None;
    }
    let mut integer = 0_u64;
    for byte in digits.bytes() {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        integer = integer * 10 + u64::from(digit);
    }
    Some(Number::of_integer(negative, integer))
}

/// The number without the zeros at its end, and how many those were.
const fn without_zeros(mut n: u64) -> (u64, i32) {
    let mut n_zeros = 0;
    while n != 0 && n.is_multiple_of(10) {
        n /= 10;
        n_zeros += 1;
    }
    (n, n_zeros)
}

/// The power of ten of the first digit; for integers that are not zero.
fn magnitude_of(digits: u128) -> i32 {
    u64::try_from(digits).map_or_else(|_| digits.ilog10(), u64::ilog10).cast_signed()
}

/// The exponent, held to a range in which sums cannot overflow and every number is out of range anyway.
fn parse_exponent(text: &str) -> Result<i32, NumberError> {
    const FAR: i32 = 1_000_000_000;
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(NumberError::NotANumber);
    }
    let magnitude = digits.parse::<i32>().map_or(FAR, |n| n.min(FAR));
    Ok(if text.starts_with('-') { -magnitude } else { magnitude })
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.negative {
            f.write_str("-")?;
        }
        if let Some(integer) = self.small_integer() {
            return write!(f, "{integer}");
        }
        let digits = self.coefficient().to_string();
        let Ok(zeros_after) = usize::try_from(self.exponent) else {
            let n_fraction = usize::from(self.exponent.unsigned_abs());
            return match digits.len().checked_sub(n_fraction) {
                None | Some(0) => write!(f, "0.{digits:0>n_fraction$}"),
                Some(n_whole) => write!(f, "{}.{}", &digits[..n_whole], &digits[n_whole..]),
            };
        };
        write!(f, "{digits}{:0<zeros_after$}", "")
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::ops::Neg for Number {
    type Output = Self;

    fn neg(self) -> Self {
        Self { negative: !self.negative && !self.is_zero(), ..self }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        let sign = |n: &Self| {
            if n.is_zero() {
                0
            } else if n.negative {
                -1
            } else {
                1
            }
        };
        let by_sign = sign(self).cmp(&sign(other));
        if by_sign != Ordering::Equal || self.is_zero() {
            return by_sign;
        }
        let full = |n: &Self| n.coefficient() * 10u128.pow(DIGITS_MAX - 1 - n.coefficient().ilog10());
        let by_size = self.magnitude().cmp(&other.magnitude()).then_with(|| full(self).cmp(&full(other)));
        if self.negative { by_size.reverse() } else { by_size }
    }
}

macro_rules! from_integer {
    ($($int:ty)*) => {$(
        impl From<$int> for Number {
            fn from(n: $int) -> Self {
                #[allow(unused_comparisons, reason = "one body for signed and unsigned integers")]
                let negative = n < 0;
                let magnitude = u64::try_from(n).unwrap_or_else(|_| i64::from(n).unsigned_abs());
                Self::of_integer(negative, magnitude)
            }
        }
    )*};
}
from_integer!(u8 u16 u32 i8 i16 i32 i64);

impl From<u64> for Number {
    fn from(n: u64) -> Self {
        Self::of_integer(false, n)
    }
}

impl TryFrom<u128> for Number {
    type Error = NumberError;

    fn try_from(n: u128) -> Result<Self, NumberError> {
        Self::checked(false, n, 0)
    }
}

impl TryFrom<i128> for Number {
    type Error = NumberError;

    fn try_from(n: i128) -> Result<Self, NumberError> {
        Self::checked(n < 0, n.unsigned_abs(), 0)
    }
}

/// The shortest decimal that reads back as the float; NaN and infinity are errors.
impl TryFrom<f64> for Number {
    type Error = NumberError;

    fn try_from(n: f64) -> Result<Self, NumberError> {
        format!("{n:e}").parse()
    }
}

/// The shortest decimal that reads back as the float; NaN and infinity are errors.
impl TryFrom<f32> for Number {
    type Error = NumberError;

    fn try_from(n: f32) -> Result<Self, NumberError> {
        format!("{n:e}").parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn number(text: &str) -> Number {
        text.parse().unwrap()
    }

    #[test]
    fn accepted_spellings_are_stored_in_one_form() {
        let cases = [
            ("+5", "5"),
            (".5", "0.5"),
            ("5.", "5"),
            ("+.5", "0.5"),
            ("1.e5", "100000"),
            ("00042", "42"),
            ("1E+2", "100"),
            ("-0", "0"),
            ("-0.0e5", "0"),
            ("0.10", "0.1"),
            ("-12.340e-1", "-1.234"),
            ("0e99999999999", "0"),
        ];
        for (text, stored) in cases {
            assert_eq!(number(text).to_string(), stored, "{text}");
        }
        assert_eq!(number("1E-130").to_string(), format!("0.{}1", "0".repeat(129)));
        assert_eq!(number("1E125").to_string(), format!("1{}", "0".repeat(125)));
    }

    #[test]
    fn other_texts_are_no_numbers() {
        let cases = "|  5|5 |1 2|0x5|1_000|NaN|Infinity|+|-|.|e2|1e|1e+|1.2.3|++5|1e1.5|1e5e5|٣";
        for text in cases.split('|') {
            assert_eq!(text.parse::<Number>(), Err(NumberError::NotANumber), "{text:?}");
        }
    }

    #[test]
    fn digits_and_range_are_limited() {
        let nines = "9".repeat(38);
        assert_eq!(number(&nines).to_string(), nines);
        assert_eq!(format!("{nines}9").parse::<Number>(), Err(NumberError::TooManyDigits));
        assert_eq!(format!("0.{nines}9").parse::<Number>(), Err(NumberError::TooManyDigits));
        assert_eq!(number(&format!("{nines}E88")), Number::MAX);
        assert_eq!(number(&format!("-{nines}E88")), Number::MIN);
        assert_eq!("1E126".parse::<Number>(), Err(NumberError::Overflow));
        assert_eq!("9E-131".parse::<Number>(), Err(NumberError::Underflow));
        assert_eq!("1E99999999999".parse::<Number>(), Err(NumberError::Overflow));
        assert_eq!("-1E-99999999999".parse::<Number>(), Err(NumberError::Underflow));
        assert_eq!(format!("1{}", "0".repeat(60)).parse::<Number>(), Ok(number("1E60")));
    }

    #[test]
    fn sums_are_exact_or_refused() {
        assert_eq!(number("0.1").checked_add(number("0.2")), Ok(number("0.3")));
        assert_eq!(number("1E50").checked_add(Number::from(1)), Err(NumberError::TooManyDigits));
        assert_eq!(number("1E38").checked_sub(Number::from(1)), Ok(number(&"9".repeat(38))));
        assert_eq!(Number::MAX.checked_add(Number::MAX), Err(NumberError::TooManyDigits));
        assert_eq!(number("9E125").checked_add(number("1E125")), Err(NumberError::Overflow));
        assert_eq!(number("-5").checked_add(Number::from(5)), Ok(Number::ZERO));
    }

    #[test]
    fn sizes_are_as_measured_on_the_service() {
        let cases = [
            ("0", 1),
            ("1", 2),
            ("12", 2),
            ("100", 2),
            ("1234", 3),
            ("1.2", 3),
            ("1010", 3),
            ("100.5", 4),
            ("1.234", 4),
            ("3.14159", 5),
            ("123456", 4),
            ("-42", 3),
            ("1E125", 2),
            ("12345678901234567890123456789012345678", 20),
        ];
        for (text, size_bytes) in cases {
            assert_eq!(number(text).size_bytes(), size_bytes, "{text}");
            assert!(size_bytes <= Number::SIZE_BYTES_MAX, "{text}");
        }
    }

    #[test]
    fn floats_convert_by_their_shortest_decimal() {
        assert_eq!(Number::try_from(0.1f64), Ok(number("0.1")));
        assert_eq!(Number::try_from(-2.5e-7f32), Ok(number("-2.5E-7")));
        for float in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(Number::try_from(float), Err(NumberError::NotANumber));
        }
        assert_eq!(Number::try_from(1e300), Err(NumberError::Overflow));
        assert_eq!(Number::try_from(1e-300), Err(NumberError::Underflow));
    }

    #[test]
    fn neighbours_are_the_next_numbers_of_38_digits() {
        assert_eq!(Number::from(1).next_up(), Some(number(&format!("1.{}1", "0".repeat(36)))));
        assert_eq!(Number::from(1).next_down(), Some(number(&format!("0.{}", "9".repeat(38)))));
        assert_eq!(Number::ZERO.next_down(), Some(number("-1E-130")));
        assert_eq!(number("1E-130").next_down(), Some(Number::ZERO));
        assert_eq!(Number::MAX.next_up(), None);
        assert_eq!(Number::MIN.next_down(), None);
    }

    fn any_number() -> impl Strategy<Value = Number> {
        let coefficient = prop_oneof![0..COEFFICIENT_END, 0..1000u128];
        (any::<bool>(), coefficient, -130i32..88)
            .prop_filter_map("in range", |(negative, coefficient, exponent)| {
                Number::checked(negative, coefficient, exponent).ok()
            })
    }

    proptest! {
        #[test]
        fn text_reads_back(n in any_number()) {
            prop_assert_eq!(n.to_string().parse::<Number>(), Ok(n));
        }

        #[test]
        fn no_number_is_larger_than_the_largest(n in any_number()) {
            prop_assert!(n.size_bytes() <= Number::SIZE_BYTES_MAX);
        }

        #[test]
        fn order_is_that_of_the_difference(a in any_number(), b in any_number()) {
            if let Ok(difference) = a.checked_sub(b) {
                prop_assert_eq!(a.cmp(&b), difference.cmp(&Number::ZERO));
                prop_assert_eq!(difference.checked_add(b), Ok(a));
            }
        }

        #[test]
        fn nothing_lies_between_neighbours(n in any_number()) {
            if let Some(up) = n.next_up() {
                prop_assert!(up > n);
                prop_assert_eq!(up.next_down(), Some(n));
            }
        }

        #[test]
        fn integers_and_floats_round_trip(i in any::<i64>(), f in any::<f32>()) {
            prop_assert_eq!(Number::from(i).to_i128(), Some(i128::from(i)));
            if let Ok(n) = Number::try_from(f64::from(f)) {
                // The bits are those of the float, but for the sign of zero.
                prop_assert_eq!((n.to_f64() + 0.0).to_bits(), (f64::from(f) + 0.0).to_bits());
            }
        }
    }
}
