//! Collects the mistakes of one derive, so that one compile shows all of them.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;

/// The mistakes found so far.
#[derive(Debug, Default)]
pub(crate) struct Diagnostics {
    errors: Vec<syn::Error>,
}

impl Diagnostics {
    /// A mistake at these tokens.
    pub(crate) fn at(&mut self, tokens: &impl ToTokens, message: impl std::fmt::Display) {
        self.errors.push(syn::Error::new_spanned(tokens, message));
    }

    /// A mistake at this place.
    pub(crate) fn at_span(&mut self, span: Span, message: impl std::fmt::Display) {
        self.errors.push(syn::Error::new(span, message));
    }

    /// A mistake that a parser found.
    pub(crate) fn add(&mut self, error: syn::Error) {
        self.errors.push(error);
    }

    /// Whether there are no mistakes.
    pub(crate) fn is_empty(&self) -> bool {
        self.errors.is_empty()
    }

    /// The mistakes as errors of the compiler.
    pub(crate) fn into_errors(mut self) -> TokenStream {
        self.errors.drain(..).map(|error| error.to_compile_error()).collect()
    }
}

impl Drop for Diagnostics {
    fn drop(&mut self) {
        // A mistake that nobody is told about would become generated code that does not compile.
        assert!(self.errors.is_empty() || std::thread::panicking(), "mistakes were found and not reported");
    }
}
