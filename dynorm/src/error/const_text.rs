//! Text that is put together while the compiler runs, for the messages of its checks.

/// The longest text, in bytes; what is longer is cut.
const BYTES_MAX: usize = 2048;

/// A text under construction in a `const fn`.
#[derive(Clone, Copy)]
pub struct ConstText {
    bytes: [u8; BYTES_MAX],
    len: usize,
}

impl std::fmt::Debug for ConstText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Debug::fmt(self.as_str(), f)
    }
}

impl ConstText {
    /// No text.
    #[must_use]
    pub const fn new() -> Self {
        Self { bytes: [0; BYTES_MAX], len: 0 }
    }

    /// The text with `more` at its end.
    #[must_use]
    pub const fn add(mut self, more: &str) -> Self {
        let more = more.as_bytes();
        let mut at = 0;
        while at < more.len() {
            self.push(more[at]);
            at += 1;
        }
        self
    }

    /// The text with one ASCII character, or one byte of a longer one, at its end.
    #[must_use]
    pub const fn add_byte(mut self, byte: u8) -> Self {
        self.push(byte);
        self
    }

    const fn push(&mut self, byte: u8) {
        if self.len < BYTES_MAX {
            self.bytes[self.len] = byte;
            self.len += 1;
        }
    }

    /// The text, and another one in a line of its own.
    #[must_use]
    pub const fn and(self, other: &Self) -> Self {
        if other.is_empty() {
            self
        } else if self.is_empty() {
            *other
        } else {
            self.add("\n").add(other.as_str())
        }
    }

    /// The text with a number of one digit at its end.
    #[must_use]
    pub(crate) const fn add_digit(self, digit: usize) -> Self {
        self.add_byte(b"0123456789"[digit % 10])
    }

    /// Whether there is no text.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The text.
    #[must_use]
    pub const fn as_str(&self) -> &str {
        let (text, _) = self.bytes.split_at(self.len);
        match std::str::from_utf8(text) {
            Ok(text) => text,
            Err(_) => "the message is too long to be shown",
        }
    }
}

impl Default for ConstText {
    fn default() -> Self {
        Self::new()
    }
}

/// Whether two texts are equal; `==` cannot be used in a `const fn`.
#[must_use]
pub(crate) const fn same_text(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut at = 0;
    while at < a.len() {
        if a[at] != b[at] {
            return false;
        }
        at += 1;
    }
    true
}
