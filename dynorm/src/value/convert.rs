//! What may be passed where a typed argument is wanted.

/// A value that can stand for a `T` in a call: `T` itself, a `&T`, and `&str` for `String`.
///
/// Literals work as they are: the type of the attribute decides the type of the number.
///
/// ```
/// use dynorm::value::Arg;
///
/// fn name(text: impl Arg<String>) -> String {
///     text.arg()
/// }
/// assert_eq!(name("laptop"), name(String::from("laptop")));
/// ```
#[diagnostic::on_unimplemented(
    message = "expected a value of type `{T}`, found `{Self}`",
    label = "not a `{T}`"
)]
pub trait Arg<T> {
    /// The value itself.
    fn arg(self) -> T;
}

impl<T> Arg<T> for T {
    fn arg(self) -> T {
        self
    }
}

impl<T: Clone> Arg<T> for &T {
    fn arg(self) -> T {
        self.clone()
    }
}

impl Arg<String> for &str {
    fn arg(self) -> String {
        self.to_owned()
    }
}

impl<T> Arg<Option<T>> for T {
    fn arg(self) -> Option<T> {
        Some(self)
    }
}

impl Arg<Option<String>> for &str {
    fn arg(self) -> Option<String> {
        Some(self.to_owned())
    }
}

impl Arg<Vec<u8>> for &[u8] {
    fn arg(self) -> Vec<u8> {
        self.to_vec()
    }
}

impl<const LEN: usize> Arg<Vec<u8>> for &[u8; LEN] {
    fn arg(self) -> Vec<u8> {
        self.to_vec()
    }
}
