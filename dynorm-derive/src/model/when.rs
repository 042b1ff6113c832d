//! The `when` of an index: an expression over fields, which says whether an item is in it.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::ext::IdentExt;
use syn::{Expr, Ident};

use super::entity::Field;
use super::names;

/// The condition of an index.
pub(crate) struct When {
    /// The word `when`.
    pub(crate) name: Ident,
    /// The expression, in which the local variable of each field stands for the field.
    pub(crate) condition: TokenStream,
    /// The fields that it names, in the order of the struct.
    pub(crate) positions: Vec<usize>,
}

impl When {
    /// The condition that an expression writes over these fields.
    pub(crate) fn of(name: &Ident, expression: &Expr, fields: &[Field]) -> Self {
        let mut positions = Vec::new();
        let condition = with_locals(expression.to_token_stream(), fields, &mut positions);
        positions.sort_unstable();
        positions.dedup();
        Self { name: name.clone(), condition, positions }
    }
}

/// The tokens with `(*local)` for each field, where `local` is a reference.
fn with_locals(tokens: TokenStream, fields: &[Field], positions: &mut Vec<usize>) -> TokenStream {
    let mut out = TokenStream::new();
    let mut tokens = tokens.into_iter().peekable();
    let mut after_joint = false;
    while let Some(token) = tokens.next() {
        let before_joint = matches!(tokens.peek(), Some(TokenTree::Punct(p)) if matches!(p.as_char(), ':' | '!') && follows_name(p));
        match &token {
            TokenTree::Group(group) => {
                let inner = with_locals(group.stream(), fields, positions);
                let mut replaced = Group::new(group.delimiter(), inner);
                replaced.set_span(group.span());
                out.extend([TokenTree::Group(replaced)]);
            }
            TokenTree::Ident(ident) if !after_joint && !before_joint => match position(fields, ident) {
                Some(position) => {
                    positions.push(position);
                    let local = Ident::new(&names::local(position).to_string(), ident.span());
                    let mut place =
                        Group::new(Delimiter::Parenthesis, quote_spanned!(ident.span()=> *#local));
                    place.set_span(ident.span());
                    out.extend([TokenTree::Group(place)]);
                }
                None => out.extend([token.clone()]),
            },
            _ => out.extend([token.clone()]),
        }
        // What follows a point or a path's colons is a member or an item, not a field of the entity.
        after_joint = matches!(&token, TokenTree::Punct(p) if matches!(p.as_char(), '.' | ':'));
    }
    out
}

/// Whether the mark makes the name before it the start of a path or the name of a macro; `!=` does not.
fn follows_name(mark: &proc_macro2::Punct) -> bool {
    let is_joint = mark.spacing() == proc_macro2::Spacing::Joint;
    if mark.as_char() == ':' { is_joint } else { !is_joint }
}

fn position(fields: &[Field], ident: &Ident) -> Option<usize> {
    fields.iter().position(|field| field.ident.unraw() == ident.unraw())
}
