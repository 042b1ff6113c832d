//! Code that stands where a type of the user stands, from its first token to its last.
//!
//! The compiler reports a missing trait once for each place that needs it, unless the places are the same.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::{LitStr, Path, Type};

/// The check that `ty` has a format, in its place.
pub(super) fn format(method: &TokenStream, ty: &Type) -> TokenStream {
    let (first, last) = ends(ty);
    let method = respan(method, last);
    let mut tokens = quote_spanned!(first=> ::dynorm::__private::FormatsOf::<);
    ty.to_tokens(&mut tokens);
    tokens.extend(quote_spanned!(last=> >::FIELD));
    let mut check = quote_spanned!(first=> (&#tokens));
    check.extend(quote_spanned!(last=> .#method();));
    check
}

/// `function::<ty>();` of the library, in the place of `ty`.
pub(super) fn of_type(function: &TokenStream, ty: &Type) -> TokenStream {
    let (first, last) = ends(ty);
    let function = respan(function, first);
    let mut tokens = quote_spanned!(first=> ::dynorm::__private::#function::<#ty);
    tokens.extend(quote_spanned!(last=> >();));
    tokens
}

/// The function of the library for `ty`, in its place.
pub(super) fn of_type_value(function: &TokenStream, ty: &Type) -> TokenStream {
    let (first, last) = ends(ty);
    let function = respan(function, first);
    let mut tokens = quote_spanned!(first=> ::dynorm::__private::#function::<#ty);
    tokens.extend(quote_spanned!(last=> >));
    tokens
}

/// `Attr::new(stored)`, in the place of `ty`.
pub(super) fn new_attr(stored: &LitStr, ty: &Type) -> TokenStream {
    let (first, last) = ends(ty);
    let mut tokens = quote_spanned!(first=> ::dynorm::__private::Attr::new);
    tokens.extend(quote_spanned!(last=> (#stored)));
    tokens
}

/// `take_field::<ty, _>(__item, handle)`, in the place of `ty`.
pub(super) fn take_field(ty: &Type, handle: &TokenStream) -> TokenStream {
    let (first, last) = ends(ty);
    let handle = respan(handle, last);
    let mut tokens = quote_spanned!(first=> ::dynorm::__private::take_field::<#ty, _>);
    tokens.extend(quote_spanned!(last=> (__item, #handle)));
    tokens
}

/// `take_part::<ty, _>(__item, &handle, paths)`, in the place of `ty`.
pub(super) fn part(ty: &Type, handle: &TokenStream) -> TokenStream {
    let (first, last) = ends(ty);
    let mut tokens = quote_spanned!(first=> ::dynorm::__private::take_part::<#ty, _>);
    let paths = quote_spanned!(last=> <Self as ::dynorm::__private::Projection<__Entity>>::paths);
    tokens.extend(quote_spanned!(last=> (__item, &#handle, #paths)));
    tokens
}

/// `function::<Self, path>();` of the library, in the place of `path`.
pub(super) fn of_self(function: &TokenStream, path: &Path) -> TokenStream {
    let (first, last) = ends(path);
    let function = respan(function, first);
    let mut tokens = quote_spanned!(first=> ::dynorm::__private::#function::<Self, #path);
    tokens.extend(quote_spanned!(last=> >();));
    tokens
}

/// `<ty as Trait>::Name`, in the place of `ty`.
pub(super) fn projection(ty: &Type, of: &TokenStream, name: &TokenStream) -> TokenStream {
    let (first, last) = ends(ty);
    let (of, name) = (respan(of, last), respan(name, last));
    let mut tokens = quote_spanned!(first=> <);
    ty.to_tokens(&mut tokens);
    tokens.extend(quote_spanned!(last=> as ::dynorm::__private::#of>::#name));
    tokens
}

fn ends(ty: &impl ToTokens) -> (Span, Span) {
    let mut spans = ty.to_token_stream().into_iter().map(|token| token.span());
    let first = spans.next().unwrap_or_else(Span::call_site);
    (first, spans.last().unwrap_or(first))
}

fn respan(tokens: &TokenStream, span: Span) -> TokenStream {
    let respan = |mut token: proc_macro2::TokenTree| {
        token.set_span(span);
        token
    };
    tokens.clone().into_iter().map(respan).collect()
}
